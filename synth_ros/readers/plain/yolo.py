"""Ultralytics YOLO as a plain dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.readers.layouts.coco_masks import Polygon, polygons_mask
from synth_ros.readers.layouts.folders import is_file
from synth_ros.readers.layouts.yolo import (
    YoloImage,
    YoloLayout,
    YoloRow,
    images_of,
    parse_row,
    read_layout,
)
from synth_ros.readers.plain.files import (
    ADVICE,
    Entry,
    area_of,
    plain_image,
    read_colour,
    read_text,
)
from synth_ros.readers.plain.types import PlainImage, PlainObject
from synth_ros.types import ByteImage, MaskImage

_PROBED = 200
"""Label files that are looked at to tell polygons from oriented boxes."""


class YoloPlain:
    """Images with boxes, polygons, keypoints or oriented boxes.

    Rows of four points are oriented boxes if all of the first files have only such, and then have
    no mask.

    Args:
        path: The folder.

    Raises:
        UsageError: ``data.yaml`` or a list of images is damaged.
    """

    kind = 'yolo'

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._layout: YoloLayout
        try:
            self._layout = read_layout(self.path)
            found = [
                image
                for split, source in self._layout.sources
                # Exports name a test split that they do not have.
                if split != 'test' or source.exists()
                for image in images_of(split, source)
            ]
        except OSError as error:
            raise UsageError(
                f'Cannot read {error.filename}: {error.strerror}. Correct the path in data.yaml.'
            ) from None
        except ValueError as error:
            raise UsageError(f'{self.path}/data.yaml: {error}. {ADVICE}') from None
        self._images = {self._name(image): image for image in reversed(found)}
        self._images = dict(reversed(self._images.items()))
        named = self._layout.names
        self.class_names: Sequence[str] = named or self._numbered()

    def __len__(self) -> int:
        """Number of images."""
        return len(self._images)

    def __iter__(self) -> Iterator[PlainImage]:
        """All images, split by split."""
        for image in self._images.values():
            width, height = (entry := plain_image(self.path, Entry(image.path, image.split), ()))[
                1:3
            ]
            objects = [self._object(row, width, height) for row in self._rows(image)]
            yield entry._replace(objects=tuple(objects))

    def read_rgb(self, image: PlainImage) -> ByteImage:
        """Colour of an image."""
        return read_colour(self.path / image.name)

    def masks(self, image: PlainImage) -> Sequence[MaskImage | None]:
        """Mask of each object that is a polygon."""
        scale = np.array([image.width, image.height], dtype=np.float64)
        size = (image.height, image.width)
        return [
            None
            if row.points is None or self._oriented
            else polygons_mask([Polygon(np.array(row.points) * scale)], size)
            for row in self._rows(self._images[image.name])
        ]

    @cached_property
    def _oriented(self) -> bool:
        """Whether polygons of four points are oriented boxes."""
        lengths = {
            len(row.points)
            for image in list(self._images.values())[:_PROBED]
            for row in self._rows(image)
            if row.points is not None
        }
        return lengths == {4}

    def _numbered(self) -> tuple[str, ...]:
        """Names for classes that nobody named."""
        numbers = [row.class_id for image in self._images.values() for row in self._rows(image)]
        return tuple(f'class {number}' for number in range(max(numbers, default=-1) + 1))

    def _name(self, image: YoloImage) -> str:
        try:
            return image.path.relative_to(self.path).as_posix()
        except ValueError:
            raise UsageError(
                f'{image.path}, which {image.named_in or "data.yaml"} names, lies outside '
                f'{self.path}. Give the folder that holds all images.'
            ) from None

    def _rows(self, image: YoloImage) -> Iterator[YoloRow]:
        if not is_file(image.label):
            return
        for number, line in enumerate(read_text(image.label).splitlines(), 1):
            if not line.strip():
                continue
            try:
                yield parse_row(line, self._layout.keypoints)
            except ValueError as error:
                raise UsageError(f'{image.label}:{number}: {error}. {ADVICE}') from None

    def _object(self, row: YoloRow, width: int, height: int) -> PlainObject:
        names = self.class_names
        if row.class_id >= len(names):
            raise UsageError(
                f'{self.path}: a row is of class {row.class_id}, but data.yaml names '
                f'{len(names)}. {ADVICE}'
            )
        x, y, w, h = row.box
        box = (
            (x - w / 2) * width,
            (y - h / 2) * height,
            (x + w / 2) * width,
            (y + h / 2) * height,
        )
        area = area_of(box)
        if row.points is not None:
            area = Polygon(np.array(row.points) * (width, height)).area
        return PlainObject(names[row.class_id], box, area)
