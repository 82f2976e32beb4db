"""Rays into what bends: triangles of flexes and skins, capsules of cables and tendons."""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.scene.soft import SoftSource
from synth_ros.types import FloatArray, SoftShape, TriangleMesh, Tubes

# Rays at a time; a share of a million products of rays and triangles each.
_PRODUCTS = 1 << 20


class SoftHits(NamedTuple):
    """What rays meet of soft surfaces; one entry a ray.

    Attributes:
        surface: Surface id, -1 for nothing, int32.
        distance: In lengths of the ray's direction, infinite for nothing.
        normal: Outward unit normal, world frame, (n, 3); 0 for nothing.
    """

    surface: NDArray[np.int32]
    distance: FloatArray
    normal: FloatArray


def cast_soft(
    model: mujoco.MjModel,
    data: mujoco.MjData,
    *,
    origin: FloatArray,
    directions: FloatArray,
    clip: tuple[float, float],
    backs: bool,
) -> SoftHits:
    """The first soft surface on each ray.

    Args:
        model: The model; soft surfaces in hidden groups and wholly transparent ones are not met.
        data: The state; kinematics must be current.
        origin: World frame, (3,).
        directions: World frame, (n, 3), of any length.
        clip: Nearest and farthest distance that counts, in lengths of the direction.
        backs: Whether triangles are met from behind, too.
    """
    count = len(directions)
    out = SoftHits(np.full(count, -1, np.int32), np.full(count, np.inf), np.zeros((count, 3)))
    for number, shape in enumerate(SoftSource(model).shapes(data)):
        some = _may_meet(shape, origin, directions)
        if shape.mesh is not None:
            found = _meet_mesh(shape.mesh, origin, directions[some], clip=clip, backs=backs)
        elif shape.tubes is not None:
            found = _meet_tubes(shape.tubes, origin, directions[some], clip=clip)
        else:
            continue
        nearer = found[0] < out.distance[some]
        rays = some[nearer]
        out.surface[rays] = model.ngeom + number
        out.distance[rays] = found[0][nearer]
        out.normal[rays] = found[1][nearer]
    return out


def _may_meet(shape: SoftShape, origin: FloatArray, directions: FloatArray) -> NDArray[np.int64]:
    """Rays that come into the ball about a shape, ascending."""
    if shape.mesh is not None:
        points, reach = shape.mesh.vertices_m, 0.0
    elif shape.tubes is not None and len(shape.tubes.radius_m):
        points = shape.tubes.center_m
        reach = float((shape.tubes.radius_m + shape.tubes.half_m).max())
    else:
        return np.zeros(0, np.int64)
    if not len(points):
        return np.zeros(0, np.int64)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    radius = float(np.linalg.norm(points - middle, axis=1).max()) + reach
    away = middle - origin
    along = directions @ away / np.sqrt((directions**2).sum(axis=1))
    return np.flatnonzero(away @ away - along**2 <= 1.001 * radius**2)


def _meet_mesh(
    mesh: TriangleMesh,
    origin: FloatArray,
    directions: FloatArray,
    *,
    clip: tuple[float, float],
    backs: bool,
) -> tuple[FloatArray, FloatArray]:
    """Distance (n,), infinite for none, and normal (n, 3) of the first triangle on each ray.

    A ray passes through a triangle when its signed volumes with the three edges have one sign.
    """
    a, b, c = (mesh.vertices_m[mesh.faces[:, k]] - origin for k in range(3))
    volume = -np.einsum('fk,fk->f', a, np.cross(b, c))
    edges = [np.cross(c, b), np.cross(a, c), np.cross(b, a)]
    normals = np.cross(b - a, c - a)
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = np.divide(normals, length, out=np.zeros_like(normals), where=length > 0)
    distance, facet = np.full(len(directions), np.inf), np.zeros(len(directions), np.intp)
    step = max(_PRODUCTS // max(len(volume), 1), 1)
    for first in range(0, len(directions) if len(volume) else 0, step):
        some = slice(first, first + step)
        p, q, r = (directions[some] @ edge.T for edge in edges)
        inside = (p >= 0) & (q >= 0) & (r >= 0) & (volume > 0)
        if backs:
            inside |= (p <= 0) & (q <= 0) & (r <= 0) & (volume < 0)
        total = p + q + r
        inside &= total != 0
        way = np.divide(volume, total, out=np.full_like(total, np.inf), where=inside)
        way[(way < clip[0]) | (way > clip[1])] = np.inf
        nearest = way.argmin(axis=1)
        distance[some], facet[some] = way[np.arange(len(way)), nearest], nearest
    found = np.isfinite(distance)
    return distance, np.where(found[:, None], normals[facet] if len(normals) else 0.0, 0.0)


def _meet_tubes(
    tubes: Tubes, origin: FloatArray, directions: FloatArray, *, clip: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """Distance (n,), infinite for none, and normal (n, 3) of the first capsule on each ray."""
    distance, normal = np.full(len(directions), np.inf), np.zeros((len(directions), 3))
    for rotation, center, radius, half in zip(*tubes, strict=True):
        way = _enter_capsule((origin - center) @ rotation, directions @ rotation, (radius, half))
        way[(way < clip[0]) | (way > clip[1])] = np.inf
        nearer = way < distance
        point = (origin + way[nearer, None] * directions[nearer] - center) @ rotation
        point[:, 2] -= np.clip(point[:, 2], -half, half)
        distance[nearer] = way[nearer]
        normal[nearer] = point / radius @ rotation.T
    return distance, normal


def _enter_capsule(
    origin: FloatArray, directions: FloatArray, size_m: tuple[float, float]
) -> FloatArray:
    """Where rays enter a capsule about the z axis, (n,): its round side or one of its balls."""
    radius, half = size_m
    with np.errstate(invalid='ignore', divide='ignore'):
        x, y, z = directions.T
        rest = float(origin[:2] @ origin[:2]) - radius * radius
        way = _enter(x * x + y * y, x * origin[0] + y * origin[1], rest)
        way = np.where(np.abs(origin[2] + way * z) <= half, way, np.inf)
        for end in (half, -half):
            center = origin - (0.0, 0.0, end)
            rest = float(center @ center) - radius * radius
            ball = _enter((directions**2).sum(axis=1), directions @ center, rest)
            way = np.fmin(way, ball)
    return np.where(np.isnan(way), np.inf, way)


def _enter(dd: FloatArray, od: FloatArray, rest: float) -> FloatArray:
    """The smaller root of dd t^2 + 2 od t + rest = 0; NaN for none."""
    roots: FloatArray = (-od - np.sqrt(od * od - dd * rest)) / dd
    return roots
