"""Exact normals of the analytic shapes where rays enter them.

All shapes but the plane are closed and convex, and renderers draw only faces that look towards
the camera; so what a pixel shows is the one point where its ray enters the shape. A rasterizer
moves outlines by up to half of its grid: a ray that just misses gets the normal at its closest
approach. Everything here is in the frame of the shape's geom; formulas are the textbook ones of
ray tracing (quadratic roots, slabs).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_ros.errors import InternalError
from synth_ros.labels.compiled import constant
from synth_ros.labels.shape_kernel import (
    BALL,
    BOX,
    CAPSULE,
    CYLINDER,
    MESH,
    PLANE,
    Bundle,
    entry_normals,
)
from synth_ros.types import FloatArray, MaskImage, ShapeKind, Surface

_KINDS: dict[ShapeKind, int] = {
    'plane': PLANE,
    'sphere': BALL,
    'ellipsoid': BALL,
    'box': BOX,
    'cylinder': CYLINDER,
    'capsule': CAPSULE,
    'mesh': MESH,
}


class Rays(NamedTuple):
    """Rays with one origin, in the frame of a geom.

    Attributes:
        origin_m: Shape (3,).
        directions: Shape (n, 3), any length but 0.
    """

    origin_m: FloatArray
    directions: FloatArray


def kind_of(surface: Surface) -> int:
    """The kernel's number of a shape.

    Raises:
        InternalError: The shape has no formula; renderers do not draw such.
    """
    kind = _KINDS.get(surface.shape)
    if kind is None:
        raise InternalError(
            f'A pixel shows a surface of shape {surface.shape!r}, without a normal.'
        )
    return kind


def size_of(surface: Surface) -> tuple[float, float, float]:
    """The kernel's size of a shape: a sphere is an ellipsoid."""
    radius = surface.size_m[0]
    return (radius, radius, radius) if surface.shape == 'sphere' else surface.size_m


def shape_normals(surface: Surface, rays: Rays) -> FloatArray:
    """Unit normals where rays enter a shape.

    Args:
        surface: Any shape but a mesh.
        rays: That hit the shape, but for rounding.

    Returns:
        Shape (n, 3), outwards; the plane's is +z.

    Raises:
        InternalError: The shape has no formula; renderers do not draw such.
    """
    bundle = Bundle(
        kind_of(surface),
        constant(np.array(size_of(surface), np.float64)),
        constant(np.asarray(rays.origin_m, np.float64)),
        constant(np.asarray(rays.directions, np.float64)),
    )
    normals = np.empty(bundle.directions.shape)
    entry_normals(bundle, normals)
    return normals


def towards_camera(normals: FloatArray, directions: FloatArray) -> FloatArray:
    """Normals turned about where they look along their ray, shape (n, 3)."""
    away: MaskImage = np.einsum('nk,nk->n', normals, directions) > 0
    return np.where(away[:, None], -normals, normals)
