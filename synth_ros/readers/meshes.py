"""Meshes of object models back from their files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.geometry.shapes import ModelMesh
from synth_ros.readers.shared import RecordedModel
from synth_ros.schema.records import Vector3
from synth_ros.types import TriangleMesh

_KNOWN = 128


class SurfaceFile(NamedTuple):
    """Where the surface of a model is.

    Attributes:
        file: Relative to the recording's folder.
        size_m: Edges of the 3D box at the size of that file.
    """

    file: str
    size_m: Vector3


def surface_files(models: Mapping[str, RecordedModel]) -> Mapping[str, SurfaceFile]:
    """The surfaces that ``models.json`` names."""
    return {
        name: SurfaceFile(model.mesh, model.mesh_size_m)
        for name, model in models.items()
        if model.mesh is not None and model.mesh_size_m is not None
    }


class RecordedMeshes:
    """Implements ``geometry.shapes.MeshSource`` for a recording; the last meshes stay in memory.

    Args:
        root: Folder of the recording.
        files: Where surfaces are, by model name.
    """

    def __init__(self, root: Path, files: Mapping[str, SurfaceFile]) -> None:
        self._root = root
        self._files = files
        self._read = lru_cache(maxsize=_KNOWN)(self._load)

    def __call__(self, model_name: str) -> ModelMesh | None:
        """Surface of a model; ``None`` if it is not kept.

        Raises:
            UsageError: Its file is missing or damaged.
        """
        found = self._files.get(model_name)
        return None if found is None else ModelMesh(self._read(found.file), found.size_m)

    def __reduce__(self) -> tuple[type[RecordedMeshes], tuple[Path, Mapping[str, SurfaceFile]]]:
        """Another process reads anew."""
        return RecordedMeshes, (self._root, self._files)

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
