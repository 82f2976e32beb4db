"""Whether the sides of a polygon cross."""

from __future__ import annotations

import numpy as np

from synth_ros.types import FloatArray

_BLOCK = 256
_MOST_POINTS = 4000
"""Longer rings are not looked at: time grows with the square."""


def crosses_itself(points: FloatArray, *, tolerance: float = 0.05) -> bool:
    """Whether two sides cross in points that are inside of both; touching is no crossing.

    Args:
        points: (n, 2), a ring.
        tolerance: What ends nearer to the other side than this only touches it; in the units of
            the points, by default pixels.
    """
    count = len(points)
    if count < 4 or count > _MOST_POINTS:
        return False
    ends = np.roll(points, -1, axis=0)
    for begin in range(0, count, _BLOCK):
        part = slice(begin, begin + _BLOCK)
        if _crossing((points[part], ends[part]), (points, ends), tolerance=tolerance):
            return True
    return False


def _crossing(
    some: tuple[FloatArray, FloatArray],
    others: tuple[FloatArray, FloatArray],
    *,
    tolerance: float,
) -> bool:
    """Whether a side of some properly crosses one of others."""
    (a, b), (c, d) = some, others
    a, b, c, d = a[:, None], b[:, None], c[None], d[None]
    first = _side((a, b), c, tolerance) * _side((a, b), d, tolerance)
    second = _side((c, d), a, tolerance) * _side((c, d), b, tolerance)
    # Neighbours share a point: there a product is zero.
    return bool(((first < 0) & (second < 0)).any())


def _side(line: tuple[FloatArray, FloatArray], point: FloatArray, tolerance: float) -> FloatArray:
    """On which side of a line a point lies: -1, 1, or 0 if it is on it."""
    along, to = line[1] - line[0], point - line[0]
    cross = along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]
    length = np.hypot(along[..., 0], along[..., 1])
    signs: FloatArray = np.where(np.abs(cross) <= tolerance * length, 0.0, np.sign(cross))
    return signs
