"""How the eyes of a camera stand to each other, as realsense-ros publishes it."""

from __future__ import annotations

import numpy as np
from realsense2_camera_msgs.msg import Extrinsics

from synth_ros.types import FloatArray


def extrinsics_from_depth() -> dict[str, FloatArray]:
    """Poses of the depth camera in other frames of the camera, by stream.

    Returns:
        (4, 4) each: they take points of the depth optical frame to the other optical frame.
    """
    # One eye sees colour and depth.
    return {'depth_to_color': np.eye(4)}


def extrinsics_message(target_from_source: FloatArray) -> Extrinsics:
    """The message of a transform (4, 4), its rotation column after column as in librealsense."""
    rotation, translation = target_from_source[:3, :3], target_from_source[:3, 3]
    return Extrinsics(rotation=rotation.ravel(order='F'), translation=translation)
