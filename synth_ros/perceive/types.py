"""What a detector finds, and from when on it counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import FloatArray

_MOST_CLASSES = 65535


class Thresholds(NamedTuple):
    """What of a network's output is kept.

    Attributes:
        score: Lowest score of a detection, inclusive.
        iou: Overlap above which the worse of two boxes of a class is dropped; only where the
            network has not chosen already.
        most: Detections of an image at most, the best first.
    """

    score: float = 0.25
    iou: float = 0.45
    most: int = 300


class Found(NamedTuple):
    """Detections of one image, best first.

    Attributes:
        boxes: Shape (n, 4): x0, y0, x1, y1, edges of pixels: the image or the network's input
            spans (0, 0) to (width, height).
        scores: Shape (n,), 0 to 1.
        classes: Shape (n,), the network's class numbers from 0.
        nonsense: Rows of the output that were NaN, infinite, or of no class; they are left out.
    """

    boxes: FloatArray
    scores: FloatArray
    classes: NDArray[np.int64]
    nonsense: int = 0


def best(
    boxes: FloatArray,
    scores: FloatArray,
    classes: NDArray[np.int64],
    *,
    keep: Thresholds,
    nonsense: int = 0,
) -> Found:
    """The best rows by falling score; equal ones stay in the order of the network."""
    order = np.argsort(-scores, kind='stable')[: keep.most]
    return Found(boxes[order], scores[order], classes[order], nonsense)


def class_numbers(values: FloatArray) -> NDArray[np.int64]:
    """Class numbers that a network gives as values (n,); -1 for what can be none."""
    good = np.isfinite(values) & (values >= 0) & (values < _MOST_CLASSES)
    return np.where(good, values, -1).astype(np.int64)


def best_class(scores: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
    """Score and number of the best class of each row.

    Args:
        scores: Shape (n, classes).

    Returns:
        Scores (n,) and classes (n,); infinite and -1 where a score of the row is no number.
    """
    good = np.asarray(np.isfinite(scores).all(axis=1), np.bool_)
    filled = np.where(good[:, None], scores, 0.0)
    best_scores = np.where(good, filled.max(axis=1), np.inf)
    return best_scores, np.where(good, filled.argmax(axis=1), -1).astype(np.int64)


def sensible(
    boxes: FloatArray, scores: FloatArray, classes: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which rows are numbers: finite boxes and scores, and a class from 0 on."""
    finite = np.isfinite(boxes).all(axis=1) & np.isfinite(scores)
    return np.asarray(finite & (classes >= 0), dtype=np.bool_)
