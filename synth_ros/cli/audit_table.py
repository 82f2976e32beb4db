"""The result of an audit on a terminal; nothing of it is cut, from 80 columns on."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from synth_ros.audit.run import AuditResult
from synth_ros.audit.tally import RowResult

_FINDINGS = 3
# From which width of the terminal which columns are shown.
_COLUMNS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (140, ('annotation', 'check', 'worst', 'median', 'bound', 'errors', 'worst in')),
    (100, ('check', 'worst', 'median', 'bound', 'worst in')),
    (0, ('check', 'worst', 'bound', 'worst in')),
)
_FOLDED = 'worst in'
_LEFT = ('annotation', 'check', 'worst in')


def show(result: AuditResult, console: Console) -> None:
    """Print the errors that there are, what has none, what was not checked, what is broken.

    Args:
        result: Of the audit.
        console: Columns are left out where it is narrow; ``audit.html`` has them all.
    """
    broken = [row for row in result.rows if row.status == 'broken']
    fine = [row for row in result.rows if row.status == 'fine']
    inexact = [row for row in fine if row.worst and row.worst.worst > 0]
    console.print(_table(result, (*inexact, *broken), width=console.width))
    _list('No error at all', (row for row in fine if row not in inexact), console)
    for status in ('not in this recording', 'needs --config'):
        rows = (row for row in result.rows if row.status == status)
        _list(f'Not checked, {status}', rows, console)
    for note in result.notes:
        console.print(Text(note, style='yellow'))
    for row in broken:
        _tell(row, console)
    for problem in result.problems:
        console.print(Text(problem, style='bold red'))
    if result.fine:
        console.print(Text('Every bound holds.', style='bold green'))


def number(value: float) -> str:
    """Whole numbers in full, others with three digits, tiny and huge ones with two."""
    if value == round(value, 0) and abs(value) < 1e9:
        return f'{value:.0f}'
    if 1e-3 <= abs(value) < 1e6:
        return f'{value:.3g}'
    return f'{value:.1e}'.replace('.0e', 'e')


def _table(result: AuditResult, rows: Iterable[RowResult], *, width: int) -> Table:
    """One line an inexact check, broken ones last."""
    table = Table(title=f'{result.path}: {len(result.frames)} of {result.frames_total} frames')
    columns = next(headings for least, headings in _COLUMNS if width >= least)
    for heading in columns:
        # Numbers are never cut; where the worst is may take more than one line.
        table.add_column(
            heading,
            justify='left' if heading in _LEFT else 'right',
            no_wrap=heading != _FOLDED,
            overflow='fold',
        )
    parted = False
    for row in rows:
        if row.status == 'broken' and not parted:
            table.add_section()
            parted = True
        cells = _cells(row)
        style = 'bold red' if row.status == 'broken' else ''
        table.add_row(*(cells[heading] for heading in columns), style=style)
    return table


def _cells(row: RowResult) -> dict[str, Text]:
    """Cells by heading."""
    assert row.worst is not None
    bound = number(row.row.worst) if row.row.worst < float('inf') else 'any'
    if row.row.median is not None:
        bound += f' / {number(row.row.median)}'
    where = f'{row.worst.frame} {row.worst.subject}' if row.worst.worst > 0 else ''
    broken = f'\n{_broken(row)}' if row.status == 'broken' else ''
    return {
        'annotation': Text(row.row.annotation),
        'check': Text(f'{row.name}{broken}', style='' if broken else 'green'),
        'worst': Text(f'{number(row.worst.worst)} {row.row.unit}'.strip()),
        'median': Text(number(row.median)),
        'bound': Text(bound),
        'errors': Text(f'{row.number}'),
        'worst in': Text(where.strip()),
    }


def _broken(row: RowResult) -> str:
    return 'broken once' if row.broken == 1 else f'broken {row.broken} times'


def _list(heading: str, rows: Iterable[RowResult], console: Console) -> None:
    """Names of checks in a paragraph."""
    names = ', '.join(row.name for row in rows)
    if names:
        console.print(Text(f'{heading}: {names}', style='dim'))


def _tell(row: RowResult, console: Console) -> None:
    """The worst findings of a broken check, in words."""
    told = f'{row.name} {_broken(row)}: {row.row.proves}'
    console.print(Text(told, style='bold red'))
    for finding in row.findings[:_FINDINGS]:
        measure = finding.measure
        where = f'{measure.frame} {measure.subject}'.strip()
        console.print(Text(f'  {where}: {finding.why}. {measure.detail}'.rstrip()))
    if row.broken > _FINDINGS:
        console.print(Text(f'  and {row.broken - _FINDINGS} more, in the report', style='dim'))
