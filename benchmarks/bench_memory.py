"""Memory over a long run of ``synth-ros generate``: its slope, by least squares.

Small pictures, so that 20,000 frames do not take all day; every episode is a new scene. The memory
of the command and its children is read from outside twice a second; the first tenth, in which
caches fill, does not count.

    python benchmarks/bench_memory.py [--frames 20000] [--views 50] [--backends onepass classic]
        [--containers folder shards]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, get_args

import numpy as np
import results
from bench_speed import TUNED
from ours import quality, render_section
from scenes import SceneSpec, write_scene

from synth_ros.config.render import Backend

SCENE = SceneSpec(5, 'meshes', (160, 120))
WARM_UP = 0.1
_LOOK_S = 0.5


class Reading(NamedTuple):
    """Frames committed by then, and memory in megabytes."""

    frames: int
    megabytes: float


def watch(command: Sequence[str], out: Path, views: int) -> list[Reading]:
    """Run a command and read its memory until the last episode is committed.

    Raises:
        SystemExit: The command failed.
    """
    readings = []
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        while process.poll() is None:
            time.sleep(_LOOK_S)
            megabytes = sum(resident_mb(pid) for pid in _family(process.pid))
            readings.append(
                Reading(views * len(list((out / 'episodes').glob('*.json'))), megabytes)
            )
        if process.returncode:
            errors.seek(0)
            raise SystemExit(f'generate failed:\n{errors.read().decode("utf-8", "replace")}')
    return readings


def resident_mb(pid: int) -> float:
    """Resident memory of a process, megabytes; 0 if it has gone."""
    try:
        pages = int(Path(f'/proc/{pid}/statm').read_text(encoding='ascii').split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf('SC_PAGE_SIZE') / 1e6


def _family(pid: int) -> list[int]:
    """A process and what it started, at any depth."""
    found = [pid]
    for parent in found:
        for path in Path(f'/proc/{parent}/task').glob('*/children'):
            try:
                found += [int(child) for child in path.read_text(encoding='ascii').split()]
            except OSError:
                continue
    return found


def slope(readings: Sequence[Reading], total: int) -> tuple[float, float]:
    """Growth in MB per 1000 frames and its standard error, by least squares.

    Only readings after the warm-up and before the last commit count: what comes after that is
    the dataset's index, composed once.
    """
    kept = [r for r in readings if WARM_UP * total <= r.frames < total]
    x = np.array([r.frames for r in kept]) / 1000
    y = np.array([r.megabytes for r in kept])
    dx = x - x.mean()
    growth = float(dx @ y / (dx @ dx))
    rest = y - y.mean() - growth * dx
    error = float(np.sqrt((rest @ rest) / max(len(kept) - 2, 1) / (dx @ dx)))
    return growth, error


def by_thousand(readings: Sequence[Reading], total: int) -> str:
    """Median memory in each thousand frames, megabytes."""
    medians = []
    for start in range(0, total, 1000):
        found = [r.megabytes for r in readings if start <= r.frames < start + 1000]
        medians.append(f'{np.median(found):.0f}' if found else '-')
    return ' '.join(medians)


def measure(backend: str, container: str, size: tuple[int, int]) -> results.Row:
    """One long run.

    Args:
        backend: The renderer.
        container: ``folder`` or ``shards``.
        size: Frames, and views of each scene.
    """
    frames, views = size
    shadow, samples = TUNED[backend]
    render = render_section(backend, shadow, samples)
    with tempfile.TemporaryDirectory() as folder:
        changes = {'render': render, 'output': {'dataset': {'container': container}}}
        config = write_scene(Path(folder) / 'scene', SCENE, changes=changes)
        out = Path(folder) / 'out'
        command = [sys.executable, '-m', 'synth_ros.cli.main', 'generate', str(config)]
        command += ['--out', str(out), '--episodes', str(frames // views), '--views', str(views)]
        start = time.monotonic()
        readings = watch(command, out, views)
        seconds = time.monotonic() - start
    growth, error = slope(readings, frames)
    warm = [r.megabytes for r in readings if WARM_UP * frames <= r.frames < frames]
    return results.Row(
        section='memory',
        scene=str(SCENE),
        name=f'generate: {backend} {shadow}/{samples}'
        + (f', {container}' if container != 'folder' else ''),
        quality=quality(backend, shadow, samples),
        seconds=(seconds / frames,),
        notes={
            'frames': frames,
            'scenes': frames // views,
            'MB per 1000 frames': round(growth, 3),
            'standard error': round(error, 3),
            'MB after warm-up': round(warm[0]),
            'MB at the end': round(warm[-1]),
            'MB at most': round(max(r.megabytes for r in readings)),
            'MB in each 1000 frames': by_thousand(readings, frames),
        },
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    known = [name for name in TUNED if name in get_args(Backend)]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--frames', type=int, default=20_000)
    parser.add_argument('--views', type=int, default=50, help='views per scene')
    parser.add_argument('--backends', nargs='+', choices=sorted(TUNED), default=known)
    parser.add_argument(
        '--containers', nargs='+', choices=('folder', 'shards'), default=['folder']
    )
    parser.add_argument('--json', type=Path, default=results.FOLDER / 'memory.json')
    options = parser.parse_args(arguments)
    for backend in options.backends:
        for container in options.containers:
            row = measure(backend, container, (options.frames, options.views))
            results.show([row])
            results.save(options.json, [row])


if __name__ == '__main__':
    main()
