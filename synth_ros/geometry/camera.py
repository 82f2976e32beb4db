"""Pinhole camera mathematics and THE pixel-centre rule of the project.

A pixel's integer coordinates name its centre, as in OpenCV and ROS. A symmetric frustum
therefore has its principal point at ``((width - 1) / 2, (height - 1) / 2)``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from synth_ros.types import CameraModel, FloatArray


class Frustum(NamedTuple):
    """Window on the near plane, metres, in the OpenGL camera frame (x right, y up)."""

    left: float
    right: float
    bottom: float
    top: float
    near: float
    far: float


class PixelWindow(NamedTuple):
    """A rectangle of pixels, possibly outside the image: columns x0..x1-1, rows y0..y1-1."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Columns."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Rows."""
        return self.y1 - self.y0


def camera_from_fovy(name: str, size: tuple[int, int], fovy_rad: float) -> CameraModel:
    """A centred camera with square pixels.

    Args:
        name: Camera name.
        size: (width, height) in pixels.
        fovy_rad: Full vertical field of view, radians.
    """
    width, height = size
    focal = height / 2 / math.tan(fovy_rad / 2)
    return CameraModel(name, width, height, focal, focal, (width - 1) / 2, (height - 1) / 2)


def fovy_rad(camera: CameraModel) -> float:
    """Full vertical field of view in radians, between the outer edges of the image."""
    return math.atan((camera.cy + 0.5) / camera.fy) + math.atan(
        (camera.height - 0.5 - camera.cy) / camera.fy
    )


def frustum(
    camera: CameraModel, near: float, far: float, *, window: PixelWindow | None = None
) -> Frustum:
    """The OpenGL frustum whose pixel centres are exactly the camera's.

    Args:
        camera: Intrinsics.
        near: Distance of the near plane, metres.
        far: Distance of the far plane, metres.
        window: Part of the pixel grid to cover; the whole image by default. A window shares
            the sample positions of the full image, so a crop aligns pixel for pixel.
    """
    w = window or PixelWindow(0, 0, camera.width, camera.height)
    # Pixel u covers [u - 0.5, u + 0.5]: the window's outer edges lie half a pixel outside.
    return Frustum(
        left=near * (w.x0 - 0.5 - camera.cx) / camera.fx,
        right=near * (w.x1 - 0.5 - camera.cx) / camera.fx,
        bottom=-near * (w.y1 - 0.5 - camera.cy) / camera.fy,
        top=-near * (w.y0 - 0.5 - camera.cy) / camera.fy,
        near=near,
        far=far,
    )


def project(camera: CameraModel, points_camera: FloatArray) -> FloatArray:
    """Pixels of points in the optical frame.

    Args:
        camera: Intrinsics.
        points_camera: Shape (..., 3), metres; z must not be 0.

    Returns:
        Shape (..., 2): (u, v), integers at pixel centres.
    """
    z = points_camera[..., 2]
    u = camera.fx * points_camera[..., 0] / z + camera.cx
    v = camera.fy * points_camera[..., 1] / z + camera.cy
    return np.stack([u, v], axis=-1)


def pixel_rays(camera: CameraModel) -> FloatArray:
    """Direction through each pixel centre in the optical frame, with z = 1.

    Returns:
        Shape (height, width, 3).
    """
    u, v = np.meshgrid(np.arange(camera.width), np.arange(camera.height))
    x = (u - camera.cx) / camera.fx
    y = (v - camera.cy) / camera.fy
    return np.stack([x, y, np.ones_like(x)], axis=-1)
