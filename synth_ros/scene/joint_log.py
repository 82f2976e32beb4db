"""Real joint logs: rows of joint positions, from which postures are drawn."""

from __future__ import annotations

import csv
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from synth_ros.config.patterns import matching
from synth_ros.errors import AssetError, suggest
from synth_ros.randomize.inventory import JointLog
from synth_ros.scene.posture import position_fault, scalar_joint
from synth_ros.scene.robot import LoadedRobot
from synth_ros.types import FloatArray


def load_joint_log(path: Path, robot: LoadedRobot, *, ignore: Sequence[str] = ()) -> JointLog:
    """Read the joint positions of a robot from a file.

    A CSV file has the joints' names in its first line and one row a posture; an NPZ file has one
    array for each joint, named like it. Radians for hinges, metres for slides.

    Args:
        path: The file.
        robot: Whose joints they are.
        ignore: Columns or arrays that are something else, such as time; names or patterns.

    Raises:
        AssetError: It cannot be read, names no joint of the robot, or holds what is not a
            position within the joint's limits; with the line.
    """
    match path.suffix.lower():
        case '.csv':
            columns = _read_csv(path, ignore)
        case '.npz':
            columns = _read_npz(path, ignore)
        case other:
            raise AssetError(path, f'a joint log is a .csv or .npz file, not {other or "this"}.')
    if not columns.names:
        raise AssetError(path, 'the joint log has no column but those that are ignored.')
    _check_names(path, columns.names, robot)
    if not len(columns.rows):
        raise AssetError(path, 'the joint log has no rows.')
    for k, name in enumerate(columns.names):
        joint = scalar_joint(robot, name)
        for row, value in enumerate(columns.rows[:, k].tolist()):
            fault = position_fault(joint, value)
            if not math.isfinite(value):
                fault = f'joint {name!r} has {value!r}, which is no position'
            if fault is not None:
                raise AssetError(f'{path}:{columns.where(row)}', f'{fault}.')
    columns.rows.flags.writeable = False
    return JointLog(columns.names, columns.rows)


class _Columns:
    """What a file holds.

    Attributes:
        names: Of the columns.
        rows: Shape (rows, columns).
    """

    def __init__(
        self, names: Sequence[str], rows: FloatArray, lines: Sequence[int] | None = None
    ) -> None:
        self.names = tuple(names)
        self.rows = rows
        self._lines = lines

    def where(self, row: int) -> str:
        """The line of a row, or its number."""
        return f'row {row}' if self._lines is None else str(self._lines[row])


def _read_csv(path: Path, ignore: Sequence[str]) -> _Columns:
    try:
        text = path.read_text(encoding='utf-8-sig')
    except (OSError, UnicodeDecodeError) as error:
        raise AssetError(path, f'it cannot be read: {error}.') from error
    reader = csv.reader(text.splitlines())
    header = [name.strip() for name in next(reader, [])]
    wanted = [k for k, name in enumerate(header) if not matching(ignore, (name,))]
    names = [header[k] for k in wanted]
    _check_unique(path, names)
    rows, lines = [], []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        where = f'{path}:{reader.line_num}'
        if len(cells) != len(header):
            raise AssetError(
                where, f'{len(cells)} values, but the first line has {len(header)} names.'
            )
        rows.append([_number(where, header[k], cells[k]) for k in wanted])
        lines.append(reader.line_num)
    return _Columns(names, np.array(rows, float).reshape(len(rows), len(names)), lines)


def _read_npz(path: Path, ignore: Sequence[str]) -> _Columns:
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {
                name: np.asarray(stored[name])
                for name in stored.files
                if not matching(ignore, (name,))
            }
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise AssetError(path, f'it cannot be read: {error}.') from error
    length: int | None = None
    for name, array in arrays.items():
        if array.ndim != 1 or array.dtype.kind not in 'fiu':
            reason = (
                f'array {name!r} has shape {array.shape} and type {array.dtype}; each joint needs '
                'a list of numbers. Name what is no joint in randomization.robot.joint_log.ignore.'
            )
            raise AssetError(path, reason)
        if length is not None and len(array) != length:
            raise AssetError(path, f'array {name!r} has {len(array)} entries, others {length}.')
        length = len(array)
    rows = np.array(list(arrays.values()), float).T
    return _Columns(list(arrays), np.ascontiguousarray(rows.reshape(length or 0, len(arrays))))


def _number(where: str, name: str, cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise AssetError(where, f'{name!r} has {cell.strip()!r}, which is no number.') from None


def _check_unique(path: Path, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise AssetError(f'{path}:1', f'the column {name!r} is there twice.')


def _check_names(path: Path, names: Sequence[str], robot: LoadedRobot) -> None:
    usable = [name for name, joint in robot.joints.items() if joint.is_scalar]
    for name in names:
        if name not in usable:
            raise AssetError(
                f'{path}:1' if path.suffix.lower() == '.csv' else path,
                f'{name!r} is no joint of robot {robot.path}. {suggest(name, usable)} Name '
                'columns that are something else in randomization.robot.joint_log.ignore.',
            )
