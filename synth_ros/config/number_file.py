"""Reads a column of numbers from a text file."""

from __future__ import annotations

import csv
import functools
import io
import math
from pathlib import Path
from typing import Literal

from synth_ros.config.problems import nearest
from synth_ros.config.words import cut

_MAX_BYTES = 64_000_000
_SEPARATORS = (',', ';', '\t', ' ')


class NumberFileError(Exception):
    """A file of numbers cannot be used; the message says where and why.

    Args:
        message: What is wrong.
        key: Whether the file is at fault, or the column that was asked for.
    """

    def __init__(self, message: str, key: Literal['path', 'column'] = 'path') -> None:
        self.key = key
        super().__init__(message)


@functools.lru_cache(maxsize=64)
def read_numbers(path: Path, column: str | None = None) -> tuple[float, ...]:
    """Read one column of a file.

    Fields are separated by the first of comma, semicolon, tab and space that the first line has.
    A first line with anything but numbers names the columns. Empty lines and lines that start
    with ``#`` do not count.

    Args:
        path: The file.
        column: Name of the column; None where there is only one.

    Returns:
        At least one number, in file order.

    Raises:
        NumberFileError: If there is no such file or column, or anything in it is not a finite
            number.
    """
    lines = _lines(path)
    if not lines:
        raise NumberFileError(f'{path}: the file holds no numbers')
    separator = next((mark for mark in _SEPARATORS if mark in lines[0][1]), ',')
    rows = [(number, _fields(text, separator)) for number, text in lines]
    names = rows[0][1]
    if all(_finite(name) is not None for name in names):
        if column is not None:
            message = f'there is no column "{cut(column)}": the first line names no columns'
            raise NumberFileError(f'{path}:{rows[0][0]}: {message}', 'column')
        names = [str(i) for i in range(len(names))]
    else:
        rows = rows[1:]
    place = _place(path, names, column)
    values = [_value(path, line, fields=fields, names=names, place=place) for line, fields in rows]
    if not values:
        raise NumberFileError(f'{path}: the file names columns, but holds no numbers')
    return tuple(values)


def _lines(path: Path) -> list[tuple[int, str]]:
    """The lines that count, with their numbers from 1."""
    try:
        with path.open('rb') as file:
            data = file.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, 'strerror', None) or str(error)
        raise NumberFileError(f'{path}: cannot be read: {reason}') from None
    if len(data) > _MAX_BYTES:
        raise NumberFileError(f'{path}: is larger than {_MAX_BYTES // 1_000_000} MB')
    try:
        text = data.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        line = data.count(b'\n', 0, error.start) + 1
        raise NumberFileError(f'{path}:{line}: is not UTF-8 text') from None
    numbered = enumerate(text.splitlines(), start=1)
    return [
        (number, line.strip())
        for number, line in numbered
        if line.strip() and not line.lstrip().startswith('#')
    ]


def _fields(text: str, separator: str) -> list[str]:
    if separator == ' ':
        return text.split()
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    return [field.strip() for field in next(reader)]


def _place(path: Path, names: list[str], column: str | None) -> int:
    """Which field of a line is meant."""
    if column is None:
        if len(names) > 1:
            listed = ', '.join(cut(name) for name in names)
            raise NumberFileError(f'{path}: name one of its columns: {listed}', 'column')
        return 0
    if column not in names:
        near = nearest(column, names)
        guess = f' Did you mean "{near}"?' if near else ''
        listed = ', '.join(cut(name) for name in names)
        message = f'there is no column "{cut(column)}".{guess} Columns: {listed}'
        raise NumberFileError(f'{path}: {message}', 'column')
    return names.index(column)


def _value(path: Path, line: int, *, fields: list[str], names: list[str], place: int) -> float:
    if len(fields) != len(names):
        message = f'expects {len(names)} fields as in the first line, got {len(fields)}'
        raise NumberFileError(f'{path}:{line}: {message}')
    value = _finite(fields[place])
    if value is None:
        raise NumberFileError(f'{path}:{line}: expects a number, got "{cut(fields[place])}"')
    return value


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
