"""Points strewn over the visible surface of an object, and distances to that surface."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from synth_ros.geometry.transforms import transform_points
from synth_ros.scene.solid import Solid, SolidGeom, geom_transform
from synth_ros.types import FloatArray

_DENSE = 12_000
_PROBES = 1_000
_NEAR = 5
_DIRECTIONS = 200
_SECTIONS = 64
_SEED = 20_240_607


class Moments(NamedTuple):
    """Of a surface of even thickness.

    Attributes:
        centroid_m: Shape (3,).
        axes: Principal axes as columns, shape (3, 3), unit.
        spread_m2: Variance along each of them, ascending, shape (3,).
    """

    centroid_m: FloatArray
    axes: FloatArray
    spread_m2: FloatArray


class SurfaceSamples:
    """The visible surface of an object as points with normals.

    Attributes:
        probes_m: Points to be moved and measured, outermost ones first, shape (p, 3).
        diameter_m: Largest distance between two points of the surface, to 1 %.
        moments: Exact, from the triangles.

    Args:
        solid: The object. What its materials show is not looked at.
    """

    def __init__(self, solid: Solid) -> None:
        corners = visible_triangles(solid)
        rng = np.random.default_rng(_SEED)
        self.moments = _moments(corners)
        vertices: FloatArray = np.unique(corners.reshape(-1, 3), axis=0)
        directions = rng.normal(size=(_DIRECTIONS, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        reach = vertices @ directions.T
        self.diameter_m = float(np.ptp(reach, axis=0).max())
        outermost = vertices[np.unique(reach.argmax(axis=0))]
        self._corners = corners
        self._middles: FloatArray = corners.mean(axis=1)
        self._radii_m = np.linalg.norm(corners - self._middles[:, None], axis=2).max(axis=1)
        probes, _, _ = _strew(corners, _PROBES, rng)
        self._outermost = len(outermost)
        self.probes_m: FloatArray = np.concatenate([outermost, probes])
        self._points, self._normals, area = _strew(corners, _DENSE, rng)
        self._spacing_m = float(np.sqrt(area / _DENSE))
        self._tree = cKDTree(self._points)

    def distance_m(self, points_m: FloatArray) -> FloatArray:
        """About how far points are from the surface, shape (n,).

        Measured across to the plane of a near sample, and along it as far as the point is beyond
        one and a half sample spacings; the least of a few near samples, which lie on all faces
        that meet there.
        """
        _, nearest = self._tree.query(points_m, k=_NEAR)
        offset = points_m[:, None] - self._points[nearest]
        across = np.einsum('ijk,ijk->ij', offset, self._normals[nearest])
        along = np.sqrt(np.maximum(np.einsum('ijk,ijk->ij', offset, offset) - across**2, 0))
        beyond = np.maximum(along - 1.5 * self._spacing_m, 0)
        distance: FloatArray = np.hypot(across, beyond).min(axis=1)
        return distance

    def are_near(self, points_m: FloatArray, reach_m: float) -> bool:
        """Whether no point is farther than this from the surface.

        Where the estimate says so, the exact distance to the triangles decides.
        """
        distance = self.distance_m(points_m)
        doubtful = np.flatnonzero(distance > reach_m)
        worst_first = doubtful[np.argsort(-distance[doubtful])]
        return all(self._is_near(points_m[index], reach_m) for index in worst_first)

    def _is_near(self, point_m: FloatArray, reach_m: float) -> bool:
        apart = np.linalg.norm(self._middles - point_m, axis=1)
        around = self._corners[apart <= self._radii_m + reach_m]
        if not len(around):
            return False
        return distance_to_triangles_m(around, point_m) <= reach_m

    def marked_directions(self, count: int) -> list[FloatArray]:
        """Unit directions that a shape marks: its outermost points, normals of its large faces.

        Args:
            count: How many to take of each kind, up to those that are there.
        """
        outward = self.probes_m[: self._outermost] - self.moments.centroid_m
        lengths = np.linalg.norm(outward, axis=1)
        farthest = np.argsort(-lengths, kind='stable')[:count]
        normals, shares = np.unique(np.round(self._normals, 2), axis=0, return_counts=True)
        largest = normals[np.argsort(-shares, kind='stable')[:count]]
        points = outward[farthest] / lengths[farthest, None]
        return [*points, *(largest / np.linalg.norm(largest, axis=1, keepdims=True))]


def distance_to_triangles_m(corners_m: FloatArray, point_m: FloatArray) -> float:
    """Distance of a point to the nearest of some triangles.

    It is that to the triangle's plane where the point lies above the inside, else that to the
    nearest edge.

    Args:
        corners_m: Shape (n, 3, 3), n at least 1; triangles without area are lines or points.
        point_m: Shape (3,).
    """
    edges = np.roll(corners_m, -1, axis=1) - corners_m
    offset = point_m - corners_m
    along = np.einsum('tci,tci->tc', offset, edges)
    squares = np.einsum('tci,tci->tc', edges, edges)
    share = np.clip(along / np.where(squares > 0, squares, 1), 0, 1)
    apart = offset - share[..., None] * edges
    nearest = np.einsum('tci,tci->tc', apart, apart).min(axis=1)
    normals = np.cross(edges[:, 0], edges[:, 1])
    size = np.linalg.norm(normals, axis=1)
    # Left of all three edges, seen from the normal's end.
    sides = np.einsum('tci,ti->tc', np.cross(edges, offset), normals)
    inside = (sides >= 0).all(axis=1) & (size > 0)
    height = np.einsum('ti,ti->t', offset[inside, 0], normals[inside]) / size[inside]
    nearest[inside] = np.minimum(nearest[inside], height**2)
    return float(np.sqrt(nearest.min()))


def visible_triangles(solid: Solid) -> FloatArray:
    """Corners of all triangles that are drawn, object frame, shape (n, 3, 3).

    Round shapes are facets with corners on the true surface.
    """
    pieces = []
    for geom in solid.geoms:
        if geom.visible:
            vertices, faces = _mesh(solid, geom)
            pieces.append(transform_points(geom_transform(geom), vertices)[faces])
    return np.concatenate(pieces)


def _mesh(solid: Solid, geom: SolidGeom) -> tuple[FloatArray, NDArray[np.int64]]:
    x, y, z = geom.size_m
    if geom.shape == 'mesh':
        mesh = solid.meshes[geom.mesh]
        return mesh.vertices_m, mesh.faces.astype(np.int64)
    # Half a second of imports that only primitives need.
    from trimesh import creation as create

    match geom.shape:
        case 'box':
            made = create.box((2 * x, 2 * y, 2 * z))
        case 'cylinder':
            made = create.cylinder(x, 2 * y, sections=_SECTIONS)
        case 'capsule':
            made = create.capsule(2 * y, x, count=(_SECTIONS, _SECTIONS))
            made.apply_translation((0, 0, -made.bounds.mean(axis=0)[2]))
        case _:
            made = create.icosphere(subdivisions=3)
            made.apply_scale((x, x, x) if geom.shape == 'sphere' else (x, y, z))
    return np.asarray(made.vertices, np.float64), np.asarray(made.faces, np.int64)


def _moments(corners: FloatArray) -> Moments:
    """Centroid and second moments of a surface, exact for triangles."""
    area = np.linalg.norm(_area_vectors(corners), axis=1)
    share = area / area.sum()
    middle = corners.mean(axis=1)
    centroid = share @ middle
    # The second moment of a triangle is that of its corners and three times its middle, by 12.
    points = corners - centroid
    centred = middle - centroid
    outer = np.einsum('t,tci,tcj->ij', share, points, points)
    outer += 9 * np.einsum('t,ti,tj->ij', share, centred, centred)
    spread, axes = np.linalg.eigh(outer / 12)
    return Moments(centroid, axes, spread)


def _strew(
    corners: FloatArray, count: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, float]:
    """Points evenly strewn over triangles, their unit normals, and the area."""
    vectors = _area_vectors(corners)
    lengths = np.linalg.norm(vectors, axis=1)
    total = float(lengths.sum())
    # One point in each of `count` equal shares of the area.
    places = (np.arange(count) + rng.random(count)) / count * total
    chosen = np.searchsorted(np.cumsum(lengths), places).clip(max=len(lengths) - 1)
    a, b = rng.random((2, count))
    over = a + b > 1
    a[over], b[over] = 1 - a[over], 1 - b[over]
    origin, first, second = np.moveaxis(corners[chosen], 1, 0)
    points = origin + a[:, None] * (first - origin) + b[:, None] * (second - origin)
    normals = vectors[chosen] / lengths[chosen, None].clip(min=1e-30)
    return points, normals, total / 2


def _area_vectors(corners: FloatArray) -> FloatArray:
    """Normals with twice the triangles' area as length, shape (n, 3)."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    vectors: FloatArray = np.cross(first, second)
    return vectors
