"""Outputs of RT-DETR and other networks of the DETR family."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synth_ros.perceive.decode_yolo import corners
from synth_ros.perceive.types import (
    Found,
    Thresholds,
    best,
    best_class,
    class_numbers,
    sensible,
)
from synth_ros.types import FloatArray


def decode_rtdetr(
    outputs: Sequence[NDArray[np.generic]], _network: tuple[int, int], keep: Thresholds
) -> Found:
    """RT-DETR and D-FINE as their authors export them, with the input ``orig_target_sizes``.

    Args:
        outputs: Labels (1, n), boxes (1, n, 4) as corners, scores (1, n). The network was told
            the size of its own input, so boxes are in network pixels.
        _network: Not needed.
        keep: What is kept; a network of this family does not find a thing twice.

    Returns:
        Boxes in network pixels.
    """
    labels, boxes, scores = (np.asarray(output[0], np.float64) for output in outputs)
    return _kept(boxes, scores, class_numbers(labels), keep=keep)


def decode_rtdetr_ultralytics(
    outputs: Sequence[NDArray[np.generic]], network: tuple[int, int], keep: Thresholds
) -> Found:
    """RT-DETR as Ultralytics exports it.

    Args:
        outputs: One array (1, n, 4 + classes): centre x, y, width, height as shares of the input,
            and a score for each class.
        network: Width and height of the input.
        keep: What is kept.

    Returns:
        Boxes in network pixels.
    """
    rows = np.asarray(outputs[0][0], np.float64)
    return _best_class(rows[:, :4], rows[:, 4:], network=network, keep=keep)


def decode_rtdetr_end_to_end(
    outputs: Sequence[NDArray[np.generic]], network: tuple[int, int], keep: Thresholds
) -> Found:
    """RT-DETR as Ultralytics exports it since its network chooses the best class itself.

    Args:
        outputs: One array (1, n, 6): centre x, y, width, height as shares of the input, score,
            class.
        network: Width and height of the input.
        keep: What is kept.

    Returns:
        Boxes in network pixels.
    """
    rows = np.asarray(outputs[0][0], np.float64)
    classes = class_numbers(rows[:, 5])
    return _in_pixels(rows[:, :4], rows[:, 4], classes, network=network, keep=keep)


def decode_detr(
    outputs: Sequence[NDArray[np.generic]], network: tuple[int, int], keep: Thresholds
) -> Found:
    """Logits and boxes, each class judged for itself (RT-DETR, Deformable DETR, RF-DETR).

    Args:
        outputs: Logits (1, n, classes), boxes (1, n, 4): centre x, y, width, height as shares.
        network: Width and height of the input.
        keep: What is kept.

    Returns:
        Boxes in network pixels.
    """
    logits = np.asarray(outputs[0][0], np.float64)
    # Clipped: beyond 60 the result is 0 or 1 in 64 bits, and nothing overflows on the way.
    scores = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    boxes = np.asarray(outputs[1][0], np.float64)
    return _best_class(boxes, scores, network=network, keep=keep)


def decode_detr_softmax(
    outputs: Sequence[NDArray[np.generic]], network: tuple[int, int], keep: Thresholds
) -> Found:
    """The first DETR: classes exclude each other, and the last one means nothing is there.

    Args:
        outputs: Logits (1, n, classes + 1), boxes (1, n, 4) as in :func:`decode_detr`.
        network: Width and height of the input.
        keep: What is kept.

    Returns:
        Boxes in network pixels.
    """
    logits = np.asarray(outputs[0][0], np.float64)
    with np.errstate(invalid='ignore'):
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        scores = powers / powers.sum(axis=1, keepdims=True)
    boxes = np.asarray(outputs[1][0], np.float64)
    return _best_class(boxes, scores[:, :-1], network=network, keep=keep)


def _best_class(
    shares: FloatArray, scores: FloatArray, *, network: tuple[int, int], keep: Thresholds
) -> Found:
    best_scores, classes = best_class(scores)
    return _in_pixels(shares, best_scores, classes, network=network, keep=keep)


def _in_pixels(
    shares: FloatArray,
    scores: FloatArray,
    classes: NDArray[np.int64],
    *,
    network: tuple[int, int],
    keep: Thresholds,
) -> Found:
    good = sensible(shares, scores, classes)
    # Infinite ones would only warn; their rows are left out by their class.
    boxes = corners(np.where(good[:, None], shares, 0.0)) * np.tile(network, 2)
    return _kept(boxes, scores, np.where(good, classes, -1), keep=keep)


def _kept(
    boxes: FloatArray, scores: FloatArray, classes: NDArray[np.int64], *, keep: Thresholds
) -> Found:
    good = sensible(boxes, scores, classes)
    chosen = good & (scores >= keep.score)
    nonsense = int((~good).sum())
    return best(boxes[chosen], scores[chosen], classes[chosen], keep=keep, nonsense=nonsense)
