"""Triangle meshes as binary PLY: the same bytes for the same numbers.

Written here because readers of BOP know few of the types that PLY allows: positions and normals
are ``float``, corners ``int`` after a ``uchar`` count, little-endian.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import OutputError

_CORNERS = np.dtype([('count', 'u1'), ('corners', '<i4', (3,))])
_POSITIONS = ('x', 'y', 'z')
_NORMALS = ('nx', 'ny', 'nz')

Vertices = NDArray[np.float32]
Faces = NDArray[np.int32]


class PlyMesh(NamedTuple):
    """What such a file holds.

    Attributes:
        vertices: Shape (n, 3), float32, in the unit of the file.
        faces: Vertex indices, shape (f, 3), int32.
    """

    vertices: Vertices
    faces: Faces


def encode_ply(mesh: PlyMesh, normals: Vertices | None = None) -> bytes:
    """The file's bytes.

    Args:
        mesh: Vertices and triangles.
        normals: Unit vectors, shape (n, 3), float32; left out if ``None``.
    """
    names = _POSITIONS if normals is None else _POSITIONS + _NORMALS
    columns = mesh.vertices if normals is None else np.hstack((mesh.vertices, normals))
    header = '\n'.join(
        (
            'ply',
            'format binary_little_endian 1.0',
            f'element vertex {len(mesh.vertices)}',
            *(f'property float {name}' for name in names),
            f'element face {len(mesh.faces)}',
            'property list uchar int vertex_indices',
            'end_header\n',
        )
    )
    rows = np.empty(len(mesh.faces), _CORNERS)
    rows['count'] = 3
    rows['corners'] = mesh.faces
    return header.encode('ascii') + columns.astype('<f4').tobytes() + rows.tobytes()


def decode_ply(data: bytes, name: str) -> PlyMesh:
    """What ``encode_ply`` wrote, normals left out.

    Args:
        data: The file's bytes.
        name: Of the file, for the error.

    Raises:
        OutputError: The file is cut short or was written by something else.
    """
    head, found, body = data.partition(b'end_header\n')
    lines = head.decode('ascii', 'replace').splitlines()
    try:
        counts = {line.split()[1]: int(line.split()[2]) for line in lines if 'element' in line}
        width = sum(line.startswith('property float') for line in lines)
        vertices, faces = counts['vertex'], counts['face']
    except (IndexError, KeyError, ValueError):
        vertices = faces = width = 0
    size = 4 * width * vertices
    if not found or width not in {3, 6} or len(body) != size + _CORNERS.itemsize * faces:
        raise OutputError(
            f'{name} is not as it was written: {len(data)} bytes do not hold its {vertices} '
            f'vertices and {faces} triangles. Make the format anew.'
        )
    columns = np.frombuffer(body, '<f4', width * vertices).reshape(vertices, width)
    corners = np.frombuffer(body, _CORNERS, faces, size)['corners']
    return PlyMesh(
        np.ascontiguousarray(columns[:, :3], np.float32), np.ascontiguousarray(corners, np.int32)
    )


def vertex_normals(mesh: PlyMesh) -> Vertices:
    """Normals of the faces around each vertex, weighted by the angle of each at the vertex.

    As in BOP's models: Thuermer and Wuethrich, Computing vertex normals from polygonal facets,
    1998. A vertex without a face that has an area gets (0, 0, 1).

    Returns:
        Unit vectors, shape (n, 3), float32.
    """
    corners = mesh.vertices.astype(np.float64)[mesh.faces]
    edges = np.roll(corners, -1, axis=1) - corners
    across = np.cross(edges[:, 0], edges[:, 1])
    lengths = np.linalg.norm(across, axis=1, keepdims=True)
    faces = np.divide(across, lengths, out=np.zeros_like(across), where=lengths > 0)
    sums = np.zeros((len(mesh.vertices), 3))
    for corner in range(3):
        ahead, back = edges[:, corner], -edges[:, corner - 1]
        sine = np.linalg.norm(np.cross(ahead, back), axis=1)
        angle = np.arctan2(sine, np.einsum('ij,ij->i', ahead, back))
        for axis in range(3):
            sums[:, axis] += np.bincount(
                mesh.faces[:, corner], angle * faces[:, axis], minlength=len(sums)
            )
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    up = np.tile([0.0, 0, 1], (len(sums), 1))
    normals: Vertices = np.divide(sums, lengths, out=up, where=lengths > 0).astype(np.float32)
    return normals
