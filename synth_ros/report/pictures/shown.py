"""A frame with all its labels, as the pictures need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from pydantic import BaseModel, ValidationError

from synth_ros.errors import UsageError
from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.coco_entries import ImageEntry
from synth_ros.schema.convert import camera_of, instances, labels_of, world_from_camera
from synth_ros.types import ByteImage, CameraModel, Category, FloatArray, Instance, Labels, Sample

_PANOPTIC = 'panoptic.json'


class _PanopticCategory(BaseModel):
    id: int
    name: str


class _PanopticIndex(BaseModel):
    """What is read of COCO's index of panoptic masks."""

    categories: tuple[_PanopticCategory, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame and what is known of it, from a fresh sample or from a dataset on disk.

    Attributes:
        title: Names the frame.
        rgb: Shape (height, width, 3), uint8.
        camera: Intrinsics.
        world_from_camera: Pose of the optical frame, shape (4, 4).
        instances: All objects of the scene, by ascending id.
        labels: What is drawn.
        class_names: Category names by id, stuff included.
        bones: Lines between an object's keypoints by category name, as pairs of keypoint names.
    """

    title: str
    rgb: ByteImage
    camera: CameraModel
    world_from_camera: FloatArray
    instances: tuple[Instance, ...]
    labels: Labels
    class_names: Mapping[int, str]
    bones: Mapping[str, tuple[tuple[str, str], ...]]

    @property
    def has_masks(self) -> bool:
        """Whether masks are known; a dataset may have been made without."""
        return bool(self.labels.instance_id.any())

    def name_of(self, instance_id: int) -> str:
        """Readable name of an instance."""
        return next(i.name for i in self.instances if i.instance_id == instance_id)


def from_sample(sample: Sample, categories: Sequence[Category] = ()) -> Shown:
    """A fresh sample as it is drawn.

    Args:
        sample: With whatever labels it has.
        categories: For names of stuff and lines between keypoints.
    """
    frame = sample.frame
    return Shown(
        title=sample.key.stem,
        rgb=sample.rgb,
        camera=frame.camera,
        world_from_camera=frame.world_from_camera,
        instances=frame.instances,
        labels=sample.labels,
        class_names=class_names(categories),
        bones=named_bones(categories),
    )


def from_dataset(
    dataset: CocoDataset, image: ImageEntry, *, names: Mapping[int, str] | None = None
) -> Shown:
    """A frame on disk as it is drawn.

    Args:
        dataset: Where it is.
        image: The frame.
        names: From ``read_class_names``; names of things alone by default.

    Raises:
        UsageError: A file is missing or damaged.
    """
    record = dataset.read_record(image)
    return Shown(
        title=image.stem,
        rgb=dataset.read_rgb(image),
        camera=camera_of(record),
        world_from_camera=world_from_camera(record),
        instances=instances(record),
        labels=_read_labels(dataset, image),
        class_names=class_names(dataset.categories) if names is None else names,
        bones=named_bones(dataset.categories),
    )


def read_class_names(dataset: CocoDataset) -> Mapping[int, str]:
    """Names of things and, if the dataset has panoptic masks, of stuff.

    Raises:
        UsageError: The index of panoptic masks is damaged.
    """
    names = dict(class_names(dataset.categories))
    path = dataset.root / _PANOPTIC
    if not path.is_file():
        return MappingProxyType(names)
    try:
        categories = _PanopticIndex.model_validate_json(path.read_bytes()).categories
    except ValidationError as error:
        raise UsageError(
            f'{path} is damaged: {error.errors(include_url=False)[0]["msg"]}.'
        ) from None
    return MappingProxyType(names | {entry.id: entry.name for entry in categories})


def _read_labels(dataset: CocoDataset, image: ImageEntry) -> Labels:
    """All labels; empty masks if the dataset was made without."""
    if image.instance_mask_file and image.semantic_mask_file:
        return dataset.read_labels(image)
    shape = (image.height, image.width)
    return labels_of(
        dataset.read_record(image),
        instance_id=np.zeros(shape, np.int32),
        class_id=np.zeros(shape, np.uint16),
        dense=dataset.read_dense(image),
    )


def class_names(categories: Sequence[Category]) -> Mapping[int, str]:
    """Names by class id."""
    return MappingProxyType({category.class_id: category.name for category in categories})


def named_bones(
    categories: Sequence[Category],
) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Lines between keypoints by category name, the points by name."""
    return MappingProxyType(
        {
            category.name: tuple(
                (category.keypoints[a], category.keypoints[b]) for a, b in category.skeleton
            )
            for category in categories
            if category.skeleton
        }
    )
