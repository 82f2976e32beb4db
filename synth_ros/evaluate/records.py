"""What an evaluation found, as records that go through JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from synth_ros.evaluate.slices import Measure


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid', allow_inf_nan=False)


class SummaryRecord(_Record):
    """COCO's twelve numbers; as ``average_precision.Summary``."""

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


class PointRecord(_Record):
    """What a threshold on the score gives at IoU 0.5; as ``curves.OperatingPoint``.

    Attributes:
        score: Detections below are left out.
        precision: Share of right detections.
        recall: Share of found objects.
        f1: Their harmonic mean.
        chosen: Whether it was given, or has the largest F1.
    """

    score: float
    precision: float
    recall: float
    f1: float
    chosen: Literal['given', 'largest f1']


class ClassRecord(_Record):
    """One class.

    Attributes:
        name: Its name.
        ap: COCO's average precision; ``None`` where there is nothing to find.
        ap50: At IoU 0.5.
        objects: To be found.
        detections: That count.
        precision50: At 101 recalls from 0 to 1, IoU 0.5; empty where there is nothing to find.
    """

    name: str
    ap: float | None
    ap50: float | None
    objects: int
    detections: int
    precision50: tuple[float, ...]


class CurveRecord(_Record):
    """Precision against recall over all thresholds on the score, IoU 0.5, all classes."""

    scores: tuple[float, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]


class ConfusionRecord(_Record):
    """Objects of one class that were taken for another, IoU 0.5, at the operating point."""

    truth: str
    found: str
    total: int


class DetectionRecord(_Record):
    """Detections, by boxes or by masks.

    Attributes:
        frames: That were answered.
        objects: To be found.
        detections: That count.
        summary: COCO's numbers.
        point: The operating point; ``None`` without detections.
        classes: By name.
        curve: Precision against recall.
        confusions: What is taken for what, the most frequent first.
    """

    frames: int
    objects: int
    detections: int
    summary: SummaryRecord
    point: PointRecord | None
    classes: tuple[ClassRecord, ...]
    curve: CurveRecord
    confusions: tuple[ConfusionRecord, ...] = ()


class PixelClassRecord(_Record):
    """Pixels of one class; as ``mask_iou.ClassIou``."""

    name: str
    iou: float | None
    truth: int
    found: int
    both: int


class PixelRecord(_Record):
    """Semantic masks.

    Attributes:
        frames: That were answered.
        mean_iou: Of the classes that occur.
        classes: By name.
    """

    frames: int
    mean_iou: float | None
    classes: tuple[PixelClassRecord, ...]


class PoseClassRecord(_Record):
    """Poses of one class, or of all (``name`` empty).

    Attributes:
        name: Of the class.
        objects: Whose pose was to be found.
        found: That have an estimate within a diameter by MSSD.
        symmetric: Whether some have symmetries.
        add_recall: Share with ADD below a tenth of the diameter.
        adds_recall: Likewise ADD-S.
        add_or_s_recall: ADD-S of symmetric objects, ADD of the others.
        add_auc: Area under the curve of ADD up to 10 cm.
        adds_auc: Likewise ADD-S.
        ar_mssd: BOP's average recall by MSSD.
        ar_mspd: BOP's average recall by MSPD.
        add_median_m: Median of the found ones; ``None`` of none, like the next four.
        adds_median_m: Likewise.
        mssd_median_m: Likewise.
        rotation_median_deg: Likewise, symmetries taken.
        translation_median_m: Likewise.
    """

    name: str
    objects: int
    found: int
    symmetric: bool
    add_recall: float
    adds_recall: float
    add_or_s_recall: float
    add_auc: float
    adds_auc: float
    ar_mssd: float
    ar_mspd: float
    add_median_m: float | None
    adds_median_m: float | None
    mssd_median_m: float | None
    rotation_median_deg: float | None
    translation_median_m: float | None


class PoseRecord(_Record):
    """Poses.

    Attributes:
        frames: That were answered.
        on_boxes: Objects whose errors were measured on their 3D box, for want of a mesh.
        all: All classes together; the recalls are those of all objects.
        classes: By name.
    """

    frames: int
    on_boxes: int
    all: PoseClassRecord
    classes: tuple[PoseClassRecord, ...]


class TimesRecord(_Record):
    """How times are spread, milliseconds; as ``latency.Percentiles``."""

    total: int
    mean: float
    p50: float
    p90: float
    p99: float
    most: float


class StreamRecord(_Record):
    """One topic that answers; counts as in ``pairing.StreamCounts``.

    Attributes:
        name: Of the stream.
        received: Messages.
        matched: That belong to a frame.
        missed: Frames without an answer in time.
        late: Answers to frames that had been given up.
        repeated: Further answers to a frame.
        unmatched: Answers with a stamp that no frame has.
        rate_hz: Answers a second.
        wall_ms: From the frame to the answer.
        sim_ms: From the stamp to the simulated time of the answer.
    """

    name: str
    received: int
    matched: int
    missed: int
    late: int
    repeated: int
    unmatched: int
    rate_hz: float | None
    wall_ms: TimesRecord | None
    sim_ms: TimesRecord | None


class BinRecord(_Record):
    """Outcomes of a range or word; as ``slices.Bin``."""

    label: str
    low: float | None
    high: float | None
    total: int
    right: int
    share: float
    lower: float
    upper: float


class SliceRecord(_Record):
    """Success by one factor."""

    measure: Measure
    factor: str
    bins: tuple[BinRecord, ...]


class FindingRecord(_Record):
    """A circumstance under which success is rarer; as ``slices.Finding``."""

    measure: Measure
    factor: str
    text: str
    total: int
    right: int
    others: float
    upper: float
    cost: float
    p_value: float


class ShownBox(_Record):
    """A box in a picture of a frame.

    Attributes:
        name: Of the class.
        box: x, y, width, height.
        kind: ``found`` or ``missed`` objects, ``right`` or ``wrong`` detections.
        score: Of a detection.
    """

    name: str
    box: tuple[float, float, float, float]
    kind: Literal['found', 'missed', 'right', 'wrong']
    score: float | None = None


class WorstRecord(_Record):
    """A frame with many mistakes at the operating point.

    Attributes:
        name: Of the frame.
        stamp_ns: Its stamp.
        camera: Its camera.
        picture: File of the image; empty for none.
        size: Width and height.
        missed: Objects that were not found.
        wrong: Detections that are wrong.
        boxes: All of it.
    """

    name: str
    stamp_ns: int
    camera: str
    picture: str
    size: tuple[int, int]
    missed: int
    wrong: int
    boxes: tuple[ShownBox, ...]


class EvaluationRecord(_Record):
    """An evaluation; what was not asked for is ``None``.

    Attributes:
        format: Version of this record.
        truth: What it was compared with.
        stack: What was evaluated.
        frames: With ground truth that was compared.
        let_go: Frames that were forgotten, for there is a limit to memory.
        streams: Topics that answer; empty for files.
        nonsense: What could not be used, by reason.
        examples: Of each reason.
        boxes: Detections by boxes.
        masks: Detections by masks.
        segments: Instance masks without classes.
        pixels: Semantic masks.
        poses: Poses.
        findings: Sentences, the costliest first.
        slices: Success by factor.
        worst: Frames with most mistakes.
    """

    format: Literal['synth_ros/evaluation/1'] = 'synth_ros/evaluation/1'
    truth: str
    stack: str
    frames: int
    let_go: int
    streams: tuple[StreamRecord, ...]
    nonsense: dict[str, int]
    examples: dict[str, str]
    boxes: DetectionRecord | None
    masks: DetectionRecord | None
    segments: DetectionRecord | None
    pixels: PixelRecord | None
    poses: PoseRecord | None
    findings: tuple[FindingRecord, ...] = ()
    slices: tuple[SliceRecord, ...] = ()
    worst: tuple[WorstRecord, ...] = ()
