"""What joints may do: how far, how fast, and which of them follow others."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.scene.compiled import Coupling, JointPart
from synth_ros.types import FloatArray


class Limits(NamedTuple):
    """What commands may do.

    Attributes:
        timeout_s: How long a position or a twist is obeyed, simulated time; 0: for ever.
        joint_rad_s: Speed of hinges; the robot's own limits hold, too.
        slide_m_s: The same of slides.
        linear_m_s: Speed of the base.
        yaw_rad_s: Turning speed of the base.
    """

    timeout_s: float = 0.5
    joint_rad_s: float = 3.0
    slide_m_s: float = 0.5
    linear_m_s: float = 1.0
    yaw_rad_s: float = 2.0


class Follower(NamedTuple):
    """A joint that follows another.

    Attributes:
        place: Its number.
        leader: The number of the other one.
        coupling: How it follows.
    """

    place: int
    leader: int
    coupling: Coupling


def followers(
    joints: Sequence[JointPart], place: Mapping[str, int], *, held: Collection[str]
) -> list[Follower]:
    """Joints that follow others, leaders before those who follow them.

    Args:
        joints: All joints.
        place: Their numbers, by name.
        held: Joints that stay where they are, whomever they would follow.
    """
    left = [j for j in joints if j.coupling is not None and j.name not in held]
    done = {j.name for j in joints} - {j.name for j in left}
    out: list[Follower] = []
    while left:
        ready = [j for j in left if j.coupling is not None and j.coupling.leader in done]
        if not ready:
            # They follow each other: none of them moves.
            break
        for joint in ready:
            assert joint.coupling is not None
            leader = place[joint.coupling.leader]
            out.append(Follower(place[joint.name], leader, joint.coupling))
            done.add(joint.name)
        left = [j for j in left if j.name not in done]
    return out


def bounds(
    joints: Sequence[JointPart], limits: Limits, dt: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lowest and highest positions, and how far joints go in a time step, shape (joints,) each.

    Args:
        joints: All joints.
        limits: What commands may do.
        dt: A time step, seconds.
    """
    ends = np.array([joint.limits or (-math.inf, math.inf) for joint in joints], np.float64)
    ends = ends.reshape(-1, 2)
    speeds = []
    for joint in joints:
        most = limits.slide_m_s if joint.is_slide else limits.joint_rad_s
        speeds.append(most if joint.max_velocity is None else min(most, joint.max_velocity))
    return ends[:, 0], ends[:, 1], np.array(speeds, np.float64) * dt
