"""Amodal masks out of drawings of parts of the canvas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.bounds import tile_parts
from synth_ros.render.pixels import tight_silhouette
from synth_ros.types import CameraModel, MaskImage, Silhouette

# Framebuffers for small drawings: clearing and reading a large one costs more than drawing.
SMALL_TARGETS = (128, 256, 512)

# (tile, part) -> coverage of the part, (part.height, part.width), upper row first.
CoverPart = Callable[[PixelWindow, PixelWindow], MaskImage]


def draw_silhouette(
    camera: CameraModel, window: PixelWindow | None, cover: CoverPart
) -> Silhouette | None:
    """Draw a window of the canvas tile by tile and crop it to what is covered.

    Each part of the window is drawn with the frustum of its image-sized tile, shifted on the
    target. Inside the image that is the very frustum of the full picture, so a pixel's
    coverage is decided by the same arithmetic in both.

    Args:
        camera: The camera.
        window: Pixels outside of which nothing can be; ``None`` where nothing can be at all.
        cover: Draws one part.
    """
    if window is None:
        return None
    mask = np.zeros((window.height, window.width), np.bool_)
    for tile, part in tile_parts(camera, window):
        rows = slice(part.y0 - window.y0, part.y1 - window.y0)
        columns = slice(part.x0 - window.x0, part.x1 - window.x0)
        mask[rows, columns] = cover(tile, part)
    return tight_silhouette(mask, window)


def target_size(part: PixelWindow, camera: CameraModel) -> tuple[int, int]:
    """The (width, height) of the smallest target that holds a part of a tile."""
    edge = max(part.width, part.height)
    step = next((s for s in SMALL_TARGETS if edge <= s), None)
    if step is None or step * step >= camera.width * camera.height:
        return camera.width, camera.height
    return step, step
