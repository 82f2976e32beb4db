"""A small robot at a table, with balls and boxes as objects."""

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

ROBOT = """
<mujoco model="bot">
  <compiler angle="radian"/>
  <worldbody>
    <body name="base_link">
      <geom type="box" size=".1 .1 .1" pos="0 0 .1"/>
      <body name="lift_link" pos="0 0 .9">
        <joint name="lift" type="slide" axis="0 0 1" range="-.3 .5" stiffness="50" damping="1"/>
        <geom type="box" size=".05 .05 .05"/>
        <body name="arm_link">
          <joint name="swing" axis="0 0 1" range="-2 2"/>
          <geom name="arm" type="capsule" size=".03" fromto=".06 0 0 .8 0 0"/>
          <body name="finger_link" pos="0 .1 0">
            <joint name="finger" axis="0 0 1"/>
            <geom size=".02" contype="0" conaffinity="0"/>
          </body>
          <camera name="eye" pos=".1 0 .1" xyaxes="0 -1 0 .5 0 .866" fovy="60"/>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator><motor joint="swing"/></actuator>
  <equality><joint joint1="finger" joint2="swing" polycoef="0.1 0.5 0 0 0"/></equality>
</mujoco>
"""

CONFIG = """
robot: {model: bot.xml, position_m: [0.0, 0.1, 0.0], yaw_deg: 30.0, joints: {swing: 1.5}}
cameras: [{name: eye}]
environment: {model: 'builtin://table'}
objects:
  count: [4, 4]
  classes:
    - {name: ball, primitives: [{shape: sphere, size_m: [0.06, 0.06, 0.06]}]}
    - {name: brick, primitives: [{shape: box, size_m: [0.1, 0.06, 0.04]}]}
"""


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
