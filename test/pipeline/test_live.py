"""The live session: time that only grows, motion that is smooth, episodes that repeat."""

import numpy as np
import pytest

from synth_ros.config.load import load_config
from synth_ros.errors import PlacementError
from synth_ros.pipeline.generate import open_stage
from synth_ros.pipeline.live import Extent, LiveSession, SessionOver
from synth_ros.scene.build import SceneBuilder


@pytest.fixture
def stage(write_config):
    loaded = load_config(write_config())
    stage = open_stage(loaded, SceneBuilder(loaded), seed=11)
    yield stage
    stage.renderer.close()


@pytest.fixture
def session(stage):
    return LiveSession(stage)


@pytest.fixture
def fail(stage, monkeypatch):
    """Makes some episodes come to no rest."""

    def which(numbers):
        whole = stage.open

        def opened(number):
            if number in numbers:
                raise PlacementError(f'Episode {number}: no rest')
            return whole(number)

        monkeypatch.setattr(stage, 'open', opened)

    return which


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


def drawn_until_over(session):
    """All frames of a session that ends by itself."""
    frames = []

    def play():
        while True:
            frames.append(session.draw(ahead=True).label())

    with pytest.raises(SessionOver, match=r'^$'):
        play()
    with pytest.raises(SessionOver, match=r'^$'):
        session.draw()
    return frames


def test_a_session_ends_with_its_last_episode(stage, fail):
    """Also if the last one comes to no rest; what comes after it is not tried."""
    fail({5, 6})
    session = LiveSession(stage, first_episode=3, extent=Extent(last_episode=5))
    frames = drawn_until_over(session)
    assert [frame.episode for frame in frames] == [3] * 7 + [4] * 7
    assert session.notes == ['Skipped: Episode 5: no rest'] * 2
    assert [frame.stamp_ns for frame in frames] == [k * 100_000_000 for k in range(14)]


def test_a_session_ends_before_its_last_moment(stage):
    frames = drawn_until_over(LiveSession(stage, extent=Extent(end_ns=300_000_000)))
    assert [frame.stamp_ns for frame in frames] == [0, 100_000_000, 200_000_000]


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


def test_episodes_without_a_valid_rest_are_skipped_and_told_of(session, fail):
    fail({1, 2})
    frames = [session.advance() for _ in range(9)]
    assert [frame.episode for frame in frames] == [0] * 7 + [3] * 2
    assert frames[7].notes == (
        'Skipped: Episode 1: no rest',
        'Skipped: Episode 2: no rest',
    )
    assert frames[8].notes == ()
    assert [frame.stamp_ns for frame in frames] == [k * 100_000_000 for k in range(9)]


def test_skipping_has_a_bound(session, fail):
    fail(range(1, 100))
    for _ in range(7):
        session.advance()
    with pytest.raises(PlacementError, match='Episode 10: no rest'):
        session.advance()


def test_after_a_failed_request_the_running_episode_goes_on(session, fail):
    frames = [session.advance() for _ in range(3)]
    fail({5})
    with pytest.raises(PlacementError, match='Episode 5: no rest'):
        session.next_episode(5)
    frames += [session.advance() for _ in range(2)]
    assert [frame.index for frame in frames] == list(range(5))
    session.restart()
    for frame in frames:
        again = session.advance()
        for one, other in zip(frame.samples, again.samples, strict=True):
            np.testing.assert_array_equal(one.rgb, other.rgb)


def test_a_robot_without_a_free_posture_stays_where_it_is(session, monkeypatch):
    def nowhere(view, **_):
        raise PlacementError(f'view {view}: no free posture')

    monkeypatch.setattr(session.current, 'find_view', nowhere)
    frames = [session.advance() for _ in range(7)]
    notes = [note for frame in frames for note in frame.notes]
    assert notes == [
        'The robot stays: view 2: no free posture',
        'The robot stays: view 3: no free posture',
    ]
    assert frames[-1].joints[0].position == frames[-2].joints[0].position


BACKENDS = ('classic', 'onepass')


def drawn_as(session, pattern):
    """Frames, each drawn with the next one begun or not."""
    return [session.draw(ahead=ahead).label() for ahead in pattern]


def assert_same(frames, others):
    assert len(frames) == len(others)
    for one, other in zip(frames, others, strict=True):
        assert (one.stamp_ns, one.run, one.index) == (other.stamp_ns, other.run, other.index)
        assert one.joints == other.joints
        for a, b in zip(one.samples, other.samples, strict=True):
            np.testing.assert_array_equal(a.rgb, b.rgb)
            np.testing.assert_array_equal(a.depth_m, b.depth_m)
            np.testing.assert_array_equal(a.frame.instance_id, b.frame.instance_id)
            np.testing.assert_array_equal(a.frame.world_from_camera, b.frame.world_from_camera)
            assert a.provenance_json == b.provenance_json


@pytest.mark.parametrize('backend', BACKENDS)
def test_frames_begun_ahead_are_the_same_frames(open_config, backend):
    renderer = {'backend: classic': f'backend: {backend}'}
    plain = drawn_as(LiveSession(open_config(**renderer)), [False] * 9)
    stage = open_config(**renderer)
    assert_same(drawn_as(LiveSession(stage), [True] * 9), plain)
    some = [True, False, False, True, True, False, True, True, False]
    assert_same(drawn_as(LiveSession(stage), some), plain)


@pytest.mark.parametrize('backend', BACKENDS)
def test_the_running_episode_goes_on_with_what_was_begun(open_config, backend, monkeypatch):
    stage = open_config(**{'backend: classic': f'backend: {backend}'})
    plain = drawn_as(LiveSession(stage), [False] * 5)
    session = LiveSession(stage)
    frames = drawn_as(session, [True] * 3)
    whole = stage.open

    def opened(number):
        whole(number)  # the renderer has another scene by now
        raise PlacementError('No posture')

    monkeypatch.setattr(stage, 'open', opened)
    with pytest.raises(PlacementError, match='No posture'):
        session.next_episode(5)
    assert_same(frames + drawn_as(session, [True] * 2), plain)


@pytest.mark.parametrize('backend', BACKENDS)
def test_a_frame_begun_ahead_is_dropped_with_its_episode(open_config, backend):
    stage = open_config(**{'backend: classic': f'backend: {backend}'})
    session = LiveSession(stage)
    frames = drawn_as(session, [True] * 3)
    session.restart()
    frames += drawn_as(session, [True] * 2)
    assert [frame.stamp_ns for frame in frames] == [k * 100_000_000 for k in range(5)]
    assert [(frame.run, frame.index) for frame in frames] == [
        *((0, k) for k in range(3)),
        (1, 0),
        (1, 1),
    ]
    for one, again in zip(frames[:2], frames[3:], strict=True):
        for a, b in zip(one.samples, again.samples, strict=True):
            np.testing.assert_array_equal(a.rgb, b.rgb)
