"""Pascal VOC as a plain dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from synth_ros.errors import UsageError
from synth_ros.readers.layouts.folders import with_stem
from synth_ros.readers.layouts.voc import (
    VocAnnotation,
    VocFolders,
    VocObject,
    find_folders,
    image_of,
    parse_annotation,
    splits_of,
    xml_files,
)
from synth_ros.readers.plain.files import (
    ADVICE,
    Entry,
    area_of,
    has_values,
    plain_image,
    read_colour,
    read_values,
)
from synth_ros.readers.plain.types import PlainImage, PlainObject
from synth_ros.types import ByteImage, MaskImage


class VocPlain:
    """Images with annotations. Objects called difficult are objects like others.

    Boxes count pixels from 1, the last one included: (xmin, ymin, xmax, ymax) are the half-open
    edges (xmin - 1, ymin - 1, xmax, ymax).

    Args:
        path: The folder.

    Raises:
        UsageError: It holds no annotations, or one is damaged.
    """

    kind = 'voc'

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._files: dict[str, tuple[VocFolders, Path, Entry]] = {}
        names: set[str] = set()
        for folders in find_folders(self.path):
            # Main comes first, and says which split an image is of.
            lists = reversed(splits_of(folders).values())
            splits = {stem: split for lines in lists for stem, _, split in lines}
            for file in xml_files(folders):
                annotation = _parsed(file)
                names |= {item.name for item in annotation.objects}
                image = image_of(folders, file, annotation)
                if image is None:
                    raise UsageError(f'{file} has no image. {ADVICE}')
                entry = Entry(image, splits.get(file.stem, folders.split), size=annotation.size)
                name = image.relative_to(self.path).as_posix()
                self._files[name] = (folders, file, entry)
        if not self._files:
            raise UsageError(f'{path} holds no annotations of Pascal VOC (Annotations/*.xml).')
        self.class_names: Sequence[str] = tuple(sorted(names))

    def __len__(self) -> int:
        """Number of images."""
        return len(self._files)

    def __iter__(self) -> Iterator[PlainImage]:
        """All images."""
        for _, file, entry in self._files.values():
            objects = [_object(item) for item in _parsed(file).objects]
            yield plain_image(self.path, entry, objects)

    def read_rgb(self, image: PlainImage) -> ByteImage:
        """Colour of an image."""
        return read_colour(self.path / image.name, (image.width, image.height))

    def masks(self, image: PlainImage) -> Sequence[MaskImage | None]:
        """Mask of each object, by its number in ``SegmentationObject``; ``None`` without.

        Colours in place of a palette tell no numbers: then there are no masks either.
        """
        folders, file, _ = self._files[image.name]
        path = with_stem(folders.root / 'SegmentationObject', file.stem)
        if path is None or not has_values(path):
            return [None] * len(image.objects)
        values = read_values(path)
        return [values == number for number in range(1, len(image.objects) + 1)]


def _parsed(file: Path) -> VocAnnotation:
    try:
        annotation = parse_annotation(file.read_bytes())
    except OSError as error:
        raise UsageError(f'Cannot read {file}: {error.strerror}.') from None
    except ValueError as error:
        raise UsageError(f'{file}: {error}. {ADVICE}') from None
    if annotation.faults:
        key, message = annotation.faults[0]
        if key != 'size':
            raise UsageError(f'{file}: {key}: {message}. {ADVICE}')
    return annotation


def _object(item: VocObject) -> PlainObject:
    # A cut object is only known to be cut, not by how much.
    truncation = 0.0 if item.truncated is False else None
    return PlainObject(item.name, item.edges, area_of(item.edges), truncation=truncation)
