"""Puts together the report of a recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from synth_ros.report.recording.records import (
    BackPressure,
    DiskFigures,
    FileFigures,
    RecordingReport,
    TopicFigures,
)
from synth_ros.report.recording.tally import RecordingTally
from synth_ros.ros.loss import TopicReport


class Absent(NamedTuple):
    """What is not in a recording.

    Attributes:
        unrecorded: Topics that could not be recorded, and why.
        never_published: Topics that were waited for in vain.
    """

    unrecorded: Mapping[str, str]
    never_published: Sequence[str]


class Written(NamedTuple):
    """What a bag became.

    Attributes:
        name: Of its folder.
        files: In order.
        writing_s: Real time spent in writing, seconds; ``None`` if it does not matter.
        not_written: Messages that waited in memory when the disk failed.
    """

    name: str
    files: tuple[FileFigures, ...]
    writing_s: float | None
    not_written: int


def recording_report(
    tally: RecordingTally,
    proofs: Sequence[TopicReport],
    written: Written,
    *,
    absent: Absent,
    pressure: BackPressure | None,
) -> RecordingReport:
    """How a recording went.

    Args:
        tally: What was taken while it ran.
        proofs: What became of each topic's messages.
        written: What the bag became.
        absent: What is not in it.
        pressure: How often the simulation was held; ``None`` without transport.
    """
    topics = [_figures(tally, proof) for proof in sorted(proofs)]
    return RecordingReport(
        bag=written.name,
        duration_s=(tally.end_ns - tally.start_ns) * 1e-9,
        messages=sum(topic.messages for topic in topics),
        lost=sum(topic.lost for topic in topics),
        window_s=tally.window_s,
        bin_s=tally.bin_s,
        topics=tuple(topics),
        unrecorded=dict(sorted(absent.unrecorded.items())),
        never_published=tuple(absent.never_published),
        files=written.files,
        back_pressure=pressure,
        disk=DiskFigures(
            file_bytes=sum(file.size_bytes for file in written.files),
            message_bytes=sum(topic.size_bytes for topic in topics),
            writing_s=written.writing_s,
            not_written=written.not_written,
        ),
    )


def _figures(tally: RecordingTally, proof: TopicReport) -> TopicFigures:
    taken, rates = tally.topics[proof.topic], tally.rates(proof.topic)

    def since_start(time_ns: int) -> float:
        return (time_ns - tally.start_ns) * 1e-9

    return TopicFigures(
        name=proof.topic,
        type_name=taken.type_name,
        messages=proof.received,
        size_bytes=taken.size_bytes,
        lost=proof.lost,
        before=proof.before,
        skipped=proof.skipped,
        restarts=proof.restarts,
        provable=proof.provable,
        first_s=since_start(taken.first_ns) if taken.messages else None,
        last_s=since_start(taken.last_ns) if taken.messages else None,
        rate_hz=rates.mean_hz,
        rate_low_hz=rates.low_hz,
        rate_high_hz=rates.high_hz,
        stamps=tally.stamps(proof.topic),
        line=tally.line(proof.topic),
        lost_at_s=tuple(map(since_start, taken.lost_ns)) if proof.provable else (),
        silent=proof.silent,
    )
