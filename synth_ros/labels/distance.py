"""Length of the ray from the camera to the surface behind each pixel."""

from __future__ import annotations

import numpy as np

from synth_ros.geometry.camera import pixel_rays
from synth_ros.types import DepthImage, Frame


def ray_distance(frame: Frame) -> DepthImage:
    """Distance from the camera's centre to the surface, as a rotating scanner measures it.

    It is ``depth |r|`` where ``r = ((u - cx) / fx, (v - cy) / fy, 1)`` is the ray through the
    pixel's centre.

    Args:
        frame: The clean frame.

    Returns:
        Shape (height, width), float32, metres; 0 where nothing is.
    """
    rays = pixel_rays(frame.camera)
    # Columns share x, rows share y.
    length = np.sqrt(rays[:1, :, 0] ** 2 + rays[:, :1, 1] ** 2 + 1)
    distance: DepthImage = (frame.depth_m * length).astype(np.float32)
    distance.flags.writeable = False
    return distance
