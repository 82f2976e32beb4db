"""A comparison as one HTML page: paired plots, the farthest first."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from synth_ros.report.comparison.records import ComparisonRecord, RowRecord, Verdict
from synth_ros.report.comparison.words import VERDICTS, told
from synth_ros.report.overlay import Style, Tile, draw_boxes
from synth_ros.report.page import ShownFrame, shown, templates, write_text
from synth_ros.report.picture import Picture
from synth_ros.report.plots import Bins, heat_map, paired_bars, paired_histogram

FAMILIES = {
    'pixels': 'Light, colour and noise',
    'boxes': 'Boxes',
    'views': 'How objects are seen',
    'classes': 'Classes',
}
"""Headings of the families of statistics."""
_STYLE = Style(480, letters=14, shares=False)
_MOST_OF_CLASS = 24


class PairFigure(NamedTuple):
    """A statistic of both datasets.

    Attributes:
        row: Its numbers.
        told: How they differ, in words.
        plots: One or two SVG.
    """

    row: RowRecord
    told: str
    plots: tuple[str, ...]


class Group(NamedTuple):
    """Statistics of a family."""

    title: str
    figures: tuple[PairFigure, ...]


def write_comparison(
    record: ComparisonRecord, out: Path, *, samples: tuple[list[Picture], list[Picture]]
) -> None:
    """Write the page; the same comparison gives the same bytes.

    Args:
        record: Of the comparison.
        out: The file.
        samples: Some pictures of A and of B.

    Raises:
        OutputError: It cannot be written.
    """
    environment = templates()
    counts: dict[Verdict, int] = {'differs': 0, 'perhaps': 0, 'same': 0, 'unknown': 0}
    for row in record.rows:
        counts[row.verdict] += 1
    text = environment.get_template('compare.html').render(
        record=record,
        counts=counts,
        verdicts=VERDICTS,
        groups=_groups(record),
        of_class=[_figure(row) for row in record.of_class[:_MOST_OF_CLASS]],
        samples=[_strip(name, row) for name, row in zip('AB', samples, strict=True) if row],
    )
    write_text(out, text)


def _groups(record: ComparisonRecord) -> list[Group]:
    """Rows by family, the family with the farthest row first."""
    order = list(dict.fromkeys(row.family for row in record.rows))
    rows = sorted(record.rows, key=lambda row: order.index(row.family))
    return [
        Group(FAMILIES[family], tuple(_figure(row) for row in members))
        for family, members in groupby(rows, key=lambda row: row.family)
    ]


def _figure(row: RowRecord) -> PairFigure:
    if row.kind == 'names':
        return PairFigure(row, told(row), (paired_bars(row.title, row.labels, (row.a, row.b)),))
    if row.kind == 'map':
        ratio = 4 / 3 if row.name == 'box_centres' else 2.0
        plots = tuple(
            heat_map(f'{row.title}, {name}', _rows(row, values), ratio=ratio)
            for name, values in (('A', row.a), ('B', row.b))
        )
        return PairFigure(row, told(row), plots)
    bins = Bins(row.edges, row.a, log=row.log, whole=row.whole, unit=row.unit)
    return PairFigure(row, told(row), (paired_histogram(row.title, bins, row.b),))


def _rows(row: RowRecord, values: tuple[float, ...]) -> list[tuple[float, ...]]:
    return [values[k : k + row.columns] for k in range(0, len(values), row.columns)]


def _strip(name: str, pictures: list[Picture]) -> ShownFrame:
    tiles = [Tile(k.title, draw_boxes(k.rgb, k.boxes, _STYLE)) for k in pictures]
    return shown(name, tiles)
