"""The scene that speed is measured on: a tabletop of 5, 20 or 200 objects under two lamps.

A textured table in a tray of four walls, a textured floor, one lamp with shadows and one without,
and a camera that goes around the table. The objects are simple solids, or textured meshes of 4900
triangles each. Everything is made by arithmetic from nothing, so that other programs can draw the
same files: each scene is a folder with a config, an environment, a camera stand and the objects.

Besides, there is the room of the demo, with its robot, furniture and up to three lamps, seen by
the robot's head: most of the picture is room, and the objects are a small part of the work.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray
from PIL import Image

Kind = Literal['primitives', 'meshes', 'room']
Floats = NDArray[np.float64]

TRAY_HALF_M = 0.5
TABLE_TOP_M = 0.4
MESH_COUNT = 10
TEXTURE_PX = 512
_FINE = (50, 50)  # 2 x 50 x 49 triangles
_COARSE = (10, 6)
# Two hundred objects fit on the table when they are smaller.
_SCALES = {5: 1.0, 20: 1.0, 200: 0.55}


class SceneSpec(NamedTuple):
    """Which scene.

    Attributes:
        objects: How many.
        kind: What they are.
        size: (width, height) of the picture in pixels.
    """

    objects: int
    kind: Kind
    size: tuple[int, int] = (640, 480)

    @property
    def name(self) -> str:
        """Name of its folder."""
        return f'{self.objects}_{self.kind}_{self.size[0]}x{self.size[1]}'

    def __str__(self) -> str:
        """In words."""
        return f'{self.objects} {self.kind}, {self.size[0]}x{self.size[1]}'


DEMO = Path(__file__).resolve().parent.parent / 'config' / 'tabletop.yaml'


def write_scene(
    folder: Path, spec: SceneSpec, *, changes: Mapping[str, object] | None = None
) -> Path:
    """Write all files of a scene.

    Args:
        folder: Where; made if missing.
        spec: Which scene.
        changes: Sections of the config that replace the scene's own.

    Returns:
        The config file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = {**(_room(spec) if spec.kind == 'room' else _config(spec)), **(changes or {})}
    path = folder / 'scene.yaml'
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding='utf-8')
    if spec.kind != 'room':
        _write_assets(folder, spec)
    return path


def _room(spec: SceneSpec) -> dict[str, object]:
    """The demo's config with one camera and a fixed number of objects, without sensor noise."""
    config = yaml.safe_load(DEMO.read_text(encoding='utf-8'))
    camera = next(camera for camera in config['cameras'] if camera['name'] == 'head')
    config['cameras'] = [{**camera, 'width': spec.size[0], 'height': spec.size[1]}]
    config['objects']['count'] = [spec.objects, spec.objects]
    del config['randomization']['sensor']
    return config


def _write_assets(folder: Path, spec: SceneSpec) -> None:
    _write_texture(folder / 'wood.png', number=100)
    _write_texture(folder / 'floor.png', number=101)
    (folder / 'environment.xml').write_text(_environment(), encoding='utf-8')
    (folder / 'stand.xml').write_text(_STAND, encoding='utf-8')
    if spec.kind == 'meshes':
        for number in range(MESH_COUNT):
            _write_mesh_object(folder / f'mesh_{number}', number)


def _config(spec: SceneSpec) -> dict[str, object]:
    width, height = spec.size
    return {
        'robot': {'model': 'stand.xml', 'position_m': [0.0, 0.0, TABLE_TOP_M]},
        'cameras': [{'name': 'eye', 'width': width, 'height': height}],
        'environment': {
            'model': 'environment.xml',
            'randomize_materials': False,
            'lights': {
                'count': [2, 2],
                'elevation_deg': [55.0, 75.0],
                'cast_shadow_probability': 0.0,  # the first lamp always does
            },
        },
        'objects': {
            'count': [spec.objects, spec.objects],
            'classes': _classes(spec.kind),
            'scale': [0.95 * _scale(spec), 1.05 * _scale(spec)],
            'placement': {'drop_height_m': [0.005, 0.02]},
        },
        'physics': {'settle': {'max_fallen': 0.2}},
        'randomization': {
            'robot': {
                'joints': {
                    'azimuth': [-3.1, 3.1],
                    'elevation': [0.7, 1.1],
                    'reach': [0.0, 0.25],
                }
            }
        },
        'output': {'dataset': {'views_per_episode': 20}},
    }


def _scale(spec: SceneSpec) -> float:
    return _SCALES.get(spec.objects, 1.0 if spec.objects < 60 else 0.55)


def _classes(kind: Kind) -> list[dict[str, object]]:
    if kind == 'meshes':
        return [
            {'name': f'thing_{n}', 'sources': [f'mesh_{n}/object.xml']} for n in range(MESH_COUNT)
        ]
    shapes: Sequence[tuple[str, tuple[float, float, float], tuple[float, float, float]]] = (
        ('box', (0.08, 0.06, 0.05), (0.8, 0.3, 0.2)),
        ('sphere', (0.07, 0.07, 0.07), (0.2, 0.5, 0.8)),
        ('cylinder', (0.06, 0.06, 0.09), (0.3, 0.7, 0.3)),
        ('capsule', (0.05, 0.05, 0.1), (0.8, 0.7, 0.2)),
        ('ellipsoid', (0.09, 0.07, 0.05), (0.6, 0.3, 0.7)),
    )
    return [
        {
            'name': shape,
            'primitives': [{'shape': shape, 'size_m': list(size), 'rgb': list(rgb)}],
        }
        for shape, size, rgb in shapes
    ]


def _environment() -> str:
    half, top, wall = TRAY_HALF_M, TABLE_TOP_M, 0.04
    walls = '\n'.join(
        f'    <geom name="wall_{n}" type="box" size="{sx} {sy} {wall}" pos="{x} {y} {top + wall}" '
        'rgba="0.5 0.4 0.3 1"/>'
        for n, (x, y, sx, sy) in enumerate(
            (
                (0, half, half, 0.01),
                (0, -half, half, 0.01),
                (half, 0, 0.01, half),
                (-half, 0, 0.01, half),
            )
        )
    )
    return f"""<mujoco model="bench">
  <asset>
    <texture name="wood" type="2d" file="wood.png"/>
    <texture name="floor" type="2d" file="floor.png"/>
    <material name="wood" texture="wood" texuniform="true" texrepeat="1 1" specular="0.2"/>
    <material name="floor" texture="floor" texuniform="true" texrepeat="1 1" specular="0.1"/>
  </asset>
  <worldbody>
    <geom name="floor" type="box" size="3 3 0.05" pos="0 0 -0.05" material="floor"/>
    <geom name="table" type="box" size="{half} {half} 0.02" pos="0 0 {top - 0.02}"
      material="wood"/>
{walls}
    <site name="surface_table" type="box" size="{half - 0.03} {half - 0.03} 0.001"
      pos="0 0 {top}"/>
  </worldbody>
</mujoco>
"""


_STAND = """<!-- A camera on an invisible arm that turns about the middle of the table. -->
<mujoco model="stand">
  <compiler angle="radian"/>
  <worldbody>
    <body name="post">
      <inertial pos="0 0 0" mass="1" diaginertia="0.1 0.1 0.1"/>
      <joint name="azimuth" type="hinge" axis="0 0 1" range="-3.2 3.2"/>
      <body name="arm">
        <inertial pos="0 0 0" mass="1" diaginertia="0.1 0.1 0.1"/>
        <joint name="elevation" type="hinge" axis="0 -1 0" range="0 1.57"/>
        <body name="carriage">
          <inertial pos="0 0 0" mass="1" diaginertia="0.1 0.1 0.1"/>
          <joint name="reach" type="slide" axis="1 0 0" range="0 1"/>
          <camera name="eye" pos="1 0 0" xyaxes="0 1 0 0 0 1" fovy="45"/>
        </body>
      </body>
    </body>
  </worldbody>
</mujoco>
"""


def _write_mesh_object(folder: Path, number: int) -> None:
    """A bumpy stone with a texture, and a coarse copy of it to collide with."""
    folder.mkdir(exist_ok=True)
    vertices, uv, faces = _stone(number, _FINE)
    lines = [f'v {x:.6f} {y:.6f} {z:.6f}' for x, y, z in vertices]
    lines += [f'vt {u:.5f} {v:.5f}' for u, v in uv]
    lines += ['f ' + ' '.join(f'{i + 1}/{i + 1}' for i in face) for face in faces]
    text = 'mtllib mesh.mtl\nusemtl skin\n' + '\n'.join(lines) + '\n'
    (folder / 'mesh.obj').write_text(text, encoding='ascii')
    mtl = 'newmtl skin\nKd 1 1 1\nmap_Kd skin.png\n'
    (folder / 'mesh.mtl').write_text(mtl, encoding='ascii')
    _write_texture(folder / 'skin.png', number=number)
    hull = ' '.join(f'{x:.5f}' for x in _stone(number, _COARSE)[0].ravel())
    (folder / 'object.xml').write_text(
        f"""<mujoco model="thing_{number}">
  <asset>
    <texture name="skin" type="2d" file="skin.png"/>
    <material name="skin" texture="skin" specular="0.3" shininess="0.4"/>
    <mesh name="visual" file="mesh.obj"/>
    <mesh name="hull" inertia="convex" vertex="{hull}"/>
  </asset>
  <worldbody>
    <body name="thing">
      <geom name="visual" type="mesh" mesh="visual" material="skin" group="2" contype="0"
        conaffinity="0" mass="0"/>
      <geom name="collision" type="mesh" mesh="hull" group="3" mass="0.15"/>
    </body>
  </worldbody>
</mujoco>
""",
        encoding='utf-8',
    )


def _stone(number: int, grid: tuple[int, int]) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Vertices (n, 3) in metres, texture coordinates (n, 2), triangles (m, 3) of a closed shape.

    A ball with waves on it, squeezed; the same number gives the same shape on any grid.
    """
    around, down = grid
    rng = np.random.default_rng(number)
    radii = rng.uniform(0.03, 0.05, 3)
    turns, waves = rng.integers(2, 5, 3), rng.uniform(0.02, 0.06, 3)
    u, v = np.meshgrid(np.arange(around + 1) / around, np.arange(down + 1) / down)
    phi, theta = 2 * math.pi * u, math.pi * v
    swell = 1 + np.sin(theta) ** 2 * sum(
        w * np.sin(k * phi + w * 90) for k, w in zip(turns, waves, strict=True)
    )
    ball = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], -1)
    vertices = (ball * swell[..., None] * radii).reshape(-1, 3)
    row = around + 1
    faces = []
    for j in range(down):
        for i in range(around):
            a, b = j * row + i, (j + 1) * row + i
            if j > 0:
                faces.append((a, b, a + 1))
            if j < down - 1:
                faces.append((a + 1, b, b + 1))
    return vertices, np.stack([u, 1 - v], -1).reshape(-1, 2), np.array(faces)


def _write_texture(path: Path, *, number: int) -> None:
    """Coloured waves over noise: as detailed as a photo, and as hard to compress."""
    rng = np.random.default_rng([number, 7])
    y, x = np.mgrid[0:TEXTURE_PX, 0:TEXTURE_PX] / TEXTURE_PX
    base, amplitude = rng.uniform(0.3, 0.7, 3), rng.uniform(0.1, 0.3, 3)
    turns = rng.integers(1, 6, (3, 2))
    waves = [np.sin(2 * math.pi * (a * x + b * y)) for a, b in turns]
    colour = base + amplitude * np.stack(waves, -1) + rng.normal(0, 0.03, (*x.shape, 1))
    Image.fromarray((np.clip(colour, 0, 1) * 255).astype(np.uint8)).save(path)
