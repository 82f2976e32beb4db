"""Of boxes that overlap, the best: non-maximum suppression, class by class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import FloatArray

_MOST_CANDIDATES = 3000
"""More boxes than this above the threshold come from a threshold that is too low; the best are
looked at, so that one such image does not hold up those after it."""


def suppress(
    boxes: FloatArray, scores: FloatArray, classes: NDArray[np.int64], *, iou: float
) -> NDArray[np.int64]:
    """Which rows stay.

    Greedy: the best box stays and drops all worse ones of its class that overlap it by more than
    ``iou``, and so on. Equal scores are taken in the order of the rows.

    Args:
        boxes: Shape (n, 4), x0, y0, x1, y1.
        scores: Shape (n,).
        classes: Shape (n,).
        iou: Overlap that is still allowed.

    Returns:
        Numbers of rows, best first.
    """
    order = np.argsort(-scores, kind='stable')[:_MOST_CANDIDATES]
    corners, numbers = boxes[order], classes[order]
    areas = np.prod(np.maximum(corners[:, 2:] - corners[:, :2], 0), axis=1)
    alive = np.ones(len(order), np.bool_)
    for row in range(len(order)):
        if not alive[row]:
            continue
        later = np.flatnonzero(alive[row + 1 :] & (numbers[row + 1 :] == numbers[row])) + row + 1
        low = np.maximum(corners[later, :2], corners[row, :2])
        high = np.minimum(corners[later, 2:], corners[row, 2:])
        shared = np.prod(np.maximum(high - low, 0), axis=1)
        # Multiplied out: two boxes without area overlap by nothing, and nothing is divided.
        alive[later] = shared <= iou * (areas[later] + areas[row] - shared)
    return order[alive]
