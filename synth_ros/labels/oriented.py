"""The rectangle of least area around the visible pixels, in any direction."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.labels.boxes import RowRuns, ascending, row_runs
from synth_ros.types import Box2D, MaskImage, OrientedBox


class _Fits(NamedTuple):
    """One rectangle for each edge of each hull, in whole numbers; each (n,), int64.

    Attributes:
        owner: Which hull.
        dx: Edge direction.
        dy: Edge direction.
        low_along: Least ``x dx + y dy`` over the hull.
        high_along: Greatest.
        low_across: Least ``y dx - x dy``.
        high_across: Greatest.
    """

    owner: NDArray[np.int64]
    dx: NDArray[np.int64]
    dy: NDArray[np.int64]
    low_along: NDArray[np.int64]
    high_along: NDArray[np.int64]
    low_across: NDArray[np.int64]
    high_across: NDArray[np.int64]


def oriented_box(shown: MaskImage, box: Box2D) -> OrientedBox:
    """The rectangle of one mask; see ``oriented_boxes``.

    Args:
        shown: Visible pixels of the crop at ``box``; at least one is set.
        box: Where the crop lies.

    Raises:
        InternalError: No pixel is set.
    """
    if not shown.any():
        raise InternalError('An oriented box needs at least one pixel.')
    fit = oriented_boxes(row_runs(shown.astype(np.int32)), (1,))[1]
    return fit._replace(center_x=fit.center_x + box.x0, center_y=fit.center_y + box.y0)


def oriented_boxes(runs: RowRuns, keys: Collection[int]) -> dict[int, OrientedBox]:
    """Fit a rectangle around the squares of the pixels of each instance.

    A rectangle of least area around a convex polygon has a side along one of its edges (Freeman
    and Shapira, 1975), so every edge of the hull of the pixels' corners is tried. All of that
    is done in whole numbers; only results are rounded, each once.

    Of several rectangles of the same area the one turned least is taken, and of two turned
    alike the one with the negative angle. A square's angle is in [-pi/4, pi/4).

    Args:
        runs: Of the id image.
        keys: Instances to fit; those without a pixel are left out.

    Returns:
        Rectangle by ascending instance id.
    """
    shown, hulls = pixel_hulls(runs, keys)
    if not hulls:
        return {}
    fits = _fits(hulls)
    return dict(zip(shown, _boxes(fits, len(hulls)), strict=True))


def pixel_hulls(runs: RowRuns, keys: Collection[int]) -> tuple[list[int], list[NDArray[np.int32]]]:
    """Convex hulls of the squares of each instance's pixels.

    Args:
        runs: Of the id image.
        keys: Instances of interest.

    Returns:
        The ids that have pixels, ascending, and for each its hull, shape (n, 2), corners (x, y)
        in order: pixel (u, v) spans u to u + 1 and v to v + 1.
    """
    wanted = np.flatnonzero(np.isin(runs.ids, np.array(list(keys), np.int64)) & (runs.ids != 0))
    if not wanted.size:
        return [], []
    order = wanted[ascending(runs.ids[wanted])]
    ids = runs.ids[order]
    row, start = np.divmod(runs.starts[order], runs.width)
    end = start + runs.lengths[order]
    # Only the outermost pixels of a row can be at the hull. Runs ascend within a row.
    first = np.ones(ids.size, np.bool_)
    first[1:] = (ids[1:] != ids[:-1]) | (row[1:] != row[:-1])
    last = np.append(first[1:], True)
    left, right, top, owner = start[first], end[last], row[first], ids[first]
    corners = np.stack([left, top, right, top, left, top + 1, right, top + 1], axis=1)
    points = corners.astype(np.int32)
    begins = np.flatnonzero(np.diff(owner, prepend=0))
    ends = np.append(begins[1:], owner.size)
    # Exact: of whole numbers OpenCV computes hulls with 64-bit integers.
    hulls = [
        np.asarray(cv2.convexHull(points[a:b].reshape(-1, 2)), np.int32).reshape(-1, 2)
        for a, b in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
    return owner[begins].tolist(), hulls


def _fits(hulls: Sequence[NDArray[np.int32]]) -> _Fits:
    """Every edge of every hull against every corner of that hull."""
    sizes = np.array([len(hull) for hull in hulls], np.int64)
    x, y = np.concatenate(hulls).astype(np.int64).T
    begins = np.concatenate([[0], np.cumsum(sizes)])
    following = np.arange(1, x.size + 1)
    following[begins[1:] - 1] = begins[:-1]
    dx, dy = x[following] - x, y[following] - y
    owner = np.repeat(np.arange(sizes.size), sizes)
    # All pairs of an edge and a corner of its hull, edge by edge.
    corners = sizes[owner]
    starts = np.concatenate([[0], np.cumsum(corners)[:-1]])
    corner = np.arange(int(corners.sum())) + np.repeat(begins[owner] - starts, corners)
    along = np.repeat(dx, corners) * x[corner] + np.repeat(dy, corners) * y[corner]
    across = np.repeat(dx, corners) * y[corner] - np.repeat(dy, corners) * x[corner]
    return _Fits(
        owner,
        dx,
        dy,
        np.minimum.reduceat(along, starts),
        np.maximum.reduceat(along, starts),
        np.minimum.reduceat(across, starts),
        np.maximum.reduceat(across, starts),
    )


def _boxes(fits: _Fits, count: int) -> list[OrientedBox]:
    """The best rectangle of each hull, in pixels."""
    length2 = fits.dx**2 + fits.dy**2
    spans = np.stack([fits.high_along - fits.low_along, fits.high_across - fits.low_across])
    dx, dy = _long_direction(fits.dx, fits.dy, spans)
    # Quotients of whole numbers below 2^53 are rounded once: equal areas stay equal.
    area = spans[0] * spans[1] / length2
    turn = np.abs(dy) / np.maximum(dx, 1e-9)
    order = np.lexsort((dy, turn, area, fits.owner))
    best = order[np.searchsorted(fits.owner[order], np.arange(count))]
    length2, spans = length2[best], spans[:, best]
    along = (fits.low_along + fits.high_along)[best]
    across = (fits.low_across + fits.high_across)[best]
    edge_x, edge_y = fits.dx[best], fits.dy[best]
    length = np.sqrt(length2)
    columns = (
        (along * edge_x - across * edge_y) / (2 * length2),
        (along * edge_y + across * edge_x) / (2 * length2),
        spans.max(axis=0) / length,
        spans.min(axis=0) / length,
        np.array([math.atan2(b, a) for a, b in zip(dx[best], dy[best], strict=True)]),
    )
    return [OrientedBox(*row) for row in np.stack(columns, axis=1).tolist()]


def _long_direction(
    dx: NDArray[np.int64], dy: NDArray[np.int64], spans: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Direction of the longer edge with an angle in [-pi/2, pi/2), a square's in [-pi/4, pi/4)."""
    square = spans[0] == spans[1]
    turned = (spans[0] < spans[1]) | (square & (np.abs(dy) > np.abs(dx)))
    x, y = np.where(turned, -dy, dx), np.where(turned, dx, dy)
    backward = (x < 0) | ((x == 0) & (y > 0))
    x, y = np.where(backward, -x, x), np.where(backward, -y, y)
    return x, np.where(square & (x == y), -y, y)
