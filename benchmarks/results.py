"""Figures of benchmarks: kept raw as JSON, shown as ratios.

A file holds a list of rows; a row with the same section, scene and name replaces the one before,
so that a long benchmark can be taken piece by piece.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent / 'results'


@dataclass(frozen=True)
class Row:
    """What was measured of one contender on one scene.

    Attributes:
        section: Which benchmark.
        scene: On what.
        name: Who.
        quality: Shadow map, antialiasing, shading, in words.
        processes: How many made frames.
        seconds: Wall seconds a frame, turn by turn.
        baseline: The same of the baseline beside each turn.
        device: What drew.
        error: Why there are no figures.
        notes: Further figures by name.
    """

    section: str
    scene: str
    name: str
    quality: str = ''
    processes: int = 1
    seconds: tuple[float, ...] = ()
    baseline: tuple[float, ...] = ()
    device: str = ''
    error: str = ''
    notes: dict[str, float | str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes a row one and the same."""
        return self.section, self.scene, self.name

    @property
    def ratio(self) -> Spread | None:
        """How many times the baseline's rate this is; ``None`` without figures."""
        if not self.seconds or not self.baseline:
            return None
        return spread([b / s for b, s in zip(self.baseline, self.seconds, strict=True)])

    @property
    def frames_per_s(self) -> float | None:
        """Median rate; ``None`` without figures."""
        return 1 / statistics.median(self.seconds) if self.seconds else None


class Spread(NamedTuple):
    """Median and range."""

    low: float
    median: float
    high: float

    def __str__(self) -> str:
        """As tables show it."""
        return f'{self.median:.2f} ({self.low:.2f} to {self.high:.2f})'


def spread(values: Sequence[float]) -> Spread:
    """Median and range of at least one value."""
    return Spread(min(values), statistics.median(values), max(values))


def machine() -> dict[str, str]:
    """What the figures were taken on, in words that depend on it alone."""
    cpu = ''
    info = Path('/proc/cpuinfo')
    if info.exists():
        lines = info.read_text(encoding='utf-8').splitlines()
        cpu = next((x.partition(':')[2].strip() for x in lines if x.startswith('model name')), '')
    return {
        'processors': str(os.cpu_count()),
        'processor': cpu,
        'python': platform.python_version(),
        'system': f'{platform.system()} {platform.machine()}',
        'LP_NUM_THREADS': os.environ.get('LP_NUM_THREADS', 'not set'),
    }


def load(path: Path) -> list[Row]:
    """Rows of a file; none if it does not exist."""
    if not path.exists():
        return []
    stored = json.loads(path.read_text(encoding='utf-8'))
    return [
        Row(
            **{
                **row,
                'seconds': tuple(row['seconds']),
                'baseline': tuple(row['baseline']),
            }
        )
        for row in stored['rows']
    ]


def load_machine(path: Path) -> dict[str, str]:
    """The machine of a file."""
    machine_of: dict[str, str] = json.loads(path.read_text(encoding='utf-8'))['machine']
    return machine_of


def save(path: Path, rows: Iterable[Row]) -> None:
    """Add rows to a file, each in place of what it replaces."""
    kept = {row.key: row for row in load(path)}
    kept.update({row.key: row for row in rows})
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = {'machine': machine(), 'rows': [asdict(row) for row in kept.values()]}
    text = json.dumps(stored, indent=1)
    temporary = path.with_suffix('.tmp')
    temporary.write_text(text + '\n', encoding='utf-8')
    temporary.replace(path)


def markdown(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table for a page."""
    out = ['| ' + ' | '.join(head) + ' |', '|' + '---|' * len(head)]
    out += ['| ' + ' | '.join(cells) + ' |' for cells in lines]
    return '\n'.join(out)


def show(rows: Iterable[Row]) -> None:
    """Print rows on the terminal."""
    for row in rows:
        ratio, rate = row.ratio, row.frames_per_s
        figure = row.error or f'{rate or 0:7.1f} frames/s  {ratio or ""!s:<24}'
        notes = ''.join(f'; {key} {value}' for key, value in row.notes.items())
        print(f'{row.section:<11} {row.scene:<26} {row.name:<34} {figure}{notes}', flush=True)
