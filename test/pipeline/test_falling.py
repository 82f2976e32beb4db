"""Objects that fall in: nowhere before, then falling as things fall, labelled from then on."""

import itertools
import json
from contextlib import closing

import numpy as np
import pytest

from synth_ros.audit.run import AuditRequest, audit
from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import (
    GenerateRequest,
    episode_samples,
    generate,
    open_stage,
)
from synth_ros.pipeline.instant import Course
from synth_ros.pipeline.motion import RunningEpisode
from synth_ros.pipeline.oracle import ConfigOracle
from synth_ros.pipeline.timing import Timing
from synth_ros.readers.recording_dataset import DatasetRecording
from synth_ros.scene.build import SceneBuilder
from synth_ros.types import FlowState

LABELS = {'render:': 'labels: {everything: true, min_pixels: 4}\nrender:'}
HIGH = (
    'sequence: {phases: [{name: rain, duration_s: 0.3, events: [{at_s: 0.1, drop:'
    ' {count: 3, from_height_m: [0.8, 1.0], interval_s: 0.1, classes: [brick]}}]}]}'
)


@pytest.fixture
def samples_of(open_config):
    def run(text, *, frames=6, episode=0, **replace):
        stage = open_config(**{'seed: 11': f'seed: 11\n{text}'}, **replace)
        return list(episode_samples(stage, stage.open(episode), Course('sequence', frames)))

    return run


def names(sample):
    return [item.name for item in sample.frame.instances]


def test_dropped_objects_appear_one_after_another_and_fall_at_g(samples_of):
    samples = [s for s in samples_of(HIGH) if s.key.camera == 'top']
    there = [len(sample.frame.instances) for sample in samples]
    first = there[0]
    assert there == [first, first + 1, first + 2, first + 3, first + 3, first + 3]
    assert [item.class_name for item in samples[-1].frame.instances[first:]] == ['brick'] * 3
    for k in range(3):
        heights = [
            sample.frame.instances[first + k].world_from_object[2, 3]
            for sample in samples[k + 1 :]
        ]
        # Bricks are symmetric: the body's origin is the box's centre. Steps of 2 ms.
        steps = 50 * np.arange(len(heights))
        fallen = 9.81 * 0.002**2 * steps * (steps + 1) / 2
        whole = fallen < 0.7
        np.testing.assert_allclose(
            np.array(heights[0]) - np.array(heights)[whole], fallen[whole], atol=1e-6
        )
        assert whole.sum() >= 3
        assert 0.8 < heights[0] - 0.72 < 1.2
    events = json.loads(samples[-3].provenance_json).get('phase')
    assert events is None
    told = json.loads(samples[2].provenance_json)['phase']['events']
    assert [(event['kind'], event['at_s']) for event in told] == [('drop', 0.1), ('drop', 0.2)]
    assert told[0]['objects'] == [samples[1].frame.instances[first].name]


@pytest.mark.parametrize('backend', ['classic', 'onepass'])
def test_before_they_fall_nothing_shows_that_they_wait(samples_of, backend):
    drawn = {'backend: classic': f'backend: {backend}'}
    plain = samples_of(
        'sequence: {phases: [{name: rain, duration_s: 0.3}]}', **LABELS, **drawn, frames=1
    )
    waiting = samples_of(HIGH, **LABELS, **drawn, frames=1)
    for one, two in zip(plain, waiting, strict=True):
        np.testing.assert_array_equal(one.rgb, two.rgb)
        np.testing.assert_array_equal(one.depth_m, two.depth_m)
        np.testing.assert_array_equal(one.frame.geom_id, two.frame.geom_id)
        assert names(one) == names(two)
        for a, b in zip(one.labels.instances, two.labels.instances, strict=True):
            assert (a.instance.name, a.box, a.visibility) == (b.instance.name, b.box, b.visibility)
        assert one.labels.scene.relations == two.labels.scene.relations
        for a, b in zip(one.labels.scene.contacts, two.labels.scene.contacts, strict=True):
            assert (a.first, a.second) == (b.first, b.second)
            assert a.position_m == pytest.approx(b.position_m, abs=1e-12)
            assert a.force_n == pytest.approx(b.force_n, abs=1e-6)
        assert one.frame.silhouettes.keys() == two.frame.silhouettes.keys()


def test_what_appears_has_entered(samples_of):
    low = HIGH.replace('from_height_m: [0.8, 1.0]', 'from_height_m: 0.1')
    samples = [s for s in samples_of(low, **LABELS, frames=6) if s.key.camera == 'top']
    entered = 0
    for before, sample in itertools.pairwise(samples):
        tracks = {track.instance_id: track for track in sample.labels.scene.tracks}
        for item in sample.frame.instances:
            if item.name not in names(before) and tracks[item.instance_id].state == 'visible':
                assert tracks[item.instance_id].event == 'entered'
                entered += 1
    assert entered == 3


def test_fallen_objects_come_to_lie_on_their_surface(samples_of):
    region = 'region: {center_m: [0.8, 0.3, 0.72], size_m: [0.3, 0.2]}'
    text = HIGH.replace('from_height_m: [0.8, 1.0]', f'from_height_m: 0.05, {region}')
    samples = samples_of(text, frames=16, **{'count: [3, 5]': 'count: [1, 1]'})
    assert len(samples[-1].frame.instances) == 4
    fallen = samples[-1].frame.instances[-3:]
    for item in fallen:
        x, y, z = item.world_from_object[:3, 3]
        assert abs(x - 0.8) < 0.3
        assert abs(y - 0.3) < 0.35
        assert 0.72 < z < 0.95


def test_where_there_is_no_room_objects_stay_out_and_it_is_told(open_config):
    tight = (
        'sequence: {phases: [{name: a, events: [{drop: {count: 2, from_height_m: 0.001,'
        ' interval_s: 0, region: {center_m: [0.8, 0, 0.1], size_m: [0.01, 0.01]}}}]}]}'
    )
    stage = open_config(**{'seed: 11': f'seed: 11\n{tight}'})
    instants = list(RunningEpisode(stage.open(0), Timing(stage.config)).instants(2))
    assert len(instants[0].notes) == 2
    assert (
        'did not fall onto region: something was in the way at all 60 spots'
        in (instants[0].notes[0])
    )
    assert instants[1].phase.events == ()


def test_objects_fall_in_the_first_round_only(samples_of):
    text = HIGH.replace('{phases', '{repeat: true, phases').replace(
        'interval_s: 0.1', 'interval_s: 0'
    )
    samples = [s for s in samples_of(text, frames=9) if s.key.camera == 'top']
    there = [len(sample.frame.instances) for sample in samples]
    assert there[1:] == [there[0] + 3] * 8


def test_what_falls_in_changes_no_other_object(open_config):
    plain = open_config().open(4).sampled
    stage = open_config(**{'seed: 11': f'seed: 11\n{HIGH}'})
    more = stage.open(4).sampled
    count = len(plain.objects)
    assert more.objects[:count] == plain.objects
    assert [item.waits for item in more.objects[count:]] == ['rain/0'] * 3
    assert [item.instance_id for item in more.objects[count:]] == [count + 1, count + 2, count + 3]


def test_what_was_not_there_has_no_flow_back(samples_of):
    low = HIGH.replace('from_height_m: [0.8, 1.0]', 'from_height_m: 0.1')
    samples = [s for s in samples_of(low, **LABELS) if s.key.camera == 'top']
    for before, sample in itertools.pairwise(samples):
        new = [i.instance_id for i in sample.frame.instances if i.name not in names(before)]
        fresh = np.isin(sample.frame.instance_id, new)
        flow = sample.labels.dense.flow_backward
        assert (flow.state[fresh] == FlowState.INVALID).all()
        assert not flow.flow_px[fresh].any()
        assert not flow.scene_flow_m[fresh].any()
        old = (sample.frame.instance_id > 0) & ~fresh
        assert (flow.state[old] != FlowState.INVALID).all()
        assert not new or fresh.any()
    assert len(names(samples[-1])) == len(names(samples[0])) + 3


@pytest.mark.slow
def test_an_audit_agrees_before_and_after_they_fall(write_config, tmp_path):
    text = HIGH.replace('from_height_m: [0.8, 1.0]', 'from_height_m: 0.1')
    config = write_config(
        **LABELS,
        **{
            'seed: 11': f'seed: 11\n{text}',
            'views_per_episode: 2': 'views_per_episode: 6, motion: sequence',
        },
    )
    generate(GenerateRequest(config, tmp_path / 'set', episodes=2), lambda _: None)
    loaded = load_config(config)
    stage = open_stage(loaded, SceneBuilder(loaded), seed=loaded.config.seed)
    with closing(stage.renderer):
        oracle = ConfigOracle(loaded, stage.builder, stage=stage)
        recording = DatasetRecording(tmp_path / 'set')
        result = audit(recording, AuditRequest(None), oracle=oracle)
    broken = [f'{row.name}: {row.worst.detail}' for row in result.rows if row.status == 'broken']
    assert broken == []
    assert result.fine
