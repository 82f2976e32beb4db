"""Surfaces of revolution about z."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.profile import Profile
from tools.make_assets.objects.surface import FloatArray, Surface, grid_faces


def lathe(profile: Profile, v: FloatArray | None = None, *, slices: int = 48) -> Surface:
    """Turns a profile about z; u runs once around counter-clockwise from +x.

    Args:
        profile: From the bottom up on the outside, so that outside is on the right.
        v: (corners,) texture coordinate at each corner; by arc length if None.
        slices: Divisions around.
    """
    if v is None:
        v = profile.v_by_length()
    angle = np.linspace(0, 2 * np.pi, slices + 1)
    c, s = np.cos(angle), np.sin(angle)
    c[-1], s[-1] = c[0], s[0]
    r, z = profile.points[:, 0:1], profile.points[:, 1:2]
    points = np.stack([r * c, r * s, np.broadcast_to(z, (len(r), slices + 1))], axis=-1)
    nr, nz = profile.normals[:, 0:1], profile.normals[:, 1:2]
    normals = np.stack([nr * c, nr * s, np.broadcast_to(nz, (len(r), slices + 1))], axis=-1)
    axis_rows = profile.points[:, 0] < 1e-9
    normals[axis_rows] = np.stack(
        [np.zeros(len(nz)), np.zeros(len(nz)), np.where(nz[:, 0] < 0, -1.0, 1.0)], axis=1
    )[axis_rows][:, None]
    u = np.broadcast_to(np.linspace(0, 1, slices + 1), points.shape[:2])
    row_v = np.interp(profile.station, np.arange(len(v)), v)
    uv = np.stack([u, np.broadcast_to(row_v[:, None], points.shape[:2])], axis=-1)
    return Surface(
        points.reshape(-1, 3), normals.reshape(-1, 3), uv.reshape(-1, 2), grid_faces(points)
    )
