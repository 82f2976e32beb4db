"""Datasets of a running simulation: the same frames as the live session's, from any process."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest

from synth_ros.pipeline.generate import (
    GenerateRequest,
    episode_samples,
    generate,
    view_again,
)
from synth_ros.pipeline.instant import Course
from synth_ros.pipeline.live import LiveSession, live_course

EVERYTHING = {'render:': 'labels: {everything: true, min_pixels: 4}\nrender:'}
SEQUENCE = {
    **EVERYTHING,
    'views_per_episode: 2': 'views_per_episode: 5, motion: sequence',
    'episodes: 3': 'episodes: 2',
}
# A robot that reaches into the objects, so that the physics of the sequence matters.
ARM = """
<mujoco>
  <compiler angle="radian"/>
  <worldbody>
    <body name="base_link">
      <geom type="cylinder" size=".1 .2" pos="0 0 .2"/>
      <body name="arm" pos=".3 0 .9">
        <joint name="pan" axis="0 0 1" range="-1 1"/>
        <geom type="capsule" fromto="0 0 -.1 .6 0 -.1" size=".04"/>
        <body name="head_link" pos="0 0 .5">
          <geom type="box" size=".04 .06 .03"/>
          <camera name="head" pos=".06 0 0" xyaxes="0 -1 0 .55 0 .835" fovy="55"/>
        </body>
      </body>
    </body>
  </worldbody>
</mujoco>
"""


def plain(value):
    """A value as nested plain data that compares equal exactly when all of it is the same."""
    if isinstance(value, np.ndarray):
        return (str(value.dtype), value.shape, value.tobytes())
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if hasattr(value, 'items'):
        return {key: plain(item) for key, item in value.items()}
    return value


def without_stamp(sample):
    """All of a sample except its stamp."""
    frame = dataclasses.replace(sample.frame, stamp_ns=0)
    return plain(dataclasses.replace(sample, frame=frame))


@pytest.mark.parametrize('labels', [EVERYTHING, {}])
def test_a_generated_sequence_is_the_live_one_except_for_stamps(open_config, labels):
    stage = open_config(**labels)
    session = LiveSession(stage, first_episode=3)
    course = live_course(stage)
    assert course == Course('sequence', 7)
    session.advance()
    session.restart()
    live = [sample for _ in range(7) for sample in session.advance().samples]
    stage = open_config(**labels)
    generated = list(episode_samples(stage, stage.open(3), course))
    assert len(live) == len(generated) == 14
    for one, other in zip(live, generated, strict=True):
        assert without_stamp(one) == without_stamp(other)
    stamps = [sample.frame.stamp_ns for sample in generated[::2]]
    assert stamps == [k * 100_000_000 for k in range(7)]
    assert live[0].frame.stamp_ns > 0


def test_things_move_in_a_sequence_and_rest_between_views(open_config, tmp_path):
    (tmp_path / 'arm.xml').write_text(ARM)
    stage = open_config(
        **{
            'model: bot.xml': 'model: arm.xml',
            'pan: [-0.3, 0.3]': 'pan: [-1.0, 1.0]',
            'count: [3, 5]': 'count: [9, 9]',
        }
    )
    poses = {}
    for motion in ('views', 'sequence'):
        samples = list(episode_samples(stage, stage.open(0), Course(motion, 9)))[1::2]
        poses[motion] = [[i.world_from_object for i in s.frame.instances] for s in samples]
    at_rest = np.array(poses['views'])
    assert (at_rest == at_rest[:1]).all()
    moving = np.array(poses['sequence'])
    assert np.array_equal(moving[0], at_rest[0])
    travelled = np.abs(moving[1:, :, :3, 3] - moving[:1, :, :3, 3]).max()
    assert travelled > 0.01


@pytest.mark.parametrize('motion', ['views', 'sequence'])
def test_every_frame_alone_is_the_frame_of_the_episode(open_config, motion):
    stage = open_config(**EVERYTHING)
    course = Course(motion, 3)
    whole = list(episode_samples(stage, stage.open(1), course))
    for view in (2, 0, 1):
        again = view_again(stage, stage.open(1), course=course, view=view)
        expected = [sample for sample in whole if sample.key.view == view]
        assert [plain(s) for s in again] == [plain(s) for s in expected]


def test_provenance_tells_the_course(open_config):
    stage = open_config()
    sample = next(episode_samples(stage, stage.open(0), Course('sequence', 4)))
    record = json.loads(sample.provenance_json)
    assert (record['motion'], record['frames'], record['frame']) == ('sequence', 4, 0)


@pytest.mark.slow
@pytest.mark.parametrize('workers', [1, 2])
def test_a_sequence_with_everything_is_the_same_bytes_again(
    write_config, contents, tmp_path, workers
):
    config = write_config(**SEQUENCE)
    generate(GenerateRequest(config, tmp_path / 'one'), lambda _: None)
    generate(GenerateRequest(config, tmp_path / 'other', workers=workers), lambda _: None)
    assert contents(tmp_path / 'one') == contents(tmp_path / 'other')


@pytest.mark.slow
def test_a_frame_of_a_sequence_alone_is_that_of_the_dataset(write_config, contents, tmp_path):
    config = write_config(**SEQUENCE)
    generate(GenerateRequest(config, tmp_path / 'whole'), lambda _: None)
    expected = contents(tmp_path / 'whole')
    command = [sys.executable, '-m', 'synth_ros.cli.main', 'render', str(config)]
    command += ['--out', str(tmp_path / 'frame'), '--episode', '1', '--view', '3']
    subprocess.run(command, check=True, capture_output=True)
    frame = contents(tmp_path / 'frame')
    same = [path for path in frame if path.endswith(('.png', '.npz'))]
    assert len(same) >= 8
    for path in same:
        assert frame[path] == expected[path]


@pytest.mark.slow
def test_the_last_view_alone_needs_to_know_that_it_is_the_last(write_config, contents, tmp_path):
    config = write_config(**EVERYTHING)
    request = GenerateRequest(config, tmp_path / 'whole', episodes=1, views=4)
    generate(request, lambda _: None)
    expected = contents(tmp_path / 'whole')
    command = [sys.executable, '-m', 'synth_ros.cli.main', 'render', str(config), '--view', '3']
    command += ['--views', '4', '--motion', 'views', '--out', str(tmp_path / 'frame')]
    subprocess.run(command, check=True, capture_output=True)
    frame = contents(tmp_path / 'frame')
    for path in frame:
        if path.endswith(('.png', '.npz')):
            assert frame[path] == expected[path]
