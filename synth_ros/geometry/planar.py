"""Motion in the plane: poses and twists of a base that drives on the ground."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from synth_ros.types import FloatArray


class PlanarPose(NamedTuple):
    """Where a base stands in the world.

    Attributes:
        x_m: Position.
        y_m: Position.
        yaw_rad: Heading; does not wrap.
    """

    x_m: float
    y_m: float
    yaw_rad: float


class Twist(NamedTuple):
    """How fast a base goes, in its own frame: x forward, y to the left (REP-103).

    Attributes:
        x_m_s: Forward.
        y_m_s: To the left.
        yaw_rad_s: Turning to the left.
    """

    x_m_s: float = 0.0
    y_m_s: float = 0.0
    yaw_rad_s: float = 0.0


STILL = Twist()


def moved(pose: PlanarPose, twist: Twist, time_s: float) -> PlanarPose:
    """Where a base is after it went for a time with a constant twist: an exact arc.

    The exponential map of SE(2): with a = w t, the way in the frame of the start is
    t [[sin a / a, -(1 - cos a) / a], [(1 - cos a) / a, sin a / a]] v.

    Args:
        pose: Where it starts.
        twist: In its own frame, which turns with it.
        time_s: How long.
    """
    angle = twist.yaw_rad_s * time_s
    along, across = 1.0, 0.0
    if angle:
        # 1 - cos a = 2 sin(a / 2)^2, without loss of digits where a is small.
        along, across = math.sin(angle) / angle, 2 * math.sin(angle / 2) ** 2 / angle
    ahead = time_s * (along * twist.x_m_s - across * twist.y_m_s)
    aside = time_s * (across * twist.x_m_s + along * twist.y_m_s)
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    return PlanarPose(
        pose.x_m + cos * ahead - sin * aside,
        pose.y_m + sin * ahead + cos * aside,
        pose.yaw_rad + angle,
    )


def limited(twist: Twist, *, linear_m_s: float, yaw_rad_s: float) -> Twist:
    """A twist that is no faster than allowed; it keeps its direction.

    Args:
        twist: What is asked for.
        linear_m_s: The most in any direction.
        yaw_rad_s: The most of the turning speed.
    """
    speed = math.hypot(twist.x_m_s, twist.y_m_s)
    share = linear_m_s / speed if speed > linear_m_s else 1.0
    turn = min(max(twist.yaw_rad_s, -yaw_rad_s), yaw_rad_s)
    return Twist(share * twist.x_m_s, share * twist.y_m_s, turn)


def carried(twist: Twist, pose: PlanarPose, world_from_link: FloatArray) -> FloatArray:
    """Velocity of a link that a base carries along, in the link's own frame.

    Args:
        twist: Of the base.
        pose: Of the base.
        world_from_link: Pose of the link, (4, 4).

    Returns:
        Linear velocity of its origin (m/s), then angular velocity (rad/s), shape (6,).
    """
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    right, up = world_from_link[0, 3] - pose.x_m, world_from_link[1, 3] - pose.y_m
    linear = np.array(
        [
            cos * twist.x_m_s - sin * twist.y_m_s - twist.yaw_rad_s * up,
            sin * twist.x_m_s + cos * twist.y_m_s + twist.yaw_rad_s * right,
            0.0,
        ]
    )
    angular = np.array([0.0, 0.0, twist.yaw_rad_s])
    link_from_world = world_from_link[:3, :3].T
    out: FloatArray = np.concatenate([link_from_world @ linear, link_from_world @ angular])
    return out
