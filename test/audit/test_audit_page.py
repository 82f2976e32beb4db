"""docs/audit.md lists every check as the code has it."""

from pathlib import Path

from synth_ros.audit.rows import ROWS
from synth_ros.audit.table import CHECKS

PAGE = Path(__file__).parents[2] / 'docs' / 'audit.md'
RUNNERS_OWN = {'files.readable', 'image.copied'}


def number(value):
    if value is None:
        return ''
    return 'any' if value == float('inf') else f'{value:g}'


def test_tables_are_those_of_the_code():
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith('| `')]
    found = {}
    for line in lines:
        cells = [cell.strip() for cell in line.strip('|').split('|')]
        if len(cells) == 6:
            found[cells[0].strip('`')] = cells[1:]
    assert found == {
        name: [
            row.annotation,
            number(row.worst),
            number(row.median),
            row.unit,
            row.proves,
        ]
        for name, row in ROWS.items()
    }


def test_every_row_has_a_check():
    made = {name for check in CHECKS for name in check.rows}
    assert made | RUNNERS_OWN == set(ROWS)
