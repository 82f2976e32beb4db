"""A small robot and configs around it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from synth_ros.config.load import LoadedConfig, load_config_text
from synth_ros.scene.build import SceneBuilder

ROBOT = """
<mujoco>
  <compiler angle="radian" autolimits="true"/>
  <asset><texture type="skybox" builtin="gradient" width="16" height="96"/></asset>
  <worldbody>
    <light pos="0 0 3"/>
    <geom name="floor" type="plane" size="0 0 1" pos="0 0 -0.3"/>
    <body name="base" pos="0 0 0.2">
      <freejoint name="root"/>
      <geom type="cylinder" size=".25 .15"/>
      <body name="head" pos="0 0 1.2">
        <joint name="pan" axis="0 0 1" range="-1 1"/>
        <joint name="tilt" axis="0 1 0" range="-1 1"/>
        <geom type="box" size=".05 .1 .05"/>
        <camera name="cam/rgb" pos=".06 0 0" xyaxes="0 -1 0 0 0 1" fovy="50"/>
        <camera name="calibrated" pos=".06 0 0" xyaxes="0 -1 0 0 0 1" resolution="320 240"
                sensorsize="0.0032 0.0024" focalpixel="300 310" principalpixel="4 -6"/>
      </body>
    </body>
  </worldbody>
  <actuator><position joint="pan"/></actuator>
  <keyframe>
    <key name="other" qpos="0 0 5 1 0 0 0 0.1 0.2"/>
    <key name="home" qpos="0 0 5 1 0 0 0 0.3 0.4"/>
  </keyframe>
</mujoco>
"""

CONFIG = """
robot: {model: robot.xml, position_m: [0.1, 0.2, 0.0], yaw_deg: 90.0}
cameras:
  - {name: head, model_camera: cam/rgb, width: 64, height: 48}
environment: {model: 'builtin://table'}
objects:
  count: [2, 2]
  classes:
    - name: cube
      primitives: [{shape: box, size_m: [0.04, 0.06, 0.08], rgb: [0.8, 0.2, 0.2]}]
    - name: ball
      primitives: [{shape: sphere, size_m: [0.07, 0.07, 0.07]}]
"""


@pytest.fixture
def robot_file(tmp_path: Path) -> Path:
    path = tmp_path / 'robot.xml'
    path.write_text(ROBOT)
    return path


@pytest.fixture
def load(robot_file: Path) -> Callable[[str], LoadedConfig]:
    """Loads config text whose relative paths start at the robot's folder."""
    return lambda text: load_config_text(text, base_dir=robot_file.parent)


@pytest.fixture
def loaded(load: Callable[[str], LoadedConfig]) -> LoadedConfig:
    return load(CONFIG)


@pytest.fixture
def builder(loaded: LoadedConfig) -> SceneBuilder:
    return SceneBuilder(loaded)
