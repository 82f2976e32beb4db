"""Cameras at rates of their own: exact stamps, frames numbered by camera, nothing else changed."""

from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest

from synth_ros.audit.run import AuditRequest, audit
from synth_ros.config.load import load_config
from synth_ros.errors import ConfigError, UsageError
from synth_ros.pipeline.generate import (
    GenerateRequest,
    episode_samples,
    generate,
    make_plan,
    open_stage,
    view_again,
)
from synth_ros.pipeline.instant import Course
from synth_ros.pipeline.live import LiveSession
from synth_ros.pipeline.oracle import ConfigOracle
from synth_ros.pipeline.timing import Timing
from synth_ros.readers.recording_dataset import DatasetRecording
from synth_ros.scene.build import SceneBuilder

# Two thirds of the live rate, and three times as fast.
UNEQUAL = {
    'width: 96, height: 72}': 'width: 96, height: 72, rate_hz: 30.0}',
    'width: 80': 'rate_hz: 6.6666666667\n    width: 80',
}
SEQUENCE = {'views_per_episode: 2': 'views_per_episode: 4, motion: sequence'}


def timing(*rates_hz, rate_hz=10.0, timestep_s=0.002):
    return Timing(
        SimpleNamespace(
            cameras=[SimpleNamespace(name=f'c{k}', rate_hz=own) for k, own in enumerate(rates_hz)],
            output=SimpleNamespace(live=SimpleNamespace(rate_hz=rate_hz, view_period_s=1.0)),
            physics=SimpleNamespace(timestep_s=timestep_s),
        )
    )


@pytest.mark.parametrize('rates_hz', [(30.0, 10.0, 7.0), (None, 240.0), (1.0, 3.0), (0.3, None)])
def test_frames_fall_on_the_nearest_time_step_for_ever(rates_hz):
    clock = timing(*rates_hz)
    stamps = {camera: [] for camera in range(len(rates_hz))}
    before = -1
    for tick in clock.ticks(1000):
        assert tick.steps > before
        before = tick.steps
        for camera, number in tick.due:
            assert number == len(stamps[camera])
            stamps[camera].append(tick.steps * 0.002)
    for camera, own in enumerate(rates_hz):
        ideal = np.arange(len(stamps[camera])) / (own or 10.0)
        assert np.abs(ideal - stamps[camera]).max() <= 0.001 + 1e-9
        assert stamps[camera][-1] > 100 - 1 / (own or 10.0) - 0.002
    assert clock.frames(Course('sequence', 1000)) == tuple(map(len, stamps.values()))
    assert clock.frames(Course('views', 5)) == (5,) * len(rates_hz)


def test_the_next_episode_begins_with_the_next_frame():
    clock = timing(None, rate_hz=30.0)
    assert [clock.steps_after(k) for k in (0, 16, 17, 32, 33)] == [17, 17, 33, 33, 50]


def test_a_dataset_has_each_cameras_frames_at_its_rate(open_config):
    stage = open_config(**UNEQUAL)
    course = Course('sequence', 4)
    samples = list(episode_samples(stage, stage.open(0), course))
    stamps = {
        name: [s.frame.stamp_ns / 1e6 for s in samples if s.key.camera == name]
        for name in ('head', 'top')
    }
    # The nearest multiples of 2 ms.
    assert stamps['head'] == [0, 34, 66, 100, 134, 166, 200, 234, 266, 300, 334, 366]
    assert stamps['top'] == [0, 150, 300]
    for name, own in stamps.items():
        numbers = [s.key.view for s in samples if s.key.camera == name]
        assert numbers == list(range(len(own)))
    assert [s.frame.stamp_ns for s in samples] == sorted(s.frame.stamp_ns for s in samples)


def test_what_happens_does_not_depend_on_who_looks_when(open_config):
    course = Course('sequence', 4)
    alone = open_config()
    equal = [s for s in episode_samples(alone, alone.open(2), course) if s.key.camera == 'top']
    stage = open_config(**{'width: 96, height: 72}': 'width: 96, height: 72, rate_hz: 37.0}'})
    other = [s for s in episode_samples(stage, stage.open(2), course) if s.key.camera == 'top']
    assert len(equal) == len(other) == 4
    for one, two in zip(equal, other, strict=True):
        assert one.frame.stamp_ns == two.frame.stamp_ns
        np.testing.assert_array_equal(one.rgb, two.rgb)
        for a, b in zip(one.frame.instances, two.frame.instances, strict=True):
            np.testing.assert_array_equal(a.world_from_object, b.world_from_object)
        assert one.frame.scene.joints == two.frame.scene.joints


def test_a_view_alone_is_that_of_the_episode(open_config):
    stage = open_config(
        **UNEQUAL, **{'render:': 'labels: {flow: true, scene_flow: true}\nrender:'}
    )
    course = Course('sequence', 4)
    whole = {(s.key.camera, s.key.view): s for s in episode_samples(stage, stage.open(1), course)}
    for view, cameras in ((0, ['head', 'top']), (2, ['head', 'top']), (7, ['head'])):
        again = view_again(stage, stage.open(1), course=course, view=view)
        assert [s.key.camera for s in again] == cameras
        for sample in again:
            expected = whole[sample.key.camera, view]
            assert sample.provenance_json == expected.provenance_json
            np.testing.assert_array_equal(sample.rgb, expected.rgb)
            one, two = sample.labels.dense.flow_forward, expected.labels.dense.flow_forward
            np.testing.assert_array_equal(one.flow_px, two.flow_px)
    with pytest.raises(UsageError, match=r'has no view 12: no camera takes more than 12 frames'):
        view_again(stage, stage.open(1), course=course, view=12)


def test_live_frames_have_the_cameras_that_are_due(open_config):
    session = LiveSession(open_config(**UNEQUAL))
    frames = []
    while len(frames) < 2 or frames[-1].run == 0 or frames[-1].index < 3:
        frames.append(session.advance())
    assert [frame.index for frame in frames if frame.run == 0] == list(range(23))
    top = [s.frame.stamp_ns / 1e6 for f in frames for s in f.samples if s.key.camera == 'top']
    assert top == [0, 150, 300, 450, 600, 700]
    stamps = [frame.stamp_ns for frame in frames]
    assert stamps == sorted(set(stamps))
    for frame in frames:
        assert len(frame.world_from_cameras) == 2
        for sample in frame.samples:
            assert sample.frame.stamp_ns == frame.stamp_ns
            pose = frame.world_from_cameras[['head', 'top'].index(sample.key.camera)]
            np.testing.assert_array_equal(sample.frame.world_from_camera, pose)


def test_a_slow_camera_alone_keeps_the_length_of_episodes(open_config):
    slow = {'width: 96, height: 72}': 'width: 96, height: 72, rate_hz: 2.0}'}
    session = LiveSession(open_config(**slow, **{'width: 80': 'rate_hz: 2.0\n    width: 80'}))
    frames = [session.advance() for _ in range(4)]
    assert [frame.stamp_ns // 1_000_000 for frame in frames] == [0, 500, 700, 1200]
    assert [frame.run for frame in frames] == [0, 0, 1, 1]


def test_rates_beyond_the_time_step_are_refused(write_config):
    fast = {'width: 96, height: 72}': 'width: 96, height: 72, rate_hz: 150.0}'}
    config = write_config(**fast, **{'seed: 11': 'seed: 11\nphysics: {timestep_s: 0.01}'})
    with pytest.raises(ConfigError, match=r'cameras\[0\].rate_hz: 150 frames a second are more'):
        load_config(config)


@pytest.mark.slow
@pytest.mark.parametrize('workers', [1, 2])
def test_generated_bytes_do_not_depend_on_workers(write_config, contents, tmp_path, workers):
    config = write_config(**UNEQUAL, **SEQUENCE)
    plan = make_plan(GenerateRequest(config, tmp_path), load_config(config))
    assert plan.frames == (12, 3)
    reports = []
    generate(GenerateRequest(config, tmp_path / 'one'), reports.append)
    assert [report.frames for report in reports] == [15, 15, 15]
    generate(GenerateRequest(config, tmp_path / 'other', workers=workers), reports.append)
    assert contents(tmp_path / 'one') == contents(tmp_path / 'other')


@pytest.mark.slow
def test_an_audit_agrees_and_renders_each_frame_again(write_config, tmp_path):
    config = write_config(
        **UNEQUAL, **SEQUENCE, **{'render:': 'labels: {everything: true}\nrender:'}
    )
    generate(GenerateRequest(config, tmp_path / 'set', episodes=2), lambda _: None)
    loaded = load_config(config)
    recording = DatasetRecording(tmp_path / 'set')
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=loaded.config.seed)
    with closing(stage.renderer):
        oracle = ConfigOracle(loaded, builder, stage=stage)
        result = audit(recording, AuditRequest(None), oracle=oracle)
    assert len(result.frames) == 30
    assert result.fine
    assert next(row for row in result.rows if row.name == 'again.rgb').frames == 30
