"""Renders docs/images/objects.jpg: every built-in object, one tile per class.

Run ``MUJOCO_GL=egl python -m tools.object_sheet`` from the repository root.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_OBJECTS = Path('synth_ros/assets/objects')
_TILE_PX = (420, 300)
_COLUMNS = 5
_FOVY_DEG = 24.0
_UPRIGHT = (24.0, -18.0)
_FLAT = (48.0, -18.0)
_LONG = (48.0, 66.0)
"""(camera down, object yaw) in degrees, for shapes that would be foreshortened otherwise."""
_STAGE = """
<mujoco>
  <visual>
    <global offwidth="1260" offheight="900" fovy="24"/>
    <quality shadowsize="4096" offsamples="8"/>
    <headlight ambient=".42 .42 .42" diffuse=".22 .22 .22" specular=".1 .1 .1"/>
    <map znear=".02" zfar="20"/>
  </visual>
  <statistic extent="1" center="0 0 0"/>
  <asset><material name="table" rgba=".82 .79 .74 1" specular="0" shininess="0"/></asset>
  <worldbody>
    <geom type="plane" size="4 4 .1" material="table"/>
    <light type="spot" pos="-.7 -1.1 1.7" dir=".38 .56 -.85" cutoff="60" castshadow="true"
           diffuse=".5 .5 .5" specular=".4 .4 .4"/>
    <light type="directional" pos="1 0 2" dir="-.5 .3 -.8" castshadow="false"
           diffuse=".16 .16 .18" specular=".05 .05 .05"/>
  </worldbody>
</mujoco>
"""

Rgb = NDArray[np.uint8]


class Extent(NamedTuple):
    """Half width, depth and height of an object as it is turned on the sheet, metres."""

    x: float
    y: float
    z: float


def _points(path: Path) -> NDArray[np.float64]:
    """All vertices of an object's visible meshes in its own frame (N, 3), metres."""
    model = mujoco.MjModel.from_xml_path(str(path))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    clouds = []
    for geom in np.flatnonzero(model.geom_group == 2):
        mesh = model.geom_dataid[geom]
        first = model.mesh_vertadr[mesh]
        vertices = model.mesh_vert[first : first + model.mesh_vertnum[mesh]]
        clouds.append(vertices @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom])
    return np.concatenate(clouds)


def _view(half: NDArray[np.float64]) -> tuple[float, float]:
    """How to look at an object of half size (3,)."""
    if half[2] > 0.4 * half[0]:
        return _UPRIGHT
    return _LONG if half[0] > 2.2 * half[1] else _FLAT


def _extent(points: NDArray[np.float64], yaw_rad: float) -> Extent:
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    reach = np.abs(points[:, :2] @ np.array([[c, s], [-s, c]])).max(axis=0)
    return Extent(float(reach[0]), float(reach[1]), float(points[:, 2].max()))


def _stage(paths: list[Path]) -> mujoco.MjModel:
    """The variants of a class side by side before a camera that sees all of them."""
    spec = mujoco.MjSpec.from_string(_STAGE)
    clouds = [_points(path) for path in paths]
    down, yaw = (math.radians(a) for a in _view(np.abs(clouds[0]).max(axis=0)))
    extents = [_extent(cloud, yaw) for cloud in clouds]
    gap = 0.16 * sum(e.x for e in extents) / len(extents)
    width = 2 * sum(e.x for e in extents) + gap * (len(extents) - 1)
    tall, deep = max(e.z for e in extents) * 2, max(e.y for e in extents)
    x = -width / 2
    for index, (path, extent) in enumerate(zip(paths, extents, strict=True)):
        frame = spec.worldbody.add_frame(
            pos=[x + extent.x, 0, extent.z], quat=[math.cos(yaw / 2), 0, 0, math.sin(yaw / 2)]
        )
        spec.attach(mujoco.MjSpec.from_file(str(path)), prefix=f'{index}/', frame=frame)
        x += 2 * extent.x + gap
    high = tall * math.cos(down) + 2 * deep * math.sin(down)
    half = math.tan(math.radians(_FOVY_DEG) / 2)
    aspect = _TILE_PX[0] / _TILE_PX[1]
    distance = 1.12 * max(width / aspect, high * 1.1) / (2 * half) + deep
    back = np.array([0.0, -math.cos(down), math.sin(down)])
    spec.worldbody.add_camera(
        name='sheet',
        pos=back * distance + [0, 0, tall * 0.5],
        xyaxes=[1, 0, 0, 0, math.sin(down), math.cos(down)],
        fovy=_FOVY_DEG,
    )
    return spec.compile()


def _render(paths: list[Path]) -> Rgb:
    model = _stage(paths)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    wide, high = _TILE_PX[0] * 3, _TILE_PX[1] * 3
    with mujoco.Renderer(model, high, wide) as renderer:
        renderer.update_scene(data, 'sheet')
        large = Image.fromarray(renderer.render())
    return np.asarray(large.resize(_TILE_PX, Image.Resampling.LANCZOS))


def main() -> None:
    """Writes the sheet."""
    parser = argparse.ArgumentParser(description='Render a sheet of the built-in objects.')
    parser.add_argument('--out', type=Path, default=Path('docs/images/objects.jpg'))
    options = parser.parse_args()
    classes = sorted(path.name for path in _OBJECTS.iterdir() if path.is_dir())
    rows = math.ceil(len(classes) / _COLUMNS)
    sheet = Image.new('RGB', (_COLUMNS * _TILE_PX[0], rows * _TILE_PX[1]), 'white')
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(20)
    for index, name in enumerate(classes):
        paths = sorted((_OBJECTS / name).glob('*/object.xml'))
        at = (index % _COLUMNS * _TILE_PX[0], index // _COLUMNS * _TILE_PX[1])
        sheet.paste(Image.fromarray(_render(paths)), at)
        draw.text((at[0] + 12, at[1] + 8), name, fill='#33302c', font=font)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(options.out, quality=88, optimize=True)


if __name__ == '__main__':
    main()
