"""Puts figures into ``docs/benchmarks.md`` and their plots beside it.

Between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` the page is made from
``benchmarks/results/*.json``; all else is written by hand and stays.

    python benchmarks/fill_docs.py [--results DIR] [--page docs/benchmarks.md]
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import results
from plots import TITLES, plot_all, ratio_bars
from results import Row, markdown
from targets import summary

DOCS = Path(__file__).resolve().parent.parent / 'docs'
NOTHING = '*Not measured yet.*'


def blocks(rows: Sequence[Row], machines: Mapping[str, str]) -> dict[str, str]:
    """The text of each block of the page."""
    makers: dict[str, Callable[[list[Row]], str]] = {
        'labelled': _grid,
        'room': _list,
        'workers': _list,
        'everything': _list,
        'written': _list,
        'writing': _writing,
        'transport': _list,
        'peers': _list,
        'start': _seconds,
        'memory': _memory,
        'soak': _soak,
        'resting': _resting,
        'gpu': _gpu,
    }
    made = {'machine': _machine(machines), 'summary': _summary(rows)}
    for section, make in makers.items():
        mine = [row for row in rows if row.section == section]
        made[section] = make(mine) + _picture(section, mine) if mine else NOTHING
    return made


def _picture(section: str, rows: Sequence[Row]) -> str:
    """The chart of a section, where ``plot_all`` draws one."""
    if section not in TITLES or not ratio_bars(rows):
        return ''
    return f'\n\n![{TITLES[section]}](images/bench_{section}.png)'


def fill(page: str, made: Mapping[str, str]) -> str:
    """The page with its blocks replaced.

    Raises:
        ValueError: The page lacks a block.
    """
    for name, text in made.items():
        pattern = re.compile(f'(<!-- begin {name} -->\n).*?(<!-- end {name} -->)', re.DOTALL)
        page, count = pattern.subn(lambda m, t=text: f'{m[1]}\n{t}\n\n{m[2]}', page)
        if count != 1:
            raise ValueError(f'The page has {count} blocks {name!r}, not one.')
    return page


def _machine(machines: Mapping[str, str]) -> str:
    if not machines:
        return NOTHING
    return (
        f'{machines["processors"]} processors ({machines["processor"]}), {machines["system"]}, '
        f'Python {machines["python"]}.'
    )


def _summary(rows: Sequence[Row]) -> str:
    if not rows:
        return NOTHING
    head = (
        'times `mujoco.Renderer`',
        'classic: wanted',
        'measured',
        'one-pass: wanted',
        'measured',
    )
    return markdown(head, summary(rows))


def _grid(rows: list[Row]) -> str:
    """A table for each size of picture: renderers down, scenes across."""
    tables = []
    for size in _distinct(row.scene.rpartition(', ')[2] for row in rows):
        mine = [row for row in rows if row.scene.endswith(size)]
        scenes = _distinct(row.scene for row in mine)
        lines = []
        for name in _distinct(row.name for row in mine):
            found = {row.scene: row for row in mine if row.name == name}
            quality = next(iter(found.values())).quality
            cells = [_ratio(found[scene]) if scene in found else '-' for scene in scenes]
            lines.append([name.partition(' ')[0], quality, *cells])
        base = ['`mujoco.Renderer`', _NAIVE]
        for scene in scenes:
            times = [1 / s for row in mine if row.scene == scene for s in row.baseline]
            base.append(f'{results.spread(times).median:.1f} frames/s' if times else '-')
        heads = [scene.rpartition(', ')[0] for scene in scenes]
        tables.append(f'{size}:\n\n' + markdown(['renderer', 'quality', *heads], [base, *lines]))
    return '\n\n'.join(tables)


_NAIVE = 'shadow map 4096, 4 samples, lit at vertices (OpenGL 1)'


def _list(rows: list[Row]) -> str:
    lines = [
        [
            row.name,
            row.quality,
            row.scene,
            str(row.processes),
            f'{row.frames_per_s:.1f}' if row.frames_per_s else '-',
            _ratio(row),
            '; '.join(f'{key} {value}' for key, value in row.notes.items()),
        ]
        for row in rows
    ]
    head = [
        'what',
        'quality',
        'scene',
        'processes',
        'frames/s',
        'times `mujoco.Renderer`',
        'notes',
    ]
    if not any(line[-1] for line in lines):
        head, lines = head[:-1], [line[:-1] for line in lines]
    return markdown(head, lines)


def _writing(rows: list[Row]) -> str:
    """Shares of the rate in memory, a renderer and a number of workers after another."""
    lines = []
    for row in rows:
        what, _, setting = row.name.rpartition(': ')
        share = row.notes.get('share of processor time', '-')
        more = row.notes.get('ms of processor time more', '-')
        lines.append([setting, what, _ratio(row), str(share), str(more), str(row.notes['load'])])
    head = (
        'renderer, shadow map/samples',
        'what',
        'share of the rate, by the clock',
        'by processor time',
        'more processor time, ms a frame',
        'load',
    )
    return markdown(head, lines)


def _seconds(rows: list[Row]) -> str:
    lines = [
        [
            row.scene,
            row.name,
            str(results.spread(row.seconds)),
            '; '.join(f'{key} {value}' for key, value in row.notes.items()),
        ]
        for row in rows
    ]
    return markdown(['scene', 'until', 'seconds', 'on the way (medians, s)'], lines)


def _memory(rows: list[Row]) -> str:
    keys = _distinct(key for row in rows for key in row.notes)
    lines = [
        [row.name, row.scene, *(str(row.notes.get(key, '-')) for key in keys)] for row in rows
    ]
    return markdown(['what', 'scene', *keys], lines)


def _soak(rows: list[Row]) -> str:
    """As tables of memory are, with what became of the rate."""
    keys = _distinct(key for row in rows for key in row.notes)
    lines = [
        [
            row.name,
            row.scene,
            *(str(row.notes.get(key, '-')) for key in keys),
            f'{row.ratio.median:.2f}' if row.ratio else row.error.replace('|', '/'),
        ]
        for row in rows
    ]
    return markdown(['what', 'scene', *keys, 'rate at the end, of that at the start'], lines)


def _resting(rows: list[Row]) -> str:
    """Rates by who subscribes, a renderer after another."""
    lines = []
    for row in rows:
        who, _, backend = row.name.rpartition(': ')
        load = str(row.notes['load'])
        lines.append(
            [f'{backend}, {row.quality}', who, f'{row.frames_per_s:.1f}', _ratio(row), load]
        )
    head = ('renderer', 'subscribed to', 'frames/s', 'times the rate of all', 'load')
    return markdown(head, lines)


def _gpu(rows: list[Row]) -> str:
    device = next((row.device for row in rows if row.device), 'a device that did not say its name')
    return f'Drawn by {device}.\n\n{_list(rows)}'


def _ratio(row: Row) -> str:
    return str(row.ratio) if row.ratio is not None else row.error.replace('|', '/') or '-'


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--results', type=Path, default=results.FOLDER)
    parser.add_argument('--page', type=Path, default=DOCS / 'benchmarks.md')
    options = parser.parse_args(arguments)
    files = sorted(options.results.glob('*.json'))
    rows = [row for path in files for row in results.load(path)]
    machines = results.load_machine(files[0]) if files else {}
    page = options.page.read_text(encoding='utf-8')
    options.page.write_text(fill(page, blocks(rows, machines)), encoding='utf-8')
    plot_all(options.results, options.page.parent / 'images')
    print(f'{len(rows)} rows of {len(files)} files are in {options.page}')


if __name__ == '__main__':
    main()
