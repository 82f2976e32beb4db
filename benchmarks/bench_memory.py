"""Time to the first frame, and memory over a long run: it must stay flat.

The same five episodes are made again and again, and memory is read after the same one of them:
different scenes need different amounts.

python benchmarks/bench_memory.py [--frames 1000] [--views 20]
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault('MUJOCO_GL', 'egl')

import pathlib

from common import demo_stage, table

from synth_ros.pipeline.generate import episode_samples
from synth_ros.pipeline.instant import Course

START = time.perf_counter()
CYCLE = 5


def resident_mb() -> float:
    """Resident memory of this process, megabytes."""
    with pathlib.Path('/proc/self/statm').open(encoding='ascii') as file:
        pages = int(file.read().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 1e6


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--frames', type=int, default=1000)
    parser.add_argument('--views', type=int, default=20, help='views per episode')
    options = parser.parse_args()
    stage = demo_stage()
    first_s, memory, made, number = 0.0, [], 0, 0
    while made < options.frames:
        episode = stage.open(number % CYCLE)
        for _ in episode_samples(stage, episode, Course('views', options.views)):
            made += 1
            first_s = first_s or time.perf_counter() - START
        number += 1
        if number % CYCLE == 0:
            memory.append(resident_mb())
    table(
        [
            ('process start to first frames', f'{first_s:7.2f} s'),
            ('memory after each five episodes', ' '.join(f'{m:.0f}' for m in memory) + ' MB'),
            ('frames made', f'{made:7d}'),
        ]
    )
    stage.renderer.close()


if __name__ == '__main__':
    main()
