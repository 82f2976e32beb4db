"""Phases of a sequence: the robot goes where it was told, objects are pushed and carried."""

import json
import math
from contextlib import closing

import numpy as np
import pytest
from phase_hall import HALL, STILL, WHEELED

from synth_ros.audit.run import AuditRequest, audit
from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import (
    GenerateRequest,
    episode_samples,
    generate,
    open_stage,
    view_again,
)
from synth_ros.pipeline.instant import Course
from synth_ros.pipeline.motion import RunningEpisode
from synth_ros.pipeline.oracle import ConfigOracle
from synth_ros.pipeline.timing import Timing
from synth_ros.readers.recording_dataset import DatasetRecording
from synth_ros.scene.build import SceneBuilder


@pytest.fixture
def play(open_config, tmp_path):
    """Plays phases in the hall; the samples of the camera ``top`` and the episode."""

    def run(phases, *, frames=11, episode=0, count='[2, 2]', **replace):
        (tmp_path / 'hall.xml').write_text(HALL)
        stage = open_config(
            **{
                **STILL,
                "'builtin://table'": 'hall.xml',
                'count: [3, 5]': f'count: {count}',
                'render:': f'sequence: {phases}\nrender:',
            }
            | replace
        )
        opened = stage.open(episode)
        course = Course('sequence', frames)
        return [s for s in episode_samples(stage, opened, course) if s.key.camera == 'top']

    return run


def phase_in(sample):
    return json.loads(sample.provenance_json).get('phase')


def base(sample):
    """x, y, yaw of the robot's first link."""
    pose = sample.frame.scene.links[0].world_from_link
    return np.array([*pose[:2, 3], math.atan2(pose[1, 0], pose[0, 0])])


def joint(sample, name='pan'):
    return next(j for j in sample.frame.scene.joints if j.name == name)


def test_the_base_drives_the_arc_that_was_drawn(play):
    samples = play(
        '{phases: [{name: go, duration_s: 0.8, robot: {drive: {linear_m_s: [0.2, 0.4],'
        ' angular_rad_s: [-1.0, 1.0], ramp_s: 0.1}}}]}'
    )
    told = phase_in(samples[0])
    assert (told['name'], told['number'], told['begin_s'], told['duration_s']) == (
        'go',
        0,
        0.0,
        0.8,
    )
    ((linear, angular),) = told['motion']['arcs']
    assert 0.2 <= linear <= 0.4
    places = np.array([base(sample) for sample in samples])
    whole_s = 0.7
    np.testing.assert_allclose(places[0], 0, atol=1e-12)
    assert places[-1, 2] == pytest.approx(angular * whole_s)
    radius = linear / angular
    np.testing.assert_allclose(np.hypot(places[:, 0], places[:, 1] - radius), abs(radius))
    assert np.linalg.norm(places[-1, :2]) == pytest.approx(
        abs(2 * radius * math.sin(angular * whole_s / 2))
    )
    # After 0.8 s it stands.
    np.testing.assert_array_equal(places[8], places[10])
    assert phase_in(samples[7])['name'] == 'go'
    assert phase_in(samples[8]) is None


def test_a_way_through_the_wall_is_drawn_again_and_told_of(play):
    motion = 'robot: {drive: {linear_m_s: {choice: {values: [4.0, -1.0]}}}}'
    told = []
    for episode in range(6):
        samples = play(f'{{phases: [{{name: go, duration_s: 0.7, {motion}}}]}}', episode=episode)
        told.append(phase_in(samples[0]))
        assert base(samples[-1])[0] == pytest.approx(-0.5)
    assert all(phase['motion']['arcs'] == [[-1.0, 0.0]] for phase in told)
    refused = [reason for phase in told for reason in phase['refused']]
    assert refused
    assert set(refused) == {'a geom of robot/base_link and world/env/wall'}


def test_a_robot_without_a_free_way_stays(play):
    samples = play('{phases: [{name: go, robot: {drive: {linear_m_s: 4.0}}}]}')
    told = phase_in(samples[0])
    assert told['motion'] is None
    assert told['refused'] == ['a geom of robot/base_link and world/env/wall']
    np.testing.assert_allclose(base(samples[-1]), 0, atol=1e-12)


def test_several_arcs_follow_one_another(play):
    samples = play(
        '{phases: [{name: go, duration_s: 1.0, robot: {drive: {linear_m_s: [-0.4, 0.4],'
        ' angular_rad_s: [-1, 1], arcs: 2, ramp_s: 0.0}}}]}'
    )
    (v1, w1), (v2, w2) = phase_in(samples[0])['motion']['arcs']
    assert v1 != v2
    places = np.array([base(sample) for sample in samples])
    np.testing.assert_allclose(np.diff(places[:, 2]), [w1 / 10] * 5 + [w2 / 10] * 5, atol=1e-9)


def test_waypoints_take_equal_shares_and_stay_within_limits(play):
    samples = play(
        '{phases: [{name: look, duration_s: 0.8, robot: {waypoints: [{pan: 0.9}, {pan: -1.0}]}}]}'
    )
    at = [joint(sample).position for sample in samples]
    assert at[4] == pytest.approx(0.9)
    assert at[8] == at[10] == pytest.approx(-1.0)
    assert min(at) >= -1.0
    speeds = [joint(sample).velocity for sample in samples]
    assert speeds[9] == speeds[10] == 0


def test_a_trajectory_is_followed(play, tmp_path):
    times = np.arange(0, 1.01, 0.05)
    lines = [f'{t + 7:.2f},{0.8 * math.sin(3 * t):.6f}' for t in times]
    (tmp_path / 'log.csv').write_text('\n'.join(['time_s,pan', *lines]))
    motion = 'robot: {trajectory: {file: log.csv, blend_s: 0.1, speed: 0.5}}'
    samples = play(f'{{phases: [{{name: log, duration_s: 1.0, {motion}}}]}}')
    for k, sample in enumerate(samples[1:], 1):
        assert joint(sample).position == pytest.approx(0.8 * math.sin(1.5 * k / 10), abs=1e-3)
        if k > 1:
            expected = 1.2 * math.cos(1.5 * k / 10)
            assert joint(sample).velocity == pytest.approx(expected, abs=0.1)


def test_driving_and_arms_go_together(play):
    samples = play(
        '{phases: [{name: both, duration_s: 0.5,'
        ' robot: {drive: {linear_m_s: 0.2, ramp_s: 0}, waypoints: [{pan: 0.5}]}}]}'
    )
    assert base(samples[-1])[0] == pytest.approx(0.1)
    assert joint(samples[-1]).position == pytest.approx(0.5)


def test_views_in_a_phase_are_those_without_phases(play):
    free = {'robot: {joints: {pan: [-0.3, 0.3]}}': 'robot: {joints: {pan: [-0.3, 0.3]}}'}
    plain = play('{}', frames=7, **free)
    phased = play(
        '{phases: [{name: look, duration_s: 9, robot: {views: true}}]}', frames=7, **free
    )
    for one, two in zip(plain, phased, strict=True):
        assert joint(one) == joint(two)
        assert phase_in(one) is None
    assert joint(plain[3]).position != joint(plain[6]).position


def test_wheels_roll_without_slipping(play, tmp_path):
    (tmp_path / 'wheeled.xml').write_text(WHEELED)
    samples = play(
        '{phases: [{name: go, duration_s: 1.0,'
        ' robot: {drive: {linear_m_s: 0.3, angular_rad_s: 0.5, ramp_s: 0.2}}}]}',
        **{'robot: {model: bot.xml}': 'robot: {model: wheeled.xml, wheels: [left, right]}'},
    )
    turned = {name: joint(samples[-1], name).position for name in ('left', 'right')}
    # At full speed for 0.8 s in all; the left wheel is on the inside.
    assert turned['left'] == pytest.approx((0.3 - 0.5 * 0.2) * 0.8 / 0.1)
    assert turned['right'] == pytest.approx(-(0.3 + 0.5 * 0.2) * 0.8 / 0.1)
    assert joint(samples[5], 'left').velocity == pytest.approx(2.0)


PUSH = (
    '{{phases: [{{name: hit, events: [{{at_s: 0.2, push: {{impulse_n_s: 0.05, count: 1,'
    ' heading_deg: 90, elevation_deg: 30, duration_s: {duration}}}}}]}}]}}'
)


@pytest.mark.parametrize('duration', ['0.0', '0.1'])
def test_a_push_gives_the_momentum_asked_for(play, open_config, tmp_path, duration):
    (tmp_path / 'hall.xml').write_text(HALL)
    stage = open_config(
        **STILL,
        **{
            "'builtin://table'": 'hall.xml',
            'count: [3, 5]': 'count: [2, 2]',
            'render:': f'sequence: {PUSH.format(duration=duration)}\nrender:',
        },
    )
    episode = stage.open(0)
    world = episode.world
    world.model.opt.gravity[:] = 0
    # Off the belt, so that nothing is in the way.
    qpos = world.data.qpos.copy()
    for k, part in enumerate(world.scene.objects):
        qpos[part.qpos_address : part.qpos_address + 3] = [-2, k, 1.5]
    world.set_objects(qpos)
    running = RunningEpisode(episode, Timing(stage.config))
    instants = list(running.instants(5))
    told = instants[-1].phase.events
    assert [event.kind for event in told] == ['push']
    assert told[0].impulse_n_s == pytest.approx(
        (0.0, 0.05 * math.cos(math.pi / 6), 0.025), abs=1e-12
    )
    (name,) = told[0].objects
    for part in world.scene.objects:
        mass = world.model.body_mass[part.body_id]
        speed = world.data.qvel[part.dof_address : part.dof_address + 3]
        expected = told[0].impulse_n_s if part.name == name else (0, 0, 0)
        np.testing.assert_allclose(mass * speed, expected, atol=1e-9)
    assert not world.data.xfrc_applied.any()
    assert instants[1].phase.events == ()


def test_a_push_of_more_than_there_are_pushes_all(play):
    samples = play(
        '{phases: [{name: hit, events: [{push: {impulse_n_s: 0.01, count: 9,'
        ' classes: [ball]}}]}]}',
        count='[6, 6]',
    )
    names = phase_in(samples[0])['events'][0]['objects']
    balls = [i.name for i in samples[0].frame.instances if i.class_name == 'ball']
    assert sorted(names) == sorted(balls)
    assert balls


def test_a_belt_carries_objects(play):
    samples = play(
        '{phases: [{name: run, duration_s: 1.0, events: [{conveyor: {surface: line,'
        ' speed_m_s: 0.2, ramp_s: 0.2}}]}]}',
        **{
            '{name: ball, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}': (
                '{name: ball, primitives: [{shape: box, size_m: [0.08, 0.08, 0.08]}]}'
            )
        },
    )
    event = phase_in(samples[0])['events'][0]
    assert (event['kind'], event['surface'], event['speed_m_s']) == ('conveyor', 'line', 0.2)
    before = np.array([i.world_from_object[:3, 3] for i in samples[5].frame.instances])
    after = np.array([i.world_from_object[:3, 3] for i in samples[10].frame.instances])
    # The belt's x axis is the world's y axis.
    np.testing.assert_allclose(after - before, [[0, 0.1, 0]] * 2, atol=1e-3)


def test_phases_repeat_with_new_draws(play):
    samples = play(
        '{repeat: true, phases: [{name: a, duration_s: 0.2, robot: {waypoints: [{pan: [-1, 1]}]}},'
        ' {name: b, duration_s: 0.3}]}'
    )
    told = [phase_in(sample) for sample in samples]
    assert [phase['number'] for phase in told] == [0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4]
    assert told[0]['motion']['waypoints'] != told[5]['motion']['waypoints']


def test_another_phase_before_shifts_no_draw(play):
    look = '{name: look, duration_s: 0.3, robot: {waypoints: [{pan: [-1, 1]}]}}'
    one = play(f'{{phases: [{look}]}}')
    two = play(f'{{phases: [{{name: wait, duration_s: 0.2}}, {look}]}}')
    assert phase_in(one[0])['motion'] == phase_in(two[2])['motion']
    assert phase_in(two[2])['name'] == 'look'


def test_a_frame_alone_is_that_of_the_sequence(open_config, tmp_path):
    (tmp_path / 'hall.xml').write_text(HALL)
    stage = open_config(
        **{
            "'builtin://table'": 'hall.xml',
            'width: 96, height: 72}': 'width: 96, height: 72, rate_hz: 20}',
            'render:': 'sequence: {phases: [{name: run, duration_s: 0.4, robot: {views: true},'
            ' events: [{conveyor: {surface: line, speed_m_s: [0.1, 0.4]}},'
            ' {at_s: 0.1, push: {impulse_n_s: [0, 0.1]}}]}]}\nrender:',
        }
    )
    course = Course('sequence', 5)
    whole = {(s.key.camera, s.key.view): s for s in episode_samples(stage, stage.open(3), course)}
    for view in (4, 2):
        for sample in view_again(stage, stage.open(3), course=course, view=view):
            expected = whole[sample.key.camera, view]
            assert sample.provenance_json == expected.provenance_json
            np.testing.assert_array_equal(sample.rgb, expected.rgb)
            np.testing.assert_array_equal(sample.depth_m, expected.depth_m)


EVENTFUL = (
    'sequence: {phases: [{name: run, duration_s: [0.2, 0.4], robot: {waypoints: [{pan: [-1, 1]}]},'
    ' events: [{conveyor: {surface: line, speed_m_s: [0.1, 0.4]}},'
    ' {at_s: 0.1, drop: {count: [1, 2], interval_s: 0.05}},'
    ' {at_s: 0.15, push: {impulse_n_s: [0, 0.1]}}]},'
    ' {name: look, duration_s: 9, robot: {views: true}}]}\nrender:'
)


class StopError(Exception):
    """Ends a run."""


@pytest.mark.slow
@pytest.mark.parametrize('workers', [1, 2])
def test_bytes_do_not_depend_on_workers_or_stops(write_config, contents, tmp_path, workers):
    (tmp_path / 'hall.xml').write_text(HALL)
    config = write_config(
        **{
            "'builtin://table'": 'hall.xml',
            'render:': EVENTFUL,
            'views_per_episode: 2': 'views_per_episode: 6, motion: sequence',
            'width: 80': 'rate_hz: 16\n    width: 80',
        }
    )
    generate(GenerateRequest(config, tmp_path / 'whole'), lambda _: None)

    def stop(progress):
        raise StopError('enough')

    with pytest.raises(StopError, match='enough'):
        generate(GenerateRequest(config, tmp_path / 'again'), stop)
    request = GenerateRequest(config, tmp_path / 'again', resume=True, workers=workers)
    generate(request, lambda _: None)
    whole = contents(tmp_path / 'whole')
    assert contents(tmp_path / 'again') == whole
    assert len([name for name in whole if name.endswith('top.png')]) >= 3 * 10


@pytest.mark.slow
@pytest.mark.parametrize('robot', ['true', 'false'])
def test_an_audit_finds_the_robot_on_its_way(write_config, tmp_path, robot):
    (tmp_path / 'hall.xml').write_text(HALL)
    go = 'drive: {linear_m_s: -0.4, angular_rad_s: 0.3}, waypoints: [{pan: 0.8}]'
    config = write_config(
        **{
            "'builtin://table'": 'hall.xml',
            'render:': f'labels: {{robot: {robot}, min_pixels: 4}}\nsequence: {{phases:'
            f' [{{name: go, duration_s: 0.5, robot: {{{go}}}}}]}}\nrender:',
            'views_per_episode: 2': 'views_per_episode: 5, motion: sequence',
        }
    )
    generate(GenerateRequest(config, tmp_path / 'set', episodes=1), lambda _: None)
    loaded = load_config(config)
    stage = open_stage(loaded, SceneBuilder(loaded), seed=loaded.config.seed)
    with closing(stage.renderer):
        oracle = ConfigOracle(loaded, stage.builder, stage=stage)
        result = audit(DatasetRecording(tmp_path / 'set'), AuditRequest(None), oracle=oracle)
    assert [row.name for row in result.rows if row.status == 'broken'] == []
    assert len(result.frames) == 10
