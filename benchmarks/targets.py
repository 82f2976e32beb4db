"""What we want to be able to say, as multiples of the baseline, and how to find what we can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from results import Row
from scenes import SceneSpec

MAIN = str(SceneSpec(20, 'meshes'))


class Target(NamedTuple):
    """One line of the summary.

    Attributes:
        what: In words.
        section: Where it is measured.
        prefix: What the name of its rows begins with; the backend follows.
        least: By backend: at least this many times the baseline's rate.
    """

    what: str
    section: str
    prefix: str
    least: dict[str, float]


TARGETS = (
    Target('labelled in memory, one process', 'labelled', '', {'classic': 3.5, 'onepass': 5.5}),
    Target('the same, two processes', 'workers', '', {'classic': 4.2, 'onepass': 7.0}),
    Target(
        'written to disk, two workers, 20 views a scene',
        'written',
        '',
        {'classic': 3.8, 'onepass': 6.0},
    ),
    Target(
        'recorded to MCAP with zstd',
        'transport',
        'MCAP, zstd: ',
        {'classic': 3.8, 'onepass': 6.5},
    ),
    Target(
        'published, received in another process, nothing lost',
        'transport',
        'published: ',
        {'classic': 3.0, 'onepass': 5.0},
    ),
    Target('all annotations in memory, one process', 'everything', '', {'onepass': 4.5}),
)
TUNED = '1024/0'


def summary(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Lines of what was wanted and what is: name, then target and figure of each renderer."""
    lines = []
    for target in TARGETS:
        cells = [target.what]
        for backend in ('classic', 'onepass'):
            name = f'{target.prefix}{backend} {TUNED}'
            row = _find(rows, lambda r, n=name, t=target: (r.section, r.name) == (t.section, n))
            least = target.least.get(backend)
            ratio = row.ratio if row is not None else None
            cells += ['-' if least is None else f'{least:g}', _figure(row, ratio)]
        lines.append(tuple(cells))
    return lines


def _figure(row: Row | None, ratio: object) -> str:
    if row is None:
        return 'not measured'
    return str(ratio) if ratio is not None else row.error or 'not measured'


def _find(rows: Sequence[Row], fits: Callable[[Row], bool]) -> Row | None:
    return next((row for row in rows if row.scene == MAIN and fits(row)), None)
