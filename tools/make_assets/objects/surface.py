"""Textured surfaces with explicit normals, the currency of all shape generators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Rect(NamedTuple):
    """A rectangle of texture space; v = 0 is the lower edge of the image."""

    u0: float = 0.0
    v0: float = 0.0
    u1: float = 1.0
    v1: float = 1.0


FULL = Rect()


@dataclass(frozen=True)
class Surface:
    """A piece of surface; vertices are doubled where normals or texture coordinates jump.

    Attributes:
        points: (V, 3) positions, metres.
        normals: (V, 3) outward unit normals.
        uv: (V, 2) texture coordinates.
        faces: (F, 4) vertex indices, counter-clockwise from outside; a triangle repeats its
            last index.
    """

    points: FloatArray
    normals: FloatArray
    uv: FloatArray
    faces: IntArray

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Surface:
        """Translates by (x, y, z) metres."""
        return Surface(self.points + np.array([x, y, z]), self.normals, self.uv, self.faces)

    def rotated(self, axis: str, angle_deg: float) -> Surface:
        """Rotates about a coordinate axis through the origin, right-handed."""
        rotation = axis_rotation(axis, angle_deg)
        return Surface(self.points @ rotation.T, self.normals @ rotation.T, self.uv, self.faces)

    def scaled(self, x: float, y: float, z: float) -> Surface:
        """Scales per axis with positive factors; normals follow the inverse transpose."""
        factors = np.array([x, y, z])
        return Surface(self.points * factors, unit(self.normals / factors), self.uv, self.faces)

    def mapped(self, rect: Rect) -> Surface:
        """Squeezes the texture coordinates from the unit square into ``rect``."""
        low, high = np.array([rect.u0, rect.v0]), np.array([rect.u1, rect.v1])
        return Surface(self.points, self.normals, low + self.uv * (high - low), self.faces)

    def triangles(self) -> IntArray:
        """Faces as (T, 3) triangles, without the degenerate halves."""
        first, second = self.faces[:, [0, 1, 2]], self.faces[:, [0, 2, 3]]
        return np.concatenate([first, second[second[:, 1] != second[:, 2]]])


def axis_rotation(axis: str, angle_deg: float) -> FloatArray:
    """Right-handed rotation matrix (3, 3) about 'x', 'y' or 'z'."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    i = 'xyz'.index(axis)
    j, k = (i + 1) % 3, (i + 2) % 3
    rotation = np.eye(3)
    rotation[j, j] = rotation[k, k] = c
    rotation[j, k], rotation[k, j] = -s, s
    return rotation


def unit(vectors: FloatArray) -> FloatArray:
    """Vectors scaled to length one along the last axis."""
    scaled: FloatArray = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return scaled


def merge(*surfaces: Surface) -> Surface:
    """One surface from several, in the given order."""
    offsets = np.cumsum([0, *(len(s.points) for s in surfaces)])
    return Surface(
        np.concatenate([s.points for s in surfaces]),
        np.concatenate([s.normals for s in surfaces]),
        np.concatenate([s.uv for s in surfaces]),
        np.concatenate([s.faces + offset for s, offset in zip(surfaces, offsets, strict=False)]),
    )


def grid_faces(points: FloatArray) -> IntArray:
    """Faces of a (rows, columns, 3) grid of points; collapsed edges give triangles.

    Outward is the side from which columns run to the right and rows run up.
    """
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (
        corner.ravel()
        for corner in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1])
    )
    flat = points.reshape(-1, 3)

    def same(i: IntArray, j: IntArray) -> NDArray[np.bool_]:
        return np.asarray(np.linalg.norm(flat[i] - flat[j], axis=1) < 1e-9)

    bottom, top = same(a, b), same(c, d)
    sides = same(a, d) & same(b, c)
    faces = np.stack([a, b, c, d], axis=1)
    faces[bottom] = np.stack([a, c, d, d], axis=1)[bottom]
    faces[top] = np.stack([a, b, c, c], axis=1)[top]
    return faces[~((bottom & top) | sides)]


def from_grid(points: FloatArray, v: FloatArray, *, wrap: bool = True) -> Surface:
    """A surface from a grid of points with normals from central differences.

    Args:
        points: (rows, columns, 3); if ``wrap``, the last column repeats the first.
        v: (rows,) texture coordinate of each row; u runs evenly along the columns.
        wrap: Columns close around.

    A first or last row that collapses to one point gets the mean normal of its neighbours.
    """
    rows, columns = points.shape[:2]
    if wrap:
        ring = points[:, :-1]
        du = np.roll(ring, -1, axis=1) - np.roll(ring, 1, axis=1)
        du = np.concatenate([du, du[:, :1]], axis=1)
    else:
        du = np.gradient(points, axis=1)
    dv = np.gradient(points, axis=0)
    normals = np.cross(du, dv)
    length = np.linalg.norm(normals, axis=-1)
    for row, neighbour in ((0, 1), (-1, -2)):
        if np.ptp(points[row], axis=0).max() < 1e-9:
            normals[row] = unit(unit(normals[neighbour]).mean(axis=0))
            length[row] = 1.0
    normals = normals / length[..., None]
    u = np.broadcast_to(np.linspace(0, 1, columns), (rows, columns))
    uv = np.stack([u, np.broadcast_to(v[:, None], (rows, columns))], axis=-1)
    return Surface(
        points.reshape(-1, 3), normals.reshape(-1, 3), uv.reshape(-1, 2), grid_faces(points)
    )


def panel(corners: FloatArray, uv: FloatArray) -> Surface:
    """A flat convex polygon (N, 3), counter-clockwise from outside, with its uv (N, 2)."""
    normal = unit(np.cross(corners[1] - corners[0], corners[2] - corners[0]))
    count = len(corners)
    faces = [[0, 1, 2, 3 if count > 3 else 2]]
    faces += [[0, k, min(k + 1, count - 1), min(k + 2, count - 1)] for k in range(3, count - 1, 2)]
    return Surface(
        np.asarray(corners, float),
        np.tile(normal, (count, 1)),
        np.asarray(uv, float),
        np.array(faces, dtype=np.int64),
    )
