"""What KITTI keeps of a 3D box: its size, its place and a turn about the camera's y axis.

A box read from a label file has its height along the camera's y axis, which points down, its
length along x and its width along z, turned about y by ``rotation_y``; the location is the middle
of its lower face (KITTI object development kit, readme.txt). KITTI's camera stands upright, so
that its y axis is the world's vertical. A camera that looks down, or an object that lies askew,
does not fit: the box here is the nearest that does, and says how far off it is.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from synth_ros.geometry.transforms import box_corners, transform_points
from synth_ros.types import FloatArray


class KittiBox(NamedTuple):
    """A 3D box as a label file has it.

    Attributes:
        height_m: Along the axis of the box that is nearest to the world's vertical.
        width_m: Along the axis after the next; of an upright object, its own y.
        length_m: Along the next axis; of an upright object, its own x.
        location_m: Middle of the lower face in the camera, shape (3,). Half the height above it
            is the centre of the true box, exactly.
        rotation_y_rad: Turn about the camera's y axis, in [-pi, pi]; 0 if the length points
            along the camera's x.
        alpha_rad: The same as seen along the ray to the object.
        tilt_rad: Angle between the box's vertical axis and the world's.
        error_m: How far off the worst of the eight corners is.
    """

    height_m: float
    width_m: float
    length_m: float
    location_m: FloatArray
    rotation_y_rad: float
    alpha_rad: float
    tilt_rad: float
    error_m: float


def kitti_box(
    camera_from_box: FloatArray, size_m: FloatArray, *, world_from_camera: FloatArray
) -> KittiBox:
    """The nearest box that KITTI can hold.

    Args:
        camera_from_box: Pose of the box in the optical frame, (4, 4).
        size_m: Edge lengths, (3,), metres.
        world_from_camera: Pose of the optical frame, (4, 4).
    """
    rotation = camera_from_box[:3, :3]
    vertical = world_from_camera[2, :3] @ rotation  # cosines of the box's axes with the vertical
    up = int(np.argmax(np.abs(vertical)))
    along, across = (up + 1) % 3, (up + 2) % 3
    length_m, width_m, height_m = (float(size_m[axis]) for axis in (along, across, up))
    down = -math.copysign(1, vertical[up]) * rotation[:, up]
    frame = np.stack([rotation[:, along], down, np.cross(rotation[:, along], down)], axis=1)
    # The turn about y with the least mean square distance of the corners (Wahba, 1965, with the
    # squared edges as weights).
    x2, z2 = length_m**2, width_m**2
    turn = math.atan2(z2 * frame[0, 2] - x2 * frame[2, 0], x2 * frame[0, 0] + z2 * frame[2, 2])
    center = camera_from_box[:3, 3]
    location = center + np.array([0, height_m / 2, 0])
    # Corners of both boxes, paired.
    corners = box_corners(np.array([length_m, height_m, width_m]))
    error = np.linalg.norm(corners @ frame.T - corners @ turned_about_y(turn).T, axis=1).max()
    return KittiBox(
        height_m,
        width_m,
        length_m,
        location,
        turn,
        wrapped(turn - math.atan2(location[0], location[2])),
        math.acos(min(1.0, abs(float(vertical[up])))),
        float(error),
    )


def camera_tilt_rad(world_from_camera: FloatArray) -> float:
    """Angle between a camera's y axis and the world's vertical."""
    return math.acos(float(np.clip(-world_from_camera[2, 1], -1, 1)))


def corners_of(box: KittiBox) -> FloatArray:
    """Corners (8, 3) of a box as readers draw it, in the camera, metres."""
    size = np.array([box.length_m, box.height_m, box.width_m])
    pose = np.eye(4)
    pose[:3, :3] = turned_about_y(box.rotation_y_rad)
    pose[:3, 3] = box.location_m - np.array([0, box.height_m / 2, 0])
    return transform_points(pose, box_corners(size))


def turned_about_y(angle_rad: float) -> FloatArray:
    """Rotation (3, 3) about the y axis."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def wrapped(angle_rad: float) -> float:
    """The same angle in [-pi, pi]."""
    return math.remainder(angle_rad, 2 * math.pi)
