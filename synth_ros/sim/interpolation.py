"""A trajectory through points in time, as ros2_control's joint_trajectory_controller goes it."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from synth_ros.sim.commands import TrajectoryCommand
from synth_ros.types import FloatArray


class Spline:
    """Positions over time: from a state through the points of a trajectory.

    Between two points the way is linear if one of them has positions alone, cubic if both have
    velocities, quintic if both have accelerations, too. After the last point it stands still.

    Args:
        command: The trajectory; one of its points at least is at or after ``begin_s``.
        start_s: Time from which its points count.
        begin_s: When it is taken up. Points before are left out; one for this very moment takes
            the place of the state.
        state: Positions and velocities of its joints then, shape (2, n).

    Attributes:
        end_s: Time of the last point.
    """

    def __init__(
        self, command: TrajectoryCommand, *, start_s: float, begin_s: float, state: FloatArray
    ) -> None:
        times_s = start_s + command.times_s
        ahead = times_s >= begin_s
        knots = [command.positions, command.velocities, command.accelerations]
        times_s, knots = times_s[ahead], [knot[ahead] for knot in knots]
        if times_s[0] > begin_s:
            here = [state[0], state[1], np.zeros_like(state[0])]
            times_s = np.concatenate([[begin_s], times_s])
            knots = [np.vstack([row, knot]) for row, knot in zip(here, knots, strict=True)]
        self._times_s: list[float] = times_s.tolist()
        self._last: FloatArray = knots[0][-1]
        self._pieces = _pieces(times_s, knots)
        self.end_s = self._times_s[-1]

    def at(self, time_s: float) -> FloatArray:
        """Positions at a time at or after its begin, shape (n,)."""
        if time_s >= self.end_s:
            return self._last
        piece = max(bisect_right(self._times_s, time_s) - 1, 0)
        since = time_s - self._times_s[piece]
        out: FloatArray = self._pieces[piece, 5]
        for power in range(4, -1, -1):
            out = out * since + self._pieces[piece, power]
        return out


def _pieces(times_s: FloatArray, knots: list[FloatArray]) -> FloatArray:
    """Polynomials of the time since each knot but the last, shape (knots - 1, 6, joints)."""
    positions, velocities, accelerations = knots
    moving = _both(velocities)
    pulled = moving & _both(accelerations)
    h = np.diff(times_s)[:, None]
    way = np.diff(positions, axis=0)
    # Where there is none, NaN would spread into the terms that are left out.
    v, a = np.nan_to_num(velocities), np.nan_to_num(accelerations)
    v0, v1, a0, a1 = v[:-1], v[1:], a[:-1], a[1:]
    linear, out = way / h, np.zeros((len(h), 6, positions.shape[1]))
    out[:, 0] = positions[:-1]
    out[:, 1] = np.where(moving, v0, linear)
    cubic = ((3 * linear - 2 * v0 - v1) / h, (v0 + v1 - 2 * linear) / h**2)
    quintic = (
        a0 / 2,
        (20 * linear - 8 * v1 - 12 * v0 - (3 * a0 - a1) * h) / (2 * h**2),
        (-30 * linear + 14 * v1 + 16 * v0 + (3 * a0 - 2 * a1) * h) / (2 * h**3),
        (12 * linear - 6 * (v1 + v0) - (a0 - a1) * h) / (2 * h**4),
    )
    for power, term in enumerate(cubic, start=2):
        out[:, power] = np.where(moving & ~pulled, term, 0.0)
    for power, term in enumerate(quintic, start=2):
        out[:, power] += np.where(pulled, term, 0.0)
    return out


def _both(values: FloatArray) -> NDArray[np.bool_]:
    """Whether both ends of each piece have values; a row has all or none, shape (knots - 1, 1)."""
    there = ~np.isnan(values[:, :1])
    return there[:-1] & there[1:]
