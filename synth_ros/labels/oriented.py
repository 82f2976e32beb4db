"""The rectangle of least area around the visible pixels, in any direction."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.types import Box2D, MaskImage, OrientedBox


class _Fit(NamedTuple):
    """A rectangle along an edge of the hull, in whole numbers.

    Attributes:
        dx: Edge direction, pixels.
        dy: Edge direction, pixels.
        low_along: Least ``x dx + y dy`` over the hull.
        high_along: Greatest.
        low_across: Least ``y dx - x dy``.
        high_across: Greatest.
    """

    dx: int
    dy: int
    low_along: int
    high_along: int
    low_across: int
    high_across: int


def oriented_box(shown: MaskImage, box: Box2D) -> OrientedBox:
    """Fit a rectangle around the squares of the set pixels.

    A rectangle of least area around a convex polygon has a side along one of its edges (Freeman
    and Shapira, 1975), so every edge of the hull of the pixels' corners is tried. All of that
    is done in whole numbers; only the chosen rectangle is rounded.

    Of several rectangles of the same area the one turned least is taken, and of two turned
    alike the one with the negative angle. A square's angle is in [-pi/4, pi/4).

    Args:
        shown: Visible pixels of the crop at ``box``; at least one is set.
        box: Where the crop lies.

    Raises:
        InternalError: No pixel is set.
    """
    hull = pixel_hull(shown)
    best = min((_box(fit) for fit in _smallest(_fits(hull))), key=_turn)
    return best._replace(center_x=best.center_x + box.x0, center_y=best.center_y + box.y0)


def pixel_hull(shown: MaskImage) -> NDArray[np.int64]:
    """Corners of the convex hull of the squares of the set pixels, in order.

    Args:
        shown: Shape (h, w), bool.

    Returns:
        Shape (n, 2), (x, y) pixel edges: pixel (u, v) spans u to u + 1 and v to v + 1.

    Raises:
        InternalError: No pixel is set.
    """
    rows = np.flatnonzero(shown.any(axis=1))
    if rows.size == 0:
        raise InternalError('An oriented box needs at least one pixel.')
    used = shown[rows]
    left = used.argmax(axis=1)
    right = shown.shape[1] - used[:, ::-1].argmax(axis=1)
    x = np.concatenate([left, right, left, right])
    y = np.concatenate([rows, rows, rows + 1, rows + 1])
    # Exact: for int32 points OpenCV computes with 64-bit integers.
    hull = cv2.convexHull(np.stack([x, y], axis=1).astype(np.int32))
    return np.asarray(hull[:, 0], np.int64)


def _fits(hull: NDArray[np.int64]) -> NDArray[np.int64]:
    """One rectangle for each edge, the columns of ``_Fit``, shape (n, 6)."""
    edges = np.roll(hull, -1, axis=0) - hull
    along = edges @ hull.T
    across = np.stack([-edges[:, 1], edges[:, 0]], axis=1) @ hull.T
    return np.column_stack(
        [edges, along.min(axis=1), along.max(axis=1), across.min(axis=1), across.max(axis=1)]
    )


def _smallest(fits: NDArray[np.int64]) -> list[_Fit]:
    """All fits of exactly the least area."""
    spans = (fits[:, 3] - fits[:, 2]).astype(np.float64) * (fits[:, 5] - fits[:, 4])
    area = spans / (fits[:, 0] ** 2 + fits[:, 1] ** 2)
    # Rounded areas may order equal ones wrongly; near ones are compared as fractions.
    near = [_Fit(*row) for row in fits[area <= area.min() * (1 + 1e-9)].tolist()]
    least = near[0]
    for fit in near[1:]:
        if _compare(fit, least) < 0:
            least = fit
    return [fit for fit in near if _compare(fit, least) == 0]


def _compare(a: _Fit, b: _Fit) -> int:
    """Sign of the difference of two areas, exactly; the plain product is area * length ** 2."""
    return _scaled_area(a) * _length2(b) - _scaled_area(b) * _length2(a)


def _scaled_area(fit: _Fit) -> int:
    return (fit.high_along - fit.low_along) * (fit.high_across - fit.low_across)


def _length2(fit: _Fit) -> int:
    return fit.dx * fit.dx + fit.dy * fit.dy


def _box(fit: _Fit) -> OrientedBox:
    """The rectangle in pixels, its width along the longer edge."""
    length2 = _length2(fit)
    along, across = fit.low_along + fit.high_along, fit.low_across + fit.high_across
    extents = (fit.high_along - fit.low_along, fit.high_across - fit.low_across)
    dx, dy = fit.dx, fit.dy
    if extents[0] < extents[1] or (extents[0] == extents[1] and abs(dy) > abs(dx)):
        dx, dy = -dy, dx
    length = math.sqrt(length2)
    return OrientedBox(
        center_x=(along * fit.dx - across * fit.dy) / (2 * length2),
        center_y=(along * fit.dy + across * fit.dx) / (2 * length2),
        width=max(extents) / length,
        height=min(extents) / length,
        angle_rad=_direction(dx, dy, square=extents[0] == extents[1]),
    )


def _direction(dx: int, dy: int, *, square: bool) -> float:
    """Angle of a line in [-pi/2, pi/2); in [-pi/4, pi/4) for a square."""
    if dx < 0 or (dx == 0 and dy > 0):
        dx, dy = -dx, -dy
    if square and dx == dy:
        dy = -dy
    return math.atan2(dy, dx)


def _turn(box: OrientedBox) -> tuple[float, float]:
    return abs(box.angle_rad), box.angle_rad
