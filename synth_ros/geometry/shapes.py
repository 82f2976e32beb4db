"""Surfaces of objects as triangles, whatever they were modelled as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np

from synth_ros.types import FloatArray, Instance, TriangleMesh

# Round shapes become polygons for tools that know only triangles: 0.1 % of the radius is lost.
_SEGMENTS = 48
_SPHERE_SUBDIVISIONS = 3

RoundShape = Literal['box', 'sphere', 'ellipsoid', 'cylinder', 'capsule']


class ModelMesh(NamedTuple):
    """Surface of an object model at one size; other sizes scale x, y and z alike.

    Attributes:
        mesh: Metres, object frame.
        size_m: Edges of the 3D box at that size, shape (3,).
    """

    mesh: TriangleMesh
    size_m: tuple[float, float, float]


class MeshSource(Protocol):
    """Gives the surfaces of object models."""

    def __call__(self, model_name: str, /) -> ModelMesh | None:
        """Surface of a model; ``None`` if it is not known.

        Args:
            model_name: As instances have it, such as ``mug/blue_stripe``.
        """
        ...


def mesh_of(instance: Instance, source: MeshSource) -> TriangleMesh | None:
    """Surface of an instance, metres, object frame; ``None`` if its model's is not known."""
    found = source(instance.model_name)
    if found is None:
        return None
    edge = int(np.argmax(found.size_m))
    factor = float(instance.size_m[edge]) / found.size_m[edge]
    return TriangleMesh(found.mesh.vertices_m * factor, found.mesh.faces)


def primitive_mesh(shape: RoundShape, size_m: tuple[float, float, float]) -> TriangleMesh:
    """Triangles of a primitive in its own frame, counter-clockwise from outside.

    Args:
        shape: Which.
        size_m: MuJoCo's size numbers, see ``types.Surface``.
    """
    # Imported here: only formats with meshes need it.
    import trimesh

    x, y, z = size_m
    match shape:
        case 'box':
            made = trimesh.creation.box(extents=(2 * x, 2 * y, 2 * z))
        case 'sphere' | 'ellipsoid':
            made = trimesh.creation.icosphere(subdivisions=_SPHERE_SUBDIVISIONS, radius=1.0)
            made.apply_scale((x, x, x) if shape == 'sphere' else (x, y, z))
        case 'cylinder':
            made = trimesh.creation.cylinder(radius=x, height=2 * y, sections=_SEGMENTS)
        case 'capsule':
            count = (_SEGMENTS, _SEGMENTS // 2)
            made = trimesh.creation.capsule(height=2 * y, radius=x, count=count)
            # Where the library has the origin of a capsule was not always the same.
            made.apply_translation(-made.bounds.mean(axis=0))
    return TriangleMesh(
        np.asarray(made.vertices, np.float64).copy(), np.asarray(made.faces, np.int32).copy()
    )


def moved(mesh: TriangleMesh, target_from_mesh: FloatArray) -> TriangleMesh:
    """A mesh in another frame.

    Args:
        mesh: The mesh.
        target_from_mesh: Rigid transform, (4, 4).
    """
    return TriangleMesh(
        mesh.vertices_m @ target_from_mesh[:3, :3].T + target_from_mesh[:3, 3], mesh.faces
    )


def joined(parts: Sequence[TriangleMesh]) -> TriangleMesh:
    """Several meshes of one frame as one, equal vertices once; at least one mesh."""
    starts = np.cumsum([0, *(len(part.vertices_m) for part in parts)])
    vertices = np.concatenate([part.vertices_m for part in parts])
    faces = np.concatenate(
        [part.faces + start for part, start in zip(parts, starts[:-1], strict=True)]
    )
    # Adding 0 turns -0.0 into 0.0, which is the same point.
    unique, places = np.unique(vertices + 0.0, axis=0, return_inverse=True)
    found = places.reshape(-1)[faces].astype(np.int32)
    a, b, c = found.T
    return TriangleMesh(unique, found[(a != b) & (b != c) & (c != a)])
