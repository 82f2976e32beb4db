"""Remake docs/images/robots.jpg: the built-in robots at home.

MUJOCO_GL=egl python -m tools.robot_pictures
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

OUT = Path(__file__).resolve().parent.parent / 'docs' / 'images' / 'robots.jpg'
QUALITY = RenderConfig(
    samples=8, shadow_size=4096, shading='full', soft_shadows=True, ambient_occlusion=True
)
TEXT = """
robot: {model: 'builtin://ROBOT', position_m: PLACE}
cameras:
  - name: view
    mount: {link: world, position_m: EYE, look_at_m: TARGET}
    intrinsics: {fovy_deg: 40}
    width: 480
    height: 560
environment:
  model: builtin://tabletop_room
  lights: {count: 3, intensity: 1.5, ambient: 0.6, distance_m: 2.6, elevation_deg: [55, 80]}
objects:
  count: 10
  classes: [{name: can}, {name: mug}, {name: carton}, {name: bottle}, {name: bowl}, {name: orange}]
  placement: {places: [PUT]}
"""


class Shown(NamedTuple):
    """One panel.

    Attributes:
        robot: Its name.
        place: Where it stands.
        eye: Where the camera is.
        target: What it looks at.
        put: Where objects go.
    """

    robot: str
    place: str
    eye: str
    target: str
    put: str


PANELS = (
    Shown(
        'mobile_manipulator',
        '[0, 0, 0]',
        '[2.0, -1.8, 1.55]',
        '[0.15, 0.0, 0.74]',
        '{name: table, surface: table}',
    ),
    Shown(
        'humanoid',
        '[0.05, 0, 0]',
        '[1.95, -1.5, 1.55]',
        '[0.15, 0.0, 0.8]',
        '{name: table, surface: table}',
    ),
    Shown(
        'rover',
        '[0.3, -1.4, 0]',
        '[1.0, -2.0, 0.62]',
        '[0.25, -1.35, 0.1]',
        '{name: floor, kind: floor, distance_m: [0.45, 0.9]}',
    ),
)


def panel(shown: Shown) -> ByteImage:
    """One picture."""
    text = TEXT
    for word, value in zip(('ROBOT', 'PLACE', 'EYE', 'TARGET', 'PUT'), shown, strict=True):
        text = text.replace(word, value)
    with OnepassRenderer(QUALITY) as renderer:
        loaded = load_config_text(text, base_dir=Path())
        world = Stage(loaded, SceneBuilder(loaded), renderer=renderer).open(4).world
        world.set_posture(world.postures.home)
        camera = world.scene.cameras[0]
        viewpoint = Viewpoint(camera.model, world.world_from_camera(camera))
        return renderer.render(world.data, viewpoint).rgb


def main() -> None:
    """Draws all panels side by side."""
    pictures = [panel(shown) for shown in PANELS]
    gap = np.full((pictures[0].shape[0], 6, 3), 255, np.uint8)
    row = [part for picture in pictures for part in (picture, gap)]
    Image.fromarray(np.hstack(row[:-1])).save(OUT, quality=88)
    print(OUT)


if __name__ == '__main__':
    main()
