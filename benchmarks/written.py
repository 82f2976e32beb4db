"""Frames on disk: ``synth-ros generate`` as a user runs it, beside the baseline's turns."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from contenders import Contender, Running
from ours import quality
from results import Row
from scenes import SceneSpec, write_scene

VIEWS = 20
_BASE_FRAMES = 12


def measure_written(
    scene: tuple[SceneSpec, Path],
    baseline: Contender,
    *,
    render: Mapping[str, object],
    size: tuple[int, int, int],
) -> Row:
    """Rate at which ``generate`` commits frames, scenes drawn, built and settled included.

    Counted from the commit with which each worker has one behind it, to the last: the start of
    processes is in the notes.

    Args:
        scene: Which scene, and the folder of all scenes.
        baseline: Has a turn before each run.
        render: The config's render section.
        size: Episodes, workers, runs.
    """
    spec, root = scene
    episodes, workers, rounds = size
    backend = str(render['backend'])
    config = write_scene(
        root / f'written_{spec.name}_{backend}',
        spec,
        changes={'render': dict(render), 'output': {'dataset': {'views_per_episode': VIEWS}}},
    )
    seconds, base, starts, megabytes = [], [], [], 0.0
    with Running(baseline) as naive:
        naive.ready()
        naive.turn(2)
        for _ in range(rounds):
            base.append(naive.turn(_BASE_FRAMES))
            with tempfile.TemporaryDirectory(dir=root) as folder:
                out = Path(folder) / 'out'
                start = time.time()
                _generate(config, out, episodes=episodes, workers=workers)
                commits = sorted(path.stat().st_mtime for path in _markers(out))
                files = (p.stat().st_size for p in out.rglob('*') if p.is_file())
                megabytes = sum(files) / episodes / VIEWS / 1e6
            counted = commits[min(workers, len(commits) - 1) - 1 :]
            seconds.append((counted[-1] - counted[0]) / (len(counted) - 1) / VIEWS)
            starts.append(commits[0] - start)
    look = quality(backend, int(str(render['shadow_size'])), int(str(render['samples'])))
    return Row(
        section='written',
        scene=str(spec),
        name=f'{backend} {render["shadow_size"]}/{render["samples"]}',
        quality=look,
        processes=workers,
        seconds=tuple(seconds),
        baseline=tuple(base),
        notes={
            'views per scene': VIEWS,
            'first episode after s': round(min(starts), 2),
            'MB a frame': round(megabytes, 3),
        },
    )


def _generate(config: Path, out: Path, *, episodes: int, workers: int) -> None:
    command = [sys.executable, '-m', 'synth_ros.cli.main', 'generate', str(config)]
    command += ['--out', str(out), '--episodes', str(episodes), '--workers', str(workers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode:
        raise SystemExit(f'generate ended with code {done.returncode}:\n{done.stderr}')


def _markers(out: Path) -> list[Path]:
    """The files whose renaming commits an episode."""
    return list((out / 'episodes').glob('*.json'))
