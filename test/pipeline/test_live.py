"""The live session: time that only grows, motion that is smooth, episodes that repeat."""

import numpy as np
import pytest

from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import open_stage
from synth_ros.pipeline.live import LiveSession
from synth_ros.scene.build import SceneBuilder


@pytest.fixture
def session(write_config):
    loaded = load_config(write_config())
    stage = open_stage(loaded, SceneBuilder(loaded), seed=11)
    yield LiveSession(stage)
    stage.renderer.close()


def test_stamps_keep_the_rate_through_episodes_and_resets(session):
    frames = [session.advance() for _ in range(10)]
    session.restart()
    frames += [session.advance() for _ in range(3)]
    session.next_episode(8)
    frames += [session.advance() for _ in range(2)]
    stamps = [frame.stamp_ns for frame in frames]
    assert stamps == [k * 100_000_000 for k in range(15)]
    assert [frame.episode for frame in frames] == [0] * 7 + [1] * 3 + [1] * 3 + [8] * 2
    assert [frame.index for frame in frames] == [*range(7), *range(3), *range(3), *range(2)]
    assert [frame.run for frame in frames] == [0] * 7 + [1] * 3 + [2] * 3 + [3] * 2


def test_samples_carry_the_stamp_and_key_of_their_frame(session):
    for _ in range(9):
        frame = session.advance()
        for sample in frame.samples:
            assert sample.frame.stamp_ns == frame.stamp_ns
            assert sample.key[:2] == (frame.episode, frame.index)


def test_a_reset_plays_the_same_frames_again(session):
    first = [session.advance() for _ in range(7)]
    session.restart()
    again = [session.advance() for _ in range(7)]
    for one, other in zip(first, again, strict=True):
        for a, b in zip(one.samples, other.samples, strict=True):
            np.testing.assert_array_equal(a.rgb, b.rgb)
            np.testing.assert_array_equal(a.frame.instance_id, b.frame.instance_id)
        assert one.joints == other.joints


def test_the_robot_moves_without_jumps(session):
    pans = [session.advance().joints[0].position for _ in range(7)]
    # Views are 0.3 s apart: smoothstep's steepest slope is 1.5 / 0.3 s per unit.
    steps = np.abs(np.diff(pans))
    assert steps.max() > 0
    assert steps.max() <= 0.6 * 1.5 / 0.3 * 0.1


def test_link_and_camera_poses_are_of_the_frame(session):
    session.advance()
    frame = session.advance()
    world = session.world
    for link, now in zip(frame.links, world.links(), strict=True):
        np.testing.assert_array_equal(link.world_from_link, now.world_from_link)
    for sample, part in zip(frame.samples, world.scene.cameras, strict=True):
        np.testing.assert_array_equal(
            sample.frame.world_from_camera, world.world_from_camera(part)
        )
