"""Boxes in any pose: do they overlap, and how far is the next one along a ray."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import FloatArray

_PARALLEL = 1e-9


class Boxes(NamedTuple):
    """A number of boxes in the world.

    Attributes:
        center_m: Shape (n, 3).
        half_m: Half extents along each box's own axes, shape (n, 3).
        rotation: World from box, shape (n, 3, 3).
    """

    center_m: FloatArray
    half_m: FloatArray
    rotation: FloatArray


NO_BOXES = Boxes(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3, 3)))


def box(
    center_m: Sequence[float] | FloatArray,
    half_m: Sequence[float] | FloatArray,
    rotation: FloatArray | None = None,
) -> Boxes:
    """One box; upright without a rotation (3, 3)."""
    turned = np.eye(3) if rotation is None else rotation
    return Boxes(np.array([center_m], float), np.array([half_m], float), np.array([turned]))


def joined(parts: Sequence[Boxes]) -> Boxes:
    """All boxes of several, in order."""
    if not parts:
        return NO_BOXES
    return Boxes(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def extents(rotation: FloatArray, half_m: Sequence[float] | FloatArray) -> FloatArray:
    """Half extents (3,) of the upright box around a turned one."""
    reach: FloatArray = np.abs(rotation) @ np.asarray(half_m, float)
    return reach


def overlapping(one: Boxes, others: Boxes, *, margin_m: float = 0.0) -> NDArray[np.bool_]:
    """Which boxes one box overlaps, or comes closer to than a margin.

    The separating axis test (Gottschalk, Lin and Manocha 1996, OBBTree) on the box grown by the
    margin: exact without one, and on the safe side with one.

    Args:
        one: A single box.
        others: Any number n.
        margin_m: Free space to keep.

    Returns:
        Shape (n,).
    """
    half = one.half_m[0] + margin_m
    frame = one.rotation[0]
    # Both in the first box's frame.
    turn = np.einsum('ji,njk->nik', frame, others.rotation)
    offset = (others.center_m - one.center_m[0]) @ frame
    size = np.abs(turn)
    reach = half + np.einsum('nik,nk->ni', size, others.half_m)
    apart = (np.abs(offset) > reach).any(axis=1)
    across = np.einsum('ni,nik->nk', offset, turn)
    reach = others.half_m + np.einsum('nik,i->nk', size, half)
    apart |= (np.abs(across) > reach).any(axis=1)
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        for m in range(3):
            p, q = (m + 1) % 3, (m + 2) % 3
            distance = np.abs(offset[:, k] * turn[:, j, m] - offset[:, j] * turn[:, k, m])
            reach_one = half[j] * size[:, k, m] + half[k] * size[:, j, m]
            reach_other = others.half_m[:, p] * size[:, i, q] + others.half_m[:, q] * size[:, i, p]
            # Of parallel edges the cross product says nothing.
            telling = reach_one + reach_other > _PARALLEL
            apart |= telling & (distance > reach_one + reach_other)
    touching: NDArray[np.bool_] = ~apart
    return touching


def distance_along(
    origin_m: Sequence[float] | FloatArray, direction: Sequence[float] | FloatArray, boxes: Boxes
) -> float:
    """How far a ray travels until it enters a box; infinity if it meets none.

    Boxes that hold the origin are not entered.

    Args:
        origin_m: Where the ray starts, (3,).
        direction: Unit vector, (3,).
        boxes: Any number.
    """
    start = np.einsum('nji,nj->ni', boxes.rotation, np.asarray(origin_m, float) - boxes.center_m)
    step = np.einsum('nji,j->ni', boxes.rotation, np.asarray(direction, float))
    with np.errstate(divide='ignore', invalid='ignore'):
        inverse = 1.0 / step
        one, other = (-boxes.half_m - start) * inverse, (boxes.half_m - start) * inverse
    # A ray along a face's plane gives 0 / 0: inside or outside decides.
    beside = np.abs(start) <= boxes.half_m
    flat = np.abs(step) < _PARALLEL
    near = np.where(flat, np.where(beside, -np.inf, np.inf), np.minimum(one, other)).max(axis=1)
    far = np.where(flat, np.where(beside, np.inf, -np.inf), np.maximum(one, other)).min(axis=1)
    hits = near[(near <= far) & (near >= 0)]
    return float(hits.min(initial=np.inf))
