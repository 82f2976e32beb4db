"""Labelled frames against MuJoCo's own renderer used as documented: ratios, JSON, plots.

The baseline is one process with ``mujoco.Renderer``: update and render for colour, for depth and
for segmentation, at MuJoCo's own quality (shadow map 4096, 4 samples), without labels. Ours are
complete samples: posture, colour, depth, ids, silhouettes, labels, provenance; written ones are
files on disk. Same model, same states, same size; before each turn of ours the baseline has one.

    python benchmarks/bench_speed.py            everything
    python benchmarks/bench_speed.py --quick    does it run? the figures say little
    python benchmarks/bench_speed.py --only labelled --objects 20 --kinds meshes --sizes 640x480
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import results
from contenders import Contender, Measured, compete
from naive import QUALITY as NAIVE_QUALITY
from ours import quality, render_section
from plots import plot_all
from results import Row
from scenes import Kind, SceneSpec
from settled import prepare
from written import measure_written

from synth_ros.config.render import Backend

SECTIONS = ('labelled', 'room', 'workers', 'everything', 'written')
MAIN = SceneSpec(20, 'meshes')
ROOM = SceneSpec(12, 'room')
KINDS: tuple[Kind, ...] = ('primitives', 'meshes')
# (shadow map, samples), the default first. Ids and depth are crisp at every quality.
QUALITIES = {
    'classic': ((2048, 4), (1024, 0)),
    'onepass': ((2048, 4), (2048, 0), (1024, 4), (1024, 0)),
    'filament': ((2048, 4),),
}
TUNED = {'classic': (1024, 0), 'onepass': (1024, 0)}


def naive(folder: Path) -> Contender:
    """The baseline on a prepared scene."""
    options = {'make': 'naive', 'folder': str(folder), 'shadow_size': 4096, 'samples': 4}
    return Contender('mujoco.Renderer', options, NAIVE_QUALITY)


def ours(
    folder: Path,
    backend: str,
    look: tuple[int, int],
    *,
    labels: str = 'default',
    processes: int = 1,
) -> Contender:
    """Our frames on a prepared scene."""
    shadow, samples = look
    options = {
        'make': 'ours',
        'folder': str(folder),
        'backend': backend,
        'shadow_size': shadow,
        'samples': samples,
        'labels': labels,
        'processes': processes,
    }
    # A software driver with threads of its own in each process has them fight for the cores.
    alone = {'LP_NUM_THREADS': '0'} if processes > 1 else {}
    name = f'{backend} {shadow}/{samples}'
    return Contender(
        name, options, quality(backend, shadow, samples), processes=processes, environment=alone
    )


def rows_of(section: str, scene: str, measured: Sequence[Measured]) -> list[Row]:
    """What turns gave, as rows."""
    return [
        Row(
            section=section,
            scene=scene,
            name=entry.contender.name,
            quality=entry.contender.quality,
            processes=entry.contender.processes,
            seconds=tuple(entry.seconds),
            baseline=tuple(entry.baseline),
            device=str(entry.facts.get('device', '')),
            error=entry.error,
        )
        for entry in measured
    ]


def in_memory(section: str, spec: SceneSpec, options: argparse.Namespace) -> list[Row]:
    """One of the sections that make frames in memory, on one scene."""
    folder = prepare(options.scenes, spec)
    if section in {'labelled', 'room'}:
        others = [
            ours(folder, backend, look)
            for backend in options.backends
            for look in QUALITIES[backend]
        ]
    else:
        others = [
            ours(
                folder,
                backend,
                TUNED[backend],
                labels='everything' if section == 'everything' else 'default',
                processes=options.workers if section == 'workers' else 1,
            )
            for backend in options.backends
            if backend in TUNED
        ]
    measured = compete(naive(folder), others, rounds=options.rounds, turn_s=options.turn_s)
    return rows_of(section, str(spec), measured)


def run(options: argparse.Namespace) -> None:
    """Measure what was asked for, keeping the figures of each scene as soon as it is done."""
    specs = [
        SceneSpec(count, kind, size)
        for size in options.sizes
        for count in options.objects
        for kind in options.kinds
    ]
    for section in options.only:
        chosen = {'labelled': specs, 'room': [options.room]}.get(section, [options.main])
        for spec in chosen:
            if section == 'written':
                rows = _written(spec, options)
            else:
                rows = in_memory(section, spec, options)
            results.show(rows)
            results.save(options.json, rows)
    plot_all(options.json.parent, options.plots)


def _written(spec: SceneSpec, options: argparse.Namespace) -> list[Row]:
    folder = prepare(options.scenes, spec)
    return [
        measure_written(
            (spec, options.scenes),
            naive(folder),
            render=render_section(backend, shadow, samples),
            size=options.written,
        )
        for backend in options.backends
        if backend in TUNED
        for shadow, samples in [TUNED[backend]]
    ]


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; ``--quick`` sets what it leaves open."""
    known = [name for name in ('classic', 'onepass') if name in get_args(Backend)]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--quick', action='store_true', help='smallest of everything')
    parser.add_argument('--only', nargs='+', choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument('--objects', nargs='+', type=int, default=[5, 20, 200])
    parser.add_argument('--kinds', nargs='+', choices=KINDS, default=list(KINDS))
    parser.add_argument('--sizes', nargs='+', type=size_of, default=[(640, 480), (1280, 720)])
    parser.add_argument('--backends', nargs='+', choices=sorted(QUALITIES), default=known)
    parser.add_argument('--rounds', type=int, default=7, help='turns of each')
    parser.add_argument('--turn-s', type=float, default=0.4, help='seconds a turn, about')
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--episodes', type=int, default=10, help='episodes of each written run')
    parser.add_argument('--scenes', type=Path, help='folder that keeps scenes between runs')
    parser.add_argument('--json', type=Path, default=results.FOLDER / 'speed.json')
    parser.add_argument('--plots', type=Path, default=None, help='folder for plots')
    options = parser.parse_args(arguments)
    options.main, options.room = MAIN, ROOM
    options.written = (options.episodes, options.workers, 3)
    if options.quick:
        options.objects, options.kinds, options.sizes = [3], ['primitives'], [(64, 48)]
        options.main = SceneSpec(3, 'primitives', (64, 48))
        options.room = SceneSpec(2, 'room', (64, 48))
        options.rounds, options.turn_s, options.written = 1, 0.01, (3, 2, 1)
    return options


def size_of(text: str) -> tuple[int, int]:
    width, _, height = text.partition('x')
    return int(width), int(height)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    options = parse(arguments)
    print('; '.join(f'{key} {value}' for key, value in results.machine().items()))
    with tempfile.TemporaryDirectory() as folder:
        options.scenes = options.scenes or Path(folder)
        run(options)


if __name__ == '__main__':
    main()
