"""Folders of semantic masks as a plain dataset: an object is a connected region of a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from synth_ros.errors import UsageError
from synth_ros.readers.layouts.masks import (
    IGNORED,
    find_layout,
    is_background,
    pairs_of,
    read_table,
)
from synth_ros.readers.plain.files import (
    Entry,
    box_around,
    plain_image,
    read_colour,
    read_values,
)
from synth_ros.readers.plain.types import PlainImage, PlainObject
from synth_ros.types import ByteImage, MaskImage


class MasksPlain:
    """Images with semantic masks.

    Regions are connected over corners, too. Value 0 is background unless the table names it as
    something else, and 255 is not labelled unless the table has it.

    Args:
        path: The folder.

    Raises:
        UsageError: It has no masks, a mask has no image, or the table is damaged.
    """

    kind = 'masks'

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        layout = find_layout(self.path)
        if layout is None:
            raise UsageError(f'{path} has no images/ and masks/.')
        self._entries: dict[str, tuple[Entry, Path]] = {}
        for pair in pairs_of(layout):
            if pair.image is None:
                raise UsageError(f'{pair.mask} has no image of the same name.')
            if pair.mask is None:
                raise UsageError(f'{pair.image} has no mask of the same name.')
            name = pair.image.relative_to(self.path).as_posix()
            self._entries[name] = (Entry(pair.image, pair.split), pair.mask)
        self._names = _table(layout.table) if layout.table else self._numbered()
        self.class_names: Sequence[str] = tuple(
            self._names[value]
            for value in sorted(self._names)
            if not is_background(value, self._names)
        )

    def __len__(self) -> int:
        """Number of images."""
        return len(self._entries)

    def __iter__(self) -> Iterator[PlainImage]:
        """All images."""
        for entry, mask in self._entries.values():
            objects = [_object(name, region) for name, region in self._regions(mask)]
            yield plain_image(self.path, entry, objects)

    def read_rgb(self, image: PlainImage) -> ByteImage:
        """Colour of an image."""
        return read_colour(self.path / image.name)

    def masks(self, image: PlainImage) -> Sequence[MaskImage | None]:
        """Each region."""
        _, mask = self._entries[image.name]
        return [region for _, region in self._regions(mask)]

    def _numbered(self) -> dict[int, str]:
        """Names for values that nobody named."""
        values: set[int] = set()
        for _, mask in self._entries.values():
            values |= set(np.unique(read_values(mask)).tolist())
        return {value: f'class {value}' for value in values - {0, IGNORED}}

    def _regions(self, path: Path) -> Iterator[tuple[str, MaskImage]]:
        values = read_values(path)
        for value in np.unique(values).tolist():
            if is_background(value, self._names):
                continue
            if value not in self._names:
                raise UsageError(f'{path} has the value {value}, which the table does not name.')
            for region in regions(values == value):
                yield self._names[value], region


def regions(mask: MaskImage) -> Iterator[MaskImage]:
    """Connected regions of a mask, in the order of their first pixel by rows."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    for number in range(1, count):
        region: MaskImage = labels == number
        yield region


def _object(name: str, region: MaskImage) -> PlainObject:
    return PlainObject(name, box_around(region), float(region.sum()))


def _table(path: Path) -> dict[int, str]:
    try:
        return read_table(path)
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}.') from None
    except ValueError as error:
        raise UsageError(f'{path}: {error}.') from None
