"""What each geom looks like, as records for the GPU, and the model's textures."""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.render.model import geom_rgba
from synth_ros.types import ByteImage

_ROLES = mujoco.mjtTextureRole
_RGB = int(_ROLES.mjTEXROLE_RGB)
_RGBA = int(_ROLES.mjTEXROLE_RGBA)
_OCCLUSION = int(_ROLES.mjTEXROLE_OCCLUSION)
_ROUGHNESS = int(_ROLES.mjTEXROLE_ROUGHNESS)
_METALLIC = int(_ROLES.mjTEXROLE_METALLIC)
_NORMAL = int(_ROLES.mjTEXROLE_NORMAL)
_EMISSIVE = int(_ROLES.mjTEXROLE_EMISSIVE)
_ORM = int(_ROLES.mjTEXROLE_ORM)

FLAT_TEXTURE = mujoco.mjtTexture.mjTEXTURE_2D.value
_KIND = mujoco.mjtGeom
_PLANE, _SPHERE = _KIND.mjGEOM_PLANE.value, _KIND.mjGEOM_SPHERE.value
_ROUND = (_KIND.mjGEOM_CAPSULE.value, _KIND.mjGEOM_CYLINDER.value)
_AS_THEY_ARE = (_PLANE, _KIND.mjGEOM_MESH.value, _KIND.mjGEOM_HFIELD.value)
# Light that a polished surface of no metal throws back at normal incidence: 4 %, as for glass.
_DIELECTRIC = 0.04
# Modes of texture coordinates: the shape's own, made from x and y, directions into a cube.
MAPPED, FROM_ABOVE, CUBE = 0.0, 1.0, 2.0


class Layers(NamedTuple):
    """Textures of a material by what they say; -1 for none.

    Attributes:
        base: Colour.
        orm: Occlusion, roughness and metal in one.
        occlusion: Shade of crevices.
        roughness: Roughness.
        metallic: Metal.
        normal: Bumps.
        emissive: What shines.
    """

    base: int = -1
    orm: int = -1
    occlusion: int = -1
    roughness: int = -1
    metallic: int = -1
    normal: int = -1
    emissive: int = -1


class Look(NamedTuple):
    """How a geom looks.

    Attributes:
        rgba: Linear colour and opacity.
        metallic: 0 or 1, or between.
        roughness: Perceptual roughness.
        reflectance: At normal incidence, of what is not metal.
        emission: Share of its own colour that it shines with.
        layers: Textures.
        repeat: Of generated texture coordinates, along x and y.
        uniform: Whether ``repeat`` counts per metre.
    """

    rgba: NDArray[np.float64]
    metallic: float
    roughness: float
    reflectance: float
    emission: float
    layers: Layers
    repeat: tuple[float, float]
    uniform: bool


def look_of(model: mujoco.MjModel, geom: int) -> Look:
    """How a geom looks."""
    return look(model, int(model.geom_matid[geom]), geom_rgba(model, geom))


def look(model: mujoco.MjModel, material: int, rgba: NDArray[np.float32]) -> Look:
    """How something looks.

    Args:
        model: The model.
        material: Material id, -1 for none.
        rgba: Its colour on the screen, (4,).
    """
    linear = np.array([*_linear(rgba[:3]), float(rgba[3])])
    if material < 0:
        return Look(linear, 0.0, 0.55, _DIELECTRIC, 0.0, Layers(), (1.0, 1.0), uniform=False)
    metallic = float(model.mat_metallic[material])
    roughness = float(model.mat_roughness[material])
    layers = _layers(model, material)
    emission = float(model.mat_emission[material])
    repeat = model.mat_texrepeat[material]
    physical = metallic >= 0 or roughness >= 0 or layers != Layers(base=layers.base)
    reflectance = _DIELECTRIC
    if not physical:
        # Made for classic OpenGL: a stronger and narrower highlight is a smoother surface.
        reflectance = 2 * _DIELECTRIC * float(np.clip(model.mat_specular[material], 0, 1))
        roughness = 1 - 0.7 * float(np.clip(model.mat_shininess[material], 0, 1))
    textured = (layers.metallic, layers.roughness, layers.orm)
    return Look(
        linear,
        max(metallic, 0.0) if metallic >= 0 or max(textured[0], textured[2]) < 0 else 1.0,
        roughness if roughness >= 0 else 1.0,
        reflectance,
        emission,
        layers,
        (float(repeat[0]), float(repeat[1])),
        bool(model.mat_texuniform[material]),
    )


def mapping_of(
    model: mujoco.MjModel, geom: int, look: Look, *, has_uv: bool
) -> tuple[float, float, float, float]:
    """Scale along u and v, mode, and scale along w of a geom's texture coordinates.

    As MuJoCo's classic renderer lays textures out. What it scales from a unit shape (boxes and
    round shapes) is looked up in a cube before it is scaled, planes, meshes and height fields as
    they are; ``texuniform`` multiplies by the size of the geom.

    Args:
        model: The model.
        geom: The geom.
        look: Of the geom.
        has_uv: Whether its shape brings coordinates.
    """
    kind = int(model.geom_type[geom])
    x, y, z = (float(size) for size in model.geom_size[geom])
    if kind == _SPHERE:
        y = z = x
    elif kind in _ROUND:
        # Their second size is a height.
        y, z = x, y
    endless = kind == _PLANE and min(x, y) <= 0
    x, y, z = max(x, 1e-9), max(y, 1e-9), max(z, 1e-9)
    base, (u, v) = look.layers.base, look.repeat
    if base >= 0 and int(model.tex_type[base]) != FLAT_TEXTURE:
        if kind in _AS_THEY_ARE:
            return (x, y, CUBE, z) if look.uniform and not endless else (1.0, 1.0, CUBE, 1.0)
        return (1.0, 1.0, CUBE, 1.0) if look.uniform else (1 / x, 1 / y, CUBE, 1 / z)
    if endless:
        # Half a picture a metre, whatever the material says of it.
        return u / 2, v / 2, FROM_ABOVE, 0.0
    if has_uv:
        return (u * x, v * y, MAPPED, 0.0) if look.uniform else (u, v, MAPPED, 0.0)
    if look.uniform:
        return u / 2, v / 2, FROM_ABOVE, 0.0
    return u / (2 * x), v / (2 * y), FROM_ABOVE, 0.0


def has_orm(layers: Layers) -> bool:
    """Whether a material has any map of occlusion, roughness or metal."""
    return max(layers.orm, layers.occlusion, layers.roughness, layers.metallic) >= 0


def texture_pixels(model: mujoco.MjModel, texture: int) -> ByteImage:
    """Pixels of a texture, (height, width, 4), uint8, as MuJoCo stores its rows."""
    height, width = int(model.tex_height[texture]), int(model.tex_width[texture])
    channels = int(model.tex_nchannel[texture])
    start = int(model.tex_adr[texture])
    flat = model.tex_data[start : start + height * width * channels]
    pixels = flat.reshape(height, width, channels)
    out = np.full((height, width, 4), 255, np.uint8)
    out[..., : min(channels, 4)] = pixels[..., :4] if channels > 1 else 0
    if channels == 1:
        out[..., :3] = pixels
    return out


def _layers(model: mujoco.MjModel, material: int) -> Layers:
    ids = model.mat_texid[material].tolist()
    base = ids[_RGBA] if ids[_RGBA] >= 0 else ids[_RGB]
    return Layers(
        base,
        ids[_ORM],
        ids[_OCCLUSION],
        ids[_ROUGHNESS],
        ids[_METALLIC],
        ids[_NORMAL],
        ids[_EMISSIVE],
    )


def _linear(rgb: NDArray[np.float32]) -> NDArray[np.float64]:
    """Linear light of screen colours (sRGB, IEC 61966-2-1)."""
    exact = np.clip(np.asarray(rgb, np.float64), 0, 1)
    return np.where(exact <= 0.04045, exact / 12.92, ((exact + 0.055) / 1.055) ** 2.4)
