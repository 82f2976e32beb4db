"""The triangles of visible meshes as a camera sees them: edges, depth and normals.

With the camera's centre as origin, a triangle (a, b, c) is seen from its front when
``a . (b x c) < 0``, and the ray r passes through it when ``r . (c x b)``, ``r . (a x c)`` and
``r . (b x a)`` are all 0 or more: the signed volumes of ray and edge. In the pixel (u, v) each is
affine, and so is inverse depth, the sum of the three over ``-a . (b x c)``. This holds for
triangles that reach behind the camera, too (Olano and Greer, Triangle scan conversion using 2D
homogeneous coordinates, 1997). Two triangles compute the volume of a shared edge from the same
numbers, so no ray slips between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.transforms import inverse
from synth_ros.labels.surface_pixels import SurfacePixels
from synth_ros.types import CameraModel, FloatArray, Frame, MaskImage, SceneState

_BEHIND_M = 1e-9
_FLAT = 1e-12


class Facets(NamedTuple):
    """Front-facing triangles whose bounding boxes hold a pixel that may show them.

    Attributes:
        geom: Geom of each, shape (n,), int32.
        x0: First column of the bounding box, shape (n,), int64.
        x1: Last column.
        y0: First row.
        y1: Last row.
        edges: Signed volume of each edge as (per column, per row, at pixel (0, 0)), shape
            (3 edges, 3 coefficients, n); inside all are 0 or more.
        inverse_depth: 1/z as (per column, per row, at pixel (0, 0)), shape (3, n), 1/metres.
        normals: Unit, outwards, optical frame, shape (n, 3), float32.
    """

    geom: NDArray[np.int32]
    x0: NDArray[np.int64]
    x1: NDArray[np.int64]
    y0: NDArray[np.int64]
    y1: NDArray[np.int64]
    edges: FloatArray
    inverse_depth: FloatArray
    normals: NDArray[np.float32]


class _Triangles(NamedTuple):
    """Corners in the optical frame, (3, n) each, and the bounding box of the geom's pixels."""

    corners: tuple[FloatArray, FloatArray, FloatArray]
    geom: NDArray[np.int32]
    bounds: tuple[NDArray[np.int64], ...]

    def take(self, chosen: MaskImage) -> _Triangles:
        a, b, c = self.corners
        index = np.flatnonzero(chosen)
        return _Triangles(
            (a[:, index], b[:, index], c[:, index]),
            self.geom[index],
            tuple(bound[index] for bound in self.bounds),
        )


def facets(
    frame: Frame, scene: SceneState, shown: Sequence[SurfacePixels], *, margin_px: float
) -> Facets:
    """The triangles that pixels may show.

    Args:
        frame: The clean frame.
        scene: Its scene.
        shown: Pixels of surfaces that are meshes.
        margin_px: How far beyond its edges a triangle may be looked for.
    """
    parts = [_boxed(frame, scene, one, margin_px=margin_px) for one in shown]
    a, b, c = (np.concatenate([p.corners[k] for p in parts], axis=1) for k in range(3))
    triangles = _Triangles(
        (a, b, c),
        np.concatenate([p.geom for p in parts]),
        tuple(np.concatenate([p.bounds[k] for p in parts]) for k in range(4)),
    )
    return _equations(frame.camera, triangles, margin_px=margin_px)


def _boxed(
    frame: Frame, scene: SceneState, shown: SurfacePixels, *, margin_px: float
) -> _Triangles:
    """Triangles of one geom whose bounding box meets that of its pixels, front or back."""
    mesh = scene.geometry.meshes[scene.geometry.surfaces[shown.geom].mesh]
    pose = inverse(frame.world_from_camera) @ scene.world_from_geom[shown.geom]
    points = pose[:3, :3] @ mesh.vertices_m.T + pose[:3, 3:]
    corners = mesh.faces.T.astype(np.intp)
    row, column = np.divmod(shown.pixels, frame.camera.width)
    left, right, top, bottom = column.min(), column.max(), row[0], row[-1]
    x0, x1, y0, y1 = _bounds(frame.camera, points, corners, margin_px=margin_px)
    x0, x1 = np.maximum(x0, left), np.minimum(x1, right)
    y0, y1 = np.maximum(y0, top), np.minimum(y1, bottom)
    kept = np.flatnonzero((x0 <= x1) & (y0 <= y1))
    a, b, c = (points[:, corner[kept]] for corner in corners)
    geom = np.full(kept.size, shown.geom, np.int32)
    bounds = tuple(bound[kept].astype(np.int64) for bound in (x0, x1, y0, y1))
    return _Triangles((a, b, c), geom, bounds)


def _bounds(
    camera: CameraModel, points: FloatArray, corners: NDArray[np.intp], *, margin_px: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """First and last column and row whose pixel centres a triangle's bounding box holds."""
    x, y, z = points
    front = z > _BEHIND_M
    depth = np.where(front, z, 1.0)
    result: list[FloatArray] = []
    for pixel in (camera.fx * x / depth + camera.cx, camera.fy * y / depth + camera.cy):
        # A triangle that reaches behind the camera may cover any pixel.
        low = np.where(front, np.ceil(pixel - margin_px), -np.inf)
        high = np.where(front, np.floor(pixel + margin_px), np.inf)
        p, q, r = corners
        result.append(np.minimum(np.minimum(low[p], low[q]), low[r]))
        result.append(np.maximum(np.maximum(high[p], high[q]), high[r]))
    x0, x1, y0, y1 = result
    return x0, x1, y0, y1


def _equations(camera: CameraModel, triangles: _Triangles, *, margin_px: float) -> Facets:
    """The facets among the triangles: seen from the front, and not beside their box."""
    a, b, c = triangles.corners
    volume = -np.einsum('kn,kn->n', a, _cross(b, c))
    front = volume > 0
    triangles, volume = triangles.take(front), volume[front]
    a, b, c = triangles.corners
    edges = np.stack([_affine(camera, _cross(*pair)) for pair in ((c, b), (a, c), (b, a))])
    met = _meets_box(edges, triangles.bounds, margin_px=margin_px)
    triangles, volume, edges = triangles.take(met), volume[met], edges[..., met]
    a, b, c = triangles.corners
    normals = _cross(b - a, c - a)
    normals /= np.sqrt(np.einsum('kn,kn->n', normals, normals))
    inverse_depth = edges.sum(axis=0) / volume
    # An edge along a row bounds no column: tilt it by what rounding would.
    steep = np.hypot(edges[:, 0], edges[:, 1]) * _FLAT
    edges[:, 0] = np.where(np.abs(edges[:, 0]) < steep, steep, edges[:, 0])
    x0, x1, y0, y1 = triangles.bounds
    return Facets(
        triangles.geom,
        x0,
        x1,
        y0,
        y1,
        edges=edges,
        inverse_depth=inverse_depth,
        normals=normals.T.astype(np.float32, order='C'),
    )


def _meets_box(
    edges: FloatArray, box: tuple[NDArray[np.int64], ...], *, margin_px: float
) -> MaskImage:
    """Which triangles no edge parts from their box, shape (n,)."""
    x0, x1, y0, y1 = box
    per_u, per_v, at_zero = edges.transpose(1, 0, 2)
    innermost = at_zero + margin_px * np.hypot(per_u, per_v)
    innermost += per_u * np.where(per_u > 0, x1, x0) + per_v * np.where(per_v > 0, y1, y0)
    met: MaskImage = np.all(innermost >= 0, axis=0)
    return met


def _cross(p: FloatArray, q: FloatArray) -> FloatArray:
    """Cross products of columns, (3, n)."""
    return np.stack(
        [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]]
    )


def _affine(camera: CameraModel, vector: FloatArray) -> FloatArray:
    """The product of vectors (3, n) with the pixel's ray, as coefficients (3, n) of (u, v, 1)."""
    per_u, per_v = vector[0] / camera.fx, vector[1] / camera.fy
    return np.stack([per_u, per_v, vector[2] - per_u * camera.cx - per_v * camera.cy])
