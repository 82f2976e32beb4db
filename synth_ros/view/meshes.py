"""Surfaces of the objects, where the recording keeps them: each model once, at all its places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import rerun as rr

from synth_ros.geometry.shapes import MeshSource
from synth_ros.geometry.transforms import quat_xyzw_from_matrix
from synth_ros.readers.recording import RecordedFrame
from synth_ros.report.palette import Rgb
from synth_ros.schema.records import InstanceRecord, Matrix4
from synth_ros.schema.unpack import matrix
from synth_ros.types import FloatArray, TriangleMesh
from synth_ros.view import paths
from synth_ros.view.log import Log

_PAINT: Rgb = (190, 190, 195)

_Places = tuple[tuple[Matrix4, float], ...]

_NOWHERE: _Places = ()


class Meshes:
    """A mesh for each model, logged when the model first appears, and where its objects are.

    A recording has many objects of few models; meshes of each would be most of the log.

    Args:
        log: Where to log.
        source: Surfaces of the models; ``None`` if the recording has none.
    """

    def __init__(self, log: Log, source: MeshSource | None) -> None:
        self._log = log
        self._source = source
        self._sizes: dict[str, float | None] = {}
        self._places: dict[str, _Places] = {}

    def begin(self) -> None:
        """Models stay; their places are those of the first instant."""

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log models that are new, and places that changed.

        Raises:
            UsageError: The file of a mesh is missing or damaged.
        """
        if self._source is None:
            return
        found = self._find(frames[0].record.instances, self._source)
        for model in sorted(found.keys() | self._places.keys()):
            places = found.get(model, _NOWHERE)
            if self._places.get(model) != places:
                self._places[model] = places
                self._log.note(paths.below(paths.MODELS, model), _poses(places))

    def _find(
        self, instances: Sequence[InstanceRecord], source: MeshSource
    ) -> Mapping[str, _Places]:
        """Poses and scales of the objects of each model that has a mesh."""
        found: defaultdict[str, list[tuple[Matrix4, float]]] = defaultdict(list)
        for item in instances:
            if item.model_name not in self._sizes:
                self._sizes[item.model_name] = self._log_model(item.model_name, source)
            size_m = self._sizes[item.model_name]
            if size_m is not None:
                scale = max(item.size_m) / size_m
                found[item.model_name].append((item.world_from_object, scale))
        return {model: tuple(places) for model, places in found.items()}

    def _log_model(self, name: str, source: MeshSource) -> float | None:
        """Log a mesh; its longest edge, metres, or ``None`` if it is not kept."""
        known = source(name)
        if known is None:
            return None
        self._log.note(
            paths.below(paths.MODELS, name),
            rr.Mesh3D(
                vertex_positions=known.mesh.vertices_m,
                triangle_indices=known.mesh.faces,
                vertex_normals=vertex_normals(known.mesh),
                albedo_factor=_PAINT,
            ),
        )
        return max(known.size_m)


def _poses(places: _Places) -> rr.InstancePoses3D:
    if not places:
        # A mesh without places would stand at the origin; one of no size is not drawn.
        return rr.InstancePoses3D(scales=[(0, 0, 0)], translations=[(0, 0, 0)])
    transforms = [matrix(pose) for pose, _ in places]
    return rr.InstancePoses3D(
        translations=[transform[:3, 3] for transform in transforms],
        quaternions=[quat_xyzw_from_matrix(transform[:3, :3]) for transform in transforms],
        scales=[(scale, scale, scale) for _, scale in places],
    )


def vertex_normals(mesh: TriangleMesh) -> FloatArray:
    """Unit normals, shape (n, 3): of the triangles around each vertex, weighted by area."""
    corners = mesh.vertices_m[mesh.faces]
    of_faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(mesh.vertices_m)
    for corner in range(3):
        np.add.at(normals, mesh.faces[:, corner], of_faces)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    unit: FloatArray = normals / np.where(lengths > 0, lengths, 1.0)
    return unit
