"""Object models of a BOP dataset: which objects there are, their surfaces and symmetries.

BOP knows rigid objects of one size. Here an object is a model at one size and of one shape: what
differs by more than 0.05 mm is another object with a number of its own. The model frame is the
oriented 3D box (origin at its centre), millimetres.

A frame describes its objects in small files named by their content (``model_sources/``), so that
any worker may write them. When all frames are known, the descriptions that mean the same object
are put together and numbered by class, model name and size.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, JsonValue
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.distance import cdist

from synth_ros.geometry.transforms import inverse, transform_points
from synth_ros.types import FloatArray, Instance, TriangleMesh
from synth_ros.writers.formats.base import Committed
from synth_ros.writers.formats.bop_ply import (
    PlyMesh,
    Vertices,
    decode_ply,
    encode_ply,
    vertex_normals,
)

SAME_MM = 0.05
"""Sizes and vertices that are no farther apart are those of one object."""
MM = 1000.0

_SOURCES = 'model_sources'
# Computing a frame's meshes leaves noise far below this, so that frames agree on their bytes.
_GRID_MM = 1e-4
_DECIMALS = 12
# Distances are computed between so many points at a time.
_BLOCK = 512


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class AxisMm(_Plain):
    """An axis about which any turn leaves the model as it is; model frame, millimetres."""

    axis: tuple[float, float, float]
    offset: tuple[float, float, float]


class KeypointMm(_Plain):
    """A named point in the model frame, millimetres."""

    name: str
    kind: str
    position: tuple[float, float, float]


class ModelSource(_Plain):
    """One object as a frame describes it.

    Attributes:
        class_id: Its class.
        class_name: Likewise.
        model: Name of the asset variant.
        size_mm: Edges of its 3D box.
        symmetries_discrete: 16 numbers in rows each, model frame, the identity left out.
        symmetries_continuous: Axes.
        keypoints: Its named points.
        mesh: Path of its surface in the format's folder; ``None`` if the frame holds none.
    """

    class_id: int
    class_name: str
    model: str
    size_mm: tuple[float, float, float]
    symmetries_discrete: tuple[tuple[float, ...], ...] = ()
    symmetries_continuous: tuple[AxisMm, ...] = ()
    keypoints: tuple[KeypointMm, ...] = ()
    mesh: str | None = None


@dataclass(slots=True)
class BopObject:
    """One object of the dataset.

    Attributes:
        obj_id: Its number, from 1.
        source: Its description.
        paths: All files that describe it.
    """

    obj_id: int
    source: ModelSource
    paths: list[str]


def describe(instance: Instance, mesh: TriangleMesh | None) -> tuple[str, Mapping[str, bytes]]:
    """What a frame says of an object's model.

    Args:
        instance: The object.
        mesh: Its surface, metres, object frame; ``None`` if the frame holds none.

    Returns:
        Path of the description, and it and the surface as files by path.
    """
    files: dict[str, bytes] = {}
    box_from_object = inverse(instance.object_from_box)
    stem = re.sub(r'[^A-Za-z0-9]+', '_', instance.model_name).strip('_')
    path = None
    if mesh is not None and len(mesh.faces):
        surface = encode_ply(_in_box_mm(mesh, box_from_object))
        path = f'{_SOURCES}/{stem}-{_digest(surface)}.ply'
        files[path] = surface
    symmetry = instance.symmetry
    source = ModelSource(
        class_id=instance.class_id,
        class_name=instance.class_name,
        model=instance.model_name,
        size_mm=_three(np.asarray(instance.size_m) * MM),
        symmetries_discrete=tuple(
            _matrix_mm(box_from_object @ motion @ instance.object_from_box)
            for motion in symmetry.discrete
        ),
        symmetries_continuous=tuple(
            AxisMm(
                axis=_three(box_from_object[:3, :3] @ np.array(turn.axis)),
                offset=_three(transform_points(box_from_object, np.array(turn.offset_m)) * MM),
            )
            for turn in symmetry.continuous
        ),
        keypoints=tuple(
            KeypointMm(
                name=point.name,
                kind=point.kind,
                position=_three(
                    transform_points(box_from_object, np.array(point.object_from_point_m)) * MM
                ),
            )
            for point in instance.keypoints
        ),
        mesh=path,
    )
    text = source.model_dump_json().encode()
    name = f'{_SOURCES}/{stem}-{_digest(text)}.json'
    files[name] = text
    return name, files


def number_objects(paths: Collection[str], committed: Committed) -> list[BopObject]:
    """Put descriptions of one object together and number the objects.

    Args:
        paths: All descriptions of the dataset.
        committed: Reads them.

    Returns:
        Objects by number: by class id, model name and size.

    Raises:
        OutputError: A description or surface is missing or damaged.
    """
    sources = [
        (ModelSource.model_validate_json(committed.read(path)), path) for path in sorted(paths)
    ]
    sources.sort(key=lambda item: (item[0].class_id, item[0].model, item[0].size_mm, item[1]))
    found: list[BopObject] = []
    for source, path in sources:
        known = _find(found, source, committed)
        if known is None:
            found.append(BopObject(len(found) + 1, source, [path]))
            continue
        known.paths.append(path)
        if known.source.mesh is None:
            known.source = source
    return found


def write_models(objects: list[BopObject], out: Path, committed: Committed) -> None:
    """Write ``models/`` and its copy ``models_eval/``.

    Args:
        objects: All objects.
        out: The dataset's folder.
        committed: Reads their surfaces.

    Raises:
        OSError: Something could not be written.
        OutputError: A surface is missing or damaged.
    """
    folders = [out / 'models', out / 'models_eval']
    for folder in folders:
        folder.mkdir(parents=True)
    info: dict[str, JsonValue] = {}
    names: dict[str, JsonValue] = {}
    for item in objects:
        key, source = str(item.obj_id), item.source
        mesh = _surface(source, committed)
        if mesh is not None:
            data = encode_ply(mesh, vertex_normals(mesh))
            for folder in folders:
                (folder / f'obj_{item.obj_id:06d}.ply').write_bytes(data)
        info[key] = _info(source, mesh)
        names[key] = {
            'class_id': source.class_id,
            'class_name': source.class_name,
            'keypoints': [point.model_dump(mode='json') for point in source.keypoints],
            'mesh': mesh is not None,
            'model': source.model,
            'size_mm': list(source.size_mm),
        }
    for folder in folders:
        write_table(folder / 'models_info.json', info)
        write_table(folder / 'synth_ros_models.json', names)


def write_table(path: Path, rows: Mapping[str, JsonValue] | list[JsonValue]) -> None:
    """Write JSON with one entry a line, as BOP's own tools do.

    Args:
        path: The file.
        rows: In the order in which they are written.

    Raises:
        OSError: It could not be written.
    """
    if isinstance(rows, list):
        lines, opening, closing = [_json(row) for row in rows], '[', ']'
    else:
        lines, opening, closing = [f'"{k}": {_json(v)}' for k, v in rows.items()], '{', '}'
    inside = ',\n'.join(f'  {line}' for line in lines)
    path.write_text('\n'.join((opening, *([inside] if lines else ()), closing, '')), 'utf-8')


def diameter(points: Vertices) -> float:
    """Largest distance between any two of the points, exactly: corners of the hull suffice.

    Args:
        points: Shape (n, 3), at least one.
    """
    exact = np.unique(points.astype(np.float64), axis=0)
    # Refused are flat surfaces, and fewer points than a hull needs.
    with contextlib.suppress(QhullError, ValueError):
        exact = exact[ConvexHull(exact).vertices]
    starts = [*range(0, len(exact), _BLOCK), len(exact)]
    return max(float(cdist(exact[a:b], exact).max()) for a, b in pairwise(starts))


def _in_box_mm(mesh: TriangleMesh, box_from_object: FloatArray) -> PlyMesh:
    """The mesh in the model frame; vertices that no face uses are left out."""
    used, corners = np.unique(mesh.faces, return_inverse=True)
    points = transform_points(box_from_object, mesh.vertices_m[used]) * MM
    # Adding zero turns -0 into 0.
    rounded = np.rint(points / _GRID_MM) * _GRID_MM + 0.0
    return PlyMesh(rounded.astype(np.float32), corners.reshape(mesh.faces.shape).astype(np.int32))


def _surface(source: ModelSource, committed: Committed) -> PlyMesh | None:
    if source.mesh is None:
        return None
    return decode_ply(committed.read(source.mesh), source.mesh)


def _find(found: list[BopObject], source: ModelSource, committed: Committed) -> BopObject | None:
    """The object that a description is of. Objects are in the order of their size."""
    for known in reversed(found):
        other = known.source
        if (other.class_id, other.model) != (source.class_id, source.model):
            return None
        gaps = np.abs(np.subtract(other.size_mm, source.size_mm))
        if gaps[0] > SAME_MM:
            return None
        if (gaps <= SAME_MM).all() and _same_surface(other, source, committed):
            return known
    return None


def _same_surface(first: ModelSource, second: ModelSource, committed: Committed) -> bool:
    if first.mesh == second.mesh:
        return True
    a, b = _surface(first, committed), _surface(second, committed)
    if a is None or b is None:
        return True
    if a.vertices.shape != b.vertices.shape or not np.array_equal(a.faces, b.faces):
        return False
    return bool((np.abs(a.vertices - b.vertices) <= SAME_MM).all())


def _info(source: ModelSource, mesh: PlyMesh | None) -> dict[str, JsonValue]:
    """An entry of ``models_info.json``."""
    if mesh is None:
        size = np.array(source.size_mm)
        low, reach = -size / 2, float(np.linalg.norm(size))
    else:
        points = mesh.vertices.astype(np.float64)
        low, size = points.min(axis=0), np.ptp(points, axis=0)
        reach = diameter(mesh.vertices)
    entry: dict[str, JsonValue] = {'diameter': reach}
    for axis, name in enumerate('xyz'):
        entry[f'min_{name}'] = float(low[axis])
        entry[f'size_{name}'] = float(size[axis])
    if source.symmetries_discrete:
        entry['symmetries_discrete'] = [list(motion) for motion in source.symmetries_discrete]
    if source.symmetries_continuous:
        entry['symmetries_continuous'] = [
            turn.model_dump(mode='json') for turn in source.symmetries_continuous
        ]
    return entry


def _matrix_mm(motion: FloatArray) -> tuple[float, ...]:
    scaled = motion.copy()
    scaled[:3, 3] *= MM
    return tuple(_rounded(scaled).ravel().tolist())


def _three(values: FloatArray) -> tuple[float, float, float]:
    x, y, z = _rounded(values).tolist()
    return x, y, z


def _rounded(values: FloatArray) -> FloatArray:
    rounded: FloatArray = np.round(values, _DECIMALS) + 0.0
    return rounded


def _json(value: JsonValue) -> str:
    return json.dumps(value, sort_keys=True, allow_nan=False)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
