"""The result of an audit as a record: what ``audit.json`` holds (docs/audit.md)."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict

from synth_ros.audit.measure import Measure
from synth_ros.audit.run import AuditResult
from synth_ros.audit.tally import RowResult, Status


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class FoundRecord(_Record):
    """One measure.

    Attributes:
        frame: Stem of the frame.
        subject: What was measured: an instance, a link, a topic; empty for the frame.
        error: In the row's unit; ``None`` where there was no number at all.
        detail: What is wrong, in words; empty in rows whose bounds hold.
        place: Where it is in the image, pixel edges (x0, y0, x1, y1).
    """

    frame: str
    subject: str
    error: float | None
    detail: str
    place: tuple[float, float, float, float] | None


class RowRecord(_Record):
    """One row of the table; units and bounds as in ``audit.rows``.

    Attributes:
        name: Of the row.
        annotation: What is proved.
        proves: By which road.
        unit: Of all errors.
        bound: Largest error allowed; ``None`` for any.
        median_bound: Largest median of a frame; ``None`` if it is not judged.
        status: Whether the bounds hold, or why there is nothing to judge.
        median: Of all errors.
        worst: The largest error; ``None`` without any.
        count: Number of errors.
        frames: Number of frames with one.
        broken: How many measures break a bound.
        findings: The worst of those, worst first, 50 at most.
    """

    name: str
    annotation: str
    proves: str
    unit: str
    bound: float | None
    median_bound: float | None
    status: Status
    median: float | None
    worst: FoundRecord | None
    count: int
    frames: int
    broken: int
    findings: tuple[FoundRecord, ...]


class AuditRecord(_Record):
    """All of ``audit.json``.

    Attributes:
        format: Version of this record.
        fine: Whether every bound holds.
        recording: Path of the dataset or bag, as it was given.
        kind: ``dataset`` or ``bag``.
        frames_total: Frames in the recording.
        frames: Stems of those that were checked.
        seed: Of the draws of frames and pixels.
        with_config: Whether the checks that need the config were made.
        problems: What is wrong with the recording as a whole.
        notes: What could not be checked, and why.
        rows: Every row of the table.
    """

    format: Literal['synth_ros/audit/1'] = 'synth_ros/audit/1'
    fine: bool
    recording: str
    kind: str
    frames_total: int
    frames: tuple[str, ...]
    seed: int
    with_config: bool
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    rows: tuple[RowRecord, ...]


def record_of(result: AuditResult) -> AuditRecord:
    """The record of a result."""
    return AuditRecord(
        fine=result.fine,
        recording=str(result.path),
        kind=result.kind,
        frames_total=result.frames_total,
        frames=result.frames,
        seed=result.seed,
        with_config=result.with_config,
        problems=result.problems,
        notes=result.notes,
        rows=tuple(_row(row) for row in result.rows),
    )


def _row(result: RowResult) -> RowRecord:
    row = result.row
    return RowRecord(
        name=result.name,
        annotation=row.annotation,
        proves=row.proves,
        unit=row.unit,
        bound=_number(row.worst),
        median_bound=row.median,
        status=result.status,
        median=_number(result.median) if result.worst else None,
        worst=_found(result.worst, told=result.status == 'broken') if result.worst else None,
        count=result.number,
        frames=result.frames,
        broken=result.broken,
        findings=tuple(_found(finding.measure, told=True) for finding in result.findings),
    )


def _found(measure: Measure, *, told: bool) -> FoundRecord:
    """A measure; what is wrong is told where a bound is broken."""
    return FoundRecord(
        frame=measure.frame,
        subject=measure.subject,
        error=_number(measure.worst),
        detail=measure.detail if told else '',
        place=measure.place,
    )


def _number(value: float) -> float | None:
    """JSON has no infinity."""
    return value if math.isfinite(value) else None
