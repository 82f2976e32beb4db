"""What a view changes of a camera: its lens, its mount, or where it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth_ros.geometry.transforms import (
    make_transform,
    matrix_from_quat_wxyz,
    matrix_from_rotation_vector,
)
from synth_ros.randomize.scene import Pose, SampledCamera
from synth_ros.types import CameraModel, FloatArray


def changed_lens(camera: CameraModel, change: SampledCamera | None) -> CameraModel:
    """The intrinsics of a camera in a view.

    Args:
        camera: Its nominal intrinsics.
        change: What the view changes, or ``None``.
    """
    if change is None:
        return camera
    (scale_x, scale_y), (shift_x, shift_y) = change.focal_scale, change.principal_px
    return CameraModel(
        camera.name,
        camera.width,
        camera.height,
        fx=camera.fx * scale_x,
        fy=camera.fy * scale_y,
        cx=camera.cx + shift_x,
        cy=camera.cy + shift_y,
    )


def changed_mount(world_from_camera: FloatArray, change: SampledCamera | None) -> FloatArray:
    """The pose of a camera's optical frame in a view, (4, 4).

    Args:
        world_from_camera: Where its mount has it, (4, 4).
        change: What the view changes, or ``None``.
    """
    if change is None:
        return world_from_camera
    if change.world_from_camera is not None:
        return matrix(change.world_from_camera)
    if not any((*change.position_m, *change.rotation_rad)):
        return world_from_camera
    error = make_transform(
        matrix_from_rotation_vector(np.array(change.rotation_rad)), np.array(change.position_m)
    )
    moved: FloatArray = world_from_camera @ error
    return moved


def unplaced(camera: SampledCamera) -> SampledCamera:
    """Lens and mount alone, without where a view put the camera."""
    return camera.model_copy(update={'world_from_camera': None})


def matrix(pose: Pose) -> FloatArray:
    """A pose as a transform, (4, 4)."""
    return make_transform(matrix_from_quat_wxyz(pose.quat_wxyz), pose.position_m)


def glide(
    start: Sequence[SampledCamera], end: Sequence[SampledCamera], share: float
) -> tuple[SampledCamera, ...]:
    """Cameras on their way from one view to another.

    Placed cameras go straight and turn the shorter way; lenses and mounts stay those of the
    start, for a camera does not change while it films.

    Args:
        start: At share 0.
        end: At share 1; the same cameras.
        share: From 0 to 1.
    """
    ends = {camera.camera: camera.world_from_camera for camera in end}
    return tuple(
        camera
        if camera.world_from_camera is None or (goal := ends.get(camera.camera)) is None
        else camera.model_copy(
            update={'world_from_camera': _way(camera.world_from_camera, goal, share)}
        )
        for camera in start
    )


def _way(start: Pose, end: Pose, share: float) -> Pose:
    """A share of the way between two poses; the rotation by spherical interpolation."""
    here, there = np.array(start.position_m), np.array(end.position_m)
    x, y, z = (float(c) for c in here + share * (there - here))
    one, other = np.array(start.quat_wxyz), np.array(end.quat_wxyz)
    cosine = float(one @ other)
    if cosine < 0:
        other, cosine = -other, -cosine
    angle = float(np.arccos(min(cosine, 1.0)))
    if angle < 1e-6:
        mixed = one + share * (other - one)
    else:
        mixed = np.sin((1 - share) * angle) * one + np.sin(share * angle) * other
    a, b, c, d = (float(v) for v in mixed / np.linalg.norm(mixed))
    return Pose(position_m=(x, y, z), quat_wxyz=(a, b, c, d))
