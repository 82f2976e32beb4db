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
from synth_ros.types import FloatArray, MaskImage, Surface


class Rays(NamedTuple):
    """Rays with one origin, in the frame of a geom.

    Attributes:
        origin_m: Shape (3,).
        directions: Shape (n, 3), any length but 0.
    """

    origin_m: FloatArray
    directions: FloatArray


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
    size = np.array(surface.size_m)
    match surface.shape:
        case 'plane':
            return np.tile([0.0, 0.0, 1.0], (len(rays.directions), 1))
        case 'sphere':
            return _ellipsoid(rays, np.full(3, size[0]))
        case 'ellipsoid':
            return _ellipsoid(rays, size)
        case 'box':
            return _box(rays, size)
        case 'cylinder':
            return _cylinder(rays, size[0], size[1])
        case 'capsule':
            return _capsule(rays, size[0], size[1])
    raise InternalError(f'A pixel shows a surface of shape {surface.shape!r}, without a normal.')


def _entry(rays: Rays, radius: float) -> FloatArray:
    """Where rays (n, k) enter the ball (k=3) or disc (k=2) around 0: points (n, k).

    Rays that miss: the point of closest approach.
    """
    e, d = rays
    dd = np.einsum('nk,nk->n', d, d)
    ed = d @ e
    t = np.divide(-ed, dd, out=np.zeros_like(ed), where=dd > 0)
    nearest = e + t[:, None] * d
    # The root about the closest approach: no difference of large squares.
    gap = radius * radius - np.einsum('nk,nk->n', nearest, nearest)
    back = np.sqrt(np.divide(np.maximum(gap, 0), dd, out=np.zeros_like(dd), where=dd > 0))
    points: FloatArray = nearest - back[:, None] * d
    return points


def _unit(vectors: FloatArray) -> FloatArray:
    length = np.sqrt(np.einsum('nk,nk->n', vectors, vectors))
    unit: FloatArray = vectors / np.maximum(length, 1e-300)[:, None]
    return unit


def _ellipsoid(rays: Rays, half_m: FloatArray) -> FloatArray:
    """Scaled to the unit ball; the gradient of |x / half|^2 is the normal."""
    entry = _entry(Rays(rays.origin_m / half_m, rays.directions / half_m), 1.0)
    return _unit(entry / half_m)


def _slabs(rays: Rays, half_m: FloatArray) -> FloatArray:
    """Ray parameters at which rays (n, k) enter the slabs |x_i| <= half_i, shape (n, k)."""
    facing = -np.sign(rays.directions) * half_m - rays.origin_m
    enter = np.full(rays.directions.shape, -np.inf)
    np.divide(facing, rays.directions, out=enter, where=rays.directions != 0)
    return enter


def _box(rays: Rays, half_m: FloatArray) -> FloatArray:
    """The slab that is entered last."""
    axis = np.argmax(_slabs(rays, half_m), axis=1)
    normals = np.zeros(rays.directions.shape)
    row = np.arange(len(axis))
    normals[row, axis] = -np.sign(rays.directions[row, axis])
    return normals


def _tube(rays: Rays, radius: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Entry into the endless tube about z: parameter (n,), height z (n,), normal (n, 3)."""
    across = Rays(rays.origin_m[:2], rays.directions[:, :2])
    points = _entry(across, radius)
    dd = np.einsum('nk,nk->n', across.directions, across.directions)
    along = np.einsum('nk,nk->n', points - across.origin_m, across.directions)
    enter = np.full(len(dd), -np.inf)
    np.divide(along, dd, out=enter, where=dd > 0)
    # A ray along the axis comes from the end that it looks away from.
    height = np.where(rays.directions[:, 2] < 0, np.inf, -np.inf)
    some = dd > 0
    height[some] = rays.origin_m[2] + enter[some] * rays.directions[some, 2]
    normals = np.zeros(rays.directions.shape)
    normals[:, :2] = _unit(points)
    return enter, height, normals


def _cylinder(rays: Rays, radius: float, half_m: float) -> FloatArray:
    """Tube or cap, whichever is entered last."""
    enter, _, normals = _tube(rays, radius)
    along = Rays(rays.origin_m[2:], rays.directions[:, 2:])
    cap = _slabs(along, np.array([half_m]))[:, 0] > enter
    normals[cap] = 0
    normals[cap, 2] = -np.sign(rays.directions[cap, 2])
    return normals


def _capsule(rays: Rays, radius: float, half_m: float) -> FloatArray:
    """The tube where it is entered between its ends, else the ball at the nearer end.

    A ray that enters the endless tube beyond an end reaches the capsule only through that end's
    ball: its equator closes the tube.
    """
    _, height, normals = _tube(rays, radius)
    for end, beyond in ((half_m, height > half_m), (-half_m, height < -half_m)):
        center = np.array([0.0, 0.0, end])
        ball = Rays(rays.origin_m - center, rays.directions[beyond])
        normals[beyond] = _unit(_entry(ball, radius))
    return normals


def towards_camera(normals: FloatArray, directions: FloatArray) -> FloatArray:
    """Normals turned about where they look along their ray, shape (n, 3)."""
    away: MaskImage = np.einsum('nk,nk->n', normals, directions) > 0
    return np.where(away[:, None], -normals, normals)
