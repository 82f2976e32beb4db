"""Light from all around and the sky in Filament, which makes one as bright as the other."""

from __future__ import annotations

import mujoco
import numpy as np
from mujoco import mjrf

from synth_ros.scene.environment_light import encode_cube
from synth_ros.scene.lighting import AMBIENT_LUX
from synth_ros.scene.pictures import linear

# Finished picture per lux of an image light of radiance 1, with an exposure of 0.
_SCREEN_PER_LUX = 2**1.7 / (1.2 * 16**2 * 125)
_IMAGE = mujoco.mjtLightType.mjLIGHT_IMAGE.value


def ambient_lux(model: mujoco.MjModel) -> float:
    """Strength of the built-in image light."""
    return AMBIENT_LUX * float(np.mean(model.vis.headlight.ambient))


def sky_file(model: mujoco.MjModel) -> bytes | None:
    """The model's sky as a KTX file that Filament shows as bright as the picture is.

    Left alone, a sky is as bright as the light from all around: dark where that is dim.

    Returns:
        The file; ``None`` if the model has no sky, or no such light.
    """
    skies = np.flatnonzero(model.tex_type == mujoco.mjtTexture.mjTEXTURE_SKYBOX.value)
    images = np.flatnonzero(model.light_type == _IMAGE)
    lux = float(model.light_intensity[images[-1]]) if images.size else ambient_lux(model)
    if not skies.size or lux <= 0:
        return None
    sky = int(skies[0])
    size, channels = int(model.tex_width[sky]), int(model.tex_nchannel[sky])
    first, rows = int(model.tex_adr[sky]), int(model.tex_height[sky])
    data = model.tex_data[first : first + rows * size * channels]
    faces = linear(data.reshape(-1, size, size, channels)[..., :3] / 255)
    # A texture with one face shows it on all sides.
    return encode_cube(np.resize(faces, (6, *faces.shape[1:])) / (lux * _SCREEN_PER_LUX))


def upload_cube(context: mjrf.Context, ktx: bytes) -> mjrf.Texture:
    """A cube texture from a KTX file."""
    config = mjrf.TextureConfig()
    config.width, config.height = len(ktx), 0
    config.format = mjrf.PixelFormat.PIXEL_FORMAT_KTX
    config.sampler_type = mjrf.SamplerType.TEXTURE_CUBE
    config.color_space = mjrf.ColorSpace.COLORSPACE_LINEAR
    texture = context.create_texture(config)
    image = mjrf.TextureData()
    image.set_image(ktx)
    texture.upload(image)
    return texture
