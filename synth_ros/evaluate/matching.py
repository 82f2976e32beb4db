"""Which detection found which object, as COCO decides it.

The rules are those of pycocotools' ``COCOeval.evaluateImg``, to the last bit: each class by
itself, the surest detection first, each takes the object with the largest IoU that is still free;
ignored objects only if no other one will do; a crowd can be taken by any number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from synth_ros.evaluate.types import Box, Found, TrueObject
from synth_ros.schema.rle import Rle, decode_mask
from synth_ros.types import FloatArray

THRESHOLDS: FloatArray = np.linspace(0.5, 0.95, 10)
THRESHOLDS.flags.writeable = False
"""IoU from which a detection has found an object, (10,)."""
AREAS = ('all', 'small', 'medium', 'large')
AREA_RANGES = ((0.0, 1e10), (0.0, 32.0**2), (32.0**2, 96.0**2), (96.0**2, 1e10))
"""Pixels, both bounds inclusive."""
MOST = 100
"""Detections of a class and frame that count, the surest ones."""


class Matches(NamedTuple):
    """What became of the detections and objects of one class in one frame.

    Detections are ordered by falling score, at most ``MOST``; the axes of arrays are areas,
    thresholds, detections.

    Attributes:
        scores: (D,).
        found: Whether a detection took an object, (A, T, D).
        ignored: Whether it counts neither way, (A, T, D).
        objects: Objects that are to be found, (A,).
        taken: At the lowest threshold and for all areas: place of the detection that took each
            object, -1 none, (G,).
        takes: The other way round: place of the object that each detection took, (D,).
        order: Places of the detections in what was given, (D,).
    """

    scores: FloatArray
    found: NDArray[np.bool_]
    ignored: NDArray[np.bool_]
    objects: NDArray[np.int64]
    taken: NDArray[np.int64]
    takes: NDArray[np.int64]
    order: NDArray[np.int64]


def match(
    objects: Sequence[TrueObject], found: Sequence[Found], *, masks: bool = False
) -> Matches:
    """Match the detections of one class in one frame.

    Args:
        objects: Of that class.
        found: Of that class.
        masks: Compare masks rather than boxes; all must have one.
    """
    scores = np.array([item.score for item in found], np.float64)
    order = np.argsort(-scores, kind='mergesort')[:MOST]
    kept = [found[k] for k in order]
    overlap = mask_overlaps(objects, kept) if masks else box_overlaps(objects, kept)
    areas = np.array([item.area for item in objects], np.float64)
    plain = np.array([item.ignored or item.crowd for item in objects], np.bool_)
    crowd = np.array([item.crowd for item in objects], np.bool_)
    sizes = _sizes(kept, masks=masks)
    shape = (len(AREAS), len(THRESHOLDS), len(kept))
    hits, out = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    wanted = np.zeros(len(AREAS), np.int64)
    taken = np.full(len(objects), -1, np.int64)
    takes = np.full(len(kept), -1, np.int64)
    for a, (low, high) in enumerate(AREA_RANGES):
        left_out = plain | (areas < low) | (areas > high)
        wanted[a] = int((~left_out).sum())
        beyond = (sizes < low) | (sizes > high)
        last = np.argsort(left_out, kind='mergesort')
        for t, threshold in enumerate(THRESHOLDS):
            pairs = _assign(overlap, float(threshold), last=last, ignored=left_out, crowd=crowd)
            hits[a, t] = pairs >= 0
            out[a, t] = np.where(pairs >= 0, left_out[pairs], beyond) if left_out.size else beyond
            if a == t == 0:
                takes = pairs
                for place in range(len(pairs) - 1, -1, -1):
                    if pairs[place] >= 0:
                        taken[pairs[place]] = place
    return Matches(scores[order], hits, out, wanted, taken, takes, order)


def _assign(
    overlap: FloatArray,
    threshold: float,
    *,
    last: NDArray[np.int64],
    ignored: NDArray[np.bool_],
    crowd: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """The object that each detection takes, -1 none.

    Args:
        overlap: IoU of detection d and object g, (D, G).
        threshold: Least IoU.
        last: Places of the objects, ignored ones at the end.
        ignored: By object.
        crowd: By object.
    """
    pairs = np.full(overlap.shape[0], -1, np.int64)
    free, unsure, many = [True] * overlap.shape[1], ignored.tolist(), crowd.tolist()
    floor = min(threshold, 1 - 1e-10)
    # Plain numbers, and near pairs alone: many times as fast as arrays.
    near = overlap[:, last] >= floor
    for d in np.flatnonzero(near.any(axis=1)).tolist():
        best, least = -1, floor
        for g in last[near[d]].tolist():
            if not free[g] and not many[g]:
                continue
            if best > -1 and not unsure[best] and unsure[g]:
                break
            if overlap[d, g] < least:
                continue
            best, least = g, float(overlap[d, g])
        if best >= 0:
            pairs[d] = best
            free[best] = False
    return pairs


def box_overlaps(objects: Sequence[TrueObject], found: Sequence[Found]) -> FloatArray:
    """IoU of detections and objects, (D, G); with crowds, the share of the detection inside."""
    theirs = np.array([item.box for item in found], np.float64).reshape(-1, 1, 4)
    ours = np.array([item.box for item in objects], np.float64).reshape(1, -1, 4)
    crowd = np.array([item.crowd for item in objects], np.bool_)
    sides = [
        np.minimum(theirs[..., k] + theirs[..., k + 2], ours[..., k] + ours[..., k + 2])
        - np.maximum(theirs[..., k], ours[..., k])
        for k in (0, 1)
    ]
    shared = np.where((sides[0] > 0) & (sides[1] > 0), sides[0] * sides[1], 0.0)
    area, other = (box[..., 2] * box[..., 3] for box in (theirs, ours))
    union = np.where(crowd, area, area + other - shared)
    out: FloatArray = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return out


def mask_overlaps(objects: Sequence[TrueObject], found: Sequence[Found]) -> FloatArray:
    """IoU of masks, (D, G), as COCO's own code counts it; all must have a mask."""
    if not objects or not found:
        return np.zeros((len(found), len(objects)))
    overlaps = coco_mask.iou(
        [_packed(item.mask) for item in found],
        [_packed(item.mask) for item in objects],
        [int(item.crowd) for item in objects],
    )
    return np.asarray(overlaps, np.float64).reshape(len(found), len(objects))


def iou(one: Box, other: Box) -> float:
    """IoU of two boxes."""
    found, thing = Found(1, 1.0, one), TrueObject(1, 1, '', other, 1.0)
    return float(box_overlaps([thing], [found])[0, 0])


def checked(rle: Rle, *, size: tuple[int, int]) -> int:
    """Pixels of a mask from outside; COCO's code does not survive a damaged one.

    Args:
        rle: The mask.
        size: Height and width that it must have.

    Raises:
        UsageError: It is damaged, or of another size.
    """
    from synth_ros.errors import UsageError

    if rle.size != size:
        raise UsageError(f'A mask of {rle.size} pixels for an image of {size}.')
    return int(decode_mask(rle).sum())


def _packed(rle: Rle | None) -> dict[str, object]:
    assert rle is not None, 'masks are compared where all have one'
    return {'size': list(rle.size), 'counts': rle.counts.encode('ascii')}


def _sizes(found: Sequence[Found], *, masks: bool) -> FloatArray:
    """Areas of detections, (D,)."""
    if masks:
        packed = [_packed(item.mask) for item in found]
        return np.array(coco_mask.area(packed) if packed else [], np.float64)
    return np.array([item.box.width * item.box.height for item in found], np.float64)
