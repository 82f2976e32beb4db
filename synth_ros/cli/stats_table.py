"""Statistics on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from synth_ros.cli.sparkline import sparkline
from synth_ros.report.sections import short
from synth_ros.report.statistics.records import NumberRecord, StatsRecord

_SPARKS = 24
_CLASSES = 60
_SETS = 8
_BAR = 20


def show(stats: StatsRecord, console: Console) -> None:
    """Print what a dataset has; warnings come last, where they are seen.

    Args:
        stats: Of the dataset.
        console: Where to.
    """
    console.print(Text(_heading(stats), style='bold'))
    for table in (*_splits(stats), *_classes(stats), *_numbers(stats), *_names(stats)):
        console.print()
        console.print(table)
    _twins(stats, console)
    console.print()
    for warning in stats.warnings:
        style = 'bold red' if warning.severity == 'bad' else 'yellow'
        head = Text(f'{warning.rule.replace("_", " ")}: ', style=style)
        console.print(head + Text(warning.text, style=''))
    if not stats.warnings:
        console.print(Text('Nothing that a training run would trip over was found.', 'green'))


def _heading(stats: StatsRecord) -> str:
    scenes = f' of {stats.groups:,} scenes' if stats.groups else ''
    ignored = f', {stats.ignored:,} ignored regions' if stats.ignored else ''
    sizes = ', '.join(f'{k.width}x{k.height}' for k in stats.resolutions[:4])
    more = ' ...' if len(stats.resolutions) > 4 else ''
    return (
        f'{stats.name} ({stats.kind}): {stats.images:,} images{scenes}, {sizes}{more}; '
        f'{stats.objects:,} objects of {len(stats.classes)} classes{ignored}; '
        f'{stats.empty:,} images without objects'
    )


def _splits(stats: StatsRecord) -> Iterator[Table]:
    if any(split.name for split in stats.splits):
        table = _table('Split', 'Images', 'Empty', 'Objects', 'Scenes')
        for split in stats.splits:
            numbers = (split.images, split.empty, split.objects, split.groups)
            table.add_row(split.name or '(none)', *(f'{number:,}' for number in numbers))
        yield table


def _classes(stats: StatsRecord) -> Iterator[Table]:
    """Every class with its share of each split; an even dataset has even columns."""
    if not stats.classes:
        return
    named = [split for split in stats.splits if split.name]
    table = _table('Class', 'Objects', 'Images', *(k.name for k in named), 'Median box', '')
    most = max(row.objects for row in stats.classes) or 1
    for row in stats.classes[:_CLASSES]:
        shares = (f'{row.splits[k.name] / max(k.objects, 1):.1%}' for k in named)
        size = '' if row.median_size_px is None else f'{row.median_size_px:.0f} px'
        bar = Text('█' * -(-_BAR * row.objects // most), style='blue')
        style = '' if row.objects else 'red'
        table.add_row(
            Text(row.name, style=style), f'{row.objects:,}', f'{row.images:,}', *shares, size, bar
        )
    if len(stats.classes) > _CLASSES:
        table.add_row(f'and {len(stats.classes) - _CLASSES} more; --json has all')
    yield table


def _numbers(stats: StatsRecord) -> Iterator[Table]:
    table = _table('Statistic', '5 %', 'Median', '95 %', 'Unit', 'Least to greatest')
    for row in stats.numbers:
        if row.median is None or row.p5 is None or row.p95 is None:
            numbers = ('', '', '')
        else:
            numbers = (short(row.p5), short(row.median), short(row.p95))
        table.add_row(row.title, *numbers, row.unit, _spark(row))
    for light in stats.lights:
        numbers = ('', short(light.median), '')
        spark = sparkline([sum(light.bars[k : k + 2]) for k in range(0, len(light.bars), 2)])
        table.add_row(f'drawn: {light.path}', *numbers, '', spark)
    if table.row_count:
        yield table


def _names(stats: StatsRecord) -> Iterator[Table]:
    table = _table('Counted', '')
    table.columns[1].justify, table.columns[1].no_wrap = 'left', False
    for row in stats.names:
        total = sum(row.counts.values()) or 1
        told = (f'{name} {count:,} ({count / total:.0%})' for name, count in row.counts.items())
        table.add_row(row.title, ', '.join(told))
    if table.row_count:
        yield table


def _twins(stats: StatsRecord, console: Console) -> None:
    """Sets of images that look the same, leaks first."""
    found = stats.duplicates
    if found is None or not found.first:
        return
    console.print()
    table = _table('Images that look the same', 'Number', 'Splits')
    table.columns[2].justify = 'left'
    for cluster in found.first[:_SETS]:
        names = ', '.join(k.name for k in cluster.images[:3])
        more = ', ...' if cluster.count > 3 else ''
        leak = len(cluster.splits) > 1
        splits = Text(', '.join(cluster.splits), style='bold red' if leak else '')
        table.add_row(f'{names}{more}', f'{cluster.count:,}', splits)
    if found.clusters > _SETS:
        table.add_row(f'and {found.clusters - _SETS:,} sets more')
    console.print(table)


def _spark(row: NumberRecord) -> str:
    """The histogram in one line of text."""
    width = -(-len(row.counts) // _SPARKS)
    return sparkline([sum(row.counts[k : k + width]) for k in range(0, len(row.counts), width)])


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style='bold')
    table.add_column(first, overflow='fold')
    for name in others:
        left = name in ('', 'Unit', 'Least to greatest')
        table.add_column(name, justify='left' if left else 'right', no_wrap=True)
    return table
