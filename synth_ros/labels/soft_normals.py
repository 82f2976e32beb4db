"""Normals of cables and tendons: of the capsule, among all of theirs, that each pixel shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.camera import pixel_rays
from synth_ros.geometry.transforms import inverse
from synth_ros.labels.shape_normals import Rays, shape_normals, towards_camera
from synth_ros.types import NO_MESH, NO_THING, FloatArray, Frame, Surface, Tubes

# Pixels at a time; their distances to all capsules are held at once.
_PIXELS = 4096


def tube_normals(frame: Frame, tubes: Tubes, pixels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Normals where rays enter the capsule whose surface is nearest to the point seen.

    Args:
        frame: The clean frame.
        tubes: What the pixels show.
        pixels: Flat indices of pixels, shape (n,).

    Returns:
        Shape (n, 3), unit, optical frame, towards the camera.
    """
    rays = pixel_rays(frame.camera).reshape(-1, 3)[pixels]
    pose = frame.world_from_camera
    points = (rays * frame.depth_m.ravel()[pixels, None]) @ pose[:3, :3].T + pose[:3, 3]
    camera_from_world = inverse(pose)
    rotation = camera_from_world[:3, :3] @ tubes.rotation
    center = tubes.center_m @ camera_from_world[:3, :3].T + camera_from_world[:3, 3]
    nearest = nearest_tube(points, tubes)
    normals = np.zeros((len(pixels), 3), np.float32)
    for tube in np.unique(nearest).tolist():
        mine = nearest == tube
        size = (float(tubes.radius_m[tube]), float(tubes.half_m[tube]), 0.0)
        capsule = Surface('capsule', size, NO_MESH, NO_THING, 0, 0, drawn=True)
        local = Rays(-center[tube] @ rotation[tube], rays[mine] @ rotation[tube])
        found = towards_camera(shape_normals(capsule, local), local.directions)
        normals[mine] = found @ rotation[tube].T
    return normals


def nearest_tube(points: FloatArray, tubes: Tubes) -> NDArray[np.int64]:
    """The capsule to whose surface each point is nearest, (n,).

    Args:
        points: World frame, (n, 3).
        tubes: The capsules.
    """
    axis = tubes.rotation[:, :, 2]
    out = np.zeros(len(points), np.int64)
    for first in range(0, len(points), _PIXELS):
        apart = points[first : first + _PIXELS, None] - tubes.center_m
        along = np.clip(np.einsum('nkc,kc->nk', apart, axis), -tubes.half_m, tubes.half_m)
        across = np.linalg.norm(apart - along[..., None] * axis, axis=2)
        out[first : first + _PIXELS] = np.abs(across - tubes.radius_m).argmin(axis=1)
    return out
