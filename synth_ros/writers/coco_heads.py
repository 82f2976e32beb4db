"""Records that belong to the whole dataset: what made it, classes, models, parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from synth_ros.types import Category, Instance, Part
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco_labels import rows
from synth_ros.writers.coco_records import (
    FORMAT,
    CategoryRecord,
    FileRecord,
    InfoRecord,
    ModelRecord,
    PanopticCategoryRecord,
    PartRecord,
)
from synth_ros.writers.meshes import MeshFile
from synth_ros.writers.storage import FileEntry


def info_record(info: DatasetInfo) -> InfoRecord:
    """The head of the dataset."""
    record: InfoRecord = {
        'description': info.description,
        'format': FORMAT,
        'generator': 'synth_ros',
        'version': info.version,
        'config_hash': info.config_hash,
        'renderer': info.renderer,
        'seed': info.seed,
        'labels': list(info.annotations),
        'thresholds': {
            'min_pixels': info.min_pixels,
            'min_visibility': info.min_visibility,
        },
    }
    if info.sources:
        record['sources'] = [
            {
                'dataset': source.dataset,
                'config_hash': source.config_hash,
                'seed': source.seed,
                'version': source.version,
                'renderer': source.renderer,
                'episodes': source.episodes,
            }
            for source in info.sources
        ]
    if info.selection is not None:
        where, keep, episodes, every, max_frames = info.selection
        record['selection'] = {
            'where': where,
            'keep': keep,
            'episodes': episodes,
            'every': every,
            'max_frames': max_frames,
        }
    return record


def category_records(info: DatasetInfo) -> list[CategoryRecord]:
    """The classes of objects, in their given order; stuff is in panoptic masks only."""
    return [_category_record(category) for category in info.categories if category.is_thing]


def panoptic_category_records(info: DatasetInfo) -> list[PanopticCategoryRecord]:
    """All classes, in their given order."""
    return [
        {
            'id': category.class_id,
            'name': category.name,
            'supercategory': category.supercategory,
            'isthing': int(category.is_thing),
        }
        for category in info.categories
    ]


def model_records(
    instances: Iterable[Instance], meshes: Mapping[str, MeshFile]
) -> dict[str, ModelRecord]:
    """Models by name, each at the size of its first instance.

    Args:
        instances: All of them.
        meshes: Files of surfaces by model name.
    """
    models: dict[str, ModelRecord] = {}
    for instance in sorted(instances, key=lambda item: item.instance_id):
        name = instance.model_name
        if name not in models:
            models[name] = _model_record(instance, meshes.get(name))
    return models


def part_records(parts: Iterable[Part]) -> list[PartRecord]:
    """Parts by ascending id."""
    return [
        {'id': int(part.part_id), 'owner': part.owner, 'name': part.name}
        for part in sorted(parts, key=lambda part: part.part_id)
    ]


def file_record(entry: FileEntry) -> FileRecord:
    """A file with its checksum."""
    return {'path': entry.path, 'size': entry.size, 'sha256': entry.sha256}


def _category_record(category: Category) -> CategoryRecord:
    record: CategoryRecord = {
        'id': category.class_id,
        'name': category.name,
        'supercategory': category.supercategory,
    }
    if category.keypoints:
        record['keypoints'] = list(category.keypoints)
        record['skeleton'] = [[first + 1, second + 1] for first, second in category.skeleton]
    return record


def _model_record(instance: Instance, mesh: MeshFile | None) -> ModelRecord:
    symmetry = instance.symmetry
    return {
        'category_id': int(instance.class_id),
        'size_m': [float(edge) for edge in instance.size_m],
        'object_from_box': rows(instance.object_from_box),
        'symmetries_discrete': [
            [value for row in rows(motion) for value in row] for motion in symmetry.discrete
        ],
        'symmetries_continuous': [
            {'axis': list(axis.axis), 'offset': list(axis.offset_m)}
            for axis in symmetry.continuous
        ],
        'keypoints': [
            {
                'name': spec.name,
                'kind': spec.kind,
                'object_from_point_m': list(spec.object_from_point_m),
            }
            for spec in instance.keypoints
        ],
        'mesh': None if mesh is None else mesh.path,
        'mesh_size_m': None if mesh is None else list(mesh.size_m),
    }
