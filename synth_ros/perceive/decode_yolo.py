"""Outputs of YOLO networks as Ultralytics exports them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synth_ros.perceive.suppress import suppress
from synth_ros.perceive.types import (
    Found,
    Thresholds,
    best,
    best_class,
    class_numbers,
    sensible,
)
from synth_ros.types import FloatArray


def decode_yolo(
    outputs: Sequence[NDArray[np.generic]], _network: tuple[int, int], keep: Thresholds
) -> Found:
    """YOLOv8, YOLO11 and their kin, without suppression in the network.

    Args:
        outputs: One array (1, 4 + classes, n): centre x, y, width, height in network pixels, and
            a score for each class.
        _network: Not needed; all decoders are called alike.
        keep: What is kept.

    Returns:
        Boxes in network pixels. Each row counts for its best class alone, as in Ultralytics.
    """
    rows = np.asarray(outputs[0][0], np.float64).T
    scores, classes = best_class(rows[:, 4:])
    good = sensible(rows[:, :4], scores, classes)
    chosen = good & (scores >= keep.score)
    boxes = corners(rows[chosen, :4])
    scores, classes = scores[chosen], classes[chosen]
    order = suppress(boxes, scores, classes, iou=keep.iou)[: keep.most]
    return Found(boxes[order], scores[order], classes[order], int((~good).sum()))


def decode_end_to_end(
    outputs: Sequence[NDArray[np.generic]], _network: tuple[int, int], keep: Thresholds
) -> Found:
    """YOLO networks that choose themselves (YOLOv10, YOLO26, exports with ``nms=True``).

    Args:
        outputs: One array (1, n, 6): x0, y0, x1, y1 in network pixels, score, class.
        _network: Not needed.
        keep: What is kept; overlaps were judged by the network.

    Returns:
        Boxes in network pixels.
    """
    rows = np.asarray(outputs[0][0], np.float64)
    classes = class_numbers(rows[:, 5])
    good = sensible(rows[:, :4], rows[:, 4], classes)
    chosen = good & (rows[:, 4] >= keep.score)
    return best(
        rows[chosen, :4],
        rows[chosen, 4],
        classes[chosen],
        keep=keep,
        nonsense=int((~good).sum()),
    )


def corners(boxes: FloatArray) -> FloatArray:
    """Centre and size (n, 4) as corners x0, y0, x1, y1."""
    half = boxes[:, 2:] / 2
    return np.hstack([boxes[:, :2] - half, boxes[:, :2] + half])
