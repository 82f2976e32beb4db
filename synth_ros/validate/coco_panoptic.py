"""COCO's panoptic format: a JSON file of segments and a PNG of ids for each image."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from synth_ros.readers.container import StoredFile
from synth_ros.readers.layouts.coco import CocoFile, image_folder, mask_folder
from synth_ros.readers.layouts.json_items import JsonDamageError
from synth_ros.validate.base import Rule, Sink
from synth_ros.validate.common import problems
from synth_ros.validate.images import pixels_of, read_bytes
from synth_ros.validate.inspection import Inspection, Picture

RULES = (
    Rule(
        'panoptic.schema',
        'error',
        'images, annotations with segments_info, and categories have the keys of COCO panoptic',
        'Write the records as cocodataset.org/#format-data says.',
    ),
    Rule(
        'panoptic.reference',
        'error',
        'annotations are of listed images, one for each; segments are of listed categories',
        'List what is missing, or remove the record.',
    ),
    Rule(
        'panoptic.segments',
        'error',
        'the ids in a PNG (R + 256 G + 65536 B) are those of its segments, and 0',
        'Write segments_info from the PNG.',
    ),
    Rule(
        'panoptic.area',
        'error',
        'area and bbox of a segment are those of its pixels',
        'Count again from the PNG.',
    ),
)


class _Record(BaseModel):
    model_config = ConfigDict(strict=True, extra='ignore')


class _Image(_Record):
    id: int
    file_name: Annotated[str, Field(min_length=1)]
    width: Annotated[int, Field(ge=1, le=1_000_000)]
    height: Annotated[int, Field(ge=1, le=1_000_000)]


class _Category(_Record):
    id: int
    name: str
    isthing: Annotated[int, Field(ge=0, le=1)]


class _Segment(_Record):
    id: Annotated[int, Field(ge=1, lt=1 << 24)]
    category_id: int
    area: float
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)]
    iscrowd: Annotated[int, Field(ge=0, le=1)] = 0


class _Annotation(_Record):
    image_id: int
    file_name: Annotated[str, Field(min_length=1)]
    segments_info: list[_Segment]


_KINDS: dict[str, TypeAdapter[_Image] | TypeAdapter[_Category] | TypeAdapter[_Annotation]] = {
    'images': TypeAdapter(_Image),
    'categories': TypeAdapter(_Category),
    'annotations': TypeAdapter(_Annotation),
}


class PanopticFile:
    """One panoptic file.

    Args:
        run: Where to report.
        file: The file.
        masks: Finds a mask by its name, where that is known; by default the usual folders are
            looked into.
    """

    def __init__(
        self,
        run: Inspection,
        file: CocoFile,
        *,
        masks: Callable[[str, str], StoredFile | None] | None = None,
    ) -> None:
        self._run = run
        self._file = file
        self._find = masks
        self._name = run.name(file.path)
        self._images: dict[int, _Image] = {}
        self._categories: dict[int, _Category] = {}
        self._annotations: list[tuple[str, _Annotation]] = []

    def read(self) -> None:
        """Check the records, and the PNGs unless that is not wanted."""
        document = self._run.json_document(self._file.path)
        if document is None:
            return
        try:
            for item in document.items():
                if item.key in _KINDS and item.place is not None:
                    at = f'line {document.line(item.start)}, {item.path}'
                    self._take(item.key, item.value, at=at)
        except JsonDamageError as error:
            self._run.add('json.damaged', self._name, error.reason, at=f'line {error.line}')
        for key in _KINDS:
            if key not in document.keys:
                self._run.add('panoptic.schema', self._name, f'it has no list {key!r}')
        self._references()
        self._masks()

    def pictures(self) -> Iterator[Picture]:
        """The images of which there are segments."""
        names = [image.file_name for image in self._images.values()]
        folder = image_folder(self._run.root, self._file, names[:: max(len(names) // 20, 1)])
        for image in self._images.values():
            path = self._run.located(
                folder, image.file_name, file=self._name, at=f'image {image.id}'
            )
            if path is not None:
                yield Picture(path, (image.width, image.height), self._file.split)

    def _take(self, key: str, value: object, *, at: str) -> None:
        try:
            record = _KINDS[key].validate_python(value)
        except ValidationError as error:
            for below, message in problems(error):
                self._run.add('panoptic.schema', self._name, message, at=at + below)
            return
        if isinstance(record, _Annotation):
            self._annotations.append((at, record))
            return
        known = self._images if isinstance(record, _Image) else self._categories
        if record.id in known:
            self._run.add('panoptic.reference', self._name, f'id {record.id} again', at=at)
        if isinstance(record, _Image):
            self._images[record.id] = record
        else:
            self._categories[record.id] = record

    def _references(self) -> None:
        seen: set[int] = set()
        for at, record in self._annotations:
            if record.image_id not in self._images:
                message = f'there is no image {record.image_id}'
                self._run.add('panoptic.reference', self._name, message, at=at)
            if record.image_id in seen:
                message = f'image {record.image_id} has two'
                self._run.add('panoptic.reference', self._name, message, at=at)
            seen.add(record.image_id)
            for segment in record.segments_info:
                category = self._categories.get(segment.category_id)
                if category is None:
                    message = f'segment {segment.id} is of no category ({segment.category_id})'
                    self._run.add('panoptic.reference', self._name, message, at=at)
                else:
                    self._run.counts.other['segments'] += 1
        for number in sorted(set(self._images) - seen):
            self._run.add('panoptic.reference', self._name, f'image {number} has no annotation')

    def _masks(self) -> None:
        find = self._find or self._finder()
        tasks = []
        for at, record in self._annotations:
            path = find(record.file_name, at)
            image = self._images.get(record.image_id)
            if path is not None and not self._run.fast:
                size = (image.width, image.height) if image else None
                tasks.append(partial(self._mask, path=path, record=record, size=size))
        self._run.progress.begin('panoptic masks', len(tasks))
        for _ in self._run.work(tasks):
            self._run.progress.step()

    def _finder(self) -> Callable[[str, str], StoredFile | None]:
        names = [record.file_name for _, record in self._annotations]
        folder = mask_folder(self._run.root, self._file, names[:: max(len(names) // 20, 1)])
        return lambda name, at: self._run.located(folder, name, file=self._name, at=at)

    def _mask(
        self, sink: Sink, *, path: StoredFile, record: _Annotation, size: tuple[int, int] | None
    ) -> None:
        file = self._run.name(path)
        data = read_bytes(path, file, sink)
        pixels = None if data is None else pixels_of(data, file, sink, size=size)
        if pixels is None:
            return
        if pixels.ndim != 3 or pixels.shape[2] < 3 or pixels.dtype != np.uint8:
            sink.add('panoptic.segments', file, f'it is no RGB image, but {pixels.shape}')
            return
        red, green, blue = np.moveaxis(pixels[..., :3].astype(np.int64), 2, 0)
        ids = red + 256 * green + 65536 * blue
        _compare(ids, record, file=file, sink=sink)


def _compare(ids: np.ndarray, record: _Annotation, *, file: str, sink: Sink) -> None:
    values, counts = np.unique(ids, return_counts=True)
    there = dict(zip(values.tolist(), counts.tolist(), strict=True))
    there.pop(0, None)
    listed = {segment.id for segment in record.segments_info}
    odd = sorted(set(there) ^ listed)
    if odd:
        message = f'not in both: {", ".join(map(str, odd[:5]))}'
        sink.add('panoptic.segments', file, message)
    if len(listed) != len(record.segments_info):
        sink.add('panoptic.segments', file, 'two segments have the same id')
    for segment in record.segments_info:
        if segment.id not in there:
            continue
        rows, columns = np.nonzero(ids == segment.id)
        x, y = int(columns.min()), int(rows.min())
        box = [x, y, int(columns.max()) - x + 1, int(rows.max()) - y + 1]
        if segment.area != there[segment.id]:
            message = f'segment {segment.id}: area {segment.area:g}, true {there[segment.id]}'
            sink.add('panoptic.area', file, message)
        if any(abs(a - b) > 2 for a, b in zip(segment.bbox, box, strict=True)):
            message = f'segment {segment.id}: bbox {segment.bbox}, true {box}'
            sink.add('panoptic.area', file, message)
