"""Length of the ray from the camera to the surface behind each pixel."""

from __future__ import annotations

import numpy as np

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
    from synth_ros.labels.compiled import constant
    from synth_ros.labels.depth_kernel import fill_distance
    from synth_ros.labels.picture import rays

    distance = np.empty(frame.depth_m.shape, np.float32)
    fill_distance(constant(frame.depth_m), rays(frame), distance)
    distance.flags.writeable = False
    return distance
