"""Textures on the GPU: sheets of the model's pictures, the sky, the environment.

Made with plain GL calls, for moderngl has neither sRGB arrays nor levels of cube maps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.render.onepass.context import raw_gl
from synth_ros.render.onepass.materials import texture_pixels
from synth_ros.scene.environment_light import Environment
from synth_ros.types import ByteImage

_MAX_ANISOTROPY = 8.0
_TEXTURE_MAX_ANISOTROPY = 0x84FE


class Texture(NamedTuple):
    """A texture object.

    Attributes:
        target: What kind it is bound as.
        name: The driver's number.
    """

    target: int
    name: int

    def bind(self, unit: int) -> None:
        """Let a texture unit read it."""
        gl = raw_gl()
        gl.glActiveTexture(gl.GL_TEXTURE0 + unit)
        gl.glBindTexture(self.target, self.name)

    def free(self) -> None:
        """Delete it."""
        raw_gl().glDeleteTextures([self.name])


class Filtering(NamedTuple):
    """How a texture is read between its texels and levels.

    Attributes:
        anisotropy: Most samples along a slanted surface, 1 for none.
        between: Whether two levels are blended, or the nearer one is taken.
    """

    anisotropy: float
    between: bool


_SMOOTH = Filtering(1.0, between=True)


def sheet(pictures: Sequence[ByteImage], filtering: Filtering) -> Texture:
    """An array of pictures of one size, with levels for the distance.

    Args:
        pictures: Colours on the screen's scale (sRGB), (height, width, 4), uint8, at least one.
        filtering: How they are read.
    """
    gl = raw_gl()
    texture = Texture(gl.GL_TEXTURE_2D_ARRAY, int(gl.glGenTextures(1)))
    texture.bind(0)
    height, width, _ = pictures[0].shape
    stack = np.stack(pictures)
    gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
    gl.glTexImage3D(
        texture.target,
        0,
        gl.GL_SRGB8_ALPHA8,
        width,
        height,
        len(stack),
        0,
        gl.GL_RGBA,
        gl.GL_UNSIGNED_BYTE,
        stack,
    )
    gl.glGenerateMipmap(texture.target)
    _filter(texture.target, gl.GL_REPEAT, filtering)
    return texture


def flat_picture(picture: ByteImage, filtering: Filtering, *, srgb: bool) -> Texture:
    """One picture, (height, width, 4), uint8, with levels for the distance.

    Args:
        picture: The picture.
        filtering: How it is read.
        srgb: Whether it holds colours on the screen's scale (else plain numbers).
    """
    gl = raw_gl()
    texture = Texture(gl.GL_TEXTURE_2D, int(gl.glGenTextures(1)))
    texture.bind(0)
    height, width, _ = picture.shape
    stored = gl.GL_SRGB8_ALPHA8 if srgb else gl.GL_RGBA8
    gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
    gl.glTexImage2D(
        texture.target, 0, stored, width, height, 0, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, picture
    )
    gl.glGenerateMipmap(texture.target)
    _filter(texture.target, gl.GL_REPEAT, filtering)
    return texture


def cube_picture(model: mujoco.MjModel, number: int) -> Texture:
    """A cube or sky texture of the model; MuJoCo stores the faces +x -x +y -y +z -z."""
    gl = raw_gl()
    pixels = texture_pixels(model, number)
    size = pixels.shape[1]
    faces = pixels.reshape(-1, size, size, 4)
    texture = Texture(gl.GL_TEXTURE_CUBE_MAP, int(gl.glGenTextures(1)))
    texture.bind(0)
    gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
    for face in range(6):
        # A texture with one face shows it on all sides.
        image = np.ascontiguousarray(faces[face % len(faces)])
        gl.glTexImage2D(
            gl.GL_TEXTURE_CUBE_MAP_POSITIVE_X + face,
            0,
            gl.GL_SRGB8_ALPHA8,
            size,
            size,
            0,
            gl.GL_RGBA,
            gl.GL_UNSIGNED_BYTE,
            image,
        )
    gl.glGenerateMipmap(texture.target)
    _filter(texture.target, gl.GL_CLAMP_TO_EDGE, _SMOOTH)
    return texture


def environment_cube(environment: Environment) -> Texture:
    """The environment with its prefiltered levels."""
    gl = raw_gl()
    texture = Texture(gl.GL_TEXTURE_CUBE_MAP, int(gl.glGenTextures(1)))
    texture.bind(0)
    gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
    for level, faces in enumerate(environment.levels):
        size = faces.shape[1]
        for face in range(6):
            gl.glTexImage2D(
                gl.GL_TEXTURE_CUBE_MAP_POSITIVE_X + face,
                level,
                gl.GL_RGBA16F,
                size,
                size,
                0,
                gl.GL_RGB,
                gl.GL_HALF_FLOAT,
                np.ascontiguousarray(faces[face]),
            )
    gl.glTexParameteri(texture.target, gl.GL_TEXTURE_MAX_LEVEL, len(environment.levels) - 1)
    _filter(texture.target, gl.GL_CLAMP_TO_EDGE, _SMOOTH)
    return texture


def number_table(rows: NDArray[np.float32], *, width: int) -> Texture:
    """A table of numbers for the shaders.

    Args:
        rows: Up to four numbers each, (n, k), float32; row i is texel (i % width, i // width).
        width: Of the table, texels.
    """
    gl = raw_gl()
    lines = max(-(-len(rows) // width), 1)
    table = np.zeros((lines * width, 4), np.float32)
    table[: len(rows), : rows.shape[1]] = rows
    texture = Texture(gl.GL_TEXTURE_2D, int(gl.glGenTextures(1)))
    texture.bind(0)
    gl.glTexImage2D(
        texture.target, 0, gl.GL_RGBA32F, width, lines, 0, gl.GL_RGBA, gl.GL_FLOAT, table
    )
    for filter_ in (gl.GL_TEXTURE_MIN_FILTER, gl.GL_TEXTURE_MAG_FILTER):
        gl.glTexParameteri(texture.target, filter_, gl.GL_NEAREST)
    return texture


def _filter(target: int, wrap: int, filtering: Filtering) -> None:
    gl = raw_gl()
    levels = gl.GL_LINEAR_MIPMAP_LINEAR if filtering.between else gl.GL_LINEAR_MIPMAP_NEAREST
    gl.glTexParameteri(target, gl.GL_TEXTURE_MIN_FILTER, levels)
    gl.glTexParameteri(target, gl.GL_TEXTURE_MAG_FILTER, gl.GL_LINEAR)
    for axis in (gl.GL_TEXTURE_WRAP_S, gl.GL_TEXTURE_WRAP_T, gl.GL_TEXTURE_WRAP_R):
        gl.glTexParameteri(target, axis, wrap)
    if filtering.anisotropy > 1:
        anisotropy = min(filtering.anisotropy, _MAX_ANISOTROPY)
        gl.glTexParameterf(target, _TEXTURE_MAX_ANISOTROPY, anisotropy)
