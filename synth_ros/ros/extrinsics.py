"""How the eyes of a camera stand to each other, as realsense-ros publishes it."""

from __future__ import annotations

import numpy as np
from realsense2_camera_msgs.msg import Extrinsics

from synth_ros.geometry.transforms import make_transform
from synth_ros.types import FloatArray


def extrinsics_from_depth(baseline_m: float | None, *, imu: bool = False) -> dict[str, FloatArray]:
    """Poses of the depth camera in other frames of the camera, by stream.

    Args:
        baseline_m: Of its stereo pair, if it has one.
        imu: Whether it has an inertial measurement unit.

    Returns:
        (4, 4) each: they take points of the depth optical frame to the other optical frame.
    """
    # One eye sees colour and depth, is the left one of the pair, and holds the IMU.
    found = {'depth_to_color': np.eye(4)}
    if baseline_m is not None:
        found['depth_to_infra1'] = np.eye(4)
        found['depth_to_infra2'] = make_transform(np.eye(3), (-baseline_m, 0.0, 0.0))
    if imu:
        found |= dict.fromkeys(('depth_to_accel', 'depth_to_gyro'), np.eye(4))
    return found


def extrinsics_message(target_from_source: FloatArray) -> Extrinsics:
    """The message of a transform (4, 4), its rotation column after column as in librealsense."""
    rotation, translation = target_from_source[:3, :3], target_from_source[:3, 3]
    return Extrinsics(rotation=rotation.ravel(order='F'), translation=translation)
