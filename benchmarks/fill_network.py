"""Puts the figures of ``bench_network.py`` into ``docs/network.md``, and their chart beside it.

python benchmarks/fill_network.py [--results FILE] [--page docs/network.md]
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import results
from fill_docs import DOCS, NOTHING, fill
from plots import PERCENT, Bar, bar_chart
from results import Row, Spread, markdown

PICTURE = 'bench_network.png'
TITLE = 'Frames of 1280x720 that arrived whole, of those sent'
_HEAD = (
    'setting',
    'arrived whole, %',
    'latency: median, ms',
    'p99, ms',
    'frames/s sent',
    'processor, ms a frame',
    'times the first',
)


def table(rows: Sequence[Row]) -> str:
    """All courses one after the other, and the chart."""
    if not rows:
        return NOTHING
    parts = []
    for title in dict.fromkeys(row.scene for row in rows):
        mine = [row for row in rows if row.scene == title]
        heading = f'**{title[0].upper()}{title[1:]}** (load {mine[0].notes["load"]} on two cores)'
        parts += [heading, markdown(_HEAD, [_cells(row) for row in mine])]
    return '\n\n'.join([*parts, f'![{TITLE}](images/{PICTURE})'])


def _cells(row: Row) -> list[str]:
    if row.error:
        return [row.name, row.error.replace('|', '/'), *('-',) * (len(_HEAD) - 2)]
    notes = row.notes
    low, high = notes['least, %'], notes['most, %']
    arrived = f'{notes["arrived, %"]:.0f}' + (f' ({low:.0f} to {high:.0f})' if low != high else '')
    keys = ('median, ms', 'p99, ms', 'sent, frames/s', 'processor, ms a frame')
    return [
        row.name,
        arrived,
        *(str(notes[key]) for key in keys),
        str(notes['processor, times the first']),
    ]


def bars(rows: Sequence[Row]) -> list[Bar]:
    """The share that arrived, with its range over the turns."""
    return [
        Bar(
            row.scene,
            row.name,
            Spread(*(float(row.notes[key]) for key in ('least, %', 'arrived, %', 'most, %'))),
        )
        for row in rows
        if not row.error
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--results', type=Path, default=results.FOLDER / 'network.json')
    parser.add_argument('--page', type=Path, default=DOCS / 'network.md')
    options = parser.parse_args(arguments)
    rows = [row for row in results.load(options.results) if row.section == 'network']
    page = options.page.read_text(encoding='utf-8')
    options.page.write_text(fill(page, {'network': table(rows)}), encoding='utf-8')
    if rows:
        bar_chart(options.page.parent / 'images' / PICTURE, TITLE, bars(rows), scale=PERCENT)
    print(f'{len(rows)} rows are in {options.page}')


if __name__ == '__main__':
    main()
