"""Surfaces of the object models of a config, for formats that hold meshes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from synth_ros.geometry.shapes import ModelMesh, joined, moved, primitive_mesh
from synth_ros.scene.catalog import LoadedClass
from synth_ros.scene.solid import Solid, geom_transform
from synth_ros.types import TriangleMesh


class CatalogMeshes:
    """Implements ``geometry.shapes.MeshSource`` for the classes of a config.

    Args:
        classes: With their variants; what comes first counts where a name comes twice.
    """

    def __init__(self, classes: Sequence[LoadedClass]) -> None:
        self._classes = tuple(classes)
        self._made: dict[str, ModelMesh] = {}

    def __call__(self, model_name: str) -> ModelMesh | None:
        """Surface of a model at its class's fixed scale."""
        found = self._made.get(model_name)
        if found is None and model_name in self._solids:
            # Made twice by two threads at once, it is the same both times.
            found = self._made[model_name] = model_mesh(self._solids[model_name])
        return found

    @cached_property
    def _solids(self) -> Mapping[str, Solid]:
        named = [
            (f'{entry.name}/{variant.name}', variant.solid)
            for entry in self._classes
            for variant in entry.variants
        ]
        return dict(reversed(named))


def model_mesh(solid: Solid) -> ModelMesh:
    """The visible surface of a solid."""
    parts = []
    for geom in solid.geoms:
        if not geom.visible:
            continue
        if geom.shape == 'mesh':
            source = solid.meshes[geom.mesh]
            mesh = TriangleMesh(source.vertices_m, source.faces)
        else:
            mesh = primitive_mesh(geom.shape, geom.size_m)
        placed = moved(mesh, geom_transform(geom))
        # Files hold single precision: whoever reads them has the very same numbers.
        vertices = placed.vertices_m.astype(np.float32).astype(np.float64)
        parts.append(TriangleMesh(vertices, placed.faces))
    x, y, z = (2 * solid.bounds.half_size_m).tolist()
    return ModelMesh(joined(parts), (x, y, z))
