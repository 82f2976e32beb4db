"""The report of a recording as files: JSON for programs, one HTML page for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synth_ros.report.page import templates, write_text
from synth_ros.report.recording.records import RecordingReport, TopicFigures

RECORD, PAGE = 'recording_report.json', 'recording_report.html'
_MOST_POINTS = 240
_HIGH = 24


class Note(NamedTuple):
    """A sentence that stands above all numbers.

    Attributes:
        severity: ``bad`` or ``look``.
        text: The sentence.
    """

    severity: str
    text: str


class Row(NamedTuple):
    """A topic of the table.

    Attributes:
        topic: Its figures.
        line: Its time line, SVG.
    """

    topic: TopicFigures
    line: str


def write(record: RecordingReport, folder: Path) -> Path:
    """Write both files aside and rename them; the same record gives the same bytes.

    Args:
        record: How the recording went.
        folder: Of the bag.

    Returns:
        The page.

    Raises:
        OutputError: They cannot be written.
    """
    write_text(folder / RECORD, record.model_dump_json(indent=1) + '\n')
    write_text(folder / PAGE, page(record))
    return folder / PAGE


def page(record: RecordingReport) -> str:
    """The page; it loads nothing from elsewhere."""
    rows = [Row(topic, time_line(topic, record)) for topic in record.topics]
    return (
        templates()
        .get_template('recording.html')
        .render(record=record, rows=rows, notes=list(notes(record)))
    )


def notes(record: RecordingReport) -> Iterator[Note]:
    """What somebody who trusts the bag has to know."""
    for topic in record.topics:
        if topic.lost:
            yield Note('bad', f'{topic.name}: {_count(topic.lost, "message")} lost on the way.')
        if topic.silent:
            yield Note(
                'bad',
                f'{topic.name} fell silent {_count(topic.silent, "instant")} before the end: lost '
                'on the way, or switched off.',
            )
    if record.disk.not_written:
        yield Note(
            'bad',
            f'{_count(record.disk.not_written, "message")} in memory could not be written when '
            'the disk failed; the recording ended there.',
        )
    for name, reason in sorted(record.unrecorded.items()):
        yield Note('bad', f'{name} is not recorded: {reason.rstrip(".")}.')
    if record.never_published:
        yield Note('look', f'Never published: {", ".join(record.never_published)}.')
    for topic in record.topics:
        stamps = topic.stamps
        if stamps is not None and stamps.regular and stamps.gaps:
            yield Note(
                'look',
                f'{topic.name}: {_count(stamps.gaps, "gap")} between stamps, of '
                f'{_count(stamps.missing, "missing period")} of {1000 * stamps.period_s:.4g} ms; '
                f'the longest is {stamps.longest_s:.4g} s, {stamps.longest_at_s:.1f} s after the '
                'start.',
            )
    unproven = [topic.name for topic in record.topics if not topic.provable and topic.messages]
    if unproven:
        yield Note(
            'look',
            'Nothing is known to be missing of these, but it is not proven (several publishers, '
            f'or no numbers): {", ".join(unproven)}.',
        )


def _count(number: int, noun: str) -> str:
    """``1 gap``, ``2 gaps``."""
    return f'{number:,} {noun}' if number == 1 else f'{number:,} {noun}s'


def time_line(topic: TopicFigures, record: RecordingReport) -> str:
    """Messages over time as an area, and a red stroke wherever a loss was noticed."""
    rates = _thinned(topic.line, record.bin_s)
    wide, top = max(len(rates), 1), max(*rates, 1e-12, 0.0)
    steps = [f'M0 {_HIGH}']
    for k, rate in enumerate(rates):
        steps.append(f'V{_HIGH - _HIGH * rate / top:.1f}H{k + 1}')
    title = f'{escape(topic.name)}: at most {top:,.4g} messages a second'
    parts = [f'<path class="bar" d="{"".join(steps)}V{_HIGH}Z"><title>{title}</title></path>']
    span_s = max(len(topic.line) * record.bin_s, 1e-9)
    for when_s in topic.lost_at_s:
        x = wide * when_s / span_s
        parts.append(
            f'<rect class="lost" x="{x:.2f}" y="0" width="{wide / 300:.2f}" height="{_HIGH}">'
            f'<title>lost before {when_s:.1f} s</title></rect>'
        )
    return (
        f'<svg class="stretch" viewBox="0 0 {wide} {_HIGH}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(topic.name)} over time">{"".join(parts)}</svg>'
    )


def _thinned(line: Sequence[int], bin_s: float) -> list[float]:
    """Rates of no more bins than can be told apart, Hz."""
    width = max(1, -(-len(line) // _MOST_POINTS))
    sums = np.pad(np.asarray(line, dtype=float), (0, -len(line) % width)).reshape(-1, width)
    rates: list[float] = (sums.sum(axis=1) / (width * bin_s)).tolist()
    return rates
