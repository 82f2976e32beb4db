"""The compiled loops of ``labels.shape_normals`` and of the normals of analytic shapes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.labels.compiled import helper, kernel
from synth_ros.labels.picture import Picture, Rays
from synth_ros.types import FloatArray

PLANE, BALL, BOX, CYLINDER, CAPSULE, MESH = range(6)
"""Kinds of shapes; a sphere is an ellipsoid. A mesh has no formula and is passed over."""

_Vector = tuple[float, float, float]


class Shapes(NamedTuple):
    """Surfaces by geom id, as the camera sees them.

    Attributes:
        kind: Shape (n,).
        size_m: Half extents or (radius, half length, .), shape (n, 3).
        camera_from_geom: Rotations, shape (n, 3, 3).
        origin_m: The camera's centre in the frames of the geoms, shape (n, 3).
        wanted: Whether to give its normals, shape (n,).
    """

    kind: NDArray[np.int8]
    size_m: FloatArray
    camera_from_geom: FloatArray
    origin_m: FloatArray
    wanted: NDArray[np.bool_]


class Bundle(NamedTuple):
    """Rays with one origin, in the frame of a shape.

    Attributes:
        kind: Of the shape.
        size_m: Of the shape, shape (3,).
        origin_m: Shape (3,).
        directions: Shape (n, 3).
    """

    kind: int
    size_m: FloatArray
    origin_m: FloatArray
    directions: FloatArray


@helper
def _dot(p: _Vector, q: _Vector) -> float:
    return p[0] * q[0] + p[1] * q[1] + p[2] * q[2]


@helper
def _unit(p: _Vector) -> _Vector:
    length = max(math.sqrt(_dot(p, p)), 1e-300)
    return (p[0] / length, p[1] / length, p[2] / length)


@helper
def _entry(origin: _Vector, direction: _Vector, radius: float) -> _Vector:
    """Where a ray enters the ball around 0; one that misses: its closest approach."""
    dd = _dot(direction, direction)
    t = -_dot(direction, origin) / dd if dd > 0 else 0.0
    nearest = (
        origin[0] + t * direction[0],
        origin[1] + t * direction[1],
        origin[2] + t * direction[2],
    )
    # The root about the closest approach: no difference of large squares.
    gap = max(radius * radius - _dot(nearest, nearest), 0.0)
    back = math.sqrt(gap / dd) if dd > 0 else 0.0
    return (
        nearest[0] - back * direction[0],
        nearest[1] - back * direction[1],
        nearest[2] - back * direction[2],
    )


@helper
def _slab(origin: float, direction: float, half_m: float) -> float:
    """Ray parameter at which |x| <= half is entered; -infinite for rays along the slab."""
    if direction == 0:
        return -math.inf
    return (-math.copysign(half_m, direction) - origin) / direction


@helper
def _against(direction: float) -> float:
    """-1, 0 or 1: the sign opposite to that of a direction."""
    if direction == 0:
        return 0.0
    return -1.0 if direction > 0 else 1.0


@helper
def _ellipsoid(size: _Vector, origin: _Vector, direction: _Vector) -> _Vector:
    """Scaled to the unit ball; the gradient of |x / half|^2 is the normal."""
    entry = _entry(
        (origin[0] / size[0], origin[1] / size[1], origin[2] / size[2]),
        (direction[0] / size[0], direction[1] / size[1], direction[2] / size[2]),
        1.0,
    )
    return _unit((entry[0] / size[0], entry[1] / size[1], entry[2] / size[2]))


@helper
def _box(size: _Vector, origin: _Vector, direction: _Vector) -> _Vector:
    """The slab that is entered last."""
    x = _slab(origin[0], direction[0], size[0])
    y = _slab(origin[1], direction[1], size[1])
    z = _slab(origin[2], direction[2], size[2])
    if x >= y and x >= z:
        return (_against(direction[0]), 0.0, 0.0)
    if y >= z:
        return (0.0, _against(direction[1]), 0.0)
    return (0.0, 0.0, _against(direction[2]))


@helper
def _tube(radius: float, origin: _Vector, direction: _Vector) -> tuple[float, float, _Vector]:
    """Entry into the endless tube about z: ray parameter, height z, normal."""
    flat = (direction[0], direction[1], 0.0)
    point = _entry((origin[0], origin[1], 0.0), flat, radius)
    dd = _dot(flat, flat)
    if dd > 0:
        enter = _dot((point[0] - origin[0], point[1] - origin[1], 0.0), flat) / dd
        height = origin[2] + enter * direction[2]
    else:
        # A ray along the axis comes from the end that it looks away from.
        enter, height = -math.inf, math.inf if direction[2] < 0 else -math.inf
    return enter, height, _unit(point)


@helper
def _cylinder(size: _Vector, origin: _Vector, direction: _Vector) -> _Vector:
    """Tube or cap, whichever is entered last."""
    enter, _, normal = _tube(size[0], origin, direction)
    if _slab(origin[2], direction[2], size[1]) > enter:
        return (0.0, 0.0, _against(direction[2]))
    return normal


@helper
def _capsule(size: _Vector, origin: _Vector, direction: _Vector) -> _Vector:
    """The tube where it is entered between its ends, else the ball at the nearer end.

    A ray that enters the endless tube beyond an end reaches the capsule only through that end's
    ball: its equator closes the tube.
    """
    _, height, normal = _tube(size[0], origin, direction)
    if abs(height) > size[1]:
        end = math.copysign(size[1], height)
        return _unit(_entry((origin[0], origin[1], origin[2] - end), direction, size[0]))
    return normal


@helper
def _normal(kind: int, size: _Vector, rays: tuple[_Vector, _Vector]) -> _Vector:
    """Of a shape where the ray (origin, direction) enters it; outwards, the plane's is +z."""
    origin, direction = rays
    if kind == BALL:
        return _ellipsoid(size, origin, direction)
    if kind == BOX:
        return _box(size, origin, direction)
    if kind == CYLINDER:
        return _cylinder(size, origin, direction)
    if kind == CAPSULE:
        return _capsule(size, origin, direction)
    return (0.0, 0.0, 1.0)


@kernel
def entry_normals(bundle: Bundle, out: FloatArray) -> None:
    """Normals where rays enter a shape, shape (n, 3)."""
    size = (bundle.size_m[0], bundle.size_m[1], bundle.size_m[2])
    origin = (bundle.origin_m[0], bundle.origin_m[1], bundle.origin_m[2])
    for i in range(bundle.directions.shape[0]):
        d = bundle.directions[i]
        x, y, z = _normal(bundle.kind, size, (origin, (d[0], d[1], d[2])))
        out[i, 0], out[i, 1], out[i, 2] = x, y, z


@helper
def _seen(shapes: Shapes, geom: int, ray: _Vector) -> _Vector:
    """The normal, in the camera's frame and on its side, where a pixel's ray enters a shape."""
    r, s, o = shapes.camera_from_geom, shapes.size_m, shapes.origin_m
    direction = (
        r[geom, 0, 0] * ray[0] + r[geom, 1, 0] * ray[1] + r[geom, 2, 0] * ray[2],
        r[geom, 0, 1] * ray[0] + r[geom, 1, 1] * ray[1] + r[geom, 2, 1] * ray[2],
        r[geom, 0, 2] * ray[0] + r[geom, 1, 2] * ray[1] + r[geom, 2, 2] * ray[2],
    )
    size = (s[geom, 0], s[geom, 1], s[geom, 2])
    origin = (o[geom, 0], o[geom, 1], o[geom, 2])
    x, y, z = _normal(shapes.kind[geom], size, (origin, direction))
    if _dot((x, y, z), direction) > 0:
        x, y, z = -x, -y, -z
    return (
        r[geom, 0, 0] * x + r[geom, 0, 1] * y + r[geom, 0, 2] * z,
        r[geom, 1, 0] * x + r[geom, 1, 1] * y + r[geom, 1, 2] * z,
        r[geom, 2, 0] * x + r[geom, 2, 1] * y + r[geom, 2, 2] * z,
    )


@kernel
def shape_image(shapes: Shapes, view: tuple[Picture, Rays], normals: NDArray[np.float32]) -> None:
    """Fill in the normals of pixels that show wanted shapes, shape (height, width, 3)."""
    picture, rays = view
    geom_id, depth_m, wanted, ray_x = picture.geom_id, picture.depth_m, shapes.wanted, rays.x
    for row in range(geom_id.shape[0]):
        ray_y = rays.y[row]
        for column in range(geom_id.shape[1]):
            geom = geom_id[row, column]
            if geom >= 0 and wanted[geom] and depth_m[row, column] > 0:
                x, y, z = _seen(shapes, geom, (ray_x[column], ray_y, 1.0))
                normals[row, column, 0] = x
                normals[row, column, 1] = y
                normals[row, column, 2] = z
