"""One frame as the report shows it, from a fresh sample or from a dataset on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.coco_entries import ImageEntry
from synth_ros.readers.plain.ours import OurPlain
from synth_ros.readers.plain.types import PlainDataset, PlainImage
from synth_ros.types import Box2D, ByteImage, DepthImage, IdImage, Sample


class NamedBox(NamedTuple):
    """A box with what is written beside it.

    Attributes:
        box: Half-open pixel edges.
        name: Readable object name.
        class_id: Decides the colour.
        visibility: Visible share of the object.
    """

    box: Box2D
    name: str
    class_id: int
    visibility: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame and its labels.

    Attributes:
        title: Names the frame.
        rgb: Shape (height, width, 3), uint8.
        depth_m: Shape (height, width), float32, 0 invalid; None if there is none.
        instance_id: Shape (height, width), int32, 0 background; None if there is none.
        boxes: Labelled objects.
    """

    title: str
    rgb: ByteImage
    depth_m: DepthImage | None
    instance_id: IdImage | None
    boxes: tuple[NamedBox, ...]


def from_sample(sample: Sample) -> Picture:
    """A picture of what the sensor gave."""
    return Picture(
        title=sample.key.stem,
        rgb=sample.rgb,
        depth_m=sample.depth_m,
        instance_id=sample.labels.instance_id,
        boxes=tuple(
            NamedBox(label.box, label.instance.name, label.instance.class_id, label.visibility)
            for label in sample.labels.instances
        ),
    )


def from_dataset(dataset: CocoDataset, image: ImageEntry) -> Picture:
    """A picture of what is on disk.

    Raises:
        UsageError: A file is missing or damaged.
    """
    return Picture(
        title=image.stem,
        rgb=dataset.read_rgb(image),
        depth_m=dataset.read_depth_m(image),
        instance_id=dataset.read_instances(image),
        boxes=tuple(
            NamedBox(record.box, record.instance_name, record.category_id, record.visibility)
            for record in dataset.annotations_of(image)
        ),
    )


def from_plain(dataset: PlainDataset, image: PlainImage) -> Picture:
    """A picture of an image of any dataset; crowds and ignored regions are left out.

    Raises:
        UsageError: A file is missing or damaged.
    """
    numbers = {name: number for number, name in enumerate(dataset.class_names, 1)}
    rgb = dataset.read_rgb(image)
    boxes, ids = [], np.zeros(rgb.shape[:2], np.int32)
    masks = dataset.masks(image)
    for number, (found, mask) in enumerate(zip(image.objects, masks, strict=True), 1):
        if found.ignored:
            continue
        if mask is not None:
            ids[mask] = number
        if found.box is not None:
            x0, y0, x1, y1 = (round(edge) for edge in found.box)
            shown = 1.0 if found.visibility is None else found.visibility
            number_of_class = numbers.get(found.class_name, 0) or len(numbers) + 1
            boxes.append(NamedBox(Box2D(x0, y0, x1, y1), found.class_name, number_of_class, shown))
    return Picture(
        title=image.name,
        rgb=rgb,
        depth_m=dataset.depth_m(image) if isinstance(dataset, OurPlain) else None,
        instance_id=ids if any(mask is not None for mask in masks) else None,
        boxes=tuple(boxes),
    )
