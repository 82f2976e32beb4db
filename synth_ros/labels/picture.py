"""A frame as compiled loops take it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_ros.labels.compiled import constant
from synth_ros.labels.lookup import known_scene
from synth_ros.types import DepthImage, FloatArray, Frame, IdImage


class Picture(NamedTuple):
    """What a frame shows, and its camera.

    Attributes:
        depth_m: Shape (height, width).
        geom_id: Surface of each pixel, same shape, -1 where nothing is.
        fx: Of the camera, as the three that follow.
        fy: Focal length.
        cx: Principal point.
        cy: Principal point.
    """

    depth_m: DepthImage
    geom_id: IdImage
    fx: float
    fy: float
    cx: float
    cy: float


class Rays(NamedTuple):
    """Rays through the pixels' centres: (x of the column, y of the row, 1).

    Attributes:
        x: Shape (width,).
        y: Shape (height,).
    """

    x: FloatArray
    y: FloatArray


def picture(frame: Frame) -> Picture:
    """The arrays of a frame with its scene.

    Raises:
        InternalError: It has none.
    """
    geom_id, _ = known_scene(frame)
    camera = frame.camera
    return Picture(
        constant(frame.depth_m),
        constant(geom_id),
        float(camera.fx),
        float(camera.fy),
        float(camera.cx),
        float(camera.cy),
    )


def rays(frame: Frame) -> Rays:
    """The rays of a frame's camera, as ``geometry.camera.pixel_rays`` has them."""
    camera = frame.camera
    u, v = np.arange(camera.width, dtype=np.float64), np.arange(camera.height, dtype=np.float64)
    return Rays(
        constant((u - camera.cx) / camera.fx),
        constant((v - camera.cy) / camera.fy),
    )
