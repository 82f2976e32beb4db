"""Surfaces of object models as files, so that a dataset can be turned into formats with meshes."""

from __future__ import annotations

import re
import threading
import zlib
from typing import NamedTuple

from synth_ros.geometry.shapes import MeshSource
from synth_ros.types import TriangleMesh

MESHES = 'meshes'


class MeshFile(NamedTuple):
    """A mesh on the disk.

    Attributes:
        path: Relative to the dataset.
        data: Binary PLY, metres, object frame.
        size_m: Edges of the model's 3D box at the size of the mesh.
    """

    path: str
    data: bytes
    size_m: tuple[float, float, float]


class MeshBook:
    """Files of models, each encoded once. Several threads may ask at once.

    Args:
        source: Gives surfaces; ``None`` knows none.
    """

    def __init__(self, source: MeshSource | None) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._known: dict[str, MeshFile | None] = {}

    def file(self, model_name: str) -> MeshFile | None:
        """The file of a model; ``None`` if its surface is not known."""
        with self._lock:
            if model_name not in self._known:
                self._known[model_name] = self._encode(model_name)
            return self._known[model_name]

    def _encode(self, model_name: str) -> MeshFile | None:
        found = None if self._source is None else self._source(model_name)
        if found is None:
            return None
        return MeshFile(mesh_path(model_name), ply_bytes(found.mesh), found.size_m)

    def __reduce__(self) -> tuple[type[MeshBook], tuple[MeshSource | None]]:
        """Another process encodes anew."""
        return MeshBook, (self._source,)


def mesh_path(model_name: str) -> str:
    """Where the mesh of a model lies; different names give different paths.

    Args:
        model_name: Such as ``mug/blue_stripe``; may hold any letters.
    """
    parts = [re.sub(r'[^A-Za-z0-9_.-]', '_', part).lstrip('.') for part in model_name.split('/')]
    plain = '/'.join(part for part in parts if part)
    if plain != model_name:
        plain = f'{plain}-{zlib.crc32(model_name.encode()):08x}'
    return f'{MESHES}/{plain}.ply'


def ply_bytes(mesh: TriangleMesh) -> bytes:
    """A binary PLY file: float32 vertices, int32 faces."""
    # Imported here: only meshes need it.
    import trimesh
    from trimesh.exchange.ply import export_ply

    made = trimesh.Trimesh(mesh.vertices_m, mesh.faces, process=False)
    data: bytes = export_ply(made, encoding='binary', vertex_normal=False)
    return data
