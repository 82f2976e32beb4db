"""A comparison on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from synth_ros.report.comparison.records import ComparisonRecord, RowRecord, SideRecord
from synth_ros.report.comparison.words import VERDICTS, told

_OF_CLASS = 12
_NAMES = 20
_STYLES = {'differs': 'bold red', 'perhaps': 'yellow', 'same': 'dim', 'unknown': 'dim'}


def show(record: ComparisonRecord, console: Console) -> None:
    """Print the statistics, the farthest first, then those of single classes.

    Args:
        record: Of the comparison.
        console: Where to.
    """
    for letter, side in (('A', record.a), ('B', record.b)):
        console.print(Text(f'{letter}: {_side(side)}', style='bold'))
    for letter, names in (('A', record.only_a), ('B', record.only_b)):
        if names:
            more = f' and {len(names) - _NAMES} more' if len(names) > _NAMES else ''
            text = f'Only in {letter}, left out: {", ".join(names[:_NAMES])}{more}'
            console.print(Text(text, style='yellow'))
    for note in record.notes:
        console.print(Text(note, style='yellow'))
    console.print()
    console.print(_table('Statistic', record.rows))
    if record.of_class:
        console.print()
        console.print(_table('Of one class', record.of_class[:_OF_CLASS]))
    console.print()
    console.print(Text(_summary(record), style='bold'))


def _side(side: SideRecord) -> str:
    scenes = f' of {side.groups:,} scenes' if side.groups else ''
    return (
        f'{side.name} ({side.kind}), {side.images:,} images{scenes}, {side.objects:,} objects, '
        f'pixels of {side.pixels_read:,} images'
    )


def _table(heading: str, rows: tuple[RowRecord, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style='bold')
    table.add_column(heading, overflow='fold')
    for name in ('Divergence', 'Chance', 'Moved', 'Chance'):
        table.add_column(name, justify='right', no_wrap=True)
    table.add_column('Verdict', no_wrap=True)
    table.add_column('What', overflow='fold')
    for row in rows:
        name = f'{row.class_name}: {row.title}' if row.class_name else row.title
        table.add_row(
            name,
            f'{row.divergence:.3f}',
            _number(row.divergence_noise, 3),
            _number(row.wasserstein, 2),
            _number(row.wasserstein_noise, 2),
            Text(VERDICTS[row.verdict], style=_STYLES[row.verdict]),
            told(row),
        )
    return table


def _number(value: float | None, digits: int) -> str:
    return '' if value is None else f'{value:.{digits}f}'


def _summary(record: ComparisonRecord) -> str:
    if not record.rows:
        return 'There is no statistic that both have values of.'
    differ = sum(row.verdict == 'differs' for row in record.rows)
    perhaps = sum(row.verdict == 'perhaps' for row in record.rows)
    return (
        f'{differ} of {len(record.rows)} statistics differ, {perhaps} perhaps; the others are '
        'within what chance would give.'
    )
