"""Cityscapes as a plain dataset: objects are those with an instance id of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.readers.layouts.cityscapes import (
    CLASSES,
    THINGS,
    CityscapesImage,
    find_table,
    images_of,
)
from synth_ros.readers.layouts.folders import is_file
from synth_ros.readers.layouts.masks import is_background, read_table
from synth_ros.readers.plain.files import (
    Entry,
    box_around,
    plain_image,
    read_colour,
    read_values,
)
from synth_ros.readers.plain.types import PlainImage, PlainObject
from synth_ros.types import ByteImage, MaskImage

_FIRST_OBJECT = 1000


class CityscapesPlain:
    """Images with instance ids.

    Pixels of a class that has objects elsewhere in the image, but with the bare number of the
    class, are a group: ignored.

    Args:
        path: The folder.

    Raises:
        UsageError: It has no label ids, an image is missing, or the table is damaged.
    """

    kind = 'cityscapes'

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._items: dict[str, CityscapesImage] = {}
        for item in images_of(self.path):
            if item.image is None:
                raise UsageError(f'{item.labels} has no image.')
            self._items[item.image.relative_to(self.path).as_posix()] = item
        if not self._items:
            raise UsageError(f'{path} holds no *_labelIds.png with an image.')
        table = find_table(self.path)
        try:
            self._names = read_table(table) if table else dict(CLASSES)
        except OSError as error:
            raise UsageError(f'Cannot read {table}: {error.strerror}.') from None
        except ValueError as error:
            raise UsageError(f'{table}: {error}.') from None
        # Of Cityscapes' own classes only some have objects that are told apart.
        listed = THINGS if table is None else sorted(self._names)
        self.class_names: Sequence[str] = tuple(
            self._names[value] for value in listed if not is_background(value, self._names)
        )

    def __len__(self) -> int:
        """Number of images."""
        return len(self._items)

    def __iter__(self) -> Iterator[PlainImage]:
        """All images."""
        for item in self._items.values():
            assert item.image is not None
            entry = Entry(item.image, item.split, item.group)
            objects = [found for found, _ in self._objects(item)]
            yield plain_image(self.path, entry, objects)

    def read_rgb(self, image: PlainImage) -> ByteImage:
        """Colour of an image."""
        return read_colour(self.path / image.name)

    def masks(self, image: PlainImage) -> Sequence[MaskImage | None]:
        """Pixels of each object."""
        return [mask for _, mask in self._objects(self._items[image.name])]

    def _objects(self, item: CityscapesImage) -> Iterator[tuple[PlainObject, MaskImage]]:
        """Objects by ascending id, then groups."""
        if not is_file(item.instances):
            return
        ids = read_values(item.instances)
        numbers = np.unique(ids).tolist()
        things = [number for number in numbers if number >= _FIRST_OBJECT]
        classes = {number // _FIRST_OBJECT for number in things}
        groups = [number for number in numbers if number in classes]
        for number in things + groups:
            mask = ids == number
            kind = number // _FIRST_OBJECT if number >= _FIRST_OBJECT else number
            found = PlainObject(
                class_name=self._names.get(kind, f'class {kind}'),
                box=box_around(mask),
                area_px=float(mask.sum()),
                ignored=number < _FIRST_OBJECT,
            )
            yield found, mask
