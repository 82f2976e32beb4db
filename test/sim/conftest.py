"""A small robot at a table, with balls and boxes as objects."""

import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.scene import SampledObject, SampledScene
from synth_ros.randomize.streams import Streams
from synth_ros.scene.build import SceneBuilder
from synth_ros.sim.log import silence_mujoco
from synth_ros.sim.posture import PostureFinder
from synth_ros.sim.world import World

# Makes the helpers importable under every import mode of pytest.
sys.path.insert(0, str(Path(__file__).parent))

from small_bot import CONFIG, ROBOT


class Made(NamedTuple):
    """A scene and what it was made of."""

    loaded: LoadedConfig
    builder: SceneBuilder
    sampled: SampledScene
    world: World

    def finder(self) -> PostureFinder:
        """What finds the scene's views."""
        return PostureFinder(
            self.world,
            self.loaded.config,
            inventory=self.builder.inventory,
            objects=self.sampled.objects,
        )

    def drawing(self, attempt: int) -> tuple[SampledObject, ...]:
        """The same objects from other start poses."""
        inventory = self.builder.inventory
        streams = Streams(0, self.sampled.episode)
        return sample_scene(
            self.loaded.config, inventory, streams=streams, attempt=attempt
        ).objects


@pytest.fixture
def make(tmp_path: Path):
    """Makes a scene of ``CONFIG`` with lines replaced or added."""

    def build(extra: str = '', *, episode: int = 0, robot: str = ROBOT, **replace: str) -> Made:
        silence_mujoco()
        (tmp_path / 'bot.xml').write_text(robot)
        text = CONFIG + extra
        for old, new in replace.items():
            text = text.replace(old, new)
        path = tmp_path / 'config.yaml'
        path.write_text(text)
        loaded = load_config(path)
        builder = SceneBuilder(loaded)
        sampled = sample_scene(loaded.config, builder.inventory, streams=Streams(0, episode))
        world = World(builder.build(sampled), loaded.config.robot)
        return Made(loaded, builder, sampled, world)

    return build
