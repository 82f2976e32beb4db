"""What a network is to learn of a frame, as arrays.

Coordinates are those of COCO and of torchvision: boxes count from the outer edge of the first
pixel, keypoints are indexed, so that integers are pixel centres.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import UsageError
from synth_ros.readers.coco_entries import AnnotationEntry, ImageEntry
from synth_ros.readers.container import Root
from synth_ros.readers.images import read_depth_m, read_ids
from synth_ros.schema.rle import Rle, decode_mask
from synth_ros.training.index import FrameEntry
from synth_ros.types import Category

TargetName = Literal[
    'boxes',
    'labels',
    'masks',
    'area',
    'iscrowd',
    'image_id',
    'keypoints',
    'amodal_boxes',
    'visibility',
    'instance_ids',
    'camera_from_object',
    'camera_from_box',
    'size_m',
    'depth_m',
    'semantic',
    'instances',
    'intrinsics',
]
"""Keys of a target; ``docs/training.md`` gives their shapes."""

DETECTION: tuple[TargetName, ...] = ('boxes', 'labels', 'masks', 'area', 'iscrowd', 'image_id')
"""What the detection references of torchvision take."""

Array = NDArray[np.generic]
Target = dict[str, Array | int]
"""Arrays by name; ``image_id`` is a number."""

PER_OBJECT: frozenset[str] = frozenset(
    {
        'boxes',
        'labels',
        'masks',
        'area',
        'iscrowd',
        'keypoints',
        'amodal_boxes',
        'visibility',
        'instance_ids',
        'camera_from_object',
        'camera_from_box',
        'size_m',
    }
)
"""Have a row for each object, in the same order."""

_Objects = Sequence[AnnotationEntry]


def _stack(
    rows: Sequence[object], shape: tuple[int, ...], dtype: type[np.generic] = np.float32
) -> Array:
    """Rows as an array that has its shape even without a row."""
    return np.array(rows, dtype).reshape(len(rows), *shape)


_OF_OBJECTS: Mapping[str, Callable[[_Objects], Array]] = MappingProxyType(
    {
        'boxes': lambda found: _stack([item.box for item in found], (4,)),
        'labels': lambda found: _stack([item.category_id for item in found], (), np.int64),
        'area': lambda found: _stack([item.area for item in found], ()),
        'iscrowd': lambda found: _stack([item.iscrowd for item in found], (), np.int64),
        'amodal_boxes': lambda found: _stack([_edges(item.bbox_amodal) for item in found], (4,)),
        'visibility': lambda found: _stack([item.visibility for item in found], ()),
        'instance_ids': lambda found: _stack([item.instance_id for item in found], (), np.int64),
        'camera_from_object': lambda found: _stack(
            [item.camera_from_object for item in found], (4, 4)
        ),
        'camera_from_box': lambda found: _stack(
            [item.box3d.camera_from_box for item in found], (4, 4)
        ),
        'size_m': lambda found: _stack([item.box3d.size_m for item in found], (3,)),
    }
)


_OF_IMAGE: Mapping[str, Callable[[ImageEntry, Root], Array]] = MappingProxyType(
    {
        'intrinsics': lambda image, _: np.array(image.intrinsics, np.float32),
        'depth_m': lambda image, files: read_depth_m(files / str(image.depth_file)),
        # Losses of segmentation take 64 bits.
        'semantic': lambda image, files: read_ids(files / str(image.semantic_mask_file)).astype(
            np.int64
        ),
        'instances': lambda image, files: read_ids(files / str(image.instance_mask_file)),
    }
)


class TargetMaker:
    """Makes targets of frames.

    Args:
        names: What they hold.
        categories: All classes.
        first: Some frame of the dataset: all have the same files.
        keypoints: Whether it was made with keypoints.

    Raises:
        UsageError: A name is unknown, or the dataset does not have it.

    Attributes:
        names: What they hold.
        keypoint_names: Columns of ``keypoints``: those of all classes, each once.
    """

    def __init__(
        self,
        names: Sequence[str],
        categories: Sequence[Category],
        first: ImageEntry,
        *,
        keypoints: bool,
    ) -> None:
        _check(names, first, keypoints=keypoints and any(c.keypoints for c in categories))
        self.names = tuple(names)
        self.keypoint_names = tuple(
            dict.fromkeys(name for category in categories for name in category.keypoints)
        )
        column = {name: place for place, name in enumerate(self.keypoint_names)}
        self._columns = {
            category.class_id: [column[name] for name in category.keypoints]
            for category in categories
        }

    def make(self, entry: FrameEntry, files: Root) -> Target:
        """The target of one frame.

        Args:
            entry: The frame.
            files: Where the dataset's files are.

        Raises:
            UsageError: A file is missing or damaged.
        """
        return {name: self._value(name, entry, files) for name in self.names}

    def _value(self, name: str, entry: FrameEntry, files: Root) -> Array | int:
        image, found = entry.image, entry.annotations
        if name in _OF_OBJECTS:
            return _OF_OBJECTS[name](found)
        if name in _OF_IMAGE:
            return _OF_IMAGE[name](image, files)
        if name == 'image_id':
            return image.id
        return _masks(found, image) if name == 'masks' else self._keypoints(found)

    def _keypoints(self, found: _Objects) -> Array:
        """x, y, v; zeros for keypoints of other classes."""
        points = np.zeros((len(found), len(self.keypoint_names), 3), np.float32)
        for row, item in zip(points, found, strict=True):
            own = self._columns[item.category_id]
            row[own] = np.array(item.keypoints or (), np.float32).reshape(-1, 3)
        return points


def _check(names: Sequence[str], image: ImageEntry, *, keypoints: bool) -> None:
    unknown = [name for name in names if name not in get_args(TargetName)]
    if unknown:
        raise UsageError(
            f'targets: there is no {unknown[0]!r}. There are {", ".join(get_args(TargetName))}.'
        )
    there = {
        'depth_m': (image.depth_file, 'output.dataset.depth: true'),
        'semantic': (image.semantic_mask_file, 'output.dataset.masks: true'),
        'instances': (image.instance_mask_file, 'output.dataset.masks: true'),
        'keypoints': (keypoints, 'labels.keypoints: true'),
    }
    for name in names:
        found, setting = there.get(name, (True, ''))
        if not found:
            raise UsageError(
                f'targets: the dataset has no {name}. Generate it with {setting}, or leave it out.'
            )


def _edges(xywh: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    x, y, width, height = xywh
    return x, y, x + width, y + height


def _masks(found: _Objects, image: ImageEntry) -> Array:
    """Visible masks, (objects, height, width), uint8, 0 and 1."""
    masks = np.zeros((len(found), image.height, image.width), np.uint8)
    for mask, item in zip(masks, found, strict=True):
        mask[:] = decode_mask(Rle(item.segmentation.size, item.segmentation.counts))
    return masks
