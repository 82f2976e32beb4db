"""``synth-ros coverage``: what a dataset has drawn, and what it has refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from synth_ros.cli.sparkline import sparkline

if TYPE_CHECKING:
    from synth_ros.report.coverage import Coverage
    from synth_ros.report.draws import DrawnNumber


def coverage(
    dataset: Annotated[Path, typer.Argument(help='Folder of a dataset.', metavar='DATASET')],
) -> None:
    """Show what a dataset has drawn: every quantity and choice that varies, with its histogram.

    Also how often drawings were refused and why, how often each class was drawn and labelled, and
    how much of the sphere of viewing directions each class has been seen from. The same, with
    pictures, is in [bold]synth-ros report[/].

    Example: synth-ros coverage dataset
    """
    from synth_ros.readers.coco import CocoDataset
    from synth_ros.report.coverage import coverage as read_coverage

    found = CocoDataset(dataset)
    drawn = read_coverage(found)
    names = {category.class_id: category.name for category in found.categories}
    labelled = Counter(names[annotation.category_id] for annotation in found.annotations)
    console = Console(highlight=False)
    console.print(f'{drawn.views} views of {drawn.episodes} scenes')
    for table in (*_refusals(drawn), _classes(drawn, labelled), _numbers(drawn), *_names(drawn)):
        console.print()
        console.print(table)


def _refusals(drawn: Coverage) -> Iterator[Table]:
    if drawn.scenarios:
        table = _table('Scenario', 'Scenes')
        for name, count in drawn.scenarios:
            table.add_row(name, str(count))
        yield table
    if not drawn.refusals and not drawn.unmet:
        yield _table('No drawing was refused.')
        return
    table = _table('Refused', 'Drawings', 'Why')
    for refusal in drawn.refusals:
        table.add_row(refusal.what, str(refusal.drawings), refusal.reason)
    for name, count in drawn.unmet:
        table.add_row(Text('kept all the same', style='yellow'), str(count), name)
    yield table


def _classes(drawn: Coverage, labelled: Mapping[str, int]) -> Table:
    table = _table('Class', 'Drawn', 'Labelled', 'Seen from')
    empty = {sphere.name: sphere.empty for sphere in drawn.spheres}
    for name, count in drawn.drawn_classes:
        seen = f'{100 * (1 - empty.get(name, 1.0)):.0f} % of the sphere'
        table.add_row(name, str(count), str(labelled.get(name, 0)), seen)
    return table


def _numbers(drawn: Coverage) -> Table:
    table = _table('Drawn', 'Values', 'Least', 'Median', 'Greatest', 'Histogram')
    rows = [*drawn.numbers, *([drawn.brightness] if drawn.brightness else [])]
    for row in rows:
        numbers = (f'{value:.4g}' for value in (row.low, row.median, row.high))
        table.add_row(row.path, str(row.values), *numbers, _spark(row))
    return table


def _names(drawn: Coverage) -> Iterator[Table]:
    if drawn.names:
        table = _table('Chosen', 'How often')
        table.columns[1].justify, table.columns[1].no_wrap = 'left', False
        for row in drawn.names:
            table.add_row(row.path, ', '.join(f'{name} {count}' for name, count in row.counts))
        yield table


def _spark(row: DrawnNumber) -> str:
    """A histogram of one line of text, two steps a letter."""
    return sparkline([sum(row.bars[k : k + 2]) for k in range(0, len(row.bars), 2)])


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style='bold')
    table.add_column(first, overflow='fold')
    for name in others:
        right = name not in ('Why', 'Histogram', 'Seen from')
        table.add_column(name, justify='right' if right else 'left', no_wrap=name != 'Why')
    return table
