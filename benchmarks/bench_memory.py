"""Time to the first frame, and memory over a long run: it must stay flat.

python benchmarks/bench_memory.py [--frames 1000] [--views 20]
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault('MUJOCO_GL', 'egl')

import pathlib

import numpy as np
from common import demo_stage, table

START = time.perf_counter()


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
        episode = stage.open(number)
        for view in range(options.views):
            made += len(episode.samples(view))
            first_s = first_s or time.perf_counter() - START
        memory.append(resident_mb())
        number += 1
    half = memory[len(memory) // 2 :]
    slope = np.polyfit(np.arange(len(half)), half, 1)[0] if len(half) > 1 else 0.0
    table(
        [
            ('process start to first frames', f'{first_s:7.2f} s'),
            (f'memory after {memory and 2 * options.views} frames', f'{memory[0]:7.0f} MB'),
            (f'memory after {made} frames', f'{memory[-1]:7.0f} MB'),
            ('growth per episode, second half', f'{slope:7.2f} MB'),
        ]
    )
    stage.renderer.close()


if __name__ == '__main__':
    main()
