"""Commands to a running robot: what they say, and whether what came can be one.

They come from other programs, which may send anything. A command is taken whole or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from synth_ros.geometry.planar import Twist
from synth_ros.types import FloatArray

Kind = Literal['joint_trajectory', 'joint_commands', 'position_commands', 'cmd_vel']
"""Named like the topics that they come on."""

Reason = Literal[
    'no usable number',
    'wrong length',
    'nothing in it',
    'unknown joint',
    'joint named twice',
    'times do not grow',
    'no positions',
    'too old',
    'of another clock',
]

_MOST_NAMES = 3
# What is larger is no position of a joint, and would overflow on its way through polynomials.
_LARGEST = 1e6
_LONGEST_NAME = 60
_FIELDS = ('positions', 'velocities', 'accelerations')


class Refusal(NamedTuple):
    """Why something is no command.

    Attributes:
        kind: Of what came.
        reason: In short, to count by.
        text: What is wrong and what to do, a sentence.
    """

    kind: Kind
    reason: Reason
    text: str


@dataclass(frozen=True, slots=True)
class PositionCommand:
    """Where joints shall go.

    Attributes:
        kind: How it came.
        positions: Radians or metres, shape (n,).
        joints: Their names; ``None``: the first n of the robot's joints.
        stamp_ns: Simulated time at which it was given; 0 if it does not say.
    """

    kind: Literal['joint_commands', 'position_commands']
    positions: FloatArray
    joints: tuple[str, ...] | None
    stamp_ns: int = 0


@dataclass(frozen=True, slots=True)
class TrajectoryCommand:
    """Where joints shall be at which time.

    Attributes:
        joints: Their names, n of them.
        times_s: From the start, growing, shape (m,).
        positions: Radians or metres, shape (m, n).
        velocities: Shape (m, n), NaN in the rows of points that have none.
        accelerations: The same.
        start_ns: Simulated time of the start; 0: at once.
        kind: How it came.
    """

    joints: tuple[str, ...]
    times_s: FloatArray
    positions: FloatArray
    velocities: FloatArray
    accelerations: FloatArray
    start_ns: int = 0
    kind: Literal['joint_trajectory'] = 'joint_trajectory'


@dataclass(frozen=True, slots=True)
class TwistCommand:
    """How the base shall go.

    Attributes:
        twist: In its own frame.
        ignored: Whether it asked for more than a base can do: up and down, rolling, pitching.
        stamp_ns: Simulated time at which it was given; 0 if it does not say.
        kind: How it came.
    """

    twist: Twist
    ignored: bool = False
    stamp_ns: int = 0
    kind: Literal['cmd_vel'] = 'cmd_vel'


Command = PositionCommand | TrajectoryCommand | TwistCommand


class RawPoint(NamedTuple):
    """A point of a trajectory as it came.

    Attributes:
        time_ns: From the start.
        positions: Of each joint.
        velocities: The same, or nothing.
        accelerations: The same, or nothing.
    """

    time_ns: int
    positions: Sequence[float]
    velocities: Sequence[float] = ()
    accelerations: Sequence[float] = ()


def positions_by_name(
    names: Sequence[str], positions: Sequence[float], *, stamp_ns: int = 0
) -> PositionCommand | Refusal:
    """A command from names and positions, as a JointState has them."""
    kind: Literal['joint_commands'] = 'joint_commands'
    wrong = _wrong_names(kind, names)
    if wrong is not None:
        return wrong
    if not len(positions):
        return Refusal(kind, 'no positions', 'position is empty; give one for each name.')
    if len(positions) != len(names):
        return Refusal(
            kind,
            'wrong length',
            f'{_count(names, "name")} and {_count(positions, "position")}; give one for each.',
        )
    values = np.array(positions, np.float64)
    wrong = _wrong_number(kind, 'position', values=values, names=names)
    if wrong is not None:
        return wrong
    return PositionCommand(kind, values, tuple(names), stamp_ns)


def positions_in_order(
    positions: Sequence[float], joints: Sequence[str]
) -> PositionCommand | Refusal:
    """A command from positions alone, as a Float64MultiArray has them.

    Args:
        positions: Radians or metres.
        joints: Whose they are; empty: those of the robot, in its order.
    """
    kind: Literal['position_commands'] = 'position_commands'
    if not len(positions):
        return Refusal(kind, 'nothing in it', 'data is empty; give a position for each joint.')
    if joints and len(positions) != len(joints):
        return Refusal(
            kind,
            'wrong length',
            f'{_count(positions, "position")} for {_count(joints, "joint")} of command_joints.',
        )
    values = np.array(positions, np.float64)
    numbers = joints or [str(k) for k in range(len(values))]
    wrong = _wrong_number(kind, 'data', values=values, names=numbers)
    return wrong or PositionCommand(kind, values, tuple(joints) or None)


def trajectory(
    names: Sequence[str], points: Sequence[RawPoint], *, start_ns: int = 0
) -> TrajectoryCommand | Refusal:
    """A command from the parts of a JointTrajectory."""
    kind: Literal['joint_trajectory'] = 'joint_trajectory'
    wrong = _wrong_names(kind, names)
    if wrong is not None:
        return wrong
    if not points:
        return Refusal(kind, 'nothing in it', 'it has no points.')
    times_ns = [point.time_ns for point in points]
    if times_ns[0] < 0 or any(b <= a for a, b in pairwise(times_ns)):
        return Refusal(
            kind,
            'times do not grow',
            'time_from_start must be 0 or more and grow from point to point.',
        )
    table: list[FloatArray] = []
    for field in _FIELDS:
        made = _table([getattr(point, field) for point in points], field, names)
        if isinstance(made, Refusal):
            return made
        table.append(made)
    times_s = np.array(times_ns, np.float64) * 1e-9
    positions, velocities, accelerations = table
    return TrajectoryCommand(tuple(names), times_s, positions, velocities, accelerations, start_ns)


def twist(
    linear: Sequence[float], angular: Sequence[float], *, stamp_ns: int = 0
) -> TwistCommand | Refusal:
    """A command from a Twist.

    Args:
        linear: x, y, z in m/s.
        angular: x, y, z in rad/s.
        stamp_ns: Of a TwistStamped.
    """
    axes = [f'{part}.{axis}' for part in ('linear', 'angular') for axis in 'xyz']
    values = np.array([*linear, *angular])
    wrong = _wrong_number('cmd_vel', 'the value', values=values, names=axes)
    if wrong is not None:
        return wrong
    ignored = bool(linear[2] or angular[0] or angular[1])
    return TwistCommand(Twist(linear[0], linear[1], angular[2]), ignored, stamp_ns)


def shown(name: str) -> str:
    """A name in a sentence, in quotes; long ones are cut."""
    return repr(name if len(name) <= _LONGEST_NAME else f'{name[:_LONGEST_NAME]}...')


def _wrong_names(kind: Kind, names: Sequence[str]) -> Refusal | None:
    if not names:
        return Refusal(kind, 'nothing in it', 'it names no joints.')
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        some = ', '.join(shown(name) for name in twice[:_MOST_NAMES])
        return Refusal(kind, 'joint named twice', f'{some} stands in it more than once.')
    return None


def _table(
    rows: Sequence[Sequence[float]], field: str, names: Sequence[str]
) -> FloatArray | Refusal:
    """One field of all points, shape (points, joints); NaN where it may be left out and is."""
    values = np.full((len(rows), len(names)), np.nan)
    for number, row in enumerate(rows):
        if len(row) == len(names):
            values[number] = row
            name = f'{field} of point {number}'
            wrong = _wrong_number('joint_trajectory', name, values=values[number], names=names)
            if wrong is not None:
                return wrong
        elif field == 'positions' and not len(row):
            text = f'point {number} has no positions; velocities alone lead nowhere.'
            return Refusal('joint_trajectory', 'no positions', text)
        elif len(row):
            text = (
                f'point {number} has {len(row)} {field} for {_count(names, "joint")}; give one '
                'for each.'
            )
            return Refusal('joint_trajectory', 'wrong length', text)
    return values


def _wrong_number(
    kind: Kind, field: str, *, values: FloatArray, names: Sequence[str]
) -> Refusal | None:
    """The first value that nothing can be done with, if there is one."""
    usable = np.abs(values) <= _LARGEST
    if usable.all():
        return None
    first = int(np.argmin(usable))
    return Refusal(
        kind,
        'no usable number',
        f'{field} for {shown(names[first])} is {values[first]:g}; give a finite number of at most '
        f'{_LARGEST:g}.',
    )


def _count(things: Sequence[object], noun: str) -> str:
    return f'{len(things)} {noun}{"" if len(things) == 1 else "s"}'
