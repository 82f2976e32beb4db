"""Remake docs/images/places.jpg: a bin, a shelf, and a table with all other places.

MUJOCO_GL=egl python -m tools.place_pictures
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from synth_ros.config.load import load_config_text
from synth_ros.config.render import RenderConfig
from synth_ros.pipeline.episode import Stage
from synth_ros.render.base import Viewpoint
from synth_ros.render.onepass.renderer import OnepassRenderer
from synth_ros.scene.build import SceneBuilder
from synth_ros.types import ByteImage

OUT = Path(__file__).resolve().parent.parent / 'docs' / 'images' / 'places.jpg'
QUALITY = RenderConfig(
    samples=8, shadow_size=4096, shading='full', soft_shadows=True, ambient_occlusion=True
)
HEAD = """
robot: {model: 'builtin://mobile_manipulator'}
cameras:
  - name: view
    mount: {link: world, position_m: EYE, look_at_m: TARGET}
    intrinsics: {fovy_deg: 48}
    width: 480
    height: 400
randomization: {robot: {joints: {head_tilt_joint: 0.6}}}
"""
LIGHTS = 'lights: {count: 3, intensity: 1.15, ambient: 0.55, elevation_deg: [55, 80]}'


class Shown(NamedTuple):
    """One panel.

    Attributes:
        eye: Where the camera is.
        target: What it looks at.
        episode: Which scene.
        text: Environment and objects.
    """

    eye: str
    target: str
    episode: int
    text: str


PANELS = (
    Shown(
        '[0.25, -0.45, 1.25]',
        '[0.84, 0.06, 0.58]',
        3,
        """
environment: {model: 'builtin://bin_cell', LIGHTS}
objects:
  count: 24
  classes: [{name: can}, {name: apple}, {name: mug}, {name: tape_roll}, {name: bottle},
            {name: sponge}, {name: remote_control}, {name: screwdriver}, {name: banana}]
  placement:
    places:
      - {name: cell, kind: bin, surface: bin, weight: 9, upright_probability: 0.2}
      - {name: tray, surface: tray, spacing_m: 0.01}
""",
    ),
    Shown(
        '[-0.35, -0.75, 1.45]',
        '[1.0, -0.05, 0.78]',
        1,
        """
environment: {model: 'builtin://shelf', LIGHTS}
objects:
  count: 58
  classes: [{name: can}, {name: jar}, {name: mug}, {name: carton}, {name: bottle},
            {name: cereal_box}, {name: spray_bottle}, {name: teapot}]
  placement: {places: [{name: stock, kind: shelf, surface: 'shelf_a_*', depth_order: low_first}]}
""",
    ),
    Shown(
        '[0.2, 0.85, 1.55]',
        '[0.85, -0.05, 0.85]',
        1,
        """
environment: {model: 'builtin://tabletop_room', LIGHTS}
objects:
  count: 13
  classes: [{name: can}, {name: mug}, {name: apple}, {name: orange}, {name: banana},
            {name: carton}, {name: bowl, weight: 3}, {name: plate, weight: 2}]
  placement:
    places:
      - {name: table, surface: table, weight: 5}
      - {name: fruit, kind: container, container: bowl, classes: [apple, orange, banana],
         weight: 20}
      - {name: plates, kind: container, container: plate, classes: [mug, bowl], weight: 20}
      - {name: air, kind: air, count: 2, rotation: {uniform: so3}, classes: [can, carton],
         points: {in_box: {center_m: [0.95, 0.15, 1.1], size_m: [0.3, 0.5, 0.15]}}}
      - name: hand
        kind: gripper
        count: 1
        classes: [banana]
        grasp:
          link: gripper_link
          position_m: [0.13, 0.0, 0.0]
          fingers: [gripper_left_finger_joint, gripper_right_finger_joint]
""",
    ),
)


def panel(shown: Shown) -> ByteImage:
    """One picture."""
    text = HEAD.replace('EYE', shown.eye).replace('TARGET', shown.target) + shown.text
    loaded = load_config_text(text.replace('LIGHTS', LIGHTS), base_dir=Path())
    with OnepassRenderer(QUALITY) as renderer:
        stage = Stage(loaded, SceneBuilder(loaded), renderer=renderer)
        world = stage.open(shown.episode).world
        world.set_posture(world.postures.home)
        camera = world.scene.cameras[0]
        return renderer.render(
            world.data, Viewpoint(camera.model, world.world_from_camera(camera))
        ).rgb


def main() -> None:
    """Draws all panels side by side."""
    gap = np.full((400, 6, 3), 255, np.uint8)
    row: list[ByteImage] = []
    for shown in PANELS:
        row += [panel(shown), gap]
    Image.fromarray(np.hstack(row[:-1])).save(OUT, quality=88)
    print(OUT)


if __name__ == '__main__':
    main()
