"""Small models, and pictures of them by any renderer."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import mujoco
import numpy as np

from synth_ros.geometry.camera import camera_from_fovy
from synth_ros.render.base import Layers, Renderer, Viewpoint

from ..scenes import look_at

DARK = 'ambient="0 0 0" diffuse="0 0 0" specular="0 0 0"'
# Photometric, and dark: what shines by itself is all there is to see.
NO_LIGHT = (
    '<light type="directional" intensity="0.001" diffuse="0 0 0" ambient="0 0 0" '
    'specular="0 0 0" castshadow="false"/>'
)


def model_of(body: str, *, asset: str = '', head: str = DARK) -> mujoco.MjModel:
    return mujoco.MjModel.from_xml_string(
        f"""<mujoco>
          <statistic extent="1"/>
          <visual><map znear="0.01" zfar="30"/><headlight {head}/></visual>
          <asset>{asset}</asset>
          <worldbody>{body}</worldbody>
        </mujoco>"""
    )


def view(
    eye: tuple[float, float, float],
    *,
    target: tuple[float, float, float] = (0.0, 0.0, 0.0),
    size: tuple[int, int] = (100, 100),
    fovy: float = 0.6,
) -> Viewpoint:
    return look_at(camera_from_fovy('test', size, fovy), eye=eye, target=target)


def picture(renderer: Renderer, model: mujoco.MjModel, viewpoint: Viewpoint) -> Layers:
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    renderer.load(model)
    return renderer.render(data, viewpoint)


def linear(rgb: np.ndarray) -> np.ndarray:
    """Light of 8-bit screen colours (sRGB)."""
    x = np.asarray(rgb, np.float64) / 255
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def encoded(light: np.ndarray) -> np.ndarray:
    """Screen colours of light, 0 to 255."""
    x = np.clip(light, 0, 1)
    return 255 * np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)


def write_png(path: Path, rgb: np.ndarray) -> str:
    """A PNG file of (height, width, 3), uint8; its path."""
    height, width, _ = rgb.shape
    rows = b''.join(b'\0' + row.tobytes() for row in np.ascontiguousarray(rgb))

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', check)

    header = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b'\x89PNG\r\n\x1a\n'
        + chunk(b'IHDR', header)
        + chunk(b'IDAT', zlib.compress(rows))
        + chunk(b'IEND', b'')
    )
    return str(path)
