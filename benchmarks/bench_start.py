"""From the start of a process to its first labelled frame, and where the time goes.

Three ways, each a fresh process: the steps of ``generate`` under a clock; ``synth-ros generate``
of one frame until it is committed; ``synth-ros preview`` of one scene until the picture is there.

    python benchmarks/bench_start.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import get_args

import results
from bench_speed import MAIN, TUNED
from ours import quality, render_section
from scenes import SceneSpec, write_scene

from synth_ros.config.render import Backend

HERE = Path(__file__).resolve().parent
DEMO = HERE.parent / 'config' / 'tabletop.yaml'
_CLI = (sys.executable, '-m', 'synth_ros.cli.main')

Way = Callable[[Path, Path], float]


def generated(config: Path, folder: Path) -> float:
    """Seconds until ``generate`` has committed one frame of each camera."""
    out = folder / 'out'
    start = time.time()
    _run([*_CLI, 'generate', str(config), '--out', str(out), '--episodes', '1', '--views', '1'])
    return (out / 'episodes' / '000000.json').stat().st_mtime - start


def previewed(config: Path, folder: Path) -> float:
    """Seconds until ``preview`` has written the contact sheet of one scene."""
    picture = folder / 'preview.png'
    start = time.time()
    _run([*_CLI, 'preview', str(config), '--scenes', '1', '--out', str(picture)])
    return picture.stat().st_mtime - start


def steps(config: Path) -> Mapping[str, float]:
    """Seconds since the start of a process after each of its steps."""
    command = [sys.executable, str(HERE / 'first_frame.py'), str(config), str(time.time())]
    done: Mapping[str, float] = json.loads(_run(command))
    return done


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f'{" ".join(command)}\n{done.stderr}')
    return done.stdout


def measure(scene: str, config: Path, rounds: int) -> list[results.Row]:
    """All ways on one config."""
    walks = [steps(config) for _ in range(rounds)]
    names = list(walks[0])
    ways: dict[str, Way] = {'generate, committed': generated, 'preview, picture': previewed}
    rows = [
        results.Row(
            section='start',
            scene=scene,
            name='first labelled frame',
            seconds=tuple(walk[names[-1]] for walk in walks),
            notes={
                name: round(statistics.median(walk[name] for walk in walks), 2) for name in names
            },
        )
    ]
    for name, way in ways.items():
        seconds = []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                seconds.append(way(config, Path(folder)))
        rows.append(results.Row('start', scene, f'synth-ros {name}', seconds=tuple(seconds)))
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    known = [name for name in TUNED if name in get_args(Backend)]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--backends', nargs='+', choices=sorted(TUNED), default=known)
    parser.add_argument('--quick', action='store_true', help='smallest of everything')
    parser.add_argument('--json', type=Path, default=results.FOLDER / 'start.json')
    options = parser.parse_args(arguments)
    spec = SceneSpec(3, 'primitives', (64, 48)) if options.quick else MAIN
    rounds = 1 if options.quick else options.rounds
    with tempfile.TemporaryDirectory() as folder:
        configs = {} if options.quick else {'config/tabletop.yaml': DEMO}
        for backend in options.backends:
            render = render_section(backend, 1024, 0)
            path = write_scene(Path(folder) / backend, spec, changes={'render': render})
            configs[f'{spec}; {backend}, {quality(backend, 1024, 0)}'] = path
        for scene, config in configs.items():
            rows = measure(scene, config, rounds)
            for row in rows:
                low, median, high = results.spread(row.seconds)
                print(f'{scene}: {row.name}: {median:.2f} s ({low:.2f} to {high:.2f})', row.notes)
            results.save(options.json, rows)


if __name__ == '__main__':
    main()
