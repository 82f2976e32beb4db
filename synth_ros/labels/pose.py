"""Poses in the optical frame: of the object, and of its oriented 3D box."""

from __future__ import annotations

from synth_ros.geometry.transforms import inverse
from synth_ros.types import FloatArray, Instance


def camera_from_object(world_from_camera: FloatArray, instance: Instance) -> FloatArray:
    """Pose of the object's reference frame in the optical frame.

    ``inverse(world_from_camera) @ world_from_object``.

    Args:
        world_from_camera: Pose of the optical frame (x right, y down, z forward), (4, 4).
        instance: The object.

    Returns:
        Shape (4, 4), metres, read-only.
    """
    pose: FloatArray = inverse(world_from_camera) @ instance.world_from_object
    pose.flags.writeable = False
    return pose


def camera_from_box(camera_from_object: FloatArray, instance: Instance) -> FloatArray:
    """Pose of the object's 3D box in the optical frame: box centre and box axes.

    ``camera_from_object @ object_from_box``; the box has edges ``instance.size_m``.

    Returns:
        Shape (4, 4), metres, read-only.
    """
    pose: FloatArray = camera_from_object @ instance.object_from_box
    pose.flags.writeable = False
    return pose
