"""Labelled frames in memory against MuJoCo's own renderer used as its documentation shows.

The baseline makes RGB, depth and segmentation with ``mujoco.Renderer``: three times update and
render, and no labels. Ours makes RGB, depth, ids, an amodal silhouette of every object and all
labels. Same model, same states, same size, in turn in one process. The baseline runs twice: with
our shadow map and multisampling, and with MuJoCo's defaults (shadow map 4096, 4 samples).

    python benchmarks/bench_labelled.py [--rounds 20] [--episodes 3]
"""

from __future__ import annotations

import argparse
import copy
import os
import statistics

os.environ.setdefault('MUJOCO_GL', 'egl')

import mujoco
from common import alternate, demo_stage, describe, machine, ratio, table

from synth_ros.labels.annotate import annotate
from synth_ros.pipeline.capture import capture
from synth_ros.pipeline.episode import Episode, Stage
from synth_ros.render.base import Viewpoint
from synth_ros.sim.world import World

MUJOCO_DEFAULTS = (4096, 4)
EQUAL = 'mujoco.Renderer, our quality'
DEFAULT = 'mujoco.Renderer, its defaults'


class Naive:
    """``mujoco.Renderer`` with its three documented modes."""

    def __init__(self, model: mujoco.MjModel, *, size: tuple[int, int]) -> None:
        self._renderer = mujoco.Renderer(model, size[1], size[0], max_geom=2000)

    def frame(self, data: mujoco.MjData, camera: int) -> None:
        """RGB, then depth, then segmentation."""
        renderer = self._renderer
        renderer.update_scene(data, camera)
        renderer.render()
        renderer.enable_depth_rendering()
        renderer.update_scene(data, camera)
        renderer.render()
        renderer.disable_depth_rendering()
        renderer.enable_segmentation_rendering()
        renderer.update_scene(data, camera)
        renderer.render()
        renderer.disable_segmentation_rendering()

    def close(self) -> None:
        """Free the context."""
        self._renderer.close()


def measure(stage: Stage, episode: Episode, rounds: int) -> dict[str, list[float]]:
    """Time all three ways on one scene's cameras."""
    world = episode.world
    parts = world.scene.cameras
    size = (parts[0].model.width, parts[0].model.height)
    render = stage.config.render
    equal = Naive(_with_quality(world, render.shadow_size, render.samples), size=size)
    default = Naive(_with_quality(world, *MUJOCO_DEFAULTS), size=size)

    def baseline(naive: Naive) -> None:
        for part in parts:
            naive.frame(world.data, part.camera_id)

    def bare() -> None:
        for part in parts:
            view = Viewpoint(part.model, world.world_from_camera(part))
            stage.renderer.render(world.data, view)

    def labelled() -> None:
        for part in parts:
            annotate(capture(world, stage.renderer, part), stage.config.labels)

    bodies = {
        EQUAL: lambda: baseline(equal),
        DEFAULT: lambda: baseline(default),
        'ours, unlabelled': bare,
        'ours, labelled': labelled,
    }
    times = alternate(bodies, rounds)
    equal.close()
    default.close()
    return {name: [t / len(parts) for t in series] for name, series in times.items()}


def _with_quality(world: World, shadow_size: int, samples: int) -> mujoco.MjModel:
    model = copy.copy(world.scene.model)
    model.vis.quality.shadowsize = shadow_size
    model.vis.quality.offsamples = samples
    return model


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rounds', type=int, default=20)
    parser.add_argument('--episodes', type=int, default=3)
    options = parser.parse_args()
    stage = demo_stage()
    render = stage.config.render
    print(f'{machine()}; {stage.renderer.device}')
    print(f'640x480, shadow map {render.shadow_size}, {render.samples} samples')
    for number in range(options.episodes):
        episode = stage.open(number)
        episode.find_view(0)
        times = measure(stage, episode, options.rounds)
        print(f'\nEpisode {number}: {describe(episode)}')
        rows = [
            (name, f'{1000 * statistics.median(series):7.1f} ms a frame')
            for name, series in times.items()
        ]
        for base in (EQUAL, DEFAULT):
            for name in ('ours, unlabelled', 'ours, labelled'):
                low, middle, high = ratio(times, base, name)
                rows.append((f'{base} / {name}', f'{middle:7.2f}  ({low:.2f} to {high:.2f})'))
        table(rows)
    stage.renderer.close()


if __name__ == '__main__':
    main()
