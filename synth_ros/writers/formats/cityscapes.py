"""The layout of Cityscapes: label and instance images, colours and polygons.

``leftImg8bit/<split>/<episode>/`` holds the images, ``gtFine/<split>/<episode>/`` what is in them.
The city of a name is the episode, the sequence the camera and the frame the view, so
``000012_head_000003_leftImg8bit.png`` is the image that is ``000012_003_head`` elsewhere; a ``_``
in a camera's name becomes ``-``, because the format's tools split names at ``_``.

``labelIds`` (8 bits) are class ids, 0 where nothing of a class is; stuff is there if the dataset
has panoptic masks. ``instanceIds`` (16 bits) are 1000 times the class id plus the instance id for
labelled objects and the class id alone for the rest, which is how Cityscapes says that pixels
belong to no countable instance. Pixels lie where those of the image lie.

``polygons`` are corners at pixel centres, integers from 0, as Cityscapes has them: a polygon
covers the pixels on its outline, too. They are in the order in which they must be painted, each
over the ones before; one with the label ``unlabeled`` is a hole. Painted so, they give the label
image back exactly. An object in several pieces is several polygons with one ``instance_id``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from synth_ros.errors import OutputError
from synth_ros.types import IdImage, Sample, SampleKey
from synth_ros.writers import codecs
from synth_ros.writers.formats.base import Committed, FormatSetup, FrameProduct, Pictures
from synth_ros.writers.formats.left_out import Content, left_out
from synth_ros.writers.formats.semantic import (
    classes_csv,
    classes_json,
    colour_of,
    has_stuff,
    mask_classes,
    semantic_image,
)

MAX_LABEL = 255
"""Largest class id that a label image holds."""
INSTANCES = 1000
"""Instances of a class in one image; also the factor of the class id."""
UNLABELED = 'unlabeled'
"""What Cityscapes calls pixels without a class."""

_HELD: frozenset[Content] = frozenset({'stuff', 'instance_masks'})


class Region(NamedTuple):
    """A connected area of one value.

    Attributes:
        value: Of the instance image.
        outline: Pixel centres (x, y), shape (n, 2), int32, at least three: of a region of one or
            two pixels the last is repeated, since tools refuse to draw polygons of fewer. What it
            encloses belongs to it unless a later region covers it.
        enclosed: Pixels inside the outline.
    """

    value: int
    outline: NDArray[np.int32]
    enclosed: int


@dataclass(frozen=True, slots=True)
class CityscapesFormat:
    """Writes ``leftImg8bit`` and ``gtFine``.

    Attributes:
        setup: Classes and splits.
    """

    setup: FormatSetup

    @property
    def name(self) -> Literal['cityscapes']:
        """Of the format and of its folder."""
        return 'cityscapes'

    def frame(self, sample: Sample, pictures: Pictures) -> FrameProduct:
        """An image and its four annotation files.

        Raises:
            OutputError: A class or instance id is too large.
        """
        split, stem = self.setup.splits.of(sample.key.episode), _stem(sample.key)
        image, truth = (
            f'{folder}/{split}/{sample.key.episode:06d}/{stem}'
            for folder in ('leftImg8bit', 'gtFine')
        )
        labels = semantic_image(sample, stuff=has_stuff(self.setup))
        instances = self._instance_image(sample, labels)
        regions = painted(instances)
        return FrameProduct(
            files={
                # The format's tools look for PNG files, whatever the dataset stores.
                f'{image}_leftImg8bit.png': pictures.rgb_png,
                f'{truth}_gtFine_labelIds.png': codecs.encode_png(
                    labels.astype(np.uint8), is_mask=True
                ),
                f'{truth}_gtFine_instanceIds.png': codecs.encode_png(
                    instances.astype(np.uint16), is_mask=True
                ),
                f'{truth}_gtFine_color.png': codecs.encode_png(_colours(labels), is_mask=True),
                f'{truth}_gtFine_polygons.json': self._polygons(regions, labels.shape).encode(),
            },
            losses=left_out(sample, _HELD, depth=self.setup.options.depth),
        )

    def finish(self, out: Path, committed: Committed) -> None:  # noqa: ARG002 - of the protocol
        """Write ``classes.csv`` and ``classes.json``."""
        classes = mask_classes(self.setup)
        (out / 'classes.csv').write_text(classes_csv(classes), encoding='utf-8')
        (out / 'classes.json').write_text(classes_json(classes), encoding='utf-8')

    def _instance_image(self, sample: Sample, labels: NDArray[np.uint16]) -> IdImage:
        stem, largest = sample.key.stem, int(labels.max())
        if largest > MAX_LABEL:
            raise OutputError(
                f'Frame {stem} shows the class id {largest}, but label images of the format '
                f'cityscapes have 8 bits and hold 1 to {MAX_LABEL}. Use smaller class ids, or '
                'another format: masks and coco hold larger ones.'
            )
        # Values by instance id; 0 for those that are not labelled.
        ids = sample.labels.instance_id
        values = np.zeros(int(ids.max()) + 1, np.int32)
        for label in sample.labels.instances:
            class_id, number = label.instance.class_id, label.instance.instance_id
            value = INSTANCES * class_id + number
            if number >= INSTANCES or value > codecs.MAX_ID:
                raise OutputError(
                    f'{label.instance.name} of frame {stem} has the class id {class_id} and the '
                    f'instance id {number}, but the format cityscapes stores {INSTANCES} * class '
                    f'id + instance id in 16 bits: at most {codecs.MAX_ID}, with instance ids '
                    f'below {INSTANCES}. Use class ids up to 64 and fewer objects, or the format '
                    'coco.'
                )
            values[number] = value
        found = values[ids]
        image: IdImage = np.where(found > 0, found, labels).astype(np.int32)
        return image

    def _polygons(self, regions: list[Region], size: tuple[int, ...]) -> str:
        names = {0: UNLABELED} | {
            item.label_id: item.name for item in mask_classes(self.setup) if item.label_id
        }
        objects = []
        for region in regions:
            is_object = region.value >= INSTANCES
            class_id = region.value // INSTANCES if is_object else region.value
            record = {'label': names[class_id], 'polygon': region.outline.tolist()}
            if is_object:
                record['instance_id'] = region.value % INSTANCES
            objects.append(record)
        head = {'imgHeight': size[0], 'imgWidth': size[1], 'objects': objects}
        return json.dumps(head, separators=(',', ':'))


def painted(image: IdImage) -> list[Region]:
    """Regions that give an image back if they are painted one over the other.

    Regions are connected by edges. Of two such, either the outline of one encloses the other or
    they are apart, so painting the larger first is enough.

    Args:
        image: Shape (height, width), int32; 0 is the ground and is painted only where something
            else encloses it.
    """
    # Windows of all values at once; most objects are small.
    present = np.flatnonzero(np.bincount(image.ravel()))
    order = np.zeros(int(present[-1]) + 1, np.int32)
    order[present] = np.arange(1, len(present) + 1)
    windows = ndimage.find_objects(order[image])
    regions = [
        region
        for value, window in zip(present, windows, strict=True)
        for region in _regions(image, int(value), window=window)
    ]
    regions.sort(key=lambda region: (-region.enclosed, region.value, region.outline[0].tolist()))
    return regions


def _regions(image: IdImage, value: int, *, window: tuple[slice, slice]) -> Iterator[Region]:
    """The regions of one value.

    Args:
        image: Shape (height, width).
        value: In it.
        window: Rows and columns outside of which it does not occur.
    """
    top, left = window[0].start, window[1].start
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(
        (image[window] == value).astype(np.uint8), connectivity=4
    )
    for piece, (x, y, width, height, _area) in enumerate(stats.tolist()):
        place = (left + x, top + y)
        # The first piece is everything else.
        if piece == 0 or (value == 0 and _at_border(place, (width, height), image.shape)):
            continue
        mask = (pieces[y : y + height, x : x + width] == piece).astype(np.uint8)
        outlines, _ = cv2.findContours(
            mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=place
        )
        assert len(outlines) == 1
        outline = outlines[0].reshape(-1, 2).astype(np.int32)
        outline = np.pad(outline, ((0, max(0, 3 - len(outline))), (0, 0)), mode='edge')
        cv2.drawContours(mask, outlines, 0, 1, cv2.FILLED, offset=(-place[0], -place[1]))
        yield Region(value, outline, int(mask.sum()))


def _at_border(place: tuple[int, int], size: tuple[int, int], shape: tuple[int, ...]) -> bool:
    """Whether a box reaches the border: then nothing can enclose what is in it.

    Args:
        place: Its left column and top row.
        size: Its width and height.
        shape: (height, width) of the image.
    """
    (x, y), (width, height) = place, size
    return x == 0 or y == 0 or x + width == shape[1] or y + height == shape[0]


def _colours(labels: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """A colour for each label, shape (height, width, 3)."""
    table = np.array([colour_of(value) for value in range(MAX_LABEL + 1)], np.uint8)
    colours: NDArray[np.uint8] = table[labels]
    return colours


def _stem(key: SampleKey) -> str:
    """City, sequence and frame: episode, camera and view."""
    return f'{key.episode:06d}_{key.camera.replace("_", "-")}_{key.view:06d}'
