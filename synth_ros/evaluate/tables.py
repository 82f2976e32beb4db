"""From frames that were compared to the numbers of a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from synth_ros.evaluate.average_precision import ClassScores, accumulate, summarize
from synth_ros.evaluate.curves import Sweep, best_point, point_at, sweep, thinned
from synth_ros.evaluate.frames import KeptFrame, KeptObject
from synth_ros.evaluate.mask_iou import PixelTally
from synth_ros.evaluate.matching import Matches
from synth_ros.evaluate.pose_error import area_under_curve
from synth_ros.evaluate.pose_frames import PoseOutcome
from synth_ros.evaluate.records import (
    ClassRecord,
    ConfusionRecord,
    CurveRecord,
    DetectionRecord,
    PixelClassRecord,
    PixelRecord,
    PointRecord,
    PoseClassRecord,
    PoseRecord,
    SummaryRecord,
)

Names = Mapping[int, str]
_AUC_M = 0.1
_MOST_CONFUSIONS = 20


def boxes(
    frames: Sequence[KeptFrame], names: Names, *, min_score: float | None
) -> DetectionRecord | None:
    """Detections by boxes; ``None`` if no frame was asked for them."""
    answered = [frame for frame in frames if frame.boxes is not None]
    record = _detections([f.boxes or {} for f in answered], names, min_score=min_score)
    if record is None or record.point is None:
        return record
    confusions = _confusions(answered, names, score=record.point.score)
    return record.model_copy(update={'confusions': confusions})


def masks(
    frames: Sequence[KeptFrame], names: Names, *, min_score: float | None
) -> DetectionRecord | None:
    """Detections by masks; ``None`` if there are none."""
    # Of a stack that gives masks, frames without any count: it found nothing there.
    if not any(frame.masks is not None for frame in frames):
        return None
    answered = [
        {k: _emptied(v) for k, v in (f.boxes or {}).items()} if f.masks is None else f.masks
        for f in frames
        if f.boxes is not None
    ]
    return _detections(answered, names, min_score=min_score)


def segments(frames: Sequence[KeptFrame]) -> DetectionRecord | None:
    """Instance masks without classes; ``None`` if there are none."""
    answered = [{0: frame.segments} for frame in frames if frame.segments is not None]
    return _detections(answered, {0: 'any class'}, min_score=None)


def _emptied(table: Matches) -> Matches:
    """The objects of a frame without its detections."""
    none = np.zeros(0, np.int64)
    return table._replace(
        scores=table.scores[:0],
        found=table.found[:, :, :0],
        ignored=table.ignored[:, :, :0],
        taken=np.full_like(table.taken, -1),
        takes=none,
        order=none,
    )


def _detections(
    answered: Sequence[Mapping[int, Matches]], names: Names, *, min_score: float | None
) -> DetectionRecord | None:
    if not answered:
        return None
    classes = {
        number: accumulate([frame[number] for frame in answered if number in frame])
        for number in sorted(names)
    }
    everything = [table for frame in answered for table in frame.values()]
    curve = sweep(everything)
    shown = thinned(curve)
    return DetectionRecord(
        frames=len(answered),
        objects=sum(scores.objects for scores in classes.values()),
        detections=sum(scores.detections for scores in classes.values()),
        summary=SummaryRecord(**summarize(classes)._asdict()),
        point=_point(curve, min_score),
        classes=tuple(
            _class(name, classes[number])
            for number, name in sorted(names.items(), key=lambda item: item[1])
            if classes[number].objects or classes[number].detections
        ),
        curve=CurveRecord(
            scores=tuple(shown.scores.tolist()),
            precision=tuple(shown.precision.tolist()),
            recall=tuple(shown.recall.tolist()),
        ),
    )


def _point(curve: Sweep, min_score: float | None) -> PointRecord | None:
    if min_score is not None:
        return PointRecord(**point_at(curve, min_score)._asdict(), chosen='given')
    best = best_point(curve)
    return None if best is None else PointRecord(**best._asdict(), chosen='largest f1')


def _class(name: str, scores: ClassScores) -> ClassRecord:
    one = summarize({0: scores})
    curve = scores.precision[0, :, 0].tolist() if scores.objects else ()
    return ClassRecord(
        name=name,
        ap=one.ap,
        ap50=one.ap50,
        objects=scores.objects,
        detections=scores.detections,
        precision50=tuple(curve),
    )


def _confusions(
    frames: Sequence[KeptFrame], names: Names, *, score: float
) -> tuple[ConfusionRecord, ...]:
    pairs = Counter(
        (item.meant, item.class_id)
        for frame in frames
        for item in frame.detections
        if item.score >= score and item.meant and item.meant != item.class_id and not item.right
    )
    ordered = sorted(pairs.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(
        ConfusionRecord(truth=names[meant], found=names[found], total=total)
        for (meant, found), total in ordered[:_MOST_CONFUSIONS]
        if meant in names and found in names
    )


def pixels(tally: PixelTally, names: Names) -> PixelRecord | None:
    """Semantic masks; ``None`` if there are none."""
    if not tally.frames:
        return None
    return PixelRecord(
        frames=tally.frames,
        mean_iou=tally.mean(),
        classes=tuple(
            PixelClassRecord(name=names[number], **entry._asdict())
            for number, entry in sorted(tally.classes().items(), key=lambda e: names[e[0]])
            if entry.iou is not None
        ),
    )


def poses(frames: Sequence[KeptFrame], names: Names) -> PoseRecord | None:
    """Poses; ``None`` if no frame was asked for them."""
    asked = [frame for frame in frames if frame.posed]
    if not asked:
        return None
    kept = [item for frame in asked for item in frame.objects if item.pose is not None]
    present = sorted({item.class_id for item in kept}, key=lambda number: names[number])
    return PoseRecord(
        frames=len(asked),
        on_boxes=sum(not _pose(item).from_mesh for item in kept),
        all=_pose_class('', kept),
        classes=tuple(
            _pose_class(names[number], [item for item in kept if item.class_id == number])
            for number in present
        ),
    )


def _pose(item: KeptObject) -> PoseOutcome:
    assert item.pose is not None, 'objects without an outcome are left out'
    return item.pose


def _pose_class(name: str, items: Sequence[KeptObject]) -> PoseClassRecord:
    found = [_pose(item) for item in items]
    errors = [item.errors for item in found if item.errors is not None]

    def share(rights: list[bool]) -> float:
        return float(np.mean(rights)) if rights else 0.0

    def auc(values: list[float]) -> float:
        missed = [np.inf] * (len(found) - len(values))
        return area_under_curve([*values, *missed], _AUC_M) or 0.0

    def median(values: list[float]) -> float | None:
        return float(np.median(values)) if values else None

    return PoseClassRecord(
        name=name,
        objects=len(found),
        found=len(errors),
        symmetric=any(item.symmetric for item in found),
        add_recall=share([item.add_right for item in found]),
        adds_recall=share([item.adds_right for item in found]),
        add_or_s_recall=share(
            [item.adds_right if item.symmetric else item.add_right for item in found]
        ),
        add_auc=auc([item.add_m for item in errors]),
        adds_auc=auc([item.adds_m for item in errors]),
        ar_mssd=float(np.mean([item.mssd_right for item in found])) / 10 if found else 0.0,
        ar_mspd=float(np.mean([item.mspd_right for item in found])) / 10 if found else 0.0,
        add_median_m=median([item.add_m for item in errors]),
        adds_median_m=median([item.adds_m for item in errors]),
        mssd_median_m=median([item.mssd_m for item in errors]),
        rotation_median_deg=median([item.rotation_deg for item in errors]),
        translation_median_m=median([item.translation_m for item in errors]),
    )
