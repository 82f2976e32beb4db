"""Boxes with rounded edges and one texture rectangle per face."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.surface import FULL, FloatArray, Rect, Surface, grid_faces, merge


class BoxRects(NamedTuple):
    """Where each face lies in the texture; every face is seen upright from outside."""

    front: Rect = FULL
    """-y"""
    back: Rect = FULL
    """+y"""
    left: Rect = FULL
    """-x"""
    right: Rect = FULL
    """+x"""
    top: Rect = FULL
    """+z, seen with front at the lower edge"""
    bottom: Rect = FULL


SHEET = BoxRects(
    front=Rect(0, 0.25, 0.5, 1),
    back=Rect(0.5, 0.25, 1, 1),
    left=Rect(0, 0, 0.25, 0.25),
    right=Rect(0.25, 0, 0.5, 0.25),
    top=Rect(0.5, 0, 0.75, 0.25),
    bottom=Rect(0.75, 0, 1, 0.25),
)
"""One square texture for all faces: front and back in its upper three quarters."""

_FACES = {
    'front': ((0, 1), (2, 1), (1, -1)),
    'back': ((0, -1), (2, 1), (1, 1)),
    'left': ((1, -1), (2, 1), (0, -1)),
    'right': ((1, 1), (2, 1), (0, 1)),
    'top': ((0, 1), (1, 1), (2, 1)),
    'bottom': ((0, 1), (1, -1), (2, -1)),
}
"""Per face the (axis, sign) of rightwards, upwards and outwards."""


def _ticks(half: float, radius: float, steps: int) -> FloatArray:
    arc = radius * np.tan(np.radians(np.linspace(45, 0, steps + 1)))
    low = -(half - radius) - arc
    middle = np.linspace(-(half - radius), half - radius, 4)[1:-1]
    return np.concatenate([low, middle, -low[::-1]])


def rounded_box(
    size_m: tuple[float, float, float],
    radius_m: float,
    rects: BoxRects | None = None,
    *,
    steps: int = 2,
) -> Surface:
    """A box centred at the origin.

    Args:
        size_m: Full extents along x, y, z.
        radius_m: Radius of all edges.
        rects: Texture rectangles.
        steps: Divisions of half an edge's arc.
    """
    half = np.array(size_m) / 2
    rects = rects or BoxRects()
    faces = []
    for (name, (right, upward, outward)), rect in zip(_FACES.items(), rects, strict=True):
        assert name in BoxRects._fields
        a = _ticks(half[right[0]], radius_m, steps)
        b = _ticks(half[upward[0]], radius_m, steps)
        cube = np.zeros((len(b), len(a), 3))
        cube[..., right[0]] = right[1] * a[None, :]
        cube[..., upward[0]] = upward[1] * b[:, None]
        cube[..., outward[0]] = outward[1] * half[outward[0]]
        core = np.clip(cube, -(half - radius_m), half - radius_m)
        normals = cube - core
        normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
        points = core + radius_m * normals
        u = (a + half[right[0]]) / (2 * half[right[0]])
        v = (b + half[upward[0]]) / (2 * half[upward[0]])
        uv = np.stack(np.meshgrid(u, v), axis=-1)
        faces.append(
            Surface(
                points.reshape(-1, 3),
                normals.reshape(-1, 3),
                uv.reshape(-1, 2),
                grid_faces(points),
            ).mapped(rect)
        )
    return merge(*faces)
