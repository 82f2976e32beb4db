"""Triangles of everything that is drawn as triangles, in the form that the GPU takes."""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.scene.surfaces import height_fields
from synth_ros.types import FloatArray

VERTEX = np.dtype([('position', 'f4', 3), ('normal', 'f4', 3), ('uv', 'f4', 2)])

_CUBE_CORNERS = np.array(
    [(x, y, z) for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)]
)
# Two triangles a side, counter-clockwise from outside: sides -x, +x, -y, +y, -z, +z.
_CUBE_SIDES = np.array(
    [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
)


class Shape(NamedTuple):
    """Triangles that one or more geoms are drawn with.

    Attributes:
        vertices: (n,), ``VERTEX``; metres, or half extents of 1 for shapes that are scaled.
        faces: Vertex indices, (f, 3), uint32, counter-clockwise from outside.
        has_uv: Whether the texture coordinates are the model's own.
    """

    vertices: NDArray[np.void]
    faces: NDArray[np.uint32]
    has_uv: bool


class Range(NamedTuple):
    """Where a shape is in the buffers that all shapes share.

    Attributes:
        first_index: First entry of the index buffer.
        indices: Number of entries.
        base_vertex: What is added to each index.
        first_facet: Number of its first triangle among all triangles.
    """

    first_index: int
    indices: int
    base_vertex: int
    first_facet: int


class Packed(NamedTuple):
    """All shapes in one vertex and one index buffer.

    Attributes:
        vertices: (n,), ``VERTEX``.
        indices: (3 f,), uint32.
        facet_normals: Of each triangle, (f, 3), float32, unit, in the shape's frame.
        ranges: Of each shape.
    """

    vertices: NDArray[np.void]
    indices: NDArray[np.uint32]
    facet_normals: NDArray[np.float32]
    ranges: tuple[Range, ...]


def pack(shapes: list[Shape]) -> Packed:
    """Put shapes one after another."""
    ranges, index, vertex = [], 0, 0
    for shape in shapes:
        ranges.append(Range(index, shape.faces.size, vertex, index // 3))
        index += shape.faces.size
        vertex += len(shape.vertices)
    normals = [_facet_normals(shape.vertices['position'][shape.faces]) for shape in shapes]
    return Packed(
        np.concatenate([shape.vertices for shape in shapes]),
        np.concatenate([shape.faces.ravel() for shape in shapes]),
        np.concatenate(normals),
        tuple(ranges),
    )


def cube() -> Shape:
    """A cube from -1 to 1, each side with vertices of its own.

    Texture coordinates as MuJoCo has them: across y on the sides that face x, else across x; down
    y on the sides that face z, else down z.
    """
    corners = _CUBE_CORNERS[_CUBE_SIDES]
    sides = np.stack([-np.eye(3), np.eye(3)], axis=1).reshape(6, 3)
    normals = np.repeat(sides, 4, axis=0)
    across = np.array([1, 1, 0, 0, 0, 0])[:, None, None]
    down = np.array([2, 2, 2, 2, 1, 1])[:, None, None]
    u = np.take_along_axis(corners, across, axis=2)
    v = np.take_along_axis(corners, down, axis=2)
    return _quads(corners, normals.reshape(6, 4, 3), np.concatenate([1 + u, 1 - v], axis=2) / 2)


def square() -> Shape:
    """The square from -1 to 1 at z = 0, seen from both sides."""
    corners = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], np.float64)
    normals = np.repeat(np.array([[0, 0, 1.0], [0, 0, -1.0]]), 4, axis=0)
    both = np.stack([corners, corners[::-1]])
    return _quads(both, normals.reshape(2, 4, 3), (1 + both[..., :2] * [1, -1]) / 2)


def mesh(model: mujoco.MjModel, number: int) -> Shape:
    """A mesh of the model with its own normals and texture coordinates.

    Args:
        model: The model.
        number: Mesh id.
    """
    first, count = int(model.mesh_faceadr[number]), int(model.mesh_facenum[number])
    faces = slice(first, first + count)
    place = model.mesh_face[faces].astype(np.int64).ravel()
    turn = model.mesh_facenormal[faces].astype(np.int64).ravel()
    positions = _block(model.mesh_vert, model.mesh_vertadr[number], model.mesh_vertnum[number])
    normals = _block(model.mesh_normal, model.mesh_normaladr[number], model.mesh_normalnum[number])
    start = int(model.mesh_texcoordadr[number])
    has_uv = start >= 0
    if has_uv:
        uv = _block(model.mesh_texcoord, start, model.mesh_texcoordnum[number])
        paint = model.mesh_facetexcoord[faces].astype(np.int64).ravel()
    else:
        uv, paint = np.zeros((1, 2), np.float32), np.zeros_like(place)
    # A vertex of the GPU is a combination of position, normal and texture coordinate.
    key = (place * len(normals) + turn) * len(uv) + paint
    _, corner, index = np.unique(key, return_index=True, return_inverse=True)
    vertices = np.empty(len(corner), VERTEX)
    vertices['position'] = positions[place[corner]]
    vertices['normal'] = normals[turn[corner]]
    vertices['uv'] = uv[paint[corner]]
    return Shape(vertices, index.reshape(-1, 3).astype(np.uint32), has_uv)


def height_field(model: mujoco.MjModel, number: int) -> Shape:
    """A height field as MuJoCo draws it, with flat facets.

    Args:
        model: The model.
        number: Height field id.
    """
    triangles = height_fields(model)[number]
    corners = triangles.vertices_m[triangles.faces]
    return flat_triangles(corners)


def flat_triangles(corners: FloatArray) -> Shape:
    """Triangles with the normal of each facet.

    Args:
        corners: Shape (f, 3, 3).
    """
    vertices = np.zeros(3 * len(corners), VERTEX)
    vertices['position'] = corners.reshape(-1, 3)
    vertices['normal'] = np.repeat(_facet_normals(corners), 3, axis=0)
    faces = np.arange(len(vertices), dtype=np.uint32).reshape(-1, 3)
    return Shape(vertices, faces, has_uv=False)


def _quads(corners: FloatArray, normals: FloatArray, uv: FloatArray) -> Shape:
    """Squares (n, 4, 3) as two triangles each."""
    vertices = np.zeros(4 * len(corners), VERTEX)
    vertices['position'] = corners.reshape(-1, 3)
    vertices['normal'] = normals.reshape(-1, 3)
    vertices['uv'] = uv.reshape(-1, 2)
    first = 4 * np.arange(len(corners), dtype=np.uint32)[:, None, None]
    faces = first + np.array([[0, 1, 2], [0, 2, 3]], np.uint32)
    return Shape(vertices, faces.reshape(-1, 3), has_uv=True)


def _block(array: NDArray[np.float32], first: int, count: int) -> NDArray[np.float32]:
    return array[int(first) : int(first) + int(count)]


def _facet_normals(corners: NDArray[np.floating]) -> NDArray[np.float32]:
    """Unit normals (f, 3) of triangles (f, 3, 3); 0 for those without area."""
    exact = corners.astype(np.float64)
    normals = np.cross(exact[:, 1] - exact[:, 0], exact[:, 2] - exact[:, 0])
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    unit = np.divide(normals, length, out=np.zeros_like(normals), where=length > 0)
    return np.asarray(unit, np.float32)
