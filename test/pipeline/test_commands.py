"""A live session whose robot obeys commands: what it does, what it tells, what repeats."""

import json
import math
from contextlib import closing

import numpy as np
import pytest

from synth_ros.audit.run import AuditRequest, audit
from synth_ros.config.load import load_config
from synth_ros.geometry.planar import PlanarPose, Twist, moved
from synth_ros.pipeline.commands import CommandCounts, CommandInbox
from synth_ros.pipeline.generate import dataset_info, open_stage
from synth_ros.pipeline.live import LiveSession
from synth_ros.pipeline.oracle import ConfigOracle
from synth_ros.readers.recording_dataset import DatasetRecording
from synth_ros.ros.snapshots import Snapshots
from synth_ros.scene.build import SceneBuilder
from synth_ros.sim.commands import RawPoint, positions_by_name, trajectory, twist
from synth_ros.sim.joint_rules import Limits
from synth_ros.validate.run import validate

SECOND = 10**9


class Time:
    """Real time that a test moves."""

    now = 100.0

    def __call__(self):
        return self.now


def test_nonsense_is_counted_and_told_once_in_a_while():
    clock = Time()
    inbox = CommandInbox(now_s=clock)
    for _ in range(5):
        inbox.give(twist([math.nan, 0, 0], [0, 0, 0]))
    inbox.give(positions_by_name(['a', 'a'], [0, 0]))
    first, second = inbox.take_notes()
    assert first == (
        "Refused a message on cmd_vel: the value for 'linear.x' is nan; give a finite number of "
        'at most 1e+06.'
    )
    assert second.startswith('Refused a message on joint_commands: ')
    clock.now += 11
    inbox.give(twist([0, math.nan, 0], [0, 0, 0]))
    [again] = inbox.take_notes()
    assert again.endswith('(4 more like it since the last warning.)')
    assert inbox.take() == []
    assert inbox.counts.refused == {
        ('cmd_vel', 'no usable number'): 6,
        ('joint_commands', 'joint named twice'): 1,
    }


def test_what_waits_is_bounded_and_in_order():
    inbox = CommandInbox()
    for number in range(1500):
        inbox.give(twist([number, 0, 0], [0, 0, 0]))
    taken = inbox.take()
    assert [command.twist.x_m_s for command in taken] == list(range(500, 1500))
    assert inbox.counts == CommandCounts(overtaken=500)
    inbox.give(taken[0])
    inbox.forget()
    assert inbox.take() == []
    assert inbox.counts.dropped == 1


@pytest.fixture
def start(open_config):
    """Begins sessions that obey commands; the session and its inbox."""

    def begin(*, limits=None, **replace):
        stage = open_config(**replace)
        inbox = CommandInbox(limits or Limits(timeout_s=0.25))
        return LiveSession(stage, commands=inbox), inbox

    return begin


DRIVE = {
    1: twist([0.5, 0.0, 0.0], [0, 0, 1.0]),
    2: positions_by_name(['pan'], [0.5]),
    4: trajectory(['pan'], [RawPoint(SECOND // 10, [0.5]), RawPoint(SECOND // 5, [0.4], [0.0])]),
}


def ride(session, inbox, frames=6):
    out = []
    for number in range(frames):
        if number in DRIVE:
            inbox.give(DRIVE[number])
        out.append(session.advance())
    return out


def robot_of(frame):
    return json.loads(frame.samples[0].provenance_json)


def test_the_robot_goes_where_it_is_told_and_all_tell_the_same(start):
    session, inbox = start()
    frames = ride(session, inbox)
    here = PlanarPose(0.0, 0.0, 0.0)
    way = [here, *(moved(here, Twist(0.5, 0, 1.0), s) for s in (0.1, 0.2, 0.25, 0.25, 0.25))]
    pans = [frame.joints[0].position for frame in frames]
    assert pans[1] == pans[0]
    # 3 rad/s to 0.5 rad, then what the trajectory says.
    assert pans[2:] == pytest.approx([pans[1] + 0.3, 0.5, 0.5, 0.4], abs=1e-9)
    for frame, pose in zip(frames, way, strict=True):
        np.testing.assert_allclose(frame.commanded.pose, pose, atol=1e-9)
        made = robot_of(frame)
        np.testing.assert_allclose(made['commanded']['base'], pose, atol=1e-9)
        assert made['robot']['joints'] == {'pan': frame.joints[0].position}
        assert frame.samples[0].frame.scene.joints == frame.joints
        link = frame.links[0].world_from_link
        np.testing.assert_allclose(link[:2, 3], pose[:2], atol=1e-9)
        assert math.atan2(link[1, 0], link[0, 0]) == pytest.approx(pose[2], abs=1e-9)
        np.testing.assert_array_equal(made['robot']['world_from_first_link'], link)
    assert [robot_of(frame)['commanded']['accepted'] for frame in frames] == [0, 1, 2, 2, 3, 3]
    assert inbox.counts.accepted == {
        'cmd_vel': 1,
        'joint_commands': 1,
        'joint_trajectory': 1,
    }
    assert inbox.counts.events == {'timed out': 1}


def test_the_same_commands_make_the_same_frames(start):
    session, inbox = start()
    first = ride(session, inbox)
    inbox.give(positions_by_name(['pan'], [-1.0]))
    session.restart()
    # What was meant for the scene before is not obeyed.
    assert inbox.counts.dropped == 1
    for one, other in zip(first, ride(session, inbox), strict=True):
        assert one.joints == other.joints
        for a, b in zip(one.samples, other.samples, strict=True):
            np.testing.assert_array_equal(a.rgb, b.rgb)
            np.testing.assert_array_equal(a.frame.instance_id, b.frame.instance_id)
            assert a.provenance_json == b.provenance_json
    before = inbox.counts.accepted['cmd_vel']
    session.next_episode()
    after = session.advance()
    # Another scene begins in its own first posture.
    assert after.commanded.pose == (0, 0, 0)
    assert after.joints[0].position == robot_of(after)['view']['joints']['pan']
    assert inbox.counts.accepted['cmd_vel'] == before


def test_nothing_is_drawn_ahead_of_commands(start):
    session, inbox = start()
    session.draw(ahead=True).label()
    inbox.give(positions_by_name(['pam'], [0.9]))
    inbox.give(positions_by_name(['pan'], [0.9]))
    assert session.draw(ahead=True).label().commanded.accepted == 1
    [note] = inbox.take_notes()
    assert "no joint 'pam'. Did you mean 'pan'?" in note


def test_phases_happen_to_objects_while_the_robot_obeys(start):
    phases = (
        'sequence: {phases: [{name: hit, duration_s: 0.4, robot: {views: true}, events: '
        '[{at_s: 0.1, push: {impulse_n_s: 2.0}}]}, {name: rest, duration_s: 0.3, '
        'robot: {drive: {linear_m_s: 0.4, angular_rad_s: 0}}}]}\nrender:'
    )
    session, inbox = start(**{'render:': phases})
    first = session.advance()
    inbox.give(twist([0.2, 0, 0], [0, 0, 0]))
    frames = [first, *(session.advance() for _ in range(6))]
    told = [robot_of(frame)['phase'] for frame in frames]
    assert [phase['name'] for phase in told] == ['hit'] * 4 + ['rest'] * 3
    assert [event['kind'] for event in told[3]['events']] == ['push']
    assert [frame.commanded.pose.x_m for frame in frames] == pytest.approx(
        [0, 0.02, 0.04, 0.05, 0.05, 0.05, 0.05]
    )
    assert len({frame.joints[0].position for frame in frames}) == 1


@pytest.mark.slow
def test_an_audit_finds_the_robot_where_the_labels_say(write_config, tmp_path):
    loaded = load_config(write_config(**{'render:': 'labels: {robot: true}\nrender:'}))
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=loaded.config.seed)
    with closing(stage.renderer):
        inbox = CommandInbox()
        session = LiveSession(stage, commands=inbox)
        frames = ride(session, inbox)
        info = dataset_info(loaded, builder, seed=11, renderer=stage.renderer.name)
        snapshots = Snapshots(
            str(tmp_path / 'dataset'), info=lambda: info, options=loaded.config.output.dataset
        )
        for frame in frames[1:4]:
            snapshots.add(frame)
        oracle = ConfigOracle(loaded, builder, stage=stage)
        recording = DatasetRecording(tmp_path / 'dataset')
        result = audit(recording, AuditRequest(), oracle=oracle)
    assert len(result.frames) == 6
    assert validate(tmp_path / 'dataset').errors == 0
    assert [row.name for row in result.rows if row.status == 'broken'] == []
    measured = {row.name for row in result.rows if row.number}
    assert {'scene.links', 'robot'} <= measured
    # It is nobody's claim that these frames follow from config, seed and number.
    assert 'Frames whose robot obeyed commands were not rendered again.' in result.notes
    assert not any(name.startswith('again.') for name in measured)
