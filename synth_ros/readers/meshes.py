"""Meshes of object models back from their files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.geometry.shapes import ModelMesh
from synth_ros.readers.shared import RecordedModel
from synth_ros.types import TriangleMesh

_KNOWN = 128


class RecordedMeshes:
    """Implements ``geometry.shapes.MeshSource`` for a dataset; the last meshes stay in memory.

    Args:
        root: Folder of the dataset.
        models: As ``models.json`` has them.
    """

    def __init__(self, root: Path, models: Mapping[str, RecordedModel]) -> None:
        self._root = root
        self._models = models
        self._read = lru_cache(maxsize=_KNOWN)(self._load)

    def __call__(self, model_name: str) -> ModelMesh | None:
        """Surface of a model; ``None`` if it is not kept.

        Raises:
            UsageError: Its file is missing or damaged.
        """
        model = self._models.get(model_name)
        if model is None or model.mesh is None or model.mesh_size_m is None:
            return None
        return ModelMesh(self._read(model.mesh), model.mesh_size_m)

    def __reduce__(self) -> tuple[type[RecordedMeshes], tuple[Path, Mapping[str, RecordedModel]]]:
        """Another process reads anew."""
        return RecordedMeshes, (self._root, self._models)

    def _load(self, name: str) -> TriangleMesh:
        # Imported here: only formats with meshes need it.
        import trimesh

        path = self._root / name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UsageError(f'Cannot read {path}: {error.strerror}.') from None
        try:
            found = trimesh.load_mesh(io.BytesIO(data), file_type='ply', process=False)
            vertices = np.asarray(found.vertices, np.float64).copy()
            faces = np.asarray(found.faces, np.int32).copy()
        # The library has no errors of its own: a cut file ends in whichever comes first.
        except Exception as error:  # noqa: BLE001
            raise UsageError(f'{path} is no PLY file of triangles: {error}.') from None
        return TriangleMesh(vertices, faces)
