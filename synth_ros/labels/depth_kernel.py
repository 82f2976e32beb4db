"""The compiled loops of ``labels.points`` and ``labels.distance``."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from synth_ros.labels.compiled import kernel
from synth_ros.labels.picture import Rays
from synth_ros.types import DepthImage


@kernel
def fill_points(depth_m: DepthImage, rays: Rays, points_m: NDArray[np.float32]) -> None:
    """Surface points, shape (height, width, 3); NaN where nothing is."""
    ray_x, ray_y = rays
    for row in range(depth_m.shape[0]):
        y = ray_y[row]
        for column in range(depth_m.shape[1]):
            z = depth_m[row, column] if depth_m[row, column] != 0 else np.float32(np.nan)
            points_m[row, column, 0] = ray_x[column] * z
            points_m[row, column, 1] = y * z
            points_m[row, column, 2] = z


@kernel
def fill_distance(depth_m: DepthImage, rays: Rays, distance_m: DepthImage) -> None:
    """Lengths of the rays to the surface, shape (height, width)."""
    ray_x, ray_y = rays
    for row in range(depth_m.shape[0]):
        for column in range(depth_m.shape[1]):
            length = math.sqrt(ray_x[column] ** 2 + ray_y[row] ** 2 + 1)
            distance_m[row, column] = depth_m[row, column] * length
