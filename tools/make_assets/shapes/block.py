"""Boxes with rounded edges, texture coordinates in metres and fine faces."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.surface import FloatArray, Rect, Surface, grid_faces, merge

_FACES = {
    'front': ((0, 1), (2, 1), (1, -1)),
    'back': ((0, -1), (2, 1), (1, 1)),
    'left': ((1, -1), (2, 1), (0, -1)),
    'right': ((1, 1), (2, 1), (0, 1)),
    'top': ((0, 1), (1, 1), (2, 1)),
    'bottom': ((0, 1), (1, -1), (2, -1)),
}
"""Per face the (axis, sign) of rightwards, upwards and outwards."""


def block(
    size_m: tuple[float, float, float],
    *,
    at: tuple[float, float, float] = (0.0, 0.0, 0.0),
    radius_m: float = 0.004,
    cell_m: float = 0.25,
    steps: int = 1,
    faces: tuple[str, ...] = tuple(_FACES),
) -> Surface:
    """A box; one metre of surface is one unit of texture.

    The classic renderer lights vertices only, so large faces are divided.

    Args:
        size_m: Full extents along x, y, z.
        at: Its centre; texture coordinates follow, so that neighbours continue each other.
        radius_m: Radius of all edges.
        cell_m: Faces are divided into cells no larger than this.
        steps: Divisions of half an edge's arc.
        faces: Which of front (-y), back, left (-x), right, top and bottom to make.
    """
    half = np.array(size_m) / 2
    made = []
    for name in faces:
        right, upward, outward = _FACES[name]
        a = _ticks(half[right[0]], radius_m, cell_m=cell_m, steps=steps)
        b = _ticks(half[upward[0]], radius_m, cell_m=cell_m, steps=steps)
        cube = np.zeros((len(b), len(a), 3))
        cube[..., right[0]] = right[1] * a[None, :]
        cube[..., upward[0]] = upward[1] * b[:, None]
        cube[..., outward[0]] = outward[1] * half[outward[0]]
        core = np.clip(cube, -(half - radius_m), half - radius_m)
        normals = cube - core
        normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
        points = core + radius_m * normals
        u = a + right[1] * at[right[0]]
        v = b + upward[1] * at[upward[0]]
        made.append(
            Surface(
                points.reshape(-1, 3),
                normals.reshape(-1, 3),
                np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2),
                grid_faces(points),
            )
        )
    return merge(*made).moved(*at)


def _ticks(half: float, radius: float, *, cell_m: float, steps: int) -> FloatArray:
    arc = radius * np.tan(np.radians(np.linspace(45, 0, steps + 1)))
    flat = half - radius
    cells = max(1, int(np.ceil(2 * flat / cell_m - 1e-9)))
    return np.concatenate(
        [-flat - arc, np.linspace(-flat, flat, cells + 1)[1:-1], flat + arc[::-1]]
    )


def textured(surface: Surface, tile_m: float, shift: tuple[float, float] = (0.0, 0.0)) -> Surface:
    """Turns texture coordinates in metres into repeats of a texture.

    Args:
        surface: With coordinates in metres.
        tile_m: Size of the whole image on the surface.
        shift: Added in repeats, so that equal parts do not look alike.
    """
    u, v = shift
    return surface.mapped(Rect(u, v, u + 1 / tile_m, v + 1 / tile_m))


def framed(surface: Surface, size_m: tuple[float, float]) -> Surface:
    """Stretches one image over a flat surface centred at the origin of its coordinates."""
    width, height = size_m
    return surface.mapped(Rect(0.5, 0.5, 0.5 + 1 / width, 0.5 + 1 / height))
