"""Small scenes and viewpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import mujoco
import numpy as np

from synth_ros.config.render import RenderConfig
from synth_ros.geometry.transforms import make_transform
from synth_ros.render.base import Renderer, Viewpoint
from synth_ros.types import CameraModel

CONFIG = RenderConfig(shadow_size=512)
RendererFactory = Callable[[RenderConfig], Renderer]


class Scene(NamedTuple):
    model: mujoco.MjModel
    data: mujoco.MjData


def compile_scene(body: str, *, asset: str = '') -> Scene:
    model = mujoco.MjModel.from_xml_string(
        f"""<mujoco>
          <statistic extent="1"/>
          <visual>
            <map znear="0.002" zfar="30"/>
            <headlight ambient=".3 .3 .3" diffuse="0 0 0" specular="0 0 0"/>
          </visual>
          <asset>{asset}</asset>
          <worldbody>
            <light type="spot" pos="0 -.3 2" castshadow="true" cutoff="60" intensity="150000"/>
            {body}
          </worldbody>
        </mujoco>"""
    )
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return Scene(model, data)


def look_at(
    camera: CameraModel,
    *,
    eye: tuple[float, float, float] = (0.0, -0.9, 0.8),
    target: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Viewpoint:
    forward = np.subtract(target, eye)
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    return Viewpoint(camera, make_transform(np.stack([right, down, forward], 1), eye))


def skewed_camera(width: int = 320, height: int = 240) -> CameraModel:
    """Off-centre, and longer along columns than along rows."""
    return CameraModel(
        'test', width, height, 0.94 * width, 1.03 * width, 0.44 * width, 0.58 * height
    )
