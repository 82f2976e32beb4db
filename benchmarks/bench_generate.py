"""How much of the bare render rate survives labelling, sensing, encoding and writing.

In turn in one process, per frame of the demo: rendering alone (RGB, depth, ids); a labelled
sample in memory; a sample encoded and committed to a dataset; and all of ``generate`` with
building and settling the scenes.

    python benchmarks/bench_generate.py [--views 10] [--episodes 3]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault('MUJOCO_GL', 'egl')

from common import CONFIG, demo_stage, machine, table

from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.generate import dataset_info
from synth_ros.pipeline.instant import Course, windows
from synth_ros.render.base import Viewpoint
from synth_ros.writers.coco import CocoWriter

STAGES = ('open', 'render', 'sample', 'write')


def measure(stage: Stage, writer: CocoWriter, number: int, *, views: int) -> dict[str, float]:
    """Seconds per frame of one episode, stage by stage."""
    start = time.perf_counter()
    episode = stage.open(number)
    opened = time.perf_counter()
    parts = episode.world.scene.cameras
    frames = views * len(parts)
    samples = []
    render_s = 0.0
    course = Course('views', views)
    for window in windows(episode.views(range(views)), ahead=stage.needs_after):
        samples += episode.label(window, course)
        before = time.perf_counter()
        for part in parts:
            viewpoint = Viewpoint(part.model, episode.world.world_from_camera(part))
            stage.renderer.render(episode.world.data, viewpoint)
        render_s += time.perf_counter() - before
    sampled = time.perf_counter()
    writer.write_episode(number, samples)
    written = time.perf_counter()
    return {
        'open': (opened - start) / frames,
        'render': render_s / frames,
        'sample': (sampled - opened - render_s) / frames,
        'write': (written - sampled) / frames,
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--views', type=int, default=10)
    parser.add_argument('--episodes', type=int, default=3)
    options = parser.parse_args()
    stage = demo_stage()
    info = dataset_info(stage.loaded, stage.builder, seed=stage.seed, renderer=stage.renderer.name)
    print(f'{machine()}; {stage.renderer.device}; {CONFIG.name}')
    with tempfile.TemporaryDirectory() as folder:
        writer = CocoWriter(Path(folder) / 'out', info, stage.config.output.dataset)
        with writer:
            measure(stage, writer, 0, views=1)
            runs = [
                measure(stage, writer, number, views=options.views)
                for number in range(1, options.episodes + 1)
            ]
    median = {name: statistics.median(run[name] for run in runs) for name in STAGES}
    whole = median['open'] + median['sample'] + median['write']
    rows = [
        ('render alone (RGB, depth, ids)', f'{1000 * median["render"]:7.1f} ms a frame'),
        ('labelled and sensed sample', f'{1000 * median["sample"]:7.1f} ms'),
        ('encode and write', f'{1000 * median["write"]:7.1f} ms'),
        ('build and settle, shared', f'{1000 * median["open"]:7.1f} ms'),
        ('labelled rate / render rate', f'{median["render"] / median["sample"]:7.2f}'),
        ('written rate / render rate', f'{median["render"] / whole:7.2f}'),
        ('written rate / labelled rate', f'{median["sample"] / whole:7.2f}'),
    ]
    table(rows)
    stage.renderer.close()


if __name__ == '__main__':
    main()
