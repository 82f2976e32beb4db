"""An evaluation as files: JSON for programs, one HTML page for people."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from synth_ros.errors import OutputError
from synth_ros.evaluate.intake import REASONS
from synth_ros.evaluate.plots import Line, curves, shares, sketch
from synth_ros.evaluate.records import DetectionRecord, EvaluationRecord, SliceRecord
from synth_ros.report.page import data_uri, templates, write_text
from synth_ros.types import ByteImage

RECORD, PAGE = 'evaluation.json', 'evaluation.html'
_MOST_SLICES = 60
_FIRST = ('class', 'visibility', 'distance_m', 'occlusion', 'truncation', 'box_size_px', 'model')


class Figure(NamedTuple):
    """A plot and what it is of."""

    title: str
    plot: str


class Detections(NamedTuple):
    """A table of detections.

    Attributes:
        title: What was compared.
        record: Its numbers.
        plot: Precision against recall.
    """

    title: str
    record: DetectionRecord
    plot: str


class Group(NamedTuple):
    """Slices of one measure.

    Attributes:
        title: The measure.
        figures: Those that are shown.
        more: How many are only in the JSON file.
    """

    title: str
    figures: tuple[Figure, ...]
    more: int


def write(
    record: EvaluationRecord, folder: Path, *, pictures: Mapping[str, ByteImage] | None = None
) -> tuple[Path, Path]:
    """Write both files aside and rename them; the same record gives the same bytes.

    Args:
        record: What was found.
        folder: Where to; made if it is not there.
        pictures: Images of the worst frames, by name.

    Returns:
        The JSON file and the page.

    Raises:
        OutputError: They cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f'Cannot make the folder {folder}: {error.strerror}.') from None
    write_text(folder / RECORD, record.model_dump_json(indent=1) + '\n')
    write_text(folder / PAGE, page(record, pictures or {}))
    return folder / RECORD, folder / PAGE


def page(record: EvaluationRecord, pictures: Mapping[str, ByteImage]) -> str:
    """The page; it loads nothing from elsewhere."""
    tables = [
        Detections(title, found, _curve(found))
        for title, found in (
            ('Boxes', record.boxes),
            ('Instance masks', record.masks),
            ('Instance masks without classes', record.segments),
        )
        if found is not None
    ]
    worst = [
        (frame, sketch(frame, data_uri(pictures[frame.name]) if frame.name in pictures else ''))
        for frame in record.worst
    ]
    return (
        templates()
        .get_template('evaluation.html')
        .render(record=record, tables=tables, groups=_groups(record), worst=worst, reasons=REASONS)
    )


def _curve(found: DetectionRecord) -> str:
    steps = [k / 100 for k in range(101)]
    lines = [
        Line(item.name, steps, item.precision50, 'thin')
        for item in found.classes
        if item.precision50
    ]
    lines.append(Line('all classes', found.curve.recall, found.curve.precision))
    return curves('Precision against recall', lines, axes=('recall', 'precision, IoU 0.5'))


def _groups(record: EvaluationRecord) -> list[Group]:
    """Slices by measure, what was found and what is usual first."""
    told = {(item.measure, item.factor): k for k, item in enumerate(record.findings)}

    def rank(item: SliceRecord) -> tuple[int, int, str]:
        usual = _FIRST.index(item.factor) if item.factor in _FIRST else len(_FIRST)
        return told.get((item.measure, item.factor), len(told)), usual, item.factor

    groups = []
    for measure, members in groupby(record.slices, key=lambda item: item.measure):
        ordered = sorted(members, key=rank)
        figures = tuple(
            Figure(item.factor, shares(f'{measure} by {item.factor}', item.bins))
            for item in ordered[:_MOST_SLICES]
        )
        groups.append(Group(measure, figures, max(0, len(ordered) - _MOST_SLICES)))
    return groups
