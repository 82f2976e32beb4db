"""Ways of the robot through time: from posture to posture, along arcs, through given joints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.sim.robot import Path, Posture, interpolate
from synth_ros.types import FloatArray


def still(posture: Posture) -> Path:
    """Stays in a posture."""
    return lambda _step: posture


def between(start: Posture, end: Posture, *, steps: int) -> Path:
    """From one posture to another and no further, smoothly: still at both ends.

    Args:
        start: At step 0.
        end: At the last step.
        steps: How many time steps it takes.
    """
    return lambda step: interpolate(start, end, smooth(step / steps))


def smooth(share: float) -> float:
    """Smoothstep: 0 to 1 with zero speed at both ends."""
    s = min(max(share, 0.0), 1.0)
    return s * s * (3 - 2 * s)


class Speed(NamedTuple):
    """How a robot's base goes, as seen from itself.

    Attributes:
        linear_m_s: Forward.
        angular_rad_s: To the left.
    """

    linear_m_s: float
    angular_rad_s: float


def drive(
    start: tuple[float, float, float],
    speeds: Sequence[Speed],
    *,
    steps: int,
    timestep_s: float,
    ramp_s: float,
) -> FloatArray:
    """Where a base is that drives one arc after another, each for the same time.

    Forward and turning speed change in proportion while it speeds up and slows down, so that the
    way of one arc is a circle of radius linear / angular. Between two steps the speeds are
    constant, and the way is an exact arc: a chord of length v t sin(w t / 2) / (w t / 2).

    Args:
        start: x and y in metres, yaw in radians.
        speeds: Of each arc; at least one.
        steps: Time steps in all.
        timestep_s: Length of one.
        ramp_s: Time to come to speed, to another one, and to rest; at most half an arc's time.

    Returns:
        x, y, yaw at each time step, shape (steps + 1, 3); yaw does not wrap.
    """
    whole_s = steps * timestep_s
    each_s = whole_s / len(speeds)
    ramp_s = min(ramp_s, each_s / 2)
    times, knots = [0.0], [(0.0, 0.0)]
    for number, speed in enumerate(speeds):
        begin, end = number * each_s, (number + 1) * each_s
        times.append(begin + (ramp_s if number == 0 else ramp_s / 2))
        times.append(end - (ramp_s if number + 1 == len(speeds) else ramp_s / 2))
        knots += [(speed.linear_m_s, speed.angular_rad_s)] * 2
    times.append(whole_s)
    knots.append((0.0, 0.0))
    middle = (np.arange(steps) + 0.5) * timestep_s
    ahead, turn = (np.interp(middle, times, column) for column in np.array(knots).T)
    dyaw = turn * timestep_s
    yaw = start[2] + np.concatenate([[0.0], np.cumsum(dyaw)])
    chord = ahead * timestep_s * np.sinc(dyaw / 2 / np.pi)
    heading = yaw[:-1] + dyaw / 2
    x = start[0] + np.concatenate([[0.0], np.cumsum(chord * np.cos(heading))])
    y = start[1] + np.concatenate([[0.0], np.cumsum(chord * np.sin(heading))])
    return np.stack([x, y, yaw], axis=1)


def through(times_s: FloatArray, positions: FloatArray, at_s: FloatArray) -> FloatArray:
    """Smooth positions through given ones, which never leave the range of their neighbours.

    Cubic Hermite pieces with the slopes of Fritsch and Butland ("A method for constructing local
    monotone piecewise cubic interpolants", SIAM J. Sci. Stat. Comput. 5, 1984): the harmonic mean
    of the slopes on both sides, zero where they differ in sign, and at both ends. So what lies
    within limits at the given times lies within them at all times.

    Args:
        times_s: Ascending, shape (n,), n at least 2.
        positions: At these times, shape (n, joints).
        at_s: Times that are asked for; before the first and after the last it stands still.

    Returns:
        Shape (len(at_s), joints).
    """
    gaps = np.diff(times_s)[:, None]
    rises = np.diff(positions, axis=0) / gaps
    slopes = np.zeros_like(positions)
    left, right = rises[:-1], rises[1:]
    same = left * right > 0
    near, far = gaps[:-1], gaps[1:]
    one, other = 2 * far + near, far + 2 * near
    mean = np.divide(
        (one + other) * left * right,
        one * right + other * left,
        out=np.zeros_like(left),
        where=same,
    )
    slopes[1:-1] = np.where(same, mean, 0.0)
    at = np.clip(at_s, times_s[0], times_s[-1])
    piece = np.clip(np.searchsorted(times_s, at, side='right') - 1, 0, len(times_s) - 2)
    gap = gaps[piece]
    s = ((at - times_s[piece]) / gap[:, 0])[:, None]
    low, high = positions[piece], positions[piece + 1]
    out: FloatArray = (
        (1 + 2 * s) * (1 - s) ** 2 * low
        + s * (1 - s) ** 2 * gap * slopes[piece]
        + s * s * (3 - 2 * s) * high
        + s * s * (s - 1) * gap * slopes[piece + 1]
    )
    return out


def composed(start: Posture, *, base: FloatArray | None, qpos: FloatArray | None) -> Path:
    """A way whose base and joints are given at each time step; after the last it stands still.

    Args:
        start: What is kept of the posture where nothing is given.
        base: x, y, yaw, shape (steps + 1, 3), or ``None``.
        qpos: As ``Posture.qpos``, shape (steps + 1, n), or ``None``.
    """

    def path(step: int) -> Posture:
        posture = start
        if base is not None:
            x, y, yaw = (float(value) for value in base[min(step, len(base) - 1)])
            posture = posture._replace(x_m=x, y_m=y, yaw_rad=yaw)
        if qpos is not None:
            posture = posture._replace(qpos=qpos[min(step, len(qpos) - 1)])
        return posture

    return path
