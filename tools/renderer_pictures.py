"""Remake the pictures of docs/rendering.md that show the three renderers side by side.

MUJOCO_GL=egl python -m tools.renderer_pictures [FOLDER WITH SCANNED OBJECTS]

The scanned object is one of the YCB set as MJCF; its picture is left as it is without a folder.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import mujoco
import numpy as np

from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.config.render import RenderConfig
from synth_ros.config.shipped import builtin_config
from synth_ros.geometry.camera import camera_from_fovy
from synth_ros.geometry.transforms import make_transform
from synth_ros.pipeline.episode import Stage
from synth_ros.render.base import Renderer, Viewpoint
from synth_ros.render.classic import ClassicRenderer
from synth_ros.render.filament import FilamentRenderer
from synth_ros.render.onepass.renderer import OnepassRenderer
from synth_ros.scene.build import SceneBuilder
from synth_ros.types import ByteImage

IMAGES = Path(__file__).resolve().parent.parent / 'docs' / 'images'
QUALITY = RenderConfig(samples=8, shadow_size=4096, shading='full')
EFFECTS = {'soft_shadows': True, 'ambient_occlusion': True}
LARGEST = (960, 720)
SEED = 8
NAMES = ('one pass', 'classic', 'Filament')
LEVELS = ('lean', 'full', 'full, soft shadows, ambient occlusion')

LIGHTS = """
<light type="spot" pos=".9 -.7 1.6" dir="-.55 .42 -1" cutoff="38" intensity="260000"
  diffuse=".75 .75 .72" bulbradius=".04"/>
<light type="spot" pos="-1.2 -.4 1.2" dir=".8 .3 -.8" cutoff="45" intensity="60000"
  diffuse=".2 .2 .22" castshadow="false"/>
"""
STUDIO = """<mujoco>
<statistic extent="1" center="0 0 0"/>
<visual><map znear=".01" zfar="20"/>
<headlight ambient=".35 .35 .35" diffuse="0 0 0" specular="0 0 0"/></visual>
<asset><material name="table" rgba=".55 .5 .45 1" roughness=".7" metallic="0"/>{asset}</asset>
<worldbody>{lights}
<geom type="box" size="3 3 .02" pos="0 .2 -.02" material="table"/>
{body}</worldbody></mujoco>"""
# Name, colour, metallic, roughness; or what only classic models say.
MATERIALS = (
    'rgba=".95 .93 .88 1" metallic="1" roughness=".12"',
    'rgba=".96 .72 .35 1" metallic="1" roughness=".35"',
    'rgba=".75 .1 .08 1" metallic="0" roughness=".15"',
    'rgba=".15 .35 .7 1" metallic="0" roughness=".45"',
    'rgba=".8 .8 .76 1" metallic="0" roughness=".95"',
    'rgba=".2 .6 .3 1" specular=".6" shininess=".7"',
)


class View(NamedTuple):
    """What is drawn by every renderer.

    Attributes:
        model: The scene.
        data: Its state.
        viewpoints: One for each row of the picture.
    """

    model: mujoco.MjModel
    data: mujoco.MjData
    viewpoints: Sequence[Viewpoint]


def drawn(view: View, config: RenderConfig = QUALITY) -> list[list[ByteImage]]:
    """Each viewpoint by each renderer, in the order of ``NAMES``."""
    makers = (
        lambda: OnepassRenderer(config),
        lambda: ClassicRenderer(config, LARGEST),
        lambda: FilamentRenderer(config),
    )
    columns = []
    for make in makers:
        renderer: Renderer = make()
        with renderer:
            renderer.load(view.model)
            columns.append([renderer.render(view.data, v).rgb for v in view.viewpoints])
    return [list(row) for row in zip(*columns, strict=True)]


def room(loaded: LoadedConfig) -> View:
    """All cameras of the first episode of a config."""
    config = loaded.config.model_copy(update={'render': QUALITY})
    loaded = LoadedConfig(config, loaded.path, loaded.base_dir, loaded.root)
    with ClassicRenderer(QUALITY, LARGEST) as renderer:
        stage = Stage(loaded, SceneBuilder(loaded), renderer=renderer, seed=SEED)
        episode = stage.open(0)
        episode.find_view(0)
        world = episode.world
        views = [Viewpoint(c.model, world.world_from_camera(c)) for c in world.scene.cameras]
    return View(world.model, world.data, views)


def studio(body: str, asset: str = '', *, size: tuple[int, int], fovy_deg: float) -> View:
    """Things on a table under two lamps."""
    model = mujoco.MjModel.from_xml_string(STUDIO.format(asset=asset, body=body, lights=LIGHTS))
    return View(model, settled(model), [table_viewpoint(size, fovy_deg)])


def table_viewpoint(size: tuple[int, int], fovy_deg: float) -> Viewpoint:
    """From the front, a little above the table."""
    eye, target = np.array([0.0, -1.15, 0.62]), np.array([0.0, 0.0, 0.08])
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, (0, 0, 1.0))
    right /= np.linalg.norm(right)
    turn = np.stack([right, np.cross(forward, right), forward], axis=1)
    camera = camera_from_fovy('studio', size, float(np.radians(fovy_deg)))
    return Viewpoint(camera, make_transform(turn, eye))


def settled(model: mujoco.MjModel) -> mujoco.MjData:
    """The state as the model says it."""
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return data


def spheres() -> View:
    """A row of spheres of different materials."""
    asset = ''.join(f'<material name="m{k}" {m}/>' for k, m in enumerate(MATERIALS))
    body = ''.join(
        f'<geom type="sphere" size=".1" pos="{0.225 * (k - 2.5):.3f} 0 .1" material="m{k}"/>'
        for k in range(len(MATERIALS))
    )
    return studio(body, asset, size=(960, 288), fovy_deg=25)


def scanned(folder: Path) -> View:
    """A scanned household object."""
    spec = mujoco.MjSpec.from_string(STUDIO.format(asset='', body='', lights=LIGHTS))
    for number, name in enumerate(('mug', 'mustard_bottle', 'power_drill')):
        thing = mujoco.MjSpec.from_file(str(folder / f'{name}.xml'))
        for joint in thing.joints:
            thing.delete(joint)
        model = thing.compile()
        visual = np.flatnonzero(model.geom_group == 0)
        low = float((model.geom_aabb[visual, 2] - model.geom_aabb[visual, 5]).min())
        frame = spec.worldbody.add_frame(pos=[0.2 * (number - 1), 0, -low])
        spec.attach(thing, prefix=f'{name}_', frame=frame)
    model = spec.compile()
    return View(model, settled(model), [table_viewpoint((640, 480), 24)])


def save(
    file: str,
    rows: Sequence[Sequence[ByteImage]],
    *,
    width: int,
    down: bool = False,
    names: Sequence[str] = NAMES,
) -> None:
    """Write a JPEG of pictures side by side, or one below the other."""
    stack = np.vstack if down else np.hstack
    labelled = [stack([_labelled(*pair) for pair in zip(row, names, strict=True)]) for row in rows]
    rgb = np.vstack(labelled)
    height = round(rgb.shape[0] * width / rgb.shape[1])
    small = cv2.resize(rgb[..., ::-1], (width, height), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(IMAGES / file), small, [cv2.IMWRITE_JPEG_QUALITY, 86])


def _labelled(rgb: ByteImage, name: str) -> ByteImage:
    picture = np.ascontiguousarray(rgb)
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, max(rgb.shape[0] / 700, 0.5)
    (width, height), below = cv2.getTextSize(name, font, scale, 1)
    low = rgb.shape[0] - 6
    corners = (0, low - height - below - 8), (width + 16, rgb.shape[0])
    cv2.rectangle(picture, *corners, (0, 0, 0), -1)
    cv2.putText(picture, name, (8, low - below), font, scale, (255, 255, 255), 1, cv2.LINE_AA)
    return picture


def crop(rgb: ByteImage, *, x: int, y: int, width: int = 240, height: int = 180) -> ByteImage:
    """A part of a picture, twice as large."""
    part = rgb[y : y + height, x : x + width]
    doubled: ByteImage = cv2.resize(part, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    return doubled


def effects(view: View) -> list[ByteImage]:
    """The first viewpoint by one pass: lean, full, and with all that it can."""
    settings = (
        QUALITY.model_copy(update={'shading': 'lean', 'samples': 4, 'shadow_size': 2048}),
        QUALITY,
        QUALITY.model_copy(update=EFFECTS),
    )
    pictures = []
    for config in settings:
        with OnepassRenderer(config) as renderer:
            renderer.load(view.model)
            pictures.append(renderer.render(view.data, view.viewpoints[0]).rgb)
    return pictures


def main() -> None:
    """Make all pictures."""
    built_in = room(load_config(builtin_config('tabletop')))
    rows = drawn(built_in)
    save('renderers_room.jpg', rows, width=1800)
    save(
        'renderers_detail.jpg', [[crop(p, x=200, y=150) for p in row] for row in rows], width=1440
    )
    save('renderers_materials.jpg', drawn(spheres()), width=960, down=True)
    save('onepass_quality.jpg', [effects(spheres())], width=960, down=True, names=LEVELS)
    save('onepass_quality_room.jpg', [effects(built_in)], width=1800, names=LEVELS)
    if len(sys.argv) > 1:
        save('renderers_scan.jpg', drawn(scanned(Path(sys.argv[1]))), width=1800)


if __name__ == '__main__':
    main()
