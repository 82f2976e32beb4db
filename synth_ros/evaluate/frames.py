"""What is kept of a frame once it was compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.evaluate.mask_iou import segments
from synth_ros.evaluate.matching import Matches, match
from synth_ros.evaluate.pose_frames import PoseOutcome
from synth_ros.evaluate.types import (
    Box,
    Factor,
    Found,
    FoundFrame,
    FrameKey,
    TrueFrame,
    TrueObject,
)


class KeptObject(NamedTuple):
    """What became of an object.

    Attributes:
        instance_id: Which.
        class_id: Its class.
        box: Its box.
        counts: Whether it was to be found.
        score: Of the detection that found it, IoU 0.5; ``None`` if none did.
        pose: What became of its pose.
        factors: Its circumstances.
    """

    instance_id: int
    class_id: int
    box: Box
    counts: bool
    score: float | None
    pose: PoseOutcome | None
    factors: Mapping[str, Factor]


class KeptDetection(NamedTuple):
    """What became of a detection, IoU 0.5.

    Attributes:
        class_id: Its class.
        score: Its score.
        box: Its box.
        right: Whether it found an object.
        counts: Whether it counts at all.
        meant: Class of the object that it covers, whatever its class; 0 of none.
    """

    class_id: int
    score: float
    box: Box
    right: bool
    counts: bool
    meant: int


class KeptFrame(NamedTuple):
    """What became of a frame.

    Attributes:
        key: Which.
        size: Width and height.
        picture: File of the image.
        factors: Its circumstances.
        objects: Its objects.
        detections: What was detected in it, at most a hundred a class.
        boxes: Matches by class; ``None`` if boxes were not asked for.
        masks: Likewise by masks.
        segments: Likewise of masks without classes.
        posed: Whether poses were asked for.
    """

    key: FrameKey
    size: tuple[int, int]
    picture: str
    factors: Mapping[str, Factor]
    objects: tuple[KeptObject, ...]
    detections: tuple[KeptDetection, ...]
    boxes: Mapping[int, Matches] | None
    masks: Mapping[int, Matches] | None
    segments: Matches | None
    posed: bool

    @property
    def weight(self) -> int:
        """How much memory it takes, in detections and objects."""
        tables = [*(self.boxes or {}).values(), *(self.masks or {}).values()]
        tables += [self.segments] if self.segments is not None else []
        return len(self.objects) + sum(1 + len(table.scores) for table in tables)


def keep(
    truth: TrueFrame, found: FoundFrame, poses: Sequence[PoseOutcome | None] | None
) -> KeptFrame:
    """Compare a frame.

    Args:
        truth: The frame.
        found: What was said of it.
        poses: What became of the poses, by object; ``None`` if they were not asked for.
    """
    scores: dict[int, float] = {}
    detections: tuple[KeptDetection, ...] = ()
    boxes = masks = None
    if found.boxes is not None:
        boxes = _by_class(truth.objects, found.boxes)
        masked = [item for item in found.boxes if item.mask is not None]
        if masked and all(thing.mask is not None for thing in truth.objects):
            masks = _by_class(truth.objects, masked, masks=True)
        detections = _detections(truth, found.boxes, boxes, scores=scores)
    outcomes = poses if poses is not None else [None] * len(truth.objects)
    return KeptFrame(
        key=truth.key,
        size=(truth.width, truth.height),
        picture=truth.picture,
        factors=truth.factors,
        objects=tuple(
            KeptObject(
                thing.instance_id,
                thing.class_id,
                thing.box,
                not (thing.ignored or thing.crowd),
                scores.get(place),
                outcome,
                thing.factors,
            )
            for place, (thing, outcome) in enumerate(zip(truth.objects, outcomes, strict=True))
        ),
        detections=detections,
        boxes=boxes,
        masks=masks,
        segments=_segments(truth, found),
        posed=poses is not None,
    )


def _by_class(
    objects: Sequence[TrueObject], found: Sequence[Found], *, masks: bool = False
) -> dict[int, Matches]:
    """Matches of every class that is there or was detected."""
    classes = sorted({thing.class_id for thing in objects} | {item.class_id for item in found})
    return {
        number: match(
            [thing for thing in objects if thing.class_id == number],
            [item for item in found if item.class_id == number],
            masks=masks,
        )
        for number in classes
    }


def _detections(
    truth: TrueFrame,
    found: Sequence[Found],
    boxes: Mapping[int, Matches],
    *,
    scores: dict[int, float],
) -> tuple[KeptDetection, ...]:
    """What became of the detections; the scores with which objects were found go to ``scores``."""
    kept: list[KeptDetection] = []
    sources: list[Found] = []
    for number, table in boxes.items():
        things = [k for k, thing in enumerate(truth.objects) if thing.class_id == number]
        items = [item for item in found if item.class_id == number]
        for place, taker in zip(things, table.taken.tolist(), strict=True):
            if taker >= 0:
                scores[place] = float(table.scores[taker])
        for rank, place in enumerate(table.order.tolist()):
            item = items[place]
            sources.append(item)
            kept.append(
                KeptDetection(
                    number,
                    item.score,
                    item.box,
                    bool(table.found[0, 0, rank]),
                    not table.ignored[0, 0, rank],
                    0,
                )
            )
    meant = _meant(truth.objects, sources)
    return tuple(item._replace(meant=n) for item, n in zip(kept, meant, strict=True))


def _meant(objects: Sequence[TrueObject], found: Sequence[Found]) -> list[int]:
    """Class of the object that each detection covers best, whatever its class; 0 of none."""
    out = [0] * len(found)
    if objects and found:
        table = match(objects, found)
        for rank, place in enumerate(table.order.tolist()):
            taken = int(table.takes[rank])
            if taken >= 0:
                out[place] = objects[taken].class_id
    return out


def _segments(truth: TrueFrame, found: FoundFrame) -> Matches | None:
    if found.segments is None or any(thing.mask is None for thing in truth.objects):
        return None
    return match(truth.objects, segments(np.asarray(found.segments)), masks=True)
