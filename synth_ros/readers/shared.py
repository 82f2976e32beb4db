"""What a recording says once for all its frames: names of classes, models, parts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from synth_ros.errors import UsageError
from synth_ros.geometry.shapes import MeshSource
from synth_ros.schema.faults import first_fault
from synth_ros.schema.records import (
    ContinuousSymmetryRecord,
    KeypointSpecRecord,
    Matrix4,
    PartRecord,
    SymmetryRecord,
    Vector3,
    Vector4,
)

MODELS = 'models.json'
PARTS = 'parts.json'

ClassNames = tuple[tuple[int, str], ...]
"""Class id and name, as listed."""


class RecordedModel(NamedTuple):
    """What ``models.json`` says of a model; lengths are those of its first instance.

    Attributes:
        class_id: Its class.
        size_m: Edges of the 3D box.
        object_from_box: Pose of the box in the object's frame.
        symmetry: Motions that leave it as it is.
        keypoints: Its named points.
        mesh: File of its surface; ``None`` if it is not kept.
        mesh_size_m: Edges of the 3D box at the size of that file.
    """

    class_id: int
    size_m: Vector3
    object_from_box: Matrix4
    symmetry: SymmetryRecord
    keypoints: tuple[KeypointSpecRecord, ...]
    mesh: str | None = None
    mesh_size_m: Vector3 | None = None


class Shared(NamedTuple):
    """What is said once for all frames.

    Attributes:
        classes: Every list of class names, by the file or topic that holds it.
        models: By name; ``None`` if they are not recorded.
        parts: Meaning of part masks; ``None`` if it is not recorded.
        meshes: Surfaces of models; ``None`` where none are kept.
    """

    classes: Mapping[str, ClassNames]
    models: Mapping[str, RecordedModel] | None = None
    parts: tuple[PartRecord, ...] | None = None
    meshes: MeshSource | None = None


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra='ignore')


class _Axis(_Entry):
    axis: Vector3
    offset: Vector3


class _Model(_Entry):
    category_id: int
    size_m: Vector3
    object_from_box: Matrix4
    symmetries_discrete: tuple[tuple[Vector4, Vector4, Vector4, Vector4], ...]
    symmetries_continuous: tuple[_Axis, ...]
    keypoints: tuple[KeypointSpecRecord, ...]
    mesh: str | None = None
    mesh_size_m: Vector3 | None = None


class _Part(_Entry):
    id: int = Field(ge=1)
    owner: str
    name: str


def read_models(path: Path) -> Mapping[str, RecordedModel] | None:
    """All of ``models.json``; ``None`` if it is not there.

    Raises:
        UsageError: It cannot be read.
    """
    if not path.exists():
        return None
    adapter = TypeAdapter(dict[str, _Model])
    try:
        stored = json.loads(path.read_bytes())
        for entry in stored.values():
            entry['symmetries_discrete'] = [_rows(m) for m in entry['symmetries_discrete']]
        found = adapter.validate_json(json.dumps(stored))
        return {name: _model(entry) for name, entry in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f'{path} cannot be read: {_first(error)}') from None


def read_parts_list(path: Path) -> tuple[PartRecord, ...] | None:
    """All of ``parts.json``; ``None`` if it is not there.

    Raises:
        UsageError: It cannot be read.
    """
    if not path.exists():
        return None
    try:
        found = TypeAdapter(tuple[_Part, ...]).validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f'{path} cannot be read: {_first(error)}') from None
    return tuple(PartRecord(part_id=p.id, owner=p.owner, name=p.name) for p in found)


def _model(entry: _Model) -> RecordedModel:
    continuous = tuple(
        ContinuousSymmetryRecord(axis=item.axis, offset_m=item.offset)
        for item in entry.symmetries_continuous
    )
    return RecordedModel(
        class_id=entry.category_id,
        size_m=entry.size_m,
        object_from_box=entry.object_from_box,
        symmetry=SymmetryRecord(discrete=entry.symmetries_discrete, continuous=continuous),
        keypoints=entry.keypoints,
        mesh=entry.mesh,
        mesh_size_m=entry.mesh_size_m,
    )


def _rows(numbers: list[float]) -> list[list[float]]:
    """BOP's 16 numbers as four rows."""
    return [numbers[start : start + 4] for start in range(0, len(numbers), 4)]


def _first(error: Exception) -> str:
    """The first thing that is wrong."""
    if isinstance(error, ValidationError):
        return first_fault(error)
    return str(error)
