"""Poses in the optical frame: of the object, and of its oriented 3D box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth_ros.geometry.transforms import inverse
from synth_ros.types import FloatArray, Instance


def camera_from_objects(world_from_camera: FloatArray, items: Sequence[Instance]) -> FloatArray:
    """Poses of the objects' reference frames in the optical frame.

    ``inverse(world_from_camera) @ world_from_object``.

    Args:
        world_from_camera: Pose of the optical frame (x right, y down, z forward), (4, 4).
        items: The objects.

    Returns:
        Shape (n, 4, 4), metres, read-only.
    """
    world = np.array([item.world_from_object for item in items], np.float64).reshape(-1, 4, 4)
    poses: FloatArray = inverse(world_from_camera) @ world
    poses.flags.writeable = False
    return poses


def camera_from_boxes(camera_from_object: FloatArray, items: Sequence[Instance]) -> FloatArray:
    """Poses of the objects' 3D boxes in the optical frame: box centres and box axes.

    ``camera_from_object @ object_from_box``; a box has edges ``size_m``.

    Args:
        camera_from_object: Of each object, shape (n, 4, 4).
        items: The objects.

    Returns:
        Shape (n, 4, 4), metres, read-only.
    """
    boxes = np.array([item.object_from_box for item in items], np.float64).reshape(-1, 4, 4)
    poses: FloatArray = camera_from_object @ boxes
    poses.flags.writeable = False
    return poses


def camera_from_object(world_from_camera: FloatArray, instance: Instance) -> FloatArray:
    """Pose of one object's reference frame; see ``camera_from_objects``, (4, 4)."""
    pose: FloatArray = camera_from_objects(world_from_camera, (instance,))[0]
    return pose


def camera_from_box(camera_from_object: FloatArray, instance: Instance) -> FloatArray:
    """Pose of one object's 3D box from that of the object; see ``camera_from_boxes``, (4, 4)."""
    pose: FloatArray = camera_from_boxes(camera_from_object[None], (instance,))[0]
    return pose
