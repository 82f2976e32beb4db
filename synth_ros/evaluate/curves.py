"""Precision against recall, and the score at which to work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.evaluate.matching import Matches
from synth_ros.types import FloatArray


class OperatingPoint(NamedTuple):
    """What a threshold on the score gives at IoU 0.5, all classes together.

    Attributes:
        score: Detections below are left out.
        precision: Share of right detections.
        recall: Share of found objects.
        f1: Their harmonic mean.
    """

    score: float
    precision: float
    recall: float
    f1: float


class Sweep(NamedTuple):
    """Precision and recall for every threshold on the score, surest first; all (n,)."""

    scores: FloatArray
    precision: FloatArray
    recall: FloatArray


def sweep(frames: Sequence[Matches], *, at: int = 0) -> Sweep:
    """Of all classes and frames together.

    Args:
        frames: Matches of any classes and frames.
        at: Which IoU threshold.
    """
    objects = sum(int(frame.objects[0]) for frame in frames)
    if not frames or not objects:
        return Sweep(np.zeros(0), np.zeros(0), np.zeros(0))
    counts = [~frame.ignored[0, at] for frame in frames]
    scores = np.concatenate([f.scores[c] for f, c in zip(frames, counts, strict=True)])
    hits = np.concatenate([f.found[0, at][c] for f, c in zip(frames, counts, strict=True)])
    order = np.argsort(-scores, kind='mergesort')
    scores, hits = scores[order], hits[order]
    right = np.cumsum(hits, dtype=np.float64)
    if not len(scores):
        return Sweep(np.zeros(0), np.zeros(0), np.zeros(0))
    # Detections of one score are let in together.
    ends = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)
    return Sweep(scores[ends], right[ends] / (ends + 1), right[ends] / objects)


def best_point(curve: Sweep) -> OperatingPoint | None:
    """The threshold with the largest F1; ``None`` without detections."""
    if not curve.scores.size:
        return None
    total = curve.precision + curve.recall
    f1 = np.divide(
        2 * curve.precision * curve.recall, total, out=np.zeros_like(total), where=total > 0
    )
    place = int(np.argmax(f1))
    return _point(curve, place, float(f1[place]))


def point_at(curve: Sweep, score: float) -> OperatingPoint:
    """What a given threshold gives."""
    place = int(np.searchsorted(-curve.scores, -score, side='right')) - 1
    if place < 0:
        return OperatingPoint(score, 0.0, 0.0, 0.0)
    precision, recall = float(curve.precision[place]), float(curve.recall[place])
    total = precision + recall
    f1 = 2 * precision * recall / total if total else 0.0
    return _point(curve, place, f1)._replace(score=score)


def _point(curve: Sweep, place: int, f1: float) -> OperatingPoint:
    return OperatingPoint(
        float(curve.scores[place]), float(curve.precision[place]), float(curve.recall[place]), f1
    )


def thinned(curve: Sweep, *, most: int = 200) -> Sweep:
    """At most so many points of it, the first and the last among them."""
    if curve.scores.size <= most:
        return curve
    kept = np.unique(np.linspace(0, curve.scores.size - 1, most).round().astype(np.int64))
    return Sweep(curve.scores[kept], curve.precision[kept], curve.recall[kept])
