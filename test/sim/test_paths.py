"""Ways of the robot: arcs of the right radius and length, joints within limits, no jerks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.sim.paths import Speed, between, composed, drive, still, through
from synth_ros.sim.robot import Posture

DT = 0.002
HERE = Posture(1.0, -2.0, 0.1, 0.5, np.array([0.2, 0.4]))


@pytest.mark.parametrize(('linear', 'angular'), [(0.4, 0.8), (-0.3, 0.5), (0.5, -1.2), (0.2, 0.0)])
def test_one_arc_is_a_circle(linear, angular):
    way = drive((1.0, -2.0, 0.5), [Speed(linear, angular)], steps=1000, timestep_s=DT, ramp_s=0.25)
    # Full speed but for the ramps, on which it is half of it in the mean.
    assert way[-1, 2] - 0.5 == pytest.approx(angular * 1.75, abs=1e-9)
    steps = np.diff(way[:, :2], axis=0)
    length = np.linalg.norm(steps, axis=1).sum()
    assert length == pytest.approx(abs(linear) * 1.75, rel=1e-4)
    if angular:
        radius = linear / angular
        center = np.array([1.0 - radius * math.sin(0.5), -2.0 + radius * math.cos(0.5)])
        away = np.linalg.norm(way[:, :2] - center, axis=1)
        np.testing.assert_allclose(away, abs(radius), atol=1e-12)
    # It goes where it looks.
    heading = way[:-1, 2] + np.diff(way[:, 2]) / 2
    ahead = np.stack([np.cos(heading), np.sin(heading)], axis=1)
    across = steps[:, 0] * ahead[:, 1] - steps[:, 1] * ahead[:, 0]
    np.testing.assert_allclose(across, 0, atol=1e-12)


def test_a_drive_speeds_up_and_slows_down_steadily():
    way = drive(
        (0, 0, 0), [Speed(1.0, 0.0), Speed(-0.5, 0.0)], steps=2000, timestep_s=DT, ramp_s=0.5
    )
    speed = np.diff(way[:, 0]) / DT
    assert speed[0] == pytest.approx(0.5 * DT / 0.5, abs=1e-9)
    assert speed[-1] == pytest.approx(-0.25 * DT / 0.5, abs=1e-9)
    assert speed[500] == pytest.approx(1.0)
    assert speed[1500] == pytest.approx(-0.5)
    assert np.abs(np.diff(speed)).max() / DT <= 1.5 / 0.5 + 1e-6


def test_ramps_longer_than_the_way_are_cut():
    way = drive((0, 0, 0), [Speed(1.0, 0.0)], steps=100, timestep_s=DT, ramp_s=9.0)
    assert way[-1, 0] == pytest.approx(0.1)
    assert np.diff(way[:, 0]).max() / DT == pytest.approx(1.0, rel=0.02)


@given(
    st.lists(st.tuples(st.floats(0.05, 2), st.floats(-1, 1)), min_size=1, max_size=6),
    st.floats(-1, 1),
)
def test_positions_never_leave_the_range_of_their_neighbours(steps, start):
    times = np.concatenate([[0.0], np.cumsum([gap for gap, _ in steps])])
    positions = np.array([start, *(value for _, value in steps)])[:, None]
    at = np.linspace(0, times[-1], 400)
    got = through(times, positions, at)[:, 0]
    low = np.interp(at, times, np.minimum(positions, np.roll(positions, -1))[:, 0])
    piece = np.clip(np.searchsorted(times, at, side='right') - 1, 0, len(times) - 2)
    low = np.minimum(positions[piece, 0], positions[piece + 1, 0])
    high = np.maximum(positions[piece, 0], positions[piece + 1, 0])
    assert (got >= low - 1e-12).all()
    assert (got <= high + 1e-12).all()
    np.testing.assert_allclose(through(times, positions, times)[:, 0], positions[:, 0], atol=1e-12)


def test_joints_move_without_jumps_of_speed():
    times = np.array([0.0, 0.5, 1.5, 2.0])
    positions = np.array([[0.0, 1.0], [0.4, 0.2], [1.0, 0.9], [0.6, 0.9]])
    at = np.arange(0, 2.0 + DT / 2, DT)
    speed = np.diff(through(times, positions, at), axis=0) / DT
    assert np.abs(speed[[0, -1]]).max() < 0.03
    assert np.abs(np.diff(speed, axis=0)).max() < 0.05
    # Before and after its time it stands.
    before, after = through(times, positions, np.array([-1.0, 9.0]))
    assert before.tolist() == [0.0, 1.0]
    assert after.tolist() == [0.6, 0.9]


def test_a_move_rests_at_both_ends():
    there = HERE._replace(x_m=2.0, yaw_rad=-0.5, qpos=np.array([0.0, 1.4]))
    path = between(HERE, there, steps=100)
    assert path(0).x_m == 1.0
    assert path(100) is there
    assert path(50).x_m == pytest.approx(1.5)
    assert path(1).x_m - 1.0 < 4e-4
    assert still(HERE)(7) is HERE


def test_base_and_joints_are_put_together():
    base = np.array([[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
    path = composed(HERE, base=base, qpos=None)
    assert path(1)[:4] == (1.0, 2.0, 0.1, 3.0)
    assert path(5)[:4] == (1.0, 2.0, 0.1, 3.0)
    assert path(1).qpos is HERE.qpos
    path = composed(HERE, base=None, qpos=np.array([[0.0, 0.0], [5.0, 6.0]]))
    assert path(1)[:4] == HERE[:4]
    assert path(9).qpos.tolist() == [5.0, 6.0]
