"""Two balls of one asset before a wall, under a lamp, and what a renderer shows of them."""

import colorsys
from pathlib import Path

import numpy as np

from synth_ros.config.load import load_config
from synth_ros.randomize.scene import SampledLamp, SampledObject, SampledScene, SampledValue
from synth_ros.render.base import Viewpoint
from synth_ros.scene.build import SceneBuilder
from synth_ros.sim.world import World

SIZE = (120, 90)
ROBOT = '<mujoco><worldbody><body name="post"><geom size=".05"/></body></worldbody></mujoco>'
ENVIRONMENT = """
<mujoco>
  <asset>
    <texture name="squares" type="2d" builtin="checker" width="64" height="64" rgb1=".2 .2 .2"
      rgb2=".9 .9 .9"/>
    <material name="random_floor" rgba=".6 .5 .5 1" specular=".1" shininess=".1"/>
    <material name="random_wall" texture="squares" texrepeat="2 2"/>
    <material name="shelf_paint" rgba=".3 .6 .3 1"/>
  </asset>
  <worldbody>
    <geom name="floor" type="plane" size="3 3 .1" material="random_floor"/>
    <geom name="wall" type="box" size=".01 1 .5" pos="1.2 0 .5" material="random_wall"/>
    <geom name="shelf" type="box" size=".1 .1 .1" pos="-1 1 .1" material="shelf_paint"/>
    <site name="surface_floor" type="box" size="2 2 .001"/>
  </worldbody>
</mujoco>
"""
CONFIG = """
robot: {model: bot.xml, position_m: [-4.0, 0.0, 0.0]}
cameras:
  - name: eye
    mount: {link: world, position_m: [-1.1, 0.0, 0.7], look_at_m: [0.1, 0.0, 0.15]}
    intrinsics: {fovy_deg: 50.0}
    width: 120
    height: 90
environment: {model: hall.xml, randomize_materials: false}
objects:
  count: COUNT
  classes:
    - name: ball
      primitives: [{shape: sphere, size_m: [0.3, 0.3, 0.3], rgb: [0.7, 0.25, 0.25]}]
randomization:
  vary:
    r: RANDOMIZER
"""
LEFT, RIGHT = 'ball_01', 'ball_02'


def write_studio(folder, randomizer, *, count=1):
    """Write the files of the studio with one randomizer."""
    (folder / 'bot.xml').write_text(ROBOT)
    (folder / 'hall.xml').write_text(ENVIRONMENT)
    text = CONFIG.replace('RANDOMIZER', randomizer).replace('COUNT', str(count))
    (folder / 'config.yaml').write_text(text)


def sampled_ball(number, y):
    return SampledObject(
        instance_id=number, name=f'ball_{number:02d}', class_id=1, class_name='ball',
        variant='sphere_0', position_m=(0.1, y, 0.15), quat_wxyz=(1.0, 0.0, 0.0, 0.0), scale=1.0,
        hue_shift_deg=0.0, value_scale=1.0, friction_scale=1.0, mass_scale=1.0,
    )  # fmt: skip


class Studio:
    """Two balls of one asset before a wall, under a lamp, and what a renderer shows of them."""

    def __init__(self, folder: Path, renderer):
        write_studio(folder, "{target: object.roughness, select: {names: ['*_01']}, set: 0.5}")
        loaded = load_config(folder / 'config.yaml')
        lamp = SampledLamp(
            position_m=(-0.6, 0.5, 1.8), target_m=(0.1, 0, 0), rgb=(1, 1, 1), intensity=0.5,
            cast_shadow=True,
        )  # fmt: skip
        sampled = SampledScene(
            episode=0, attempt=0, lamps=(lamp,), ambient=0.3, materials=(), camera_offsets=(),
            objects=(sampled_ball(1, 0.25), sampled_ball(2, -0.25)),
        )  # fmt: skip
        self.world = World(SceneBuilder(loaded).build(sampled), loaded.config.robot)
        self.renderer = renderer
        renderer.load(self.world.scene.model)
        self.camera = self.world.scene.cameras[0]

    def see(self, *draws):
        """The picture with (target, item, operation, value) applied."""
        names = ('target', 'item', 'operation', 'value')
        values = [SampledValue(randomizer='r', **dict(zip(names, d, strict=True))) for d in draws]
        if self.world.apply(values):
            self.renderer.refresh(self.world.scene.model)
        pose = self.world.world_from_camera(self.camera)
        layers = self.renderer.render(self.world.data, Viewpoint(self.camera.model, pose))
        return Seen(layers.rgb, layers.geom_id, self.world)


class Seen:
    """A picture and what is where in it."""

    def __init__(self, rgb, geom_id, world):
        self.rgb = rgb.astype(float)
        self.geom_id = geom_id
        self._world = world

    def mask(self, name):
        """Pixels of an object or of a geom of the environment."""
        for part in self._world.scene.objects:
            if part.name == name:
                return np.isin(self.geom_id, part.geom_ids)
        return self.geom_id == self._world.model.geom(f'env/{name}').id

    def pixels(self, name):
        return self.rgb[self.mask(name)]

    def color(self, name):
        return self.pixels(name).mean(axis=0)

    def hsv(self, name):
        hue, saturation, value = colorsys.rgb_to_hsv(*(self.color(name) / 255))
        return hue * 360, saturation, value

    def bright(self, name):
        """Mean brightness in linear light."""
        return ((self.pixels(name) / 255) ** 2.2).mean()

    def middle(self, name):
        rows, columns = np.nonzero(self.mask(name))
        return columns.mean(), rows.mean()
