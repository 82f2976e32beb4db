"""Whether the sides of a polygon cross."""

from __future__ import annotations

import numpy as np

from synth_ros.types import FloatArray

_BLOCK = 256
_MOST_POINTS = 4000
"""Longer rings are not looked at: time grows with the square."""


def crosses_itself(points: FloatArray) -> bool:
    """Whether two sides cross in points that are inside of both; touching is no crossing.

    Args:
        points: (n, 2), a ring.
    """
    count = len(points)
    if count < 4 or count > _MOST_POINTS:
        return False
    ends = np.roll(points, -1, axis=0)
    for begin in range(0, count, _BLOCK):
        part = slice(begin, begin + _BLOCK)
        if _crossing(points[part], ends[part], others=(points, ends)):
            return True
    return False


def _crossing(a: FloatArray, b: FloatArray, *, others: tuple[FloatArray, FloatArray]) -> bool:
    """Whether a side a-b properly crosses one of others."""
    c, d = others
    first = _side(a[:, None], b[:, None], c[None]) * _side(a[:, None], b[:, None], d[None])
    second = _side(c[None], d[None], a[:, None]) * _side(c[None], d[None], b[:, None])
    # Neighbours share a point: there a product is zero.
    return bool(((first < 0) & (second < 0)).any())


def _side(a: FloatArray, b: FloatArray, point: FloatArray) -> FloatArray:
    """Sign of the side of the line a-b on which a point lies."""
    along, to = b - a, point - a
    cross = along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]
    signs: FloatArray = np.sign(cross)
    return signs
