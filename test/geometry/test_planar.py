"""A base that drives: exact arcs, speeds that are no larger than allowed."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.geometry.planar import PlanarPose, Twist, carried, limited, moved

HERE = PlanarPose(1.0, -2.0, 0.5)
SPEED = st.floats(-3, 3)
TWISTS = st.builds(Twist, SPEED, SPEED, SPEED)


def small_steps(pose, twist, time_s, *, steps=20000):
    """The same way by the midpoint rule, which is wrong by the square of a step."""
    x, y, yaw = pose
    dt = time_s / steps
    for _ in range(steps):
        middle = yaw + twist.yaw_rad_s * dt / 2
        x += dt * (math.cos(middle) * twist.x_m_s - math.sin(middle) * twist.y_m_s)
        y += dt * (math.sin(middle) * twist.x_m_s + math.cos(middle) * twist.y_m_s)
        yaw += twist.yaw_rad_s * dt
    return x, y, yaw


@pytest.mark.parametrize(
    'twist', [Twist(0.5, 0, 1.3), Twist(-0.4, 0.3, -2.0), Twist(1, 1, 0), Twist(0.2, 0, 1e-9)]
)
def test_an_arc_is_what_many_small_steps_come_to(twist):
    np.testing.assert_allclose(moved(HERE, twist, 2.5), small_steps(HERE, twist, 2.5), atol=1e-7)


@given(TWISTS, st.floats(0, 5), st.floats(0, 5))
def test_a_way_may_be_cut_anywhere(twist, first_s, second_s):
    cut = moved(moved(HERE, twist, first_s), twist, second_s)
    np.testing.assert_allclose(cut, moved(HERE, twist, first_s + second_s), atol=1e-9)


@given(st.floats(-1e-3, 1e-3), st.floats(0, 2))
def test_turning_very_slowly_is_no_special_case(turn, time_s):
    x, y, _ = moved(PlanarPose(0, 0, 0), Twist(1, 0, turn), time_s)
    angle = turn * time_s
    np.testing.assert_allclose(x, time_s * (1 - angle**2 / 6), rtol=1e-12)
    np.testing.assert_allclose(y, time_s * (angle / 2 - angle**3 / 24), rtol=1e-12, atol=1e-100)


@given(TWISTS, st.floats(0, 2), st.floats(0, 2))
def test_limits_hold_and_the_direction_stays(twist, linear, yaw):
    out = limited(twist, linear_m_s=linear, yaw_rad_s=yaw)
    # Numbers next to zero have fewer digits.
    assert math.hypot(out.x_m_s, out.y_m_s) <= linear * (1 + 1e-12) + 1e-300
    assert abs(out.yaw_rad_s) <= yaw
    assert abs(out.x_m_s * twist.y_m_s - out.y_m_s * twist.x_m_s) <= 1e-9
    if math.hypot(twist.x_m_s, twist.y_m_s) <= linear and abs(twist.yaw_rad_s) <= yaw:
        assert out == twist


def test_a_link_that_is_carried_along_moves_as_differences_say():
    twist, dt = Twist(0.4, -0.2, 1.1), 1e-6
    offset = np.array([0.3, 0.5, 0.8, 1.0])

    def link(time_s):
        x, y, yaw = moved(HERE, twist, time_s)
        cos, sin = math.cos(yaw), math.sin(yaw)
        out = np.array([[cos, -sin, 0, x], [sin, cos, 0, y], [0, 0, 1, 0.1], [0, 0, 0, 1.0]])
        # The link looks to the left of the base and down.
        out[:3, 3] = (out @ offset)[:3]
        out[:3, :3] = out[:3, :3] @ np.array([[0, -1, 0], [0, 0, -1], [1.0, 0, 0]])
        return out

    pose = link(0.0)
    linear = pose[:3, :3].T @ (link(dt)[:3, 3] - pose[:3, 3]) / dt
    spin = pose[:3, :3].T @ (link(dt)[:3, :3] - pose[:3, :3]) / dt
    found = carried(twist, HERE, pose)
    np.testing.assert_allclose(found[:3], linear, atol=1e-5)
    np.testing.assert_allclose(found[3:], [spin[2, 1], spin[0, 2], spin[1, 0]], atol=1e-5)
