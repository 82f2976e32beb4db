"""Surfaces of objects as triangles, whatever they were modelled as."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from synth_ros.geometry.transforms import inverse
from synth_ros.types import (
    FloatArray,
    Frame,
    Instance,
    SceneGeometry,
    Surface,
    TriangleMesh,
)

# Round shapes become polygons for tools that know only triangles: 0.1 % of the radius is lost.
_SEGMENTS = 48
_SPHERE_SUBDIVISIONS = 3


def instance_meshes(frame: Frame) -> Mapping[int, TriangleMesh]:
    """Surface of each object of a frame by instance id, metres, object frame.

    Only what is drawn counts. Objects of which the frame holds no shape are left out: those of
    recorded topics, and what bends.

    Args:
        frame: From a simulation, or from a dataset that keeps meshes.
    """
    found = frame.memo.get(instance_meshes)
    if found is None:
        found = MappingProxyType(_meshes(frame))
        frame.memo[instance_meshes] = found
    assert isinstance(found, Mapping)
    return found


def surface_mesh(surface: Surface, geometry: SceneGeometry) -> TriangleMesh | None:
    """Triangles of one surface in its own frame; ``None`` for planes and what bends.

    Args:
        surface: Of ``geometry``.
        geometry: Holds the meshes.
    """
    # Imported here: only formats with meshes need it.
    import trimesh

    x, y, z = surface.size_m
    match surface.shape:
        case 'mesh':
            return geometry.meshes[surface.mesh]
        case 'box':
            made = trimesh.creation.box(extents=(2 * x, 2 * y, 2 * z))
        case 'sphere':
            made = trimesh.creation.icosphere(subdivisions=_SPHERE_SUBDIVISIONS, radius=x)
        case 'ellipsoid':
            made = trimesh.creation.icosphere(subdivisions=_SPHERE_SUBDIVISIONS, radius=1.0)
            made.apply_scale((x, y, z))
        case 'cylinder':
            made = trimesh.creation.cylinder(radius=x, height=2 * y, sections=_SEGMENTS)
        case 'capsule':
            made = trimesh.creation.capsule(
                height=2 * y, radius=x, count=(_SEGMENTS, _SEGMENTS // 2)
            )
            # Of the library's capsule, the lower centre may be the origin.
            made.apply_translation(-made.bounds.mean(axis=0))
        case _:
            return None
    return TriangleMesh(
        np.asarray(made.vertices, np.float64).copy(), np.asarray(made.faces, np.int32).copy()
    )


def joined(parts: list[TriangleMesh]) -> TriangleMesh:
    """Several meshes of one frame as one; at least one."""
    starts = np.cumsum([0, *(len(part.vertices_m) for part in parts)])
    return TriangleMesh(
        np.concatenate([part.vertices_m for part in parts]),
        np.concatenate(
            [part.faces + np.int32(start) for part, start in zip(parts, starts[:-1], strict=True)]
        ).astype(np.int32),
    )


def moved(mesh: TriangleMesh, target_from_mesh: FloatArray) -> TriangleMesh:
    """A mesh in another frame.

    Args:
        mesh: The mesh.
        target_from_mesh: Affine map, (4, 4).
    """
    return TriangleMesh(
        mesh.vertices_m @ target_from_mesh[:3, :3].T + target_from_mesh[:3, 3], mesh.faces
    )


def unit_box_mesh(mesh: TriangleMesh, instance: Instance) -> TriangleMesh:
    """A mesh in units of its instance's 3D box: every size of one model gives the same.

    Args:
        mesh: Metres, object frame.
        instance: Whose mesh it is.

    Returns:
        Vertices from -0.5 to 0.5 along the edges of the box.
    """
    return moved(mesh, inverse_affine(_object_from_unit_box(instance)))


def from_unit_box(mesh: TriangleMesh, instance: Instance) -> TriangleMesh:
    """The inverse of ``unit_box_mesh``: metres, object frame."""
    return moved(mesh, _object_from_unit_box(instance))


def inverse_affine(matrix: FloatArray) -> FloatArray:
    """Inverse of an affine map, (4, 4), with scales of any size."""
    return np.asarray(np.linalg.inv(matrix), np.float64)


def _object_from_unit_box(instance: Instance) -> FloatArray:
    # A sheet of paper has no thickness to divide by.
    size = np.maximum(np.asarray(instance.size_m, np.float64), 1e-6)
    result: FloatArray = instance.object_from_box @ np.diag([*size, 1.0])
    return result


def _meshes(frame: Frame) -> dict[int, TriangleMesh]:
    if frame.scene is None:
        return dict(frame.shapes)
    scene, geometry = frame.scene, frame.scene.geometry
    absent = frozenset(scene.absent)
    instances = {instance.instance_id: instance for instance in frame.instances}
    parts: dict[int, list[TriangleMesh]] = {}
    for number, surface in enumerate(geometry.surfaces):
        if not surface.drawn or surface.thing < 0 or number in absent:
            continue
        instance = instances.get(geometry.things[surface.thing].instance_id)
        mesh = None if instance is None else surface_mesh(surface, geometry)
        if instance is None or mesh is None:
            continue
        object_from_surface = inverse(instance.world_from_object) @ scene.world_from_geom[number]
        parts.setdefault(instance.instance_id, []).append(moved(mesh, object_from_surface))
    return {number: joined(found) for number, found in sorted(parts.items())}
