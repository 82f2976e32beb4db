"""Normals of cables and tendons: capsules end to end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.camera import pixel_rays
from synth_ros.geometry.transforms import transform_points
from synth_ros.labels.lookup import known_scene
from synth_ros.types import NO_MESH, FloatArray, Frame, Surface, Tubes


def tube_normals(frame: Frame, geom: int, tubes: Tubes, *, normals: NDArray[np.float32]) -> None:
    """Fill in the normals of pixels that show a surface made of tubes.

    A pixel shows the capsule that its point lies on, or nearest to.

    Args:
        frame: With its scene.
        geom: The surface.
        tubes: What it is at that instant.
        normals: Shape (height, width, 3); filled in where the surface is.
    """
    from synth_ros.labels.shape_normals import Rays, shape_normals, towards_camera

    geom_id, _ = known_scene(frame)
    rows, columns = np.nonzero((geom_id == geom) & (frame.depth_m > 0))
    rays = pixel_rays(frame.camera)[rows, columns]
    depth: FloatArray = frame.depth_m[rows, columns].astype(np.float64)
    points = transform_points(frame.world_from_camera, rays * depth[:, None])
    turn, eye = frame.world_from_camera[:3, :3], frame.world_from_camera[:3, 3]
    off = [_off(points, tubes, k) for k in range(len(tubes.radius_m))]
    nearest = np.argmin(np.array(off), axis=0)
    for k in np.unique(nearest).tolist():
        mine = np.flatnonzero(nearest == k)
        rotation, size_m = (
            tubes.rotation[k],
            (float(tubes.radius_m[k]), float(tubes.half_m[k]), 0.0),
        )
        capsule = Surface('capsule', size_m, NO_MESH, 0, 0, 0, drawn=True)
        local = Rays((eye - tubes.center_m[k]) @ rotation, rays[mine] @ turn.T @ rotation)
        found = towards_camera(shape_normals(capsule, local), local.directions)
        normals[rows[mine], columns[mine]] = found @ rotation.T @ turn


def _off(points: FloatArray, tubes: Tubes, k: int) -> FloatArray:
    """How far points lie from the surface of a capsule, shape (n,)."""
    local = (points - tubes.center_m[k]) @ tubes.rotation[k]
    half_m = tubes.half_m[k]
    local[:, 2] -= np.clip(local[:, 2], -half_m, half_m)
    distance = np.sqrt(np.einsum('nk,nk->n', local, local))
    return np.asarray(np.abs(distance - tubes.radius_m[k]))
