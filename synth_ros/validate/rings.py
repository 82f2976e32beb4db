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
    along = _next(points) - points
    length = np.hypot(along[:, 0], along[:, 1])
    # Whether both ends of side j lie on different sides of the line through side i.
    parted = np.empty((count, count), dtype=bool)
    for begin in range(0, count, _BLOCK):
        some = slice(begin, begin + _BLOCK)
        to = points[None] - points[some, None]
        cross = along[some, 0, None] * to[..., 1] - along[some, 1, None] * to[..., 0]
        cross[np.abs(cross) <= tolerance * length[some, None]] = 0
        parted[some, :-1] = cross[:, :-1] * cross[:, 1:] < 0
        parted[some, -1] = cross[:, -1] * cross[:, 0] < 0
    # Neighbours share a point: there a product is zero.
    return bool((parted & parted.T).any())


def _next(points: FloatArray) -> FloatArray:
    """The point after each."""
    following: FloatArray = np.concatenate((points[1:], points[:1]))
    return following
