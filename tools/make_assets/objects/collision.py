"""Convex collision shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from tools.make_assets.objects.surface import FloatArray

Axis = Literal['x', 'y', 'z']


class Primitive(NamedTuple):
    """A MuJoCo primitive.

    Attributes:
        kind: Shape name.
        size_m: MuJoCo's size parameters (half sizes).
        center_m: Position of its centre.
        axis: Direction of its local z axis.
    """

    kind: Literal['box', 'cylinder', 'capsule', 'sphere', 'ellipsoid']
    size_m: tuple[float, ...]
    center_m: tuple[float, float, float]
    axis: Axis = 'z'


class Hull(NamedTuple):
    """The convex hull of points (N, 3), metres."""

    points_m: FloatArray


Shape = Primitive | Hull


def box(low: tuple[float, float, float], high: tuple[float, float, float]) -> Primitive:
    """An axis-aligned box between two corners."""
    a, b = np.array(low), np.array(high)
    c, h = (a + b) / 2, (b - a) / 2
    return Primitive(
        'box', (float(h[0]), float(h[1]), float(h[2])), (float(c[0]), float(c[1]), float(c[2]))
    )


def cylinder(radius_m: float, z0: float, z1: float) -> Primitive:
    """An upright cylinder about z."""
    return Primitive('cylinder', (radius_m, (z1 - z0) / 2), (0.0, 0.0, (z0 + z1) / 2))


def ring_points(radius_m: float, z: float, count: int = 16) -> FloatArray:
    """Points (count, 3) on a horizontal circle about z, the first on +x."""
    a = 2 * np.pi * np.arange(count) / count
    return np.stack([radius_m * np.cos(a), radius_m * np.sin(a), np.full(count, z)], axis=1)


def turned_hull(outline: Sequence[tuple[float, float]], count: int = 16) -> Hull:
    """The hull of an (r, z) outline turned about z."""
    return Hull(np.concatenate([ring_points(r, z, count if r > 0 else 1) for r, z in outline]))


def staves(
    outer: tuple[tuple[float, float], tuple[float, float]],
    inner: tuple[tuple[float, float], tuple[float, float]],
    count: int = 12,
) -> list[Hull]:
    """A ring of convex wall pieces, like the staves of a barrel.

    Args:
        outer: Lower and upper (r, z) of the outside.
        inner: Lower and upper (r, z) of the inside.
        count: Pieces around; a multiple of 4 keeps the exact extents along x and y.
    """
    rings = [ring_points(r, z, count) for r, z in (*outer, *inner)]
    return [
        Hull(np.concatenate([ring[[k, (k + 1) % count]] for ring in rings])) for k in range(count)
    ]


def tube_hulls(path: FloatArray, radii: FloatArray, count: int = 8) -> list[Hull]:
    """A chain of hulls along a path in the xz plane.

    Args:
        path: (N, 3) stations.
        radii: (N, 2) half widths in the plane and along y.
    """
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    inward = np.cross([0.0, 1.0, 0.0], tangent)
    a = 2 * np.pi * np.arange(count) / count
    rings = (
        path[:, None]
        + (np.cos(a)[None] * radii[:, 0:1])[..., None] * inward[:, None]
        + (np.sin(a)[None] * radii[:, 1:2])[..., None] * np.array([0.0, 1.0, 0.0])
    )
    return [Hull(np.concatenate([rings[k], rings[k + 1]])) for k in range(len(path) - 1)]
