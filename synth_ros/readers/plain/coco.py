"""COCO as a plain dataset; crowds are ignored regions."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from synth_ros.errors import UsageError
from synth_ros.readers.layouts.coco import CocoFile, coco_files, image_folder
from synth_ros.readers.layouts.coco_masks import area_of as run_area
from synth_ros.readers.layouts.coco_masks import (
    box_of,
    mask_of,
    polygon,
    polygons_mask,
    runs_of,
)
from synth_ros.readers.layouts.json_items import JsonDamageError, JsonDocument
from synth_ros.readers.plain.files import ADVICE, Entry, area_of, plain_image, read_colour
from synth_ros.readers.plain.types import PlainImage, PlainObject
from synth_ros.types import ByteImage, MaskImage

_Box = tuple[float, float, float, float]
LARGEST = 1_000_000
"""Pixels of a longer edge are taken for damage."""


@dataclass
class _File:
    """A file whose annotations are parsed when they are asked for.

    Attributes:
        path: Where it is.
        document: Its text.
        names: Class names by category id.
        entries: Images by id, in order.
        starts: Where the annotations of an image begin, by its id.
    """

    path: Path
    document: JsonDocument
    names: dict[int, str] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)
    starts: defaultdict[int, array[int]] = field(
        default_factory=lambda: defaultdict(lambda: array('q'))
    )


class CocoPlain:
    """All COCO files of a folder as one dataset.

    An image that several files list (instances, keypoints) is taken from the first that has
    annotations of it.

    Args:
        path: The folder.

    Raises:
        UsageError: It holds no COCO file, or one is damaged.
    """

    kind = 'coco'

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        files = coco_files(self.path)
        if not files:
            raise UsageError(f'{path} holds no JSON file with images and annotations of COCO.')
        objects = [file for file in files if not file.panoptic] or files
        self._places: dict[str, tuple[_File, int]] = {}
        names: dict[str, None] = {}
        for file in objects:
            found = self._read(file)
            names |= dict.fromkeys(found.names[key] for key in sorted(found.names))
            for number, entry in found.entries.items():
                name = entry.path.relative_to(self.path).as_posix()
                known = self._places.get(name)
                if known is None or known[1] not in known[0].starts:
                    self._places[name] = (found, number)
        self.class_names: Sequence[str] = tuple(names)

    def __len__(self) -> int:
        """Number of images."""
        return len(self._places)

    def __iter__(self) -> Iterator[PlainImage]:
        """All images, file by file."""
        for file, number in self._places.values():
            objects = [_object(file, record) for record in _records(file, number)]
            yield plain_image(self.path, file.entries[number], objects)

    def read_rgb(self, image: PlainImage) -> ByteImage:
        """Colour of an image."""
        return read_colour(self.path / image.name, (image.width, image.height))

    def masks(self, image: PlainImage) -> Sequence[MaskImage | None]:
        """Mask of each object: polygons or run lengths."""
        file, number = self._places[image.name]
        size = (image.height, image.width)
        return [_mask(file, record, size) for record in _records(file, number)]

    def listed(self, image: PlainImage) -> tuple[int, Mapping[str, int]]:
        """Id of an image in its file, and ids of that file's classes by name."""
        file, number = self._places[image.name]
        return number, {name: key for key, name in file.names.items()}

    def _read(self, file: CocoFile) -> _File:
        try:
            found = _File(file.path, JsonDocument.of(file.path))
            images = self._index(found)
        except OSError as error:
            raise UsageError(f'Cannot read {file.path}: {error.strerror}.') from None
        except JsonDamageError as error:
            raise UsageError(
                f'{file.path}:{error.line} is damaged: {error.reason}. {ADVICE}'
            ) from None
        names = [name for _, name, _ in images]
        folder = image_folder(self.path, file, names[:: max(len(names) // 20, 1)])
        for number, name, size in images:
            found.entries[number] = Entry(folder / name, file.split, size=size)
        return found

    def _index(self, found: _File) -> list[tuple[int, str, tuple[int, int]]]:
        """Id, name and size of each image; places of annotations and names of classes too."""
        images = []
        for item in found.document.items():
            if item.place is None or not isinstance(item.value, dict):
                continue
            record: dict[str, object] = item.value
            where = f'{found.path}:{found.document.line(item.start)}, {item.path}'
            if item.key == 'images':
                images.append(_image(record, where))
            elif item.key == 'categories':
                found.names[_whole(record, 'id', where)] = str(record.get('name', ''))
            elif item.key == 'annotations':
                found.starts[_whole(record, 'image_id', where)].append(item.start)
        return images


def _records(file: _File, number: int) -> Iterator[dict[str, object]]:
    """Annotations of an image; a panoptic one is several."""
    for start in file.starts.get(number, ()):
        record = file.document.value(start)
        assert isinstance(record, dict)
        segments = record.get('segments_info')
        if isinstance(segments, list):
            yield from (segment for segment in segments if isinstance(segment, dict))
        else:
            yield record


def _object(file: _File, record: dict[str, object]) -> PlainObject:
    where = f'{file.path}: annotation {record.get("id")}'
    category = record.get('category_id')
    name = file.names.get(category) if isinstance(category, int) else None
    if name is None:
        raise UsageError(f'{where} is of no listed category ({category!r}). {ADVICE}')
    box, pixels = _box(record, where)
    area = record.get('area')
    if isinstance(area, int | float) and area > 0:
        pixels = float(area)
    return PlainObject(
        class_name=name,
        box=box,
        area_px=pixels if pixels is not None or box is None else area_of(box),
        visibility=_share(record.get('visibility')),
        truncation=_share(record.get('truncation')),
        ignored=bool(record.get('iscrowd', 0)),
    )


def _box(record: dict[str, object], where: str) -> tuple[_Box | None, float | None]:
    """Box of a record and pixels of its mask; those of the mask where it states no box."""
    box = record.get('bbox')
    if isinstance(box, list) and box:
        if len(box) != 4 or not all(isinstance(v, int | float) for v in box):
            raise UsageError(f'{where} has the bbox {box!r}, not four numbers.')
        x, y, width, height = (float(v) for v in box)
        return (x, y, x + width, y + height), None
    segmentation = record.get('segmentation')
    try:
        if isinstance(segmentation, list) and segmentation:
            rings = [polygon(values).points for values in segmentation]
            low = [float(min(ring[:, axis].min() for ring in rings)) for axis in (0, 1)]
            high = [float(max(ring[:, axis].max() for ring in rings)) for axis in (0, 1)]
            return (low[0], low[1], high[0], high[1]), None
        if isinstance(segmentation, dict):
            size = _mask_size(segmentation)
            runs = runs_of(segmentation.get('counts'), size)
            found = box_of(runs, size[0])
            return found and (*map(float, found),), float(run_area(runs))  # type: ignore[return-value]
    except ValueError as error:
        raise UsageError(f'{where}: {error}.') from None
    return None, None


def _mask(file: _File, record: dict[str, object], size: tuple[int, int]) -> MaskImage | None:
    segmentation = record.get('segmentation')
    try:
        if isinstance(segmentation, list) and segmentation:
            return polygons_mask([polygon(values) for values in segmentation], size)
        if isinstance(segmentation, dict):
            return mask_of(
                runs_of(segmentation.get('counts'), _same_size(segmentation, size)), size
            )
    except ValueError as error:
        where = f'{file.path}: annotation {record.get("id")}'
        raise UsageError(f'{where}: {error}. {ADVICE}') from None
    return None


def _mask_size(segmentation: dict[str, object]) -> tuple[int, int]:
    size = segmentation.get('size')
    if (
        not isinstance(size, list)
        or len(size) != 2
        or not all(type(v) is int and 0 < v < 1 << 20 for v in size)
    ):
        raise ValueError(f'the size of a mask is {size!r}, not [height, width]')
    return size[0], size[1]


def _same_size(segmentation: dict[str, object], size: tuple[int, int]) -> tuple[int, int]:
    """The size of a mask, which is that of its image."""
    stated = _mask_size(segmentation)
    if stated != size:
        raise ValueError(f'the mask has the size {stated}, its image {size}')
    return stated


def _image(record: dict[str, object], where: str) -> tuple[int, str, tuple[int, int]]:
    name = record.get('file_name')
    if not isinstance(name, str) or not name or '\0' in name or name.startswith('/'):
        raise UsageError(f'{where}: file_name is {name!r}, not a relative path.')
    size = (_whole(record, 'width', where), _whole(record, 'height', where))
    if not all(1 <= edge <= LARGEST for edge in size):
        raise UsageError(f'{where}: width and height are {size}, no size of an image.')
    return _whole(record, 'id', where), name, size


def _whole(record: dict[str, object], key: str, where: str) -> int:
    value = record.get(key)
    # Some tools write whole numbers as 640.0.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise UsageError(f'{where}: {key} is {value!r}, not a whole number.')
    return value


def _share(value: object) -> float | None:
    """A share that our own files state beside COCO's keys."""
    return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else None
