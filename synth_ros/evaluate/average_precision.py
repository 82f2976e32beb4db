"""Average precision and recall as COCO defines them; see ``COCOeval.accumulate``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.evaluate.matching import AREAS, MOST, THRESHOLDS, Matches
from synth_ros.types import FloatArray

RECALLS: FloatArray = np.linspace(0.0, 1.0, 101)
RECALLS.flags.writeable = False
"""Recalls at which precision is read, (101,)."""
LIMITS = (1, 10, MOST)
"""How many detections of a class and frame may count."""


class ClassScores(NamedTuple):
    """Precision and recall of one class; -1 where there is nothing to be found.

    Attributes:
        precision: At ``RECALLS``, (T, R, A), for ``MOST`` detections.
        recall: That is reached, (T, A, L).
        objects: To be found, of all areas.
        detections: That count, of all areas.
    """

    precision: FloatArray
    recall: FloatArray
    objects: int
    detections: int


class Summary(NamedTuple):
    """COCO's twelve numbers, 0 to 1; ``None`` where there is nothing to be found.

    Attributes:
        ap: Mean over IoU 0.50 to 0.95.
        ap50: At IoU 0.50.
        ap75: At IoU 0.75.
        ap_small: Of objects below 32 x 32 pixels.
        ap_medium: Of those up to 96 x 96.
        ap_large: Of larger ones.
        ar_1: Mean recall with one detection a class and frame.
        ar_10: With ten.
        ar_100: With a hundred.
        ar_small: Of small objects, with a hundred.
        ar_medium: Of medium ones.
        ar_large: Of large ones.
    """

    ap: float | None
    ap50: float | None
    ap75: float | None
    ap_small: float | None
    ap_medium: float | None
    ap_large: float | None
    ar_1: float | None
    ar_10: float | None
    ar_100: float | None
    ar_small: float | None
    ar_medium: float | None
    ar_large: float | None


def accumulate(frames: Sequence[Matches]) -> ClassScores:
    """Scores of one class over all frames, in their order."""
    counts = (len(THRESHOLDS), len(RECALLS), len(AREAS), len(LIMITS))
    precision = np.full(counts[:3], -1.0)
    recall = np.full((counts[0], counts[2], counts[3]), -1.0)
    if not frames:
        return ClassScores(precision, recall, 0, 0)
    objects = np.array([frame.objects for frame in frames]).sum(axis=0)
    rank = np.concatenate([np.arange(len(frame.scores)) for frame in frames])
    scores = np.concatenate([frame.scores for frame in frames])
    hits = np.concatenate([frame.found for frame in frames], axis=2)
    out = np.concatenate([frame.ignored for frame in frames], axis=2)
    for number, limit in enumerate(LIMITS):
        kept = np.flatnonzero(rank < limit)
        kept = kept[np.argsort(-scores[kept], kind='mergesort')]
        for a in range(counts[2]):
            if objects[a] == 0:
                continue
            right = np.cumsum(hits[a][:, kept] & ~out[a][:, kept], axis=1, dtype=np.float64)
            wrong = np.cumsum(~hits[a][:, kept] & ~out[a][:, kept], axis=1, dtype=np.float64)
            for t in range(counts[0]):
                curve, reached = _curve(right[t], wrong[t], int(objects[a]))
                recall[t, a, number] = reached
                if limit == MOST:
                    precision[t, :, a] = curve
    return ClassScores(precision, recall, int(objects[0]), int((~out[0, 0]).sum()))


def _curve(right: FloatArray, wrong: FloatArray, objects: int) -> tuple[FloatArray, float]:
    """Interpolated precision at ``RECALLS``, and the recall that is reached."""
    curve = np.zeros(len(RECALLS))
    if not right.size:
        return curve, 0.0
    reached = right / objects
    precision = right / (wrong + right + np.spacing(1))
    # The best precision at this recall or beyond.
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(reached, RECALLS, side='left')
    inside = places < right.size
    curve[inside] = precision[places[inside]]
    return curve, float(reached[-1])


def summarize(classes: Mapping[int, ClassScores]) -> Summary:
    """COCO's numbers: means over all classes that have something to be found."""

    def ap(at: int | None = None, *, area: int = 0) -> float | None:
        return _mean(
            [c.precision[:, :, area] if at is None else c.precision[at, :, area] for c in ordered]
        )

    def ar(limit: int, *, area: int = 0) -> float | None:
        return _mean([c.recall[:, area, limit] for c in ordered])

    ordered = [scores for _, scores in sorted(classes.items())]
    return Summary(
        ap=ap(),
        ap50=ap(0),
        ap75=ap(5),
        ap_small=ap(area=1),
        ap_medium=ap(area=2),
        ap_large=ap(area=3),
        ar_1=ar(0),
        ar_10=ar(1),
        ar_100=ar(2),
        ar_small=ar(2, area=1),
        ar_medium=ar(2, area=2),
        ar_large=ar(2, area=3),
    )


def _mean(parts: Sequence[NDArray[np.float64]]) -> float | None:
    values = np.concatenate([part.ravel() for part in parts]) if parts else np.zeros(0)
    values = values[values > -1]
    return float(values.mean()) if values.size else None
