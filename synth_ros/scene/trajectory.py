"""Joint trajectories from files: positions of a robot's joints over time."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from synth_ros.errors import AssetError
from synth_ros.randomize.phases import JointTrajectory
from synth_ros.scene.posture import position_fault, scalar_joint
from synth_ros.scene.robot import LoadedRobot

TIME = 'time_s'


def load_trajectory(path: Path, robot: LoadedRobot) -> JointTrajectory:
    """Read a trajectory.

    Args:
        path: A CSV file whose first line names its columns: ``time_s``, and joints of the robot.
        robot: The robot.

    Raises:
        AssetError: The file cannot be read, has no such columns or less than two rows, holds
            something else than numbers, its time does not grow, or a joint leaves its limits.
        NotFoundError: The robot has no joint of a column's name.
    """
    lines = _lines(path)
    (_, header), rows = lines[0], lines[1:]
    if TIME not in header:
        listed = ', '.join(header)
        raise AssetError(path, f'it needs a column {TIME}. Its columns: {listed}.')
    if len(set(header)) < len(header):
        raise AssetError(path, f'two columns have one name: {", ".join(header)}.')
    if len(rows) < 2:
        raise AssetError(path, f'it needs two rows or more, and has {len(rows)}.')
    names = tuple(name for name in header if name != TIME)
    if not names:
        raise AssetError(path, f'it has no column but {TIME}: name joints of the robot.')
    joints = [scalar_joint(robot, name) for name in names]
    table = np.array([list(_numbers(f'{path}:{line}', row, header)) for line, row in rows])
    times = table[:, header.index(TIME)]
    for k in np.flatnonzero(np.diff(times) <= 0)[:1]:
        line, _ = rows[k + 1]
        raise AssetError(
            f'{path}:{line}', f'{TIME} does not grow: {times[k + 1]:g} s follows {times[k]:g} s.'
        )
    positions = table[:, [header.index(name) for name in names]]
    for (line, _), row in zip(rows, positions, strict=True):
        for joint, value in zip(joints, row, strict=True):
            fault = position_fault(joint, float(value))
            if fault is not None:
                raise AssetError(f'{path}:{line}', f'{fault}.')
    times -= times[0]
    times.flags.writeable = positions.flags.writeable = False
    return JointTrajectory(names, times, positions)


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """All lines with something in them, by number from 1; at least one."""
    try:
        with path.open(encoding='utf-8-sig', newline='') as file:
            reader = csv.reader(file)
            lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, 'strerror', None) or str(error)
        raise AssetError(path, f'cannot be read: {reason}.') from None
    lines = [(number, row) for number, row in lines if any(row)]
    if not lines:
        raise AssetError(path, 'it is empty.')
    return lines


def _numbers(where: str, row: Sequence[str], header: Sequence[str]) -> Iterator[float]:
    if len(row) != len(header):
        reason = f'it has {len(row)} values, the first line names {len(header)} columns.'
        raise AssetError(where, reason)
    for name, cell in zip(header, row, strict=True):
        try:
            number = float(cell)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise AssetError(where, f'expects a number in column {name}, got {cell!r}.')
        yield number
