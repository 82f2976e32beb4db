"""What it costs to randomize everything anew for each view, in parts of a Filament frame.

The demo's room with 30 objects. 33 named targets are drawn anew for each view: colours and
materials of all objects and of the room, all lamps, the light from everywhere, all camera
mounts, masses, friction, bounce and drag of all objects, gravity. A plain frame is colour, depth
and ids of the first camera, drawn by Filament; a varied one is that after the draws, their writing
to both models and the renderer's refresh, and with their record. Both are taken in turn, so that
their ratio outlives the machine. All figures are processor time.

    python benchmarks/bench_randomize.py [--rounds 15] [--objects 30] [--backend filament]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest import mock

os.environ.setdefault('MUJOCO_GL', 'egl')

import mujoco
import yaml
from common import CONFIG, alternate, describe, machine, ratio, table

from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.errors import PlacementError
from synth_ros.pipeline.episode import Episode, Stage
from synth_ros.pipeline.generate import open_stage
from synth_ros.randomize.draw import episode_draws
from synth_ros.randomize.scene import SampledValue
from synth_ros.randomize.vary import OF_VIEW, draw_values, scene_items
from synth_ros.render.base import Renderer, Viewpoint
from synth_ros.scene.build import SceneBuilder

EVERYTHING = {
    'object.hue_deg': {'add': [-30, 30]},
    'object.saturation': {'scale': [0.5, 1.5]},
    'object.value': {'scale': [0.5, 1.2]},
    'object.metallic': {'set': [0, 1]},
    'object.roughness': {'set': {'beta': {'a': 2, 'b': 2}}},
    'object.specular': {'scale': [0.5, 1.5]},
    'object.shininess': {'scale': [0.5, 1.5]},
    'object.mass': {'scale': {'log_uniform': [0.5, 2]}},
    'object.inertia': {'scale': [0.8, 1.2]},
    'object.friction': {'scale': [0.5, 1.5]},
    'object.rolling_friction': {'scale': [0.5, 1.5]},
    'object.restitution': {'set': [0.1, 0.6]},
    'object.damping': {'set': [0, 0.1]},
    'material.hue_deg': {'add': [-20, 20]},
    'material.saturation': {'scale': [0.5, 1.5]},
    'material.value': {'scale': [0.6, 1.2]},
    'material.roughness': {'set': [0.2, 0.9]},
    'light.intensity': {'scale': [0.5, 1.5]},
    'light.temperature_k': {'set': {'log_uniform': [2700, 6500]}},
    'light.radius_m': {'set': [0.02, 0.1]},
    'light.x_m': {'add': [-0.3, 0.3]},
    'light.y_m': {'add': [-0.3, 0.3]},
    'light.z_m': {'add': [-0.2, 0.2]},
    'ambient.intensity': {'scale': [0.6, 1.4]},
    'camera.x_m': {'add': {'normal': {'mean': 0, 'std': 0.005}}},
    'camera.y_m': {'add': {'normal': {'mean': 0, 'std': 0.005}}},
    'camera.z_m': {'add': {'normal': {'mean': 0, 'std': 0.005}}},
    'camera.roll_deg': {'add': {'normal': {'mean': 0, 'std': 0.5}}},
    'camera.pitch_deg': {'add': {'normal': {'mean': 0, 'std': 0.5}}},
    'camera.yaw_deg': {'add': {'normal': {'mean': 0, 'std': 0.5}}},
    'physics.gravity_m_s2': {'scale': [0.9, 1.1]},
    'physics.gravity_tilt_x_deg': {'add': [-5, 5]},
    'physics.gravity_tilt_y_deg': {'add': [-5, 5]},
}


class Counted(NamedTuple):
    """How often something was made anew."""

    compiled: int
    loaded: int


def varied_config(folder: Path, *, objects: int, backend: str) -> LoadedConfig:
    """The demo's config with this many objects and everything varied for each view."""
    config = yaml.safe_load(CONFIG.read_text(encoding='utf-8'))
    config['objects']['count'] = [objects, objects]
    config['render'] = {**config.get('render', {}), 'backend': backend}
    config['randomization']['vary'] = {
        target.replace('.', '_'): {'target': target, 'per': 'view', **change}
        for target, change in EVERYTHING.items()
    }
    path = folder / 'varied.yaml'
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding='utf-8')
    return load_config(path)


class Bench:
    """One episode whose views are varied, and the steps of that one by one."""

    def __init__(self, stage: Stage, episode: Episode) -> None:
        self._world = episode.world
        self._renderer: Renderer = stage.renderer
        self._of_episode = episode.sampled.values
        self._vary = stage.config.randomization.vary
        self._items = scene_items(episode.sampled, stage.builder.inventory)
        self._draws = episode_draws(stage.config, stage.streams(episode.sampled.episode))
        self._camera = self._world.scene.cameras[0]
        self._view = 0
        self.values: tuple[SampledValue, ...] = ()
        self.recorded = 0

    def draw(self) -> None:
        """Draw the values of the next view."""
        self._view += 1
        draws = self._draws.below(f'view/{self._view}/')
        self.values = draw_values(self._vary, self._items, draws=draws, which=OF_VIEW)

    def write(self) -> None:
        """Write them to the scene."""
        self._world.apply((*self._of_episode, *self.values))

    def refresh(self) -> None:
        """Tell the renderer."""
        self._renderer.refresh(self._world.scene.model)

    def record(self) -> None:
        """Write the draws as the provenance of a frame has them."""
        self.recorded = len(json.dumps([value.model_dump(mode='json') for value in self.values]))

    def state(self) -> None:
        """Work out what follows in the state."""
        assert self._world.data is not None

    def frame(self) -> None:
        """Draw colour, depth and ids of the first camera."""
        pose = self._world.world_from_camera(self._camera)
        self._renderer.render(self._world.data, Viewpoint(self._camera.model, pose))

    def varied(self) -> None:
        """A frame with everything varied."""
        self.draw()
        self.write()
        self.refresh()
        self.frame()
        self.record()


@contextmanager
def counted(renderer: Renderer) -> Iterator[list[Counted]]:
    """Counts how often a model is compiled or loaded in the block; filled at its end."""
    made: list[Counted] = []
    compile_spec, load = mujoco.MjSpec.compile, renderer.load
    with (
        mock.patch.object(mujoco.MjSpec, 'compile', autospec=True, side_effect=compile_spec) as c,
        mock.patch.object(renderer, 'load', side_effect=load) as loads,
    ):
        yield made
        made.append(Counted(c.call_count, loads.call_count))


def opened(stage: Stage) -> Episode:
    """The first episode that settles."""
    for number in range(20):
        try:
            return stage.open(number)
        except PlacementError:
            continue
    raise SystemExit('No episode of 20 came to rest; ask for fewer objects.')


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--rounds', type=int, default=15)
    parser.add_argument('--objects', type=int, default=30)
    parser.add_argument('--backend', default='filament')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        loaded = varied_config(Path(folder), objects=options.objects, backend=options.backend)
        builder = SceneBuilder(loaded)
        stage = open_stage(loaded, builder, seed=loaded.config.seed)
        with closing(stage.renderer):
            episode = opened(stage)
            print(f'{machine()}; {stage.renderer.name} on {stage.renderer.device}')
            print(describe(episode))
            report(stage, episode, rounds=options.rounds)


def report(stage: Stage, episode: Episode, *, rounds: int) -> None:
    """Measure one episode and print."""
    bench = Bench(stage, episode)
    bodies = {
        'plain frame': bench.frame,
        'varied frame': bench.varied,
        'draw': bench.draw,
        'write': bench.write,
        'refresh': bench.refresh,
        'state': bench.state,
        'record': bench.record,
    }
    with counted(stage.renderer) as made:
        times = alternate(bodies, rounds, clock=time.process_time)
    least, middle, most = ratio(times, 'varied frame', 'plain frame')
    plain = statistics.median(times['plain frame'])
    share = ', '.join(f'{100 * (value - 1):.1f}' for value in (middle, least, most))
    table(
        [('numbers drawn for a view', f'{len(bench.values)}, recorded in {bench.recorded} bytes')]
    )
    table([(name, _spent(statistics.median(spent), plain)) for name, spent in times.items()])
    table(
        [
            ('varied over plain, less 1 (median, least, most)', f'{share} %'),
            ('models compiled, loaded', f'{made[0].compiled}, {made[0].loaded}'),
        ]
    )


def _spent(seconds: float, plain: float) -> str:
    return f'{seconds * 1e3:.2f} ms ({100 * seconds / plain:.1f} % of a plain frame)'


if __name__ == '__main__':
    main()
