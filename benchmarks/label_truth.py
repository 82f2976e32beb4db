"""How true the labels are: every bound, measured over many scenes with all renderers.

Prints a Markdown table. The reference is ray casting, and projection written out by hand: see
`test/labels/truth_*.py`.

    python benchmarks/label_truth.py [--scenes 300] [--renderer onepass] [--renderer classic] ...
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault('MUJOCO_GL', 'egl')
os.environ.setdefault('PYOPENGL_PLATFORM', 'egl')
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test' / 'labels'))

from surface_truth import make_renderer
from truth_bounds import Row, measure, rows
from truth_scenes import LAYOUTS, Studio

NAMES = ['classic', 'filament', 'onepass']


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--scenes', type=int, default=300)
    parser.add_argument('--renderer', action='append', choices=NAMES)
    arguments = parser.parse_args()
    names = arguments.renderer or NAMES
    models = range(-(-arguments.scenes // LAYOUTS))
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        renderers = [make_renderer(name) for name in names]
        found = measure(Studio(Path(folder)), models, renderers)
        for renderer in renderers:
            renderer.close()
    tables = [rows(one) for one in found]
    _print(names, tables)
    print(f'\n{len(models) * LAYOUTS} scenes, {time.perf_counter() - start:.0f} s')
    broken = [row.what for table in tables for row in table if not row.holds]
    if broken:
        sys.exit(f'Broken: {", ".join(broken)}')


def _print(names: list[str], tables: list[list[Row]]) -> None:
    """One line a bound, one column a renderer; the count is the first renderer's."""
    print('Errors: median / 99.9 % are within / worst. In brackets: the scene of the worst.\n')
    print('| what | compared | bound | ' + ' | '.join(names) + ' |')
    print('|---' * (3 + len(names)) + '|')
    for line in zip(*tables, strict=True):
        first = line[0]
        cells = [first.what, f'{first.count:,}'.replace(',', ' '), first.bound]
        cells += [f'{row.measured}{_origin(row)}' for row in line]
        print('| ' + ' | '.join(cells) + ' |')


def _origin(row: Row) -> str:
    return '' if row.worst_scene < 0 else f' ({row.worst_scene})'


if __name__ == '__main__':
    main()
