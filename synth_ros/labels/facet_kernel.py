"""Which triangle of a mesh each pixel shows: a rasterizer of its own, exact in double precision.

With the camera's centre as origin, a triangle (a, b, c) is seen from its front when
``a . (b x c) < 0``, and the ray r passes through it when ``r . (c x b)``, ``r . (a x c)`` and
``r . (b x a)`` are all 0 or more: the signed volumes of ray and edge. In the pixel (u, v) each is
affine, and so is inverse depth, the sum of the three over ``-a . (b x c)``. This holds for
triangles that reach behind the camera, too (Olano and Greer, Triangle scan conversion using 2D
homogeneous coordinates, 1997). Two triangles compute the volume of a shared edge from the same
numbers, so no ray slips between them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.labels.compiled import helper, kernel
from synth_ros.labels.picture import Picture
from synth_ros.types import DepthImage, FloatArray, IdImage

# How far beyond its edges a facet is looked for: rounding, then a rasterizer's grid of 1/256
# pixel several times over, then where an outline moves by more than it should.
_MARGINS_PX = (1e-9, 0.02, 0.25, 2.0)
# A pixel's facet is in doubt when their depths differ by more than this share.
_FAR = 1e-3
_BEHIND_M = 1e-9
_FLAT = 1e-12

_Vector = tuple[float, float, float]
_Window = tuple[int, int, int, int]


class Mesh(NamedTuple):
    """A mesh that the image shows.

    Attributes:
        geom: Its geom id.
        pixels: How many pixels show it.
        vertices_m: In the frame of the geom, shape (n, 3).
        faces: Shape (f, 3), counter-clockwise from outside.
        camera_from_geom: Shape (3, 4).
        x0: The box of its pixels, half-open, as the three that follow.
        y0: First row.
        x1: Column after the last.
        y1: Row after the last.
    """

    geom: int
    pixels: int
    vertices_m: FloatArray
    faces: NDArray[np.int32]
    camera_from_geom: FloatArray
    x0: int
    y0: int
    x1: int
    y1: int


class Found(NamedTuple):
    """What is known so far of each pixel.

    Attributes:
        error: ``|z_pixel / z_facet - 1|``, infinite where there is no facet; shape (height,
            width).
        asked: The round in which its facet is looked for, shape (height, width).
        normals: Shape (height, width, 3).
    """

    error: FloatArray
    asked: NDArray[np.uint8]
    normals: NDArray[np.float32]


class _Search(NamedTuple):
    """Who looks for facets: pixels of a geom that are asked in a turn."""

    geom: int
    turn: int
    geom_id: IdImage
    depth_m: DepthImage


class _Corners(NamedTuple):
    """Vertices in the optical frame, shape (n, 3), and in the image, shape (n, 2)."""

    points_m: FloatArray
    pixels: FloatArray


@helper
def _cross(p: _Vector, q: _Vector) -> _Vector:
    return (p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0])


@helper
def _affine(picture: Picture, vector: _Vector) -> _Vector:
    """The product of a vector with the pixel's ray, as coefficients of (u, v, 1)."""
    per_u, per_v = vector[0] / picture.fx, vector[1] / picture.fy
    return (per_u, per_v, vector[2] - per_u * picture.cx - per_v * picture.cy)


@helper
def _place(mesh: Mesh, picture: Picture) -> _Corners:
    """The vertices as the camera sees them; of what lies behind it the pixel is NaN."""
    count, pose = mesh.vertices_m.shape[0], mesh.camera_from_geom
    vertices = mesh.vertices_m
    points, pixels = np.empty((count, 3)), np.empty((count, 2))
    for i in range(count):
        x, y, z = vertices[i, 0], vertices[i, 1], vertices[i, 2]
        for k in range(3):
            points[i, k] = pose[k, 0] * x + pose[k, 1] * y + pose[k, 2] * z + pose[k, 3]
        depth = points[i, 2] if points[i, 2] > _BEHIND_M else np.nan
        pixels[i, 0] = picture.fx * points[i, 0] / depth + picture.cx
        pixels[i, 1] = picture.fy * points[i, 1] / depth + picture.cy
    return _Corners(points, pixels)


@helper
def _box(
    pixels: FloatArray, face: tuple[int, int, int], window: _Window, margin: float
) -> _Window:
    """Pixel centres in a window and in the bounding box of a triangle; empty if x1 <= x0."""
    x0, y0, x1, y1 = window
    a, b, c = face
    left = min(pixels[a, 0], pixels[b, 0], pixels[c, 0]) - margin
    right = max(pixels[a, 0], pixels[b, 0], pixels[c, 0]) + margin
    top = min(pixels[a, 1], pixels[b, 1], pixels[c, 1]) - margin
    bottom = max(pixels[a, 1], pixels[b, 1], pixels[c, 1]) + margin
    # One that reaches behind the camera may cover any pixel.
    if math.isnan(pixels[a, 0] + pixels[b, 0] + pixels[c, 0]):
        return window
    if not (left < x1 and right >= x0 and top < y1 and bottom >= y0):
        return (0, 0, 0, 0)
    x0, x1 = int(max(math.ceil(left), x0)), int(min(math.floor(right) + 1, x1))
    y0, y1 = int(max(math.ceil(top), y0)), int(min(math.floor(bottom) + 1, y1))
    return (x0, y0, x1, y1) if y0 < y1 else (0, 0, 0, 0)


@helper
def _looks_away(pixels: FloatArray, face: tuple[int, int, int]) -> bool:
    """Whether a triangle surely shows its back; one that reaches behind the camera may not."""
    a, b, c = face
    across = (pixels[b, 0] - pixels[a, 0]) * (pixels[c, 1] - pixels[a, 1])
    along = (pixels[c, 0] - pixels[a, 0]) * (pixels[b, 1] - pixels[a, 1])
    # The area in pixels, far more than rounding makes of none.
    return bool(across - along > 1e-6)


class _Edge(NamedTuple):
    """Where an edge crosses a row: at column ``slope * row + offset``."""

    slope: float
    offset: float
    is_left: bool


class _Facet(NamedTuple):
    """A triangle.

    Attributes:
        volume: ``-a . (b x c)``; above 0 of one that shows its front. The rest is of such only.
        ab: An edge, as the two that follow.
        bc: An edge.
        ca: An edge.
        inverse_depth: 1/z as coefficients of (u, v, 1).
    """

    volume: float
    ab: _Edge
    bc: _Edge
    ca: _Edge
    inverse_depth: _Vector


@helper
def _edge(volume: _Vector, margin_px: float) -> _Edge:
    """An edge by its signed volume, moved outwards."""
    per_u, per_v, at_zero = volume
    length = math.sqrt(per_u * per_u + per_v * per_v)
    # An edge along a row bounds no column: tilt it by what rounding would.
    if abs(per_u) < length * _FLAT:
        per_u = length * _FLAT
    return _Edge(-per_v / per_u, -(at_zero + margin_px * length) / per_u, per_u > 0)


@helper
def _facet(
    picture: Picture, corners: tuple[_Vector, _Vector, _Vector], margin_px: float
) -> _Facet:
    a, b, c = corners
    cb = _cross(c, b)
    volume = a[0] * cb[0] + a[1] * cb[1] + a[2] * cb[2]
    if not volume > 0:
        none = _edge((1.0, 0.0, 0.0), margin_px)
        return _Facet(volume, none, none, none, (0.0, 0.0, 0.0))
    bc, ca, ab = (
        _affine(picture, cb),
        _affine(picture, _cross(a, c)),
        _affine(picture, _cross(b, a)),
    )
    inverse_depth = (
        (bc[0] + ca[0] + ab[0]) / volume,
        (bc[1] + ca[1] + ab[1]) / volume,
        (bc[2] + ca[2] + ab[2]) / volume,
    )
    return _Facet(
        volume,
        _edge(ab, margin_px),
        _edge(bc, margin_px),
        _edge(ca, margin_px),
        inverse_depth,
    )


@helper
def _normal(corners: tuple[_Vector, _Vector, _Vector]) -> _Vector:
    """Unit, outwards."""
    a, b, c = corners
    n = _cross((b[0] - a[0], b[1] - a[1], b[2] - a[2]), (c[0] - a[0], c[1] - a[1], c[2] - a[2]))
    length = math.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2])
    return (n[0] / length, n[1] / length, n[2] / length)


@helper
def _span(facet: _Facet, row: int, low: float, high: float) -> tuple[int, int]:
    """The columns of a row that a facet covers; half-open, may be empty."""
    for edge in (facet.ab, facet.bc, facet.ca):
        crossing = edge.slope * row + edge.offset
        if edge.is_left:
            low = max(low, crossing)
        else:
            high = min(high, crossing)
    return (math.ceil(low), math.floor(high) + 1) if low <= high else (0, 0)


@helper
def _fill(facet: _Facet, box: _Window, normal: _Vector, search: _Search, found: Found) -> int:
    """Note a facet at the pixels that have none as near their depth.

    Returns:
        How many pixels are in doubt no more.
    """
    settled = 0
    x0, y0, x1, y1 = box
    geom, turn, ids, depth_m = search
    error, asked, normals = found
    per_u, per_v, at_zero = facet.inverse_depth
    for row in range(y0, y1):
        first, end = _span(facet, row, x0, x1 - 1)
        inverse_depth = at_zero + per_v * row
        for column in range(first, end):
            if ids[row, column] == geom and asked[row, column] == turn:
                depth = np.float64(depth_m[row, column])
                off = abs((inverse_depth + per_u * column) * depth - 1)
                if off <= error[row, column] and depth > 0:
                    settled += (error[row, column] > _FAR) & (off <= _FAR)
                    error[row, column] = off
                    for k in range(3):
                        normals[row, column, k] = normal[k]
    return settled


@helper
def _ask_again(window: _Window, search: _Search, found: Found) -> _Window:
    """Let pixels whose facet is in doubt look again; returns the box of them, empty if none."""
    left, top, right, bottom = window
    geom, turn, ids, depth_m = search
    error, asked, _ = found
    x0, y0, x1, y1 = right, bottom, left, top
    for row in range(top, bottom):
        doubtful = 0
        for column in range(left, right):
            doubtful += (ids[row, column] == geom) & (error[row, column] > _FAR)
        if doubtful == 0:
            continue
        for column in range(left, right):
            if ids[row, column] == geom and error[row, column] > _FAR and depth_m[row, column] > 0:
                asked[row, column] = turn + 1
                x0, x1 = min(x0, column), max(x1, column + 1)
                y0, y1 = min(y0, row), max(y1, row + 1)
    return (x0, y0, x1, y1)


@helper
def _search(
    mesh: Mesh, picture: Picture, placed: _Corners, window: _Window, turn: int, found: Found
) -> int:
    """One round over all triangles of a mesh; the number of pixels that it settles."""
    settled = 0
    points, pixels = placed
    faces, margin_px = mesh.faces, _MARGINS_PX[turn]
    search = _Search(mesh.geom, turn, picture.geom_id, picture.depth_m)
    for i in range(faces.shape[0]):
        a, b, c = faces[i, 0], faces[i, 1], faces[i, 2]
        if _looks_away(pixels, (a, b, c)):
            continue
        box = _box(pixels, (a, b, c), window, margin_px)
        if box[0] >= box[2]:
            continue
        corners = (
            (points[a, 0], points[a, 1], points[a, 2]),
            (points[b, 0], points[b, 1], points[b, 2]),
            (points[c, 0], points[c, 1], points[c, 2]),
        )
        facet = _facet(picture, corners, margin_px)
        if facet.volume > 0:
            settled += _fill(facet, box, _normal(corners), search, found)
    return settled


@kernel
def find_facets(mesh: Mesh, picture: Picture, found: Found) -> None:
    """The normals of the facets through which the rays of a mesh's pixels pass.

    Of several facets the one nearest a pixel's depth. Pixels that find none at their depth ask
    again, with ever wider edges; one that never finds any keeps no normal.
    """
    placed = _place(mesh, picture)
    window = (mesh.x0, mesh.y0, mesh.x1, mesh.y1)
    for turn in range(len(_MARGINS_PX)):
        settled = _search(mesh, picture, placed, window, turn, found)
        if turn == 0 and settled == mesh.pixels:
            return
        search = _Search(mesh.geom, turn, picture.geom_id, picture.depth_m)
        window = _ask_again(window, search, found)
        if window[0] >= window[2]:
            return
