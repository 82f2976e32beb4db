"""Rules that hold in every format, and small helpers for checks of numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from pydantic import ValidationError

from synth_ros.types import FloatArray
from synth_ros.validate import images, splits
from synth_ros.validate.base import Rule

_TEXT = (
    Rule(
        'text.damaged',
        'error',
        'text files are UTF-8',
        'Save the file as UTF-8, or copy it again if it was changed.',
    ),
    Rule(
        'json.damaged',
        'error',
        'JSON files are whole',
        'Write the file again: it was cut short or changed.',
    ),
)
_SUMS = (
    Rule(
        'sums.differ',
        'error',
        'files have the checksums that SHA256SUMS states',
        'Copy or make the files again; if you meant to change them, write the list again.',
    ),
    Rule(
        'sums.damaged',
        'error',
        'lines of SHA256SUMS are a checksum and a path',
        'Write the list again: sha256sum FILES > SHA256SUMS.',
    ),
)
COMMON = (*images.RULES, *_TEXT, *_SUMS, *splits.RULES)

ORTHONORMAL = 1e-3
"""How far R times its transpose may be from one; files give three to nine digits."""


def problems(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Key path below the record and what is wrong there, for each problem of a record."""
    for found in error.errors(include_url=False, include_context=False):
        path = ''
        for part in found['loc']:
            path += f'[{part}]' if isinstance(part, int) else f'.{part}'
        message = found['msg'][:1].lower() + found['msg'][1:]
        if found['type'] == 'missing':
            yield path, 'it is missing'
        else:
            yield path, f'{shown(found["input"])}: {message}'


def shown(value: object) -> str:
    """A value in a message, cut if it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f'{text[:57]}...'


def finite(values: Sequence[float]) -> bool:
    """Whether all are ordinary numbers."""
    return all(math.isfinite(value) for value in values)


def rotation_fault(values: Sequence[float] | FloatArray) -> str:
    """What is wrong with the nine numbers of a rotation, by rows; empty if nothing is."""
    matrix = np.asarray(values, dtype=float).reshape(3, 3)
    if not np.isfinite(matrix).all():
        return 'it has values that are no numbers'
    error = float(np.abs(matrix @ matrix.T - np.eye(3)).max())
    if error > ORTHONORMAL:
        return f'its rows are not orthonormal: off by {error:.2g}'
    if float(np.linalg.det(matrix)) < 0:
        return 'its determinant is -1: a mirror image, not a rotation'
    return ''


def rigid_fault(matrix: FloatArray) -> str:
    """What is wrong with a (4, 4) pose; empty if nothing is."""
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
        return 'it is no matrix of 4 x 4 numbers'
    if np.abs(matrix[3] - (0, 0, 0, 1)).max() > 1e-9:
        return 'its last row is not 0, 0, 0, 1'
    return rotation_fault(matrix[:3, :3])


def quaternion_fault(values: Sequence[float]) -> str:
    """What is wrong with a rotation of four numbers; empty if nothing is."""
    if len(values) != 4 or not finite(values):
        return 'it is not four numbers'
    norm = math.hypot(*values)
    return '' if abs(norm - 1) <= 1e-3 else f'its length is {norm:.4g}, not 1'


def outside(
    box: tuple[float, float, float, float], size: tuple[int, int], *, slack: float = 1.0
) -> str:
    """How a box (x0, y0, x1, y1) leaves an image (width, height); empty if it does not."""
    x0, y0, x1, y1 = box
    over = max(-x0, -y0, x1 - size[0], y1 - size[1])
    return f'it reaches {over:.6g} px beyond {size[0]} x {size[1]}' if over > slack else ''
