"""The environment that a model's image light shows."""

from __future__ import annotations

import mujoco
import numpy as np

from synth_ros.errors import RenderError
from synth_ros.render.onepass.materials import texture_pixels
from synth_ros.scene.environment_light import (
    CUBE_FROM_WORLD,
    Environment,
    decode_environment,
    environment,
    look_up,
    room,
)
from synth_ros.types import FloatArray

_KTX = b'\xabKTX 11\xbb'
_CUBES = (
    mujoco.mjtTexture.mjTEXTURE_CUBE.value,
    mujoco.mjtTexture.mjTEXTURE_SKYBOX.value,
)


def image_environment(model: mujoco.MjModel, light: int) -> Environment:
    """The environment of an image light: a KTX file or a cube texture; the room if it has none.

    Args:
        model: The model.
        light: Number of the light.

    Raises:
        RenderError: Its texture is neither.
    """
    texture = int(model.light_texid[light])
    if texture < 0:
        return room()
    start, size = int(model.tex_adr[texture]), int(model.tex_width[texture])
    file = model.tex_data[start : start + size].tobytes()
    # MuJoCo hands KTX files through as they are, as one row of bytes.
    if file.startswith(_KTX):
        try:
            return decode_environment(file)
        except ValueError as error:
            raise RenderError(_refusal(model, light, str(error))) from error
    if int(model.tex_type[texture]) not in _CUBES:
        raise RenderError(_refusal(model, light, 'a flat picture'))
    faces = texture_pixels(model, texture).reshape(-1, size, size, 4)[..., :3] / 255.0
    # MuJoCo's sky and cube pictures are y-up, as Filament's are.
    linear = np.where(faces <= 0.04045, faces / 12.92, ((faces + 0.055) / 1.055) ** 2.4)
    if len(linear) < 6:
        linear = np.repeat(linear[:1], 6, axis=0)

    def radiance(directions: FloatArray) -> FloatArray:
        return np.asarray(look_up(linear, directions @ CUBE_FROM_WORLD.T), np.float64)

    return environment(radiance)


def _refusal(model: mujoco.MjModel, light: int, found: str) -> str:
    name = model.light(light).name or f'number {light}'
    return (
        f'The texture of the image light {name} is {found}. The one-pass renderer lights scenes '
        'with cube textures and with KTX 1 cube maps of R11F_G11F_B10F; use one of these, or set '
        'render.backend: filament.'
    )
