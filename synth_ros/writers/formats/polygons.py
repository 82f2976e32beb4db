"""Masks as polygons that give every pixel back.

A pixel belongs to a polygon if its centre lies inside by the even-odd rule. Coordinates are those
of ``Box2D``: pixel edges, so the image spans (0, 0) to (width, height) and pixel (u, v) has its
centre at (u + 0.5, v + 0.5).

An outline follows the pixel edges that separate the mask from the rest. Where these are stairs it
passes through the middle of each step, so that diagonals become one line; true corners, between
edges of two pixels and more, stay. It is then thinned (Douglas and Peucker, 1973) as far as
filling it gives the same pixels and its box stays the mask's.

Formats that take one polygon for each object get one even where the mask is in pieces or has
holes: a line without width leads there and back, so that filling by the even-odd rule leaves no
trace of it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from synth_ros.types import FloatArray, MaskImage

# East, south, west, north: clockwise on the screen, as outlines run around what is inside.
_EAST, _SOUTH, _WEST, _NORTH = range(4)
_STEP = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])

# How far a point may be from the thinned outline, pixels, the boldest try first. At the last one
# no pixel centre can change sides: an outline keeps 0.354 away from all of them.
_TOLERANCES = (0.5, 0.35)
# Up to so many corners an outline is left as it is: rectangles stay rectangles.
_FEW = 8
# No centre may be nearer to a thinned outline than this, pixels: what is done to it afterwards,
# insets and rounding in files, moves it less.
_MARGIN = 0.05


class MaskPolygon(NamedTuple):
    """A mask as one closed line.

    Attributes:
        points: Shape (n, 2) with n >= 3, pixels; the last one is not the first again.
        rings: Of how many outlines it is joined: pieces and holes.
    """

    points: FloatArray
    rings: int


class _Turns(NamedTuple):
    """What decides about the pixels of a polygon: where along the rows inside and outside change.

    Attributes:
        at: Ascending indices into a grid of (height, width + 1); odd numbers of changes alone.
        margin: Distance of the pixel centre that is nearest to the line, pixels.
    """

    at: NDArray[np.intp]
    margin: float


def mask_polygon(
    mask: MaskImage, *, offset: tuple[int, int] = (0, 0), inset_px: float = 0.0
) -> MaskPolygon:
    """A mask as one polygon that gives exactly its pixels back when it is filled.

    Args:
        mask: Shape (height, width); at least one pixel is set.
        offset: (x, y) of its first pixel in the image.
        inset_px: How far its lines are moved to the inside, at most 0.02.
    """
    rings = mask_rings(mask)
    points = joined([_inset(ring, inset_px) for ring in rings] if inset_px else rings)
    return MaskPolygon(points + np.array(offset, np.float64), len(rings))


def mask_rings(mask: MaskImage) -> list[FloatArray]:
    """Outlines of a mask, thinned; pixels that meet at a corner are one piece.

    Args:
        mask: Shape (height, width); at least one pixel is set.

    Returns:
        Closed lines, shape (n, 2) each, in pixels: around pieces clockwise on the screen, around
        holes the other way; in the order of their topmost pixels.
    """
    assert mask.any()
    return [_thinned(_smoothed(corners)) for corners in _outlines(mask)]


def fill(points: FloatArray, size: tuple[int, ...]) -> MaskImage:
    """The pixels whose centres lie inside a polygon, by the even-odd rule.

    Args:
        points: Shape (n, 2), pixels.
        size: (height, width) of the mask.
    """
    height, width = size
    changes = np.zeros(height * (width + 1), np.uint8)
    changes[_turns(points, size).at] = 1
    # An even number of changes is none, and so is one of 256.
    running = np.cumsum(changes.reshape(height, width + 1), axis=1, dtype=np.uint8)
    inside: MaskImage = running[:, :width] % 2 == 1
    return inside


def joined(rings: list[FloatArray]) -> FloatArray:
    """One closed line through several, joined where they are nearest to each other.

    Args:
        rings: Closed lines, at least one.

    Returns:
        Shape (n, 2). Each bridge is passed once in each direction.
    """
    if len(rings) == 1:
        return rings[0]
    points = np.concatenate(rings)
    owner = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    firsts = np.concatenate([[0], np.cumsum([len(ring) for ring in rings])])
    order = list(range(int(firsts[1])))
    # Prim's tree: the ring that is nearest to those joined so far comes next.
    nearest = np.full(len(points), np.inf)
    partner = np.zeros(len(points), np.intp)
    left = owner != 0
    added = 0
    while left.any():
        waiting = np.flatnonzero(left)
        distances, found = cKDTree(rings[added]).query(points[waiting])
        closer = distances < nearest[waiting]
        nearest[waiting[closer]] = distances[closer]
        partner[waiting[closer]] = found[closer] + firsts[added]
        landing = int(waiting[np.argmin(nearest[waiting])])
        added = int(owner[landing])
        ring = list(range(int(firsts[added]), int(firsts[added + 1])))
        turn = landing - int(firsts[added])
        start = order.index(int(partner[landing]))
        order[start + 1 : start + 1] = [*ring[turn:], *ring[: turn + 1], order[start]]
        left[owner == added] = False
    result: FloatArray = points[order]
    return result


def _outlines(mask: MaskImage) -> list[FloatArray]:
    """Corners of the pixel edges around a mask, a closed line for each ring."""
    starts, directions = _edges(mask)
    width = mask.shape[1] + 1
    following = _following(starts, directions, width)
    y, x = np.divmod(starts, width)
    points = np.stack([x, y], axis=1).astype(np.float64)
    rings = []
    # A walk from edge to edge; plain lists are several times as fast here as arrays.
    after, seen = following.tolist(), bytearray(starts.size)
    for first in range(starts.size):
        if seen[first]:
            continue
        ring, edge = [], first
        while not seen[edge]:
            seen[edge] = 1
            ring.append(edge)
            edge = after[edge]
        turns = directions[ring] != np.roll(directions[ring], 1)
        rings.append(points[ring][turns])
    return rings


def _edges(mask: MaskImage) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pixel edges between inside and outside, with the inside on their right-hand side.

    Returns:
        Start of each, as index into the grid of pixel corners, and its direction.
    """
    height, width = mask.shape
    inside = np.zeros((height + 2, width + 2), np.bool_)
    inside[1:-1, 1:-1] = mask
    core = inside[1:-1, 1:-1]
    neighbours = (inside[:-2, 1:-1], inside[1:-1, 2:], inside[2:, 1:-1], inside[1:-1, :-2])
    corners = ((0, 0), (1, 0), (1, 1), (0, 1))
    starts, directions = [], []
    for direction, (beside, (right, down)) in enumerate(zip(neighbours, corners, strict=True)):
        row, column = np.nonzero(core & ~beside)
        starts.append((row + down) * (width + 1) + column + right)
        directions.append(np.full(row.size, direction))
    return np.concatenate(starts), np.concatenate(directions)


def _following(
    starts: NDArray[np.intp], directions: NDArray[np.intp], width: int
) -> NDArray[np.intp]:
    """The edge that follows each; where two do, the one to the left, which joins diagonals.

    Args:
        starts: Index into the grid of pixel corners.
        directions: Likewise.
        width: Of that grid.
    """
    keys = starts * 4 + directions
    order = np.argsort(keys)
    sorted_keys = keys[order]
    ends = starts + (_STEP @ np.array([1, width]))[directions]
    following = np.full(starts.size, -1, np.intp)
    for turn in (_SOUTH, _EAST, _NORTH):  # right, ahead, left: the last that is there counts
        wanted = ends * 4 + (directions + turn) % 4
        place = np.minimum(np.searchsorted(sorted_keys, wanted), keys.size - 1)
        there = sorted_keys[place] == wanted
        following[there] = order[place[there]]
    return following


def _smoothed(corners: FloatArray) -> FloatArray:
    """An outline whose steps of one pixel are cut in the middle, without needless points.

    Args:
        corners: Of the pixel edges, shape (n, 2): each line between two is a row or a column.
    """
    if len(corners) <= _FEW:
        return corners
    before, after = np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0)
    steps = (np.abs(corners - before).sum(axis=1) == 1) | (
        np.abs(after - corners).sum(axis=1) == 1
    )
    # Half a pixel before and after a corner that is cut; twice the corner itself if it stays.
    back, forth = np.sign(before - corners), np.sign(after - corners)
    cut = np.where(steps, 0.5, 0.0)[:, None]
    points = np.stack([corners + cut * back, corners + cut * forth], axis=1).reshape(-1, 2)
    points = points[(points != np.roll(points, 1, axis=0)).any(axis=1)]
    ahead, behind = np.roll(points, -1, axis=0) - points, points - np.roll(points, 1, axis=0)
    bends = behind[:, 0] * ahead[:, 1] != behind[:, 1] * ahead[:, 0]
    result: FloatArray = points[bends]
    return result


def _thinned(ring: FloatArray) -> FloatArray:
    """A closed line of fewer points around the same pixels and with the same box."""
    if len(ring) <= _FEW:
        return ring
    # In a window of its own, as large as its box.
    corner = np.floor(ring.min(axis=0))
    local = ring - corner
    width, height = (int(edge) for edge in np.ceil(local.max(axis=0)))
    wanted = _turns(local, (height, width)).at
    # The outermost points stay, so that the box does.
    outermost = (local == local.min(axis=0)) | (local == local.max(axis=0))
    kept = np.flatnonzero(outermost.any(axis=1))
    turned = np.roll(local, -kept[0], axis=0)
    cuts = [*(kept - kept[0]).tolist(), len(ring)]
    closed = np.concatenate([turned, turned[:1]]).astype(np.float32)
    for tolerance in _TOLERANCES:
        arcs = [
            cv2.approxPolyDP(closed[a : b + 1], tolerance, closed=False).reshape(-1, 2)[:-1]
            for a, b in pairwise(cuts)
        ]
        found = np.concatenate(arcs).astype(np.float64)
        turns = _turns(found, (height, width))
        if len(found) >= 3 and turns.margin >= _MARGIN and np.array_equal(turns.at, wanted):
            result: FloatArray = found + corner
            return result
    return ring


def _inset(ring: FloatArray, distance_px: float) -> FloatArray:
    """An outline whose lines are moved to the inside: by so much or up to twice as much.

    What is inside is on the right-hand side of its direction.
    """
    ahead = np.roll(ring, -1, axis=0) - ring
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    both = ahead + np.roll(ahead, 1, axis=0)
    result: FloatArray = ring + distance_px * np.stack([-both[:, 1], both[:, 0]], axis=1)
    return result


def _turns(points: FloatArray, size: tuple[int, ...]) -> _Turns:
    """Fill a polygon row by row: each edge turns over what lies right of it.

    Args:
        points: Shape (n, 2), pixels.
        size: (height, width) of the image.
    """
    height, width = size
    following = np.roll(points, -1, axis=0)
    # Downwards, so that both ways along a bridge are the same to the last bit.
    down = (points[:, 1] <= following[:, 1])[:, None]
    (x0, y0), (x1, y1) = np.where(down, points, following).T, np.where(down, following, points).T
    top, bottom = y0 - 0.5, y1 - 0.5
    # Rows whose centres an edge reaches; its lower end turns nothing over.
    first = np.clip(np.ceil(top), 0, height).astype(np.intp)
    counts = np.maximum(np.clip(np.floor(bottom) + 1, 0, height).astype(np.intp) - first, 0)
    edge = np.repeat(np.arange(len(points)), counts)
    row = first[edge] + np.arange(edge.size) - np.repeat(np.cumsum(counts) - counts, counts)
    dx, dy = (x1 - x0)[edge], (y1 - y0)[edge]
    level = dy == 0
    crossing = x0[edge] + (row + 0.5 - y0[edge]) * dx / np.where(level, 1, dy) - 0.5
    # Through the centres of a row, a level edge keeps no distance at all.
    aside = np.abs(crossing - np.rint(crossing)) * np.abs(dy) / np.hypot(dx, dy)
    turns = row < bottom[edge]
    column = np.clip(np.ceil(crossing[turns]), 0, width).astype(np.intp)
    at, times = np.unique(row[turns] * (width + 1) + column, return_counts=True)
    # What changes beyond the last column changes nothing.
    odd = (times % 2 == 1) & (at % (width + 1) != width)
    return _Turns(at[odd], float(aside.min(initial=np.inf)))
