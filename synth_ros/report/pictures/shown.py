"""A frame with all its labels, as the pictures need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from synth_ros.types import ByteImage, CameraModel, Category, FloatArray, Instance, Labels, Sample


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
