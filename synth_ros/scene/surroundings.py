"""Writes what is around a scene into its spec: sky, light from all around, a picture behind it."""

from __future__ import annotations

import math
from functools import cache

import cv2
import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.geometry.transforms import quat_wxyz_from_matrix
from synth_ros.randomize.scene import SampledBackdrop, SampledImageLight, SampledScene, SampledSky
from synth_ros.scene.environment_light import (
    CUBE_FROM_WORLD,
    Radiance,
    encode_environment,
    face_directions,
    room_radiance,
)
from synth_ros.scene.lighting import AMBIENT, AMBIENT_LUX, LEAST_AMBIENT_LUX
from synth_ros.scene.pictures import PictureFiles, linear
from synth_ros.types import ByteImage, FloatArray

BACKDROP = 'backdrop'
_AROUND = 'around'
_FACE_TEXELS = 512
_GRADIENT_TEXELS = 128
# Light from all around is blurred anyway; a small panorama keeps suns from speckling.
_LIGHT_WIDTH = 256
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def add_surroundings(spec: mujoco.MjSpec, sampled: SampledScene, pictures: PictureFiles) -> None:
    """Add sky, image light and backdrop as far as they were drawn.

    Args:
        spec: The scene, with its lights.
        sampled: Its draws.
        pictures: The pictures of the config.
    """
    if sampled.sky is not None:
        _add_sky(spec, sampled.sky, pictures)
    if sampled.image_light is not None:
        _add_image_light(spec, sampled.image_light, pictures, ambient=sampled.ambient)
    if sampled.backdrop is not None:
        _add_backdrop(spec, sampled.backdrop, pictures)


def sky_colors(sky: SampledSky, pictures: PictureFiles, directions: FloatArray) -> FloatArray:
    """Screen colours of a sky, 0 to 1.

    Args:
        sky: The sky.
        pictures: The pictures of the config.
        directions: Unit vectors in the world frame, (n, 3).

    Returns:
        Shape (n, 3).
    """
    if sky.image is not None:
        screen = pictures.picture(sky.image).screen
        seen = look_around(screen.astype(np.float32), sky.yaw_deg, directions)
        return np.asarray(seen, np.float64) / 255
    return _gradient(sky, directions)


def look_around(
    panorama: NDArray[np.float32], yaw_deg: float, directions: FloatArray
) -> NDArray[np.float32]:
    """Colours of a panorama in some directions, blended between its pixels.

    Args:
        panorama: Equirectangular, its middle ahead and the zenith above, (height, width, 3).
        yaw_deg: Direction of its middle about the world's z, 0 for x.
        directions: Unit vectors in the world frame, (n, 3).

    Returns:
        Shape (n, 3).
    """
    height, width, _ = panorama.shape
    x, y, z = directions.T
    turn = np.arctan2(y, x) - math.radians(yaw_deg)
    # What is to the left when one looks ahead is to the left in the picture.
    column = ((0.5 - turn / (2 * math.pi)) % 1) * width - 0.5
    row = np.arccos(np.clip(z, -1, 1)) / math.pi * height - 0.5
    # The first column once more after the last, and the last before the first.
    wrapped = np.concatenate([panorama[:, -1:], panorama, panorama[:, :1]], axis=1)
    size = (-1, 1024) if len(directions) % 1024 == 0 else (-1, 1)
    found = cv2.remap(
        wrapped,
        (column + 1).astype(np.float32).reshape(size),
        row.astype(np.float32).reshape(size),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(found, np.float32).reshape(-1, 3)


def _gradient(sky: SampledSky, directions: FloatArray) -> FloatArray:
    height = directions[:, 2:3]
    zenith, horizon, ground = (np.array(color) for color in (sky.zenith, sky.horizon, sky.ground))
    # Most of a sky's change is near the horizon.
    up = np.clip(height, 0, 1) ** 0.6
    down = np.clip(-8 * height, 0, 1)
    above = horizon + up * (zenith - horizon)
    return np.asarray(np.where(height >= 0, above, horizon + down * (ground - horizon)))


def _add_sky(spec: mujoco.MjSpec, sky: SampledSky, pictures: PictureFiles) -> None:
    skybox = mujoco.mjtTexture.mjTEXTURE_SKYBOX
    for texture in list(spec.textures):
        if texture.type == skybox:
            spec.delete(texture)
    texels = _GRADIENT_TEXELS if sky.image is None else _FACE_TEXELS
    # Faces are y-up, as OpenGL and MuJoCo lay them out.
    directions = face_directions(texels).reshape(-1, 3) @ CUBE_FROM_WORLD
    faces = (sky_colors(sky, pictures, directions) * 255).round().astype(np.uint8)
    texture = spec.add_texture(
        name='sky', type=skybox, width=texels, height=6 * texels, nchannel=3
    )
    texture.data = faces.tobytes()


def _add_image_light(
    spec: mujoco.MjSpec, light: SampledImageLight, pictures: PictureFiles, *, ambient: float
) -> None:
    """Light the scene from all around, as bright on the whole as the built-in room does."""
    if light.source == 'white':
        file, color = _white()
    else:
        if light.sky is None:
            raise InternalError(f'light from a {light.source} was drawn without one')
        radiance, color = _normalized(
            _light_of(light.sky, pictures), white_balance=light.white_balance
        )
        file = encode_environment(radiance)
    # Classic OpenGL knows the mean alone, and adds up colours as the screen shows them.
    on_screen = color ** (1 / 2.2)
    spec.visual.headlight.ambient = on_screen / on_screen.mean() * ambient * AMBIENT
    name = f'{_AROUND}.ktx'
    spec.assets[name] = file
    spec.add_texture(name=_AROUND, type=mujoco.mjtTexture.mjTEXTURE_2D, file=name)
    spec.worldbody.add_light(
        name=_AROUND,
        type=mujoco.mjtLightType.mjLIGHT_IMAGE,
        texture=_AROUND,
        intensity=max(ambient * AMBIENT * AMBIENT_LUX, LEAST_AMBIENT_LUX),
    )


def _light_of(sky: SampledSky, pictures: PictureFiles) -> Radiance:
    """Light of a sky by direction, on any scale."""
    if sky.image is None:
        return lambda directions: linear(_gradient(sky, directions))
    size = (_LIGHT_WIDTH, _LIGHT_WIDTH // 2)
    light = pictures.picture(sky.image).light
    small = cv2.resize(light, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    yaw_deg = sky.yaw_deg
    return lambda directions: np.asarray(look_around(small, yaw_deg, directions), np.float64)


def _normalized(radiance: Radiance, *, white_balance: float) -> tuple[Radiance, FloatArray]:
    """Light with the mean luminance of the built-in room, and its mean colour of luminance 1.

    Args:
        radiance: By direction, on any scale.
        white_balance: Share of the mean's cast that is taken out, on a logarithmic scale.
    """
    mean = np.maximum(_mean(radiance), 1e-6)
    balanced = (mean / mean.max()) ** -white_balance
    color = mean * balanced
    luminance = float(color @ _LUMINANCE)
    factor = float(_mean(room_radiance) @ _LUMINANCE) / luminance * balanced
    return (lambda directions: radiance(directions) * factor), color / luminance


@cache
def _white() -> tuple[bytes, FloatArray]:
    radiance, color = _normalized(
        lambda directions: np.ones((len(directions), 3)), white_balance=0.0
    )
    return encode_environment(radiance), color


def _mean(radiance: Radiance) -> FloatArray:
    """Mean over all directions, (3,): evenly spread points on the sphere (golden angle)."""
    count = 8192
    index = np.arange(count)
    z = 1 - (2 * index + 1) / count
    turn = index * math.pi * (3 - math.sqrt(5))
    flat = np.sqrt(1 - z * z)
    directions = np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1)
    return np.asarray(radiance(directions).mean(axis=0))


def _add_backdrop(spec: mujoco.MjSpec, backdrop: SampledBackdrop, pictures: PictureFiles) -> None:
    screen = pictures.picture(backdrop.image).screen
    height, width, _ = screen.shape
    half_m = (backdrop.height_m / 2 * width / height, backdrop.height_m / 2)
    texture = spec.add_texture(
        name=BACKDROP,
        type=mujoco.mjtTexture.mjTEXTURE_2D,
        width=width,
        height=height,
        nchannel=3,
        colorspace=mujoco.mjtColorSpace.mjCOLORSPACE_SRGB,
    )
    texture.data = _as_seen(screen).tobytes()
    material = spec.add_material(name=BACKDROP, specular=0, shininess=0)
    names = [''] * int(mujoco.mjtTextureRole.mjNTEXROLE)
    names[int(mujoco.mjtTextureRole.mjTEXROLE_RGB)] = BACKDROP
    material.textures = names
    material.emission = backdrop.glow
    x, y, z = backdrop.foot_m
    yaw = math.radians(backdrop.yaw_deg)
    ahead = np.array([math.cos(yaw), math.sin(yaw), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    # The plane's x is to the right of one who looks at it, its z towards them.
    turned = quat_wxyz_from_matrix(np.stack([np.cross(ahead, up), up, -ahead], axis=1))
    body = spec.worldbody.add_body(name=BACKDROP, pos=[x, y, z + half_m[1]], quat=turned)
    body.add_geom(
        name=BACKDROP,
        type=mujoco.mjtGeom.mjGEOM_PLANE,
        size=[*half_m, 0.01],
        material=BACKDROP,
        group=0,
        contype=0,
        conaffinity=0,
    )


def _as_seen(screen: ByteImage) -> ByteImage:
    """Rows in the order in which a plane shows them."""
    return np.ascontiguousarray(screen)
