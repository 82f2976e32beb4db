"""Collision shapes of meshes: one convex hull, or a convex decomposition."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile

import numpy as np
import scipy.spatial
from numpy.typing import NDArray

from synth_ros.config.objects import CollisionMode
from synth_ros.errors import AssetError
from synth_ros.scene.solid import SolidMesh
from synth_ros.types import FloatArray

if TYPE_CHECKING:
    import trimesh

# A mesh that fills less of its hull than this is a bowl, a mug or a chair: its hollows matter.
_CONVEX_ENOUGH = 0.75
# How far a part's hull may bulge over the surface, relative to the size of the object.
_CONCAVITY = 0.08
_MAX_PARTS = 16
_MAX_HULL_VERTICES = 64


class CollisionShape(NamedTuple):
    """Convex meshes that stand in for a mesh, and notes on how they were made."""

    parts: tuple[SolidMesh, ...]
    notes: tuple[str, ...] = ()


def hull_mesh(vertices_m: FloatArray, path: Path) -> SolidMesh:
    """The convex hull of points as a mesh.

    Args:
        vertices_m: Shape (n, 3).
        path: Named in the error.

    Raises:
        AssetError: If the points lie in a plane or a line.
    """
    try:
        hull = scipy.spatial.ConvexHull(vertices_m)
    except (scipy.spatial.QhullError, ValueError) as error:
        raise AssetError(
            path, 'the mesh is flat, so it has no volume to collide with; give it thickness.'
        ) from error
    corners = vertices_m[hull.simplices]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    inward = np.einsum('ij,ij->i', normals, hull.equations[:, :3]) < 0
    faces = np.where(inward[:, None], hull.simplices[:, ::-1], hull.simplices)
    number = np.zeros(len(vertices_m), np.int32)
    number[hull.vertices] = np.arange(len(hull.vertices))
    return SolidMesh(np.array(vertices_m[hull.vertices], np.float64), number[faces])


def collision_shape(
    vertices_m: FloatArray, faces: NDArray[np.int32], *, mode: CollisionMode, path: Path
) -> CollisionShape:
    """Convex parts that a mesh collides with.

    Args:
        vertices_m: Shape (n, 3).
        faces: Shape (f, 3).
        mode: ``hull``, ``decompose``, or ``auto``: decompose what fills little of its hull.
        path: The file, named in errors.

    Raises:
        AssetError: If the mesh is flat, or must be decomposed and CoACD is not installed.
    """
    hull = hull_mesh(vertices_m, path)
    if mode == 'hull':
        return CollisionShape((hull,))
    if mode == 'auto' and _filling(vertices_m, faces, hull) >= _CONVEX_ENOUGH:
        return CollisionShape((hull,))
    if not _has_coacd():
        if mode == 'decompose':
            raise AssetError(
                path, 'collision: decompose needs CoACD; run `pip install coacd`, or use hull.'
            )
        note = 'it is hollow but collides as its convex hull; `pip install coacd` to change that'
        return CollisionShape((hull,), (note,))
    import trimesh

    merged = trimesh.Trimesh(vertices_m, faces, process=True)
    merged.merge_vertices(merge_tex=True, merge_norm=True)
    return CollisionShape(_decompose(merged, path))


def _filling(vertices_m: FloatArray, faces: NDArray[np.int32], hull: SolidMesh) -> float:
    """Share of the hull's volume that the mesh fills."""
    return abs(_volume(vertices_m, faces)) / _volume(hull.vertices_m, hull.faces)


def _volume(vertices_m: FloatArray, faces: NDArray[np.int32]) -> float:
    """Volume inside triangles: the sum of the tetrahedra that they span with the origin."""
    a, b, c = np.moveaxis(vertices_m[faces], 1, 0)
    return float(np.einsum('ij,ij->', a, np.cross(b, c)) / 6)


def _has_coacd() -> bool:
    try:
        metadata.version('coacd')
    except metadata.PackageNotFoundError:
        return False
    return True


def _decompose(mesh: trimesh.Trimesh, path: Path) -> tuple[SolidMesh, ...]:
    """Convex parts, from the cache when the same mesh was decomposed before."""
    vertices = np.ascontiguousarray(mesh.vertices, np.float64)
    faces = np.ascontiguousarray(mesh.faces, np.int32)
    settings = f'{metadata.version("coacd")} {_CONCAVITY} {_MAX_PARTS} {_MAX_HULL_VERTICES}'
    key = hashlib.sha256(vertices.tobytes() + faces.tobytes() + settings.encode()).hexdigest()
    file = cache_dir() / 'convex_parts' / f'{key}.npz'
    parts = _read_parts(file)
    if parts is None:
        parts = [hull_mesh(points, path).vertices_m for points in _run_coacd(vertices, faces)]
        _write_parts(file, parts)
    return tuple(hull_mesh(points, path) for points in parts)


def _run_coacd(vertices: FloatArray, faces: NDArray[np.int32]) -> list[FloatArray]:
    import coacd  # type: ignore[import-untyped]  # optional, and slow to import

    coacd.set_log_level('error')
    parts = coacd.run_coacd(
        coacd.Mesh(vertices, faces),
        threshold=_CONCAVITY,
        max_convex_hull=_MAX_PARTS,
        max_ch_vertex=_MAX_HULL_VERTICES,
        decimate=True,
        seed=0,
        preprocess_resolution=30,
        resolution=1000,
        mcts_nodes=10,
        mcts_iterations=40,
        mcts_max_depth=2,
    )
    return [np.asarray(points, np.float64) for points, _ in parts]


def cache_dir() -> Path:
    """Where results that take long are kept between runs (XDG base directories)."""
    base = os.environ.get('XDG_CACHE_HOME') or str(Path.home() / '.cache')
    return Path(base) / 'synth_ros'


def _read_parts(file: Path) -> list[FloatArray] | None:
    try:
        # Through memory: numpy leaks the handle of a file that it finds damaged.
        with np.load(io.BytesIO(file.read_bytes())) as stored:
            return [stored[f'arr_{n}'] for n in range(len(stored.files))]
    except (OSError, ValueError, EOFError, KeyError, BadZipFile):
        # Absent or cut short by a crash: it is made again.
        return None


def _write_parts(file: Path, parts: list[FloatArray]) -> None:
    """Keep the parts; on a read-only or full disk they are made again next time."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as temporary:
            np.savez(temporary, *parts)
        Path(temporary.name).replace(file)
    except OSError:
        return
