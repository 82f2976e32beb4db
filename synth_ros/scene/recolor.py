"""Changes the colours of materials of the environment, those of their textures included."""

from __future__ import annotations

import colorsys

import cv2
import mujoco
import numpy as np

from synth_ros.randomize.scene import SampledMaterial
from synth_ros.types import ByteImage

_COLOR_ROLES = (
    int(mujoco.mjtTextureRole.mjTEXROLE_RGB),
    int(mujoco.mjtTextureRole.mjTEXROLE_RGBA),
)


def changes_colors(look: SampledMaterial) -> bool:
    """Whether a role's own colours are changed."""
    return (look.hue_shift_deg % 360, look.saturation_scale, look.value_scale) != (0, 1, 1)


def recolored(pixels: ByteImage, look: SampledMaterial) -> ByteImage:
    """Pixels with their hue turned and their saturation and brightness scaled.

    Args:
        pixels: Screen colours, (height, width, 3 or more), uint8; what follows colour stays.
        look: Says how.
    """
    rgb = pixels[..., :3].astype(np.float32) / 255
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + look.hue_shift_deg) % 360
    hsv[..., 1] = np.clip(hsv[..., 1] * look.saturation_scale, 0, 1)
    hsv[..., 2] = np.clip(hsv[..., 2] * look.value_scale, 0, 1)
    out = pixels.copy()
    out[..., :3] = (cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 255).round()
    return out


def recolor_material(
    spec: mujoco.MjSpec, look: SampledMaterial, pixels: dict[str, ByteImage], *, prefix: str
) -> None:
    """Change the colour of a role's material, or of its texture where it has one, then tint it.

    Args:
        spec: The scene that holds the environment.
        look: What was drawn for the role; its variant is in use.
        pixels: Textures of the environment by name.
        prefix: Prefix the environment was attached with.
    """
    material = spec.material(prefix + look.variant)
    names = list(material.textures)
    own = [role for role in _COLOR_ROLES if names[role]]
    for role in own:
        name = f'role/{look.role}/{role}'
        changed = recolored(pixels[names[role].removeprefix(prefix)], look)
        height, width, channels = changed.shape
        texture = spec.add_texture(
            name=name,
            type=spec.texture(names[role]).type,
            width=width,
            height=height,
            nchannel=channels,
        )
        texture.colorspace = spec.texture(names[role]).colorspace
        texture.data = changed.tobytes()
        names[role] = name
    material.textures = names
    if not own:
        red, green, blue, alpha = (float(c) for c in material.rgba)
        hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
        hue = (hue + look.hue_shift_deg / 360) % 1
        saturation = min(saturation * look.saturation_scale, 1)
        value = min(value * look.value_scale, 1)
        material.rgba = [*colorsys.hsv_to_rgb(hue, saturation, value), alpha]
    material.rgba = np.array(material.rgba) * [*look.rgb, 1.0]


def texture_pixels(model: mujoco.MjModel) -> dict[str, ByteImage]:
    """Pixels of a model's textures by name, (height, width, channels), uint8."""
    found = {}
    for number in range(model.ntex):
        shape = (
            int(model.tex_height[number]),
            int(model.tex_width[number]),
            int(model.tex_nchannel[number]),
        )
        first = int(model.tex_adr[number])
        data = model.tex_data[first : first + shape[0] * shape[1] * shape[2]]
        found[model.texture(number).name] = data.reshape(shape).copy()
    return found
