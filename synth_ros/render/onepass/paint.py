"""All textures of a model on the GPU, and binding those of a group of surfaces."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import moderngl
import mujoco
import numpy as np

from synth_ros.render.onepass import textures
from synth_ros.render.onepass.materials import FLAT_TEXTURE, Layers, has_orm, texture_pixels
from synth_ros.render.onepass.programs import Definitions, defined
from synth_ros.render.onepass.surfaces import GroupKey, sheets
from synth_ros.types import ByteImage

_SKY = mujoco.mjtTexture.mjTEXTURE_SKYBOX.value
UNITS = {
    'base_texture': 0,
    'environment': 1,
    'shadow_atlas': 2,
    'shadow_depths': 3,
    'facets': 4,
    'facet_layer': 11,
    'turns': 12,
    'orm_texture': 5,
    'normal_texture': 6,
    'emissive_texture': 7,
    'sky': 0,
    'picture': 0,
    'surface_layer': 9,
    'finishes': 10,
    'ambient_share': 8,
    'motions': 11,
    'facets_seen': 12,
}
"""Texture unit of each sampler of the shaders."""


class Paint:
    """Textures of one model; each is uploaded when a surface first needs it.

    Args:
        model: The model; only read.
        lean: Whether filtering is to be cheap.
        anisotropy: The most that the driver offers.
    """

    def __init__(self, model: mujoco.MjModel, *, lean: bool, anisotropy: float) -> None:
        self._model = model
        self._filtering = textures.Filtering(1.0 if lean else anisotropy, between=not lean)
        self._sizes = sheets(model)
        self._sheets: dict[tuple[int, int], textures.Texture] = {}
        self._single: dict[tuple[str, Layers], textures.Texture] = {}
        self._cubes: dict[int, textures.Texture] = {}
        skies = np.flatnonzero(model.tex_type == _SKY)
        self.sky = int(skies[0]) if skies.size else -1

    def bind(self, key: GroupKey) -> None:
        """Let the shaders read the textures of a group."""
        if key.sheet is not None:
            self._sheet(key.sheet).bind(UNITS['base_texture'])
        elif key.layers.base >= 0:
            self.cube(key.layers.base).bind(UNITS['base_texture'])
        if has_orm(key.layers):
            self._flat('orm', key.layers).bind(UNITS['orm_texture'])
        if key.layers.normal >= 0:
            self._flat('normal', key.layers).bind(UNITS['normal_texture'])
        if key.layers.emissive >= 0:
            self._flat('emissive', key.layers).bind(UNITS['emissive_texture'])

    def cube(self, number: int) -> textures.Texture:
        """A cube or sky texture of the model."""
        if number not in self._cubes:
            self._cubes[number] = textures.cube_picture(self._model, number)
        return self._cubes[number]

    def forget(self, numbers: Collection[int]) -> None:
        """Delete what was made of textures whose pixels have changed; it is uploaded anew."""
        for size, members in self._sizes.items():
            if size in self._sheets and not set(numbers).isdisjoint(members):
                self._sheets.pop(size).free()
        for role, layers in [key for key in self._single if not set(numbers).isdisjoint(key[1])]:
            self._single.pop((role, layers)).free()
        for number in set(numbers) & set(self._cubes):
            self._cubes.pop(number).free()

    def free(self) -> None:
        """Delete all."""
        for found in (self._sheets, self._single, self._cubes):
            for texture in found.values():
                texture.free()

    def _sheet(self, size: tuple[int, int]) -> textures.Texture:
        if size not in self._sheets:
            pictures = [texture_pixels(self._model, number) for number in self._sizes[size]]
            self._sheets[size] = textures.sheet(pictures, self._filtering)
        return self._sheets[size]

    def _flat(self, role: str, layers: Layers) -> textures.Texture:
        if (role, layers) not in self._single:
            if role == 'orm':
                picture = packed_orm(self._model, layers)
            else:
                number = layers.normal if role == 'normal' else layers.emissive
                picture = texture_pixels(self._model, number)
            self._single[role, layers] = textures.flat_picture(
                picture, self._filtering, srgb=role == 'emissive'
            )
        return self._single[role, layers]


def packed_orm(model: mujoco.MjModel, layers: Layers) -> ByteImage:
    """Occlusion, roughness and metal in the channels of one picture, (height, width, 4)."""
    if layers.orm >= 0:
        return texture_pixels(model, layers.orm)
    maps = (layers.occlusion, layers.roughness, layers.metallic)
    found = {number: texture_pixels(model, number) for number in maps if number >= 0}
    height = max(picture.shape[0] for picture in found.values())
    width = max(picture.shape[1] for picture in found.values())
    packed = np.full((height, width, 4), 255, np.uint8)
    for channel, number in enumerate(maps):
        if number >= 0:
            one = np.ascontiguousarray(found[number][..., 0])
            packed[..., channel] = cv2.resize(one, (width, height), interpolation=cv2.INTER_LINEAR)
    return packed


def definitions_of(model: mujoco.MjModel, key: GroupKey) -> Definitions:
    """Definitions of the program that shows a group's textures."""
    layers = key.layers
    cube = key.sheet is None and layers.base >= 0 and model.tex_type[layers.base] != FLAT_TEXTURE
    return defined(
        TEXTURED=key.sheet is not None or layers != Layers(),
        TEXTURE_2D=key.sheet is not None,
        TEXTURE_CUBE=bool(cube),
        ORM_TEXTURE=has_orm(layers),
        NORMAL_TEXTURE=layers.normal >= 0,
        EMISSIVE_TEXTURE=layers.emissive >= 0,
    )


def set_units(program: moderngl.Program) -> None:
    """Tell a program's samplers their units."""
    for name, unit in UNITS.items():
        member = program.get(name, None)
        if isinstance(member, moderngl.Uniform):
            member.value = unit
