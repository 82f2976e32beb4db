"""Where rays enter and leave the analytic shapes, all of them convex."""

from __future__ import annotations

import numpy as np

from synth_ros.errors import InternalError
from synth_ros.types import FloatArray, Surface

Crossings = tuple[FloatArray, FloatArray]
"""Ray parameters of entry and exit, shape (n,) each; a ray that misses leaves before it enters."""


def crossings(surface: Surface, origin_m: FloatArray, directions: FloatArray) -> Crossings:
    """Where lines from one point cross a shape; behind the point they are negative.

    Args:
        surface: A sphere, ellipsoid, box, cylinder or capsule.
        origin_m: In the frame of the shape's geom, shape (3,).
        directions: There, shape (n, 3); their length is the unit of the result.

    Raises:
        InternalError: Another shape.
    """
    x, y, z = surface.size_m
    match surface.shape:
        case 'sphere':
            return _ball(origin_m, directions, x)
        case 'ellipsoid':
            return _ball(origin_m / surface.size_m, directions / np.array(surface.size_m), 1.0)
        case 'box':
            return _slabs(origin_m, directions, np.array([x, y, z]))
        case 'cylinder':
            return _cylinder(origin_m, directions, x, half_m=y)
        case 'capsule':
            return _capsule(origin_m, directions, x, half_m=y)
    raise InternalError(f'An object has a surface of shape {surface.shape!r}, which is no solid.')


def _ball(origin: FloatArray, directions: FloatArray, radius: float) -> Crossings:
    """The ball (k=3) or endless tube (k=2) about 0: roots of |o + t d|^2 = r^2."""
    square = np.einsum('nk,nk->n', directions, directions)
    middle = np.divide(-(directions @ origin), square, out=np.zeros_like(square), where=square > 0)
    nearest = origin + middle[:, None] * directions
    gap = radius * radius - np.einsum('nk,nk->n', nearest, nearest)
    # A ray along a tube is in it for ever or never.
    half = np.where(gap >= 0, np.inf, -np.inf)
    moving = square > 0
    half[moving] = np.sqrt(np.maximum(gap, 0)[moving] / square[moving])
    half[gap < 0] = -np.inf
    return np.where(gap >= 0, middle - half, np.inf), np.where(gap >= 0, middle + half, -np.inf)


def _slabs(origin: FloatArray, directions: FloatArray, half_m: FloatArray) -> Crossings:
    """The intersection of |x_k| <= half_k."""
    enter, leave = np.full(directions.shape, -np.inf), np.full(directions.shape, np.inf)
    moving = directions != 0
    ahead = np.copysign(half_m, directions)
    np.divide(-ahead - origin, directions, out=enter, where=moving)
    np.divide(ahead - origin, directions, out=leave, where=moving)
    leave[~moving & (np.abs(origin) > half_m)] = -np.inf
    return enter.max(axis=1), leave.min(axis=1)


def _cylinder(
    origin: FloatArray, directions: FloatArray, radius: float, *, half_m: float
) -> Crossings:
    tube = _ball(origin[:2], directions[:, :2], radius)
    caps = _slabs(origin[2:], directions[:, 2:], np.array([half_m]))
    return np.maximum(tube[0], caps[0]), np.minimum(tube[1], caps[1])


def _capsule(
    origin: FloatArray, directions: FloatArray, radius: float, *, half_m: float
) -> Crossings:
    """The hull of its cylinder and two balls is their union."""
    enter, leave = _cylinder(origin, directions, radius, half_m=half_m)
    enter, leave = _or_miss(enter, leave)
    for end in (-half_m, half_m):
        ball = _ball(origin - (0.0, 0.0, end), directions, radius)
        enter, leave = np.minimum(enter, ball[0]), np.maximum(leave, ball[1])
    return enter, leave


def _or_miss(enter: FloatArray, leave: FloatArray) -> Crossings:
    """Rays that miss enter after and leave before all others."""
    missed = enter > leave
    return np.where(missed, np.inf, enter), np.where(missed, -np.inf, leave)
