"""Uniform blocks of the shaders as numpy records (std140)."""

from __future__ import annotations

from typing import NamedTuple

import moderngl
import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.camera import PixelWindow
from synth_ros.types import CameraModel, FloatArray

FRAME = np.dtype(
    [
        ('projection', 'f4', 4),
        ('pixel_from_ray', 'f4', 4),
        ('depth_range', 'f4', 4),
        ('light_scale', 'f4', 4),
        # Columns first, as GLSL has it.
        ('world_from_camera', 'f4', (4, 4)),
        ('irradiance', 'f4', (9, 4)),
    ]
)
LAMP = np.dtype(
    [
        ('position', 'f4', 4),
        ('direction', 'f4', 4),
        ('color', 'f4', 4),
        ('cone', 'f4', 4),
        ('shadow', 'f4', (4, 4)),
        ('tile', 'f4', 4),
        ('depths', 'f4', 4),
    ]
)
FRAME_BINDING, LAMPS_BINDING = 0, 1


class Lens(NamedTuple):
    """How points of an optical frame become clip coordinates and depth-buffer values.

    Attributes:
        projection: Factors of x and y, and of z (or 1, for parallel rays).
        pixel_from_ray: fx, fy, cx, cy in pixels of the target, integers at pixel centres.
        depth_range: Nearest and farthest z, metres, and the factors of z and 1 in clip z.
    """

    projection: tuple[float, float, float, float]
    pixel_from_ray: tuple[float, float, float, float]
    depth_range: tuple[float, float, float, float]


def picture_lens(
    camera: CameraModel, clip_m: tuple[float, float], *, window: PixelWindow | None = None
) -> Lens:
    """The lens of an image or of a window of its pixel grid; depth is reversed.

    Row 0 of the target is the upper row of the image. The depth buffer holds 1 at the near and 0
    at the far plane, which keeps the digits of a float where they are needed.

    Args:
        camera: Intrinsics.
        clip_m: Near and far plane, metres.
        window: Pixels that the target covers; the image by default.
    """
    w = window or PixelWindow(0, 0, camera.width, camera.height)
    cx, cy = camera.cx - w.x0, camera.cy - w.y0
    near, far = clip_m
    return Lens(
        (
            2 * camera.fx / w.width,
            2 * camera.fy / w.height,
            2 * (cx + 0.5) / w.width - 1,
            2 * (cy + 0.5) / w.height - 1,
        ),
        (camera.fx, camera.fy, cx, cy),
        (near, far, -near / (far - near), near * far / (far - near)),
    )


def cone_lens(tangent: float, tile: PixelWindow, clip_m: tuple[float, float]) -> Lens:
    """The lens of a lamp that shines into a cone: a square image, depth from 0 to 1.

    Args:
        tangent: Of half the angle that the image covers.
        tile: Where the image lies in the atlas, square.
        clip_m: Near and far plane, metres.
    """
    near, far = clip_m
    focal = tile.width / 2 / tangent
    middle = (tile.width - 1) / 2
    return Lens(
        (1 / tangent, 1 / tangent, 0.0, 0.0),
        (focal, focal, middle + tile.x0, middle + tile.y0),
        (near, far, far / (far - near), -near * far / (far - near)),
    )


def parallel_lens(half_width_m: float, tile: PixelWindow, clip_m: tuple[float, float]) -> Lens:
    """The lens of parallel light about the z axis: a square image, depth from 0 to 1.

    Args:
        half_width_m: Half the edge of what the image covers, metres.
        tile: Where the image lies in the atlas, square.
        clip_m: Near and far plane, metres.
    """
    near, far = clip_m
    focal = tile.width / 2 / half_width_m
    middle = (tile.width - 1) / 2
    return Lens(
        (1 / half_width_m, 1 / half_width_m, 0.0, 0.0),
        (focal, focal, middle + tile.x0, middle + tile.y0),
        (near, far, 1 / (far - near), -near / (far - near)),
    )


def frame_block(lens: Lens) -> NDArray[np.void]:
    """A frame block with the lens filled in and the rest 0, shape (1,)."""
    block = np.zeros(1, FRAME)
    block['projection'] = lens.projection
    block['pixel_from_ray'] = lens.pixel_from_ray
    block['depth_range'] = lens.depth_range
    return block


def lens_matrix(lens: Lens, *, parallel: bool) -> FloatArray:
    """The lens as a matrix, clip from optical frame, (4, 4)."""
    px, py, zx, zy = lens.projection
    _, _, scale, offset = lens.depth_range
    if parallel:
        return np.array([[px, 0, 0, zx], [0, py, 0, zy], [0, 0, scale, offset], [0, 0, 0, 1.0]])
    return np.array([[px, 0, zx, 0], [0, py, zy, 0], [0, 0, scale, offset], [0, 0, 1.0, 0]])


def bind_blocks(program: moderngl.Program) -> None:
    """Tell a program where its uniform blocks are bound."""
    for name, binding in (('Frame', FRAME_BINDING), ('Lamps', LAMPS_BINDING)):
        block = program.get(name, None)
        if isinstance(block, moderngl.UniformBlock):
            block.binding = binding
