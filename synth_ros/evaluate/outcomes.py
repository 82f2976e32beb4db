"""Successes and failures of the frames, sliced by circumstance; the frames with most failures."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from synth_ros.evaluate.frames import KeptFrame
from synth_ros.evaluate.records import (
    BinRecord,
    FindingRecord,
    ShownBox,
    SliceRecord,
    WorstRecord,
)
from synth_ros.evaluate.slices import Measure, Outcome, Slice, findings_of, slices_of
from synth_ros.evaluate.types import Factor

Names = Mapping[int, str]
_MOST_OUTCOMES = 20_000
_MSSD_RIGHT = 9
"""Of BOP's ten limits those from 0.10 of the diameter on."""


class Told(NamedTuple):
    """Slices and findings of a session."""

    slices: tuple[SliceRecord, ...]
    findings: tuple[FindingRecord, ...]


def told(frames: Sequence[KeptFrame], names: Names, *, score: float | None) -> Told:
    """Slices and findings of everything that was asked for.

    Args:
        frames: In order.
        names: Of classes.
        score: Detections below are left out; ``None`` without detections.
    """
    sources: list[tuple[Measure, list[Outcome]]] = [
        ('recall', list(_objects(frames, score))),
        ('precision', list(_detections(frames, names, score))),
        ('pose recall', list(_poses(frames))),
    ]
    slices: list[SliceRecord] = []
    findings: list[FindingRecord] = []
    for measure, outcomes in sources:
        kept = _spread(outcomes)
        slices += [_slice(measure, item) for item in slices_of(kept)]
        findings += [FindingRecord(**item._asdict()) for item in findings_of(kept, measure)]
    findings.sort(key=lambda item: (-item.cost, item.measure, item.factor))
    return Told(tuple(slices), tuple(findings))


def _spread(outcomes: list[Outcome]) -> list[Outcome]:
    """At most so many outcomes, evenly from all of them."""
    return outcomes[:: -(-len(outcomes) // _MOST_OUTCOMES) or 1]


def _objects(frames: Sequence[KeptFrame], score: float | None) -> Iterator[Outcome]:
    for frame in frames:
        if frame.boxes is None:
            continue
        for item in frame.objects:
            if item.counts:
                right = item.score is not None and score is not None and item.score >= score
                yield Outcome(right, frame.key.run, item.instance_id, item.factors, frame.factors)


def _detections(
    frames: Sequence[KeptFrame], names: Names, score: float | None
) -> Iterator[Outcome]:
    number = 0
    for frame in frames:
        for item in frame.detections:
            number += 1
            if item.counts and score is not None and item.score >= score:
                own: dict[str, Factor] = {
                    'class': names.get(item.class_id, str(item.class_id)),
                    'box_size_px': (item.box.width * item.box.height) ** 0.5,
                }
                # Detections of nothing belong to no object: each stands for itself.
                yield Outcome(item.right, frame.key.run, -1 - number, own, frame.factors)


def _poses(frames: Sequence[KeptFrame]) -> Iterator[Outcome]:
    for frame in frames:
        for item in frame.objects:
            if item.pose is not None:
                right = item.pose.mssd_right >= _MSSD_RIGHT
                yield Outcome(right, frame.key.run, item.instance_id, item.factors, frame.factors)


def _slice(measure: Measure, found: Slice) -> SliceRecord:
    bins = tuple(BinRecord(**item._asdict()) for item in found.bins)
    return SliceRecord(measure=measure, factor=found.factor, bins=bins)


def worst(
    frames: Sequence[KeptFrame], names: Names, *, score: float | None, most: int
) -> tuple[WorstRecord, ...]:
    """Frames with most mistakes, the first ones of equals; those without any are left out."""
    limit = float('inf') if score is None else score

    def mistakes(frame: KeptFrame) -> tuple[int, int]:
        missed = sum(i.counts and (i.score is None or i.score < limit) for i in frame.objects)
        wrong = sum(d.counts and not d.right and d.score >= limit for d in frame.detections)
        return missed, wrong

    judged = [(frame, *mistakes(frame)) for frame in frames if frame.boxes is not None]
    bad = heapq.nsmallest(most, judged, key=lambda entry: (-entry[1] - entry[2], entry[0].key))
    return tuple(
        WorstRecord(
            name=frame.key.name,
            stamp_ns=frame.key.stamp_ns,
            camera=frame.key.camera,
            picture=frame.picture,
            size=frame.size,
            missed=missed,
            wrong=wrong,
            boxes=tuple(_shown(frame, names, limit)),
        )
        for frame, missed, wrong in bad
        if missed + wrong
    )


def _shown(frame: KeptFrame, names: Names, limit: float) -> Iterator[ShownBox]:
    for item in frame.objects:
        if item.counts:
            found = item.score is not None and item.score >= limit
            yield ShownBox(
                name=names.get(item.class_id, ''),
                box=item.box,
                kind='found' if found else 'missed',
            )
    for detection in frame.detections:
        if detection.counts and detection.score >= limit:
            yield ShownBox(
                name=names.get(detection.class_id, ''),
                box=detection.box,
                kind='right' if detection.right else 'wrong',
                score=detection.score,
            )
