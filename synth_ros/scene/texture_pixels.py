"""Pixels of drawn textures: flat tiles, and cubes for shapes without coordinates."""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.randomize.scene import SampledTexture
from synth_ros.scene.solid import SolidTexture
from synth_ros.scene.texture_images import ImageFiles
from synth_ros.scene.texture_noise import Axes
from synth_ros.scene.texture_patterns import Pattern, make_pattern
from synth_ros.types import ByteImage

TILE_PIXELS = 192
FACE_PIXELS = 96

_SRGB = mujoco.mjtColorSpace.mjCOLORSPACE_SRGB.value
_FLAT = mujoco.mjtTexture.mjTEXTURE_2D.value
_CUBE = mujoco.mjtTexture.mjTEXTURE_CUBE.value


class _Face(NamedTuple):
    """One side of a cube texture, as OpenGL lays it out (OpenGL 3.3 core, table 3.17).

    Attributes:
        axis: Across which it lies.
        side: -1 or 1.
        column: Axis and sense in which columns count.
        row: Axis and sense in which rows count.
        right: Axis and sense that is to the right where z is up (or y, seen from above).
        down: The same, downwards.
    """

    axis: int
    side: int
    column: tuple[int, int]
    row: tuple[int, int]
    right: tuple[int, int]
    down: tuple[int, int]


_FACES = (
    _Face(0, 1, (2, -1), (1, -1), (1, 1), (2, -1)),
    _Face(0, -1, (2, 1), (1, -1), (1, -1), (2, -1)),
    _Face(1, 1, (0, 1), (2, 1), (0, -1), (2, -1)),
    _Face(1, -1, (0, 1), (2, -1), (0, 1), (2, -1)),
    _Face(2, 1, (0, 1), (1, -1), (0, 1), (1, -1)),
    _Face(2, -1, (0, -1), (1, -1), (0, -1), (1, -1)),
)


def flat_texture(
    drawn: SampledTexture, images: ImageFiles, *, pixels: int = TILE_PIXELS
) -> SolidTexture:
    """A tile that continues across its edges, or an image.

    Args:
        drawn: The texture.
        images: The images of the config.
        pixels: Edge of a tile.
    """
    if drawn.family == 'image':
        return SolidTexture(images.pixels(drawn), _FLAT, _SRGB)
    steps = (np.arange(pixels) + 0.5) / pixels
    colors = _pattern(drawn)((steps, steps, np.zeros(1)))[:, :, 0]
    return SolidTexture(_bytes(np.swapaxes(colors, 0, 1)), _FLAT, _SRGB)


def cube_texture(
    drawn: SampledTexture,
    images: ImageFiles,
    *,
    half_size_m: tuple[float, float, float],
    pixels: int = FACE_PIXELS,
) -> SolidTexture:
    """Six sides that show a solid pattern on a box, or each an image.

    Args:
        drawn: The texture.
        images: The images of the config.
        half_size_m: Of the shape, along its axes: the pattern keeps its scale on all of them.
        pixels: Edge of each side.
    """
    if drawn.family == 'image':
        sides = [_image_side(face, images.pixels(drawn), pixels) for face in _FACES]
    else:
        pattern = _pattern(drawn)
        scale = np.maximum(np.asarray(half_size_m), 1e-4) / drawn.tile_m
        sides = [_bytes(_pattern_side(face, pattern, scale, pixels=pixels)) for face in _FACES]
    return SolidTexture(np.concatenate(sides), _CUBE, _SRGB)


def _pattern(drawn: SampledTexture) -> Pattern:
    if drawn.family == 'image':
        raise InternalError('An image is no pattern.')
    return make_pattern(drawn.family, seed=drawn.seed, colors=np.array(drawn.colors))


def _pattern_side(
    face: _Face, pattern: Pattern, scale: NDArray[np.float64], *, pixels: int
) -> NDArray[np.float32]:
    """Colours of a side, (pixels, pixels, 3)."""
    steps = (np.arange(pixels) + 0.5) / pixels * 2 - 1
    axes = [steps * factor for factor in scale]
    axes[face.axis] = np.array([face.side * scale[face.axis]])
    x, y, z = axes
    grid: Axes = (x, y, z)
    colors = np.squeeze(pattern(grid), axis=face.axis)
    # What is left are the two other axes in their order.
    if face.row[0] > face.column[0]:
        colors = np.swapaxes(colors, 0, 1)
    return colors[:: face.row[1], :: face.column[1]]


def _image_side(face: _Face, image: ByteImage, pixels: int) -> ByteImage:
    """An image on a side, upright where z is up, (pixels, pixels, 3)."""
    steps = (np.arange(pixels) + 0.5) / pixels
    shares = {}
    for axis, sense in (face.right, face.down):
        along_rows = face.row[0] == axis
        same = sense == (face.row[1] if along_rows else face.column[1])
        share = steps if same else 1 - steps
        shares[axis] = share[:, None] if along_rows else share[None, :]
    height, width = image.shape[:2]
    column = (shares[face.right[0]] * width).astype(np.int64)
    row = (shares[face.down[0]] * height).astype(np.int64)
    return np.ascontiguousarray(image[row, column])


def _bytes(colors: NDArray[np.float32]) -> ByteImage:
    return np.ascontiguousarray(np.rint(np.clip(colors, 0, 1) * 255).astype(np.uint8))
