"""KITTI as a plain dataset; DontCare regions are ignored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from synth_ros.errors import UsageError
from synth_ros.readers.layouts.folders import is_file
from synth_ros.readers.layouts.kitti import (
    DONT_CARE,
    KittiRow,
    find_folders,
    images_of,
    parse_row,
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


class KittiPlain:
    """Images with labels; poses are those of the 3D boxes' centres.

    Boxes name their outermost pixels, from 0: (left, top, right, bottom) are the half-open edges
    (left, top, right + 1, bottom + 1).

    Args:
        path: The folder.

    Raises:
        UsageError: It holds no labels.
    """

    kind = 'kitti'

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._images: dict[str, tuple[Entry, Path]] = {}
        for folders in find_folders(self.path):
            for _, image, label in images_of(folders):
                if image is not None:
                    name = image.relative_to(self.path).as_posix()
                    self._images[name] = (Entry(image, folders.split), label)
        if not self._images:
            raise UsageError(f'{path} holds no images with labels of KITTI (label_2/).')
        names = {
            row.type: None
            for _, label in self._images.values()
            for row in _rows(label)
            if not _ignored(row)
        }
        self.class_names: Sequence[str] = tuple(sorted(names))

    def __len__(self) -> int:
        """Number of images."""
        return len(self._images)

    def __iter__(self) -> Iterator[PlainImage]:
        """All images, split by split."""
        for entry, label in self._images.values():
            yield plain_image(self.path, entry, [_object(row) for row in _rows(label)])

    def read_rgb(self, image: PlainImage) -> ByteImage:
        """Colour of an image."""
        return read_colour(self.path / image.name)

    def masks(self, image: PlainImage) -> Sequence[MaskImage | None]:
        """KITTI has no masks."""
        return [None] * len(image.objects)


def _rows(label: Path) -> Iterator[KittiRow]:
    if not is_file(label):
        return
    for number, line in enumerate(read_text(label).splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield parse_row(line)
        except ValueError as error:
            raise UsageError(f'{label}:{number}: {error}. {ADVICE}') from None


def _ignored(row: KittiRow) -> bool:
    return row.type.lower() == DONT_CARE.lower()


def _object(row: KittiRow) -> PlainObject:
    left, top, right, bottom = row.box
    box = (left, top, right + 1, bottom + 1)
    height, width, length = row.size
    return PlainObject(
        class_name=row.type,
        box=box,
        area_px=area_of(box),
        truncation=row.truncated if 0 <= row.truncated <= 1 else None,
        camera_from_object=row.camera_from_object() if row.has_3d else None,
        size_m=(length, height, width) if row.has_3d else None,
        ignored=_ignored(row),
    )
