"""Normals for smooth shading, and colours of faces as a texture."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import ByteImage, FloatArray

# Edges sharper than this stay edges.
_CREASE_DEG = 40.0
_ATLAS_TEXELS = 2048


def smooth_corners(
    vertices: FloatArray, faces: NDArray[np.int64], *, crease_deg: float = _CREASE_DEG
) -> FloatArray:
    """A shading normal for each corner of each triangle.

    A corner's normal is the mean of the normals of the faces that meet in its position and
    turn from its own face by less than the crease angle, weighted by area. Vertices at the
    same position count as one, so seams of a texture do not show.

    Args:
        vertices: Shape (n, 3).
        faces: Shape (f, 3).
        crease_deg: Crease angle.

    Returns:
        Unit normals, shape (f, 3, 3).
    """
    corners = vertices[faces]
    doubled = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(doubled, axis=1, keepdims=True)
    flat = np.divide(doubled, length, out=np.zeros_like(doubled), where=length > 0)
    flat[length[:, 0] == 0] = [0.0, 0.0, 1.0]
    grid = max(float(np.ptp(vertices, axis=0).max()), 1e-9) * 1e-6
    _, place = np.unique(np.round(vertices / grid).astype(np.int64), axis=0, return_inverse=True)
    mine, other = _corner_pairs(place.ravel()[faces].ravel())
    near = np.einsum('ij,ij->i', flat[mine // 3], flat[other // 3]) > math.cos(
        math.radians(crease_deg)
    )
    mine, other = mine[near], other[near]
    summed = np.stack(
        [
            np.bincount(mine, weights=doubled[other // 3, axis], minlength=3 * len(faces))
            for axis in range(3)
        ],
        axis=1,
    )
    size = np.linalg.norm(summed, axis=1, keepdims=True)
    smooth = np.where(size > 1e-30, summed / np.maximum(size, 1e-30), np.repeat(flat, 3, axis=0))
    return smooth.reshape(-1, 3, 3)


def _corner_pairs(place: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All ordered pairs of corners that share a position, each with itself too."""
    order = np.argsort(place, kind='stable')
    counts = np.bincount(place)
    counts = counts[counts > 0]
    starts = np.cumsum(counts) - counts
    # A corner in a group of k is paired with the group's k corners.
    per_corner = np.repeat(counts, counts)
    mine = np.repeat(np.arange(len(place)), per_corner)
    first = np.repeat(np.repeat(starts, counts), per_corner)
    within = np.arange(len(mine)) - np.repeat(np.cumsum(per_corner) - per_corner, per_corner)
    return order[mine], order[first + within]


def bake_face_colors(colors: NDArray[np.uint8]) -> tuple[FloatArray, ByteImage]:
    """A texture for triangles with coloured corners, since MuJoCo has no vertex colours.

    Every triangle owns a square tile that holds the blend of its corner colours.

    Args:
        colors: Corner colours, shape (f, 3, 3), uint8.

    Returns:
        Texture coordinates (f, 3, 2), v upwards, and the texture (h, w, 3), uint8.
    """
    columns = math.ceil(math.sqrt(len(colors)))
    rows = math.ceil(len(colors) / columns)
    edge = int(np.clip(_ATLAS_TEXELS // columns, 2, 8))
    steps = np.linspace(0, 1, edge)
    along, down = np.meshgrid(steps, steps)
    # Texels beyond the triangle's long side repeat its rim, for filtering.
    weights = np.stack([np.clip(1 - along - down, 0, None), along, down], axis=-1)
    weights /= weights.sum(axis=-1, keepdims=True)
    tiles = np.zeros((rows * columns, edge, edge, 3), np.uint8)
    tiles[: len(colors)] = np.rint(np.einsum('yxc,fck->fyxk', weights, colors.astype(np.float32)))
    atlas = tiles.reshape(rows, columns, edge, edge, 3).swapaxes(1, 2)
    atlas = atlas.reshape(rows * edge, columns * edge, 3)
    number = np.arange(len(colors))
    origin = np.stack([number % columns, number // columns], axis=1)[:, None] * edge
    corner = np.array([[0.5, 0.5], [edge - 0.5, 0.5], [0.5, edge - 0.5]])
    texels = (origin + corner) / [columns * edge, rows * edge]
    return texels * [1, -1] + [0, 1], np.ascontiguousarray(atlas)
