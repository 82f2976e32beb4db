"""Colour, depth and ids against MuJoCo's own renderer, at several qualities.

The baseline is ``mujoco.Renderer`` as its documentation shows: update and render three times,
for colour, depth and segmentation. Ours gives the same three images (``render``), then the
silhouettes of all objects on top. Same scene, size, shadow map and samples, in turn in one
process, so that each round gives one ratio.

    python benchmarks/bench_render.py [--rounds 10] [--filament]
"""

from __future__ import annotations

import argparse
import os
import statistics
from typing import Literal

os.environ.setdefault('MUJOCO_GL', 'egl')

from bench_labelled import Naive
from common import alternate, demo_stage, describe, machine, ratio, table

from synth_ros.config.render import RenderConfig
from synth_ros.pipeline.episode import Episode
from synth_ros.render.auto import make_renderer
from synth_ros.render.base import Viewpoint

Samples = Literal[0, 2, 4, 8]
QUALITIES: tuple[tuple[int, Samples], ...] = ((4096, 4), (2048, 4), (1024, 0), (0, 0))


def measure(episode: Episode, config: RenderConfig, rounds: int) -> dict[str, list[float]]:
    """Wall seconds of each way to make one frame of the first camera."""
    world = episode.world
    model, part = world.model, world.scene.cameras[0]
    viewpoint = Viewpoint(part.model, world.world_from_camera(part))
    size = (part.model.width, part.model.height)
    groups = [entry.geom_ids for entry in world.scene.objects]
    model.vis.quality.offsamples = config.samples
    model.vis.quality.shadowsize = config.shadow_size
    naive = Naive(model, size=size)
    with make_renderer(config, max_size=size) as ours:
        ours.load(model)
        bodies = {
            'naive': lambda: naive.frame(world.data, part.camera_id),
            'render': lambda: ours.render(world.data, viewpoint),
            'silhouettes': lambda: ours.silhouettes(world.data, viewpoint, groups),
            'load': lambda: ours.load(model),
        }
        times = alternate(bodies, rounds)
    naive.close()
    return times


def main() -> None:
    """Print medians and paired ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rounds', type=int, default=10)
    parser.add_argument('--filament', action='store_true', help='measure Filament, too')
    options = parser.parse_args()
    episode = demo_stage().open(0)
    episode.find_view(0)
    print(f'{machine()}; {describe(episode)}')
    configs = [RenderConfig(backend='classic', shadow_size=s, samples=n) for s, n in QUALITIES]
    if options.filament:
        configs.append(RenderConfig(backend='filament'))
    for config in configs:
        times = measure(episode, config, options.rounds)
        print(f'\n{config.backend}, shadow map {config.shadow_size}, {config.samples} samples')
        rows = [(name, f'{1e3 * statistics.median(t):.1f} ms') for name, t in times.items()]
        low, middle, high = ratio(times, 'naive', 'render')
        rows.append(('naive / render', f'{middle:.2f} ({low:.2f} to {high:.2f})'))
        both = {'naive': times['naive'], 'ours': []}
        both['ours'] = [a + b for a, b in zip(times['render'], times['silhouettes'], strict=True)]
        low, middle, high = ratio(both, 'naive', 'ours')
        rows.append(('naive / (render + silhouettes)', f'{middle:.2f} ({low:.2f} to {high:.2f})'))
        table(rows)


if __name__ == '__main__':
    main()
