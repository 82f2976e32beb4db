"""Gathers frames and says what they add up to; the order in which they come does not matter."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

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

    def freeze(self) -> Frozen:
        """What there is now; it stays as it is when frames come."""
        return Frozen(
            options=self.options,
            names=dict(self._names),
            frames=tuple(self._frames),
            let_go=self._let_go,
            streams=tuple(_stream(name, times) for name, times in sorted(self._streams.items())),
            nonsense=Nonsense(dict(self.nonsense.counts), dict(self.nonsense.examples)),
            pixels=self._pixels.copy(),
        )

    def record(self, *, details: bool = True) -> EvaluationRecord:
        """What the frames add up to; see :meth:`Frozen.record`."""
        return self.freeze().record(details=details)


class Frozen(NamedTuple):
    """A session at one moment; another thread may work on it."""

    options: SessionOptions
    names: Mapping[int, str]
    frames: tuple[KeptFrame, ...]
    let_go: int
    streams: tuple[StreamRecord, ...]
    nonsense: Nonsense
    pixels: PixelTally

    def record(self, *, details: bool = True) -> EvaluationRecord:
        """What the frames add up to.

        Args:
            details: With slices, findings and the worst frames, which take a while.
        """
        frames = sorted(self.frames, key=lambda frame: frame.key)
        limit = self.options.min_score
        boxes = tables.boxes(frames, self.names, min_score=limit)
        score = boxes.point.score if boxes is not None and boxes.point is not None else None
        most = self.options.worst
        found = outcomes.told(frames, self.names, score=score) if details else None
        bad = outcomes.worst(frames, self.names, score=score, most=most) if details else ()
        return EvaluationRecord(
            truth=self.options.truth,
            stack=self.options.stack,
            frames=len(frames),
            let_go=self.let_go,
            streams=self.streams,
            nonsense=dict(sorted(self.nonsense.counts.items())),
            examples=dict(sorted(self.nonsense.examples.items())),
            boxes=boxes,
            masks=tables.masks(frames, self.names, min_score=limit),
            segments=tables.segments(frames),
            pixels=tables.pixels(self.pixels, self.names),
            poses=tables.poses(frames, self.names),
            findings=() if found is None else found.findings,
            slices=() if found is None else found.slices,
            worst=bad,
        )


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
