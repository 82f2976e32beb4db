"""Gathers frames and says what they add up to; the order in which they come does not matter."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from synth_ros.evaluate import outcomes, tables
from synth_ros.evaluate.frames import KeptFrame, keep
from synth_ros.evaluate.latency import LatencyTally
from synth_ros.evaluate.mask_iou import PixelTally
from synth_ros.evaluate.pairing import StreamCounts
from synth_ros.evaluate.pose_frames import PoseJudge
from synth_ros.evaluate.records import EvaluationRecord, StreamRecord, TimesRecord
from synth_ros.evaluate.types import FoundFrame, Nonsense, TrueFrame
from synth_ros.geometry.shapes import MeshSource
from synth_ros.types import Category


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How frames are judged.

    Attributes:
        truth: Name of the ground truth, for reports.
        stack: Name of what is evaluated.
        min_score: Threshold on the score at which slices are made; ``None`` for that of the
            largest F1.
        most_frames: The oldest are forgotten beyond.
        most_rows: Objects and detections likewise.
        worst: How many frames to name.
    """

    truth: str = ''
    stack: str = ''
    min_score: float | None = None
    most_frames: int = 50_000
    most_rows: int = 1_000_000
    worst: int = 8


@dataclass(slots=True)
class _Times:
    counts: StreamCounts
    latency: LatencyTally = field(default_factory=LatencyTally)


class Session:
    """Frames that were compared.

    Args:
        categories: Our classes; stuff is left out.
        options: How frames are judged.
        meshes: Surfaces of models, for poses; ``None`` for none.

    Attributes:
        nonsense: What could not be used.
    """

    def __init__(
        self,
        categories: Sequence[Category],
        options: SessionOptions,
        *,
        meshes: MeshSource | None = None,
    ) -> None:
        self.options = options
        self.nonsense = Nonsense()
        self._names = {c.class_id: c.name for c in categories if c.is_thing}
        self._judge = PoseJudge(meshes)
        self._pixels = PixelTally(tuple(self._names))
        self._frames: deque[KeptFrame] = deque()
        self._rows = 0
        self._let_go = 0
        self._streams: dict[str, _Times] = {}

    def __len__(self) -> int:
        """Frames that are kept."""
        return len(self._frames)

    def add(self, truth: TrueFrame, found: FoundFrame) -> KeptFrame:
        """Compare a frame.

        Raises:
            UsageError: A mask is not of the size of the image, or a mesh is damaged.
        """
        poses = None if found.poses is None else self._judge.judge(truth, found.poses)
        kept = keep(truth, found, poses)
        if found.class_mask is not None and truth.class_mask is not None:
            self._pixels.add(truth.class_mask, found.class_mask)
        self._frames.append(kept)
        self._rows += kept.weight
        most, rows = self.options.most_frames, self.options.most_rows
        while len(self._frames) > most or (self._rows > rows and len(self._frames) > 1):
            self._rows -= self._frames.popleft().weight
            self._let_go += 1
        return kept

    def stream(self, name: str, counts: StreamCounts) -> LatencyTally:
        """Times of a topic that answers.

        Args:
            name: Of the stream.
            counts: What becomes of its messages; read when a record is made.
        """
        return self._streams.setdefault(name, _Times(counts)).latency

    def record(self, *, details: bool = True) -> EvaluationRecord:
        """What the frames add up to.

        Args:
            details: With slices, findings and the worst frames, which take a while.
        """
        frames = sorted(self._frames, key=lambda frame: frame.key)
        boxes = tables.boxes(frames, self._names, min_score=self.options.min_score)
        point = boxes.point if boxes is not None else None
        record = EvaluationRecord(
            truth=self.options.truth,
            stack=self.options.stack,
            frames=len(frames),
            let_go=self._let_go,
            streams=tuple(_stream(name, times) for name, times in sorted(self._streams.items())),
            nonsense=dict(sorted(self.nonsense.counts.items())),
            examples=dict(sorted(self.nonsense.examples.items())),
            boxes=boxes,
            masks=tables.masks(frames, self._names, min_score=self.options.min_score),
            segments=tables.segments(frames),
            pixels=tables.pixels(self._pixels, self._names),
            poses=tables.poses(frames, self._names),
        )
        if not details:
            return record
        score = None if point is None else point.score
        told = outcomes.told(frames, self._names, score=score)
        return record.model_copy(
            update={
                'findings': told.findings,
                'slices': told.slices,
                'worst': outcomes.worst(frames, self._names, score=score, most=self.options.worst),
            }
        )

    @property
    def names(self) -> Mapping[int, str]:
        """Our classes."""
        return self._names


def _stream(name: str, times: _Times) -> StreamRecord:
    counts, wall, sim = times.counts, times.latency.wall(), times.latency.sim()
    return StreamRecord(
        name=name,
        received=counts.received,
        matched=counts.matched,
        missed=counts.missed,
        late=counts.late,
        repeated=counts.repeated,
        unmatched=counts.unmatched,
        rate_hz=times.latency.rate_hz,
        wall_ms=None if wall is None else TimesRecord(**wall._asdict()),
        sim_ms=None if sim is None else TimesRecord(**sim._asdict()),
    )
