"""Cityscapes: label ids and instance ids."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from synth_ros.readers.layouts.cityscapes import (
    CLASSES,
    LABELS,
    CityscapesImage,
    find_table,
    images_of,
    looks_like_cityscapes,
)
from synth_ros.readers.layouts.folders import is_file
from synth_ros.validate.base import Rule, Sink
from synth_ros.validate.common import problems
from synth_ros.validate.images import check_image, read_pixels
from synth_ros.validate.inspection import Inspection, Picture
from synth_ros.validate.masks import SharedCounter, read_classes

RULES = (
    Rule(
        'cityscapes.no-image',
        'error',
        'every *_labelIds.png has its image',
        'Bring leftImg8bit/SPLIT/CITY/..._leftImg8bit.png back, or remove the labels.',
    ),
    Rule(
        'cityscapes.empty',
        'error',
        'there are *_labelIds.png files',
        'Write gtFine/SPLIT/CITY/..._gtFine_labelIds.png for each image.',
    ),
    Rule(
        'cityscapes.labels',
        'error',
        'label ids have one channel and are classes that exist',
        'Add the class to the table (classes.json), or correct the mask.',
    ),
    Rule(
        'cityscapes.instances',
        'error',
        'instance ids have 16 bits; each is its class, or class * 1000 + number',
        'Write instanceIds and labelIds from the same masks.',
    ),
    Rule(
        'cityscapes.polygons',
        'error',
        '*_polygons.json has imgWidth and imgHeight of the image, and objects with a label and a '
        'polygon of at least three points',
        'Write it from the same masks, or remove it.',
    ),
    Rule(
        'cityscapes.no-instances',
        'warning',
        'every *_labelIds.png has an *_instanceIds.png beside it',
        'Write it, if objects are to be told apart.',
    ),
)


class _Object(BaseModel):
    model_config = ConfigDict(strict=True, extra='ignore')

    label: str
    polygon: Annotated[
        list[Annotated[list[float], Field(min_length=2, max_length=2)]], Field(min_length=3)
    ]


class _Polygons(BaseModel):
    model_config = ConfigDict(strict=True, extra='ignore')

    imgWidth: Annotated[int, Field(ge=1, le=1_000_000)]  # noqa: N815 (the format's name)
    imgHeight: Annotated[int, Field(ge=1, le=1_000_000)]  # noqa: N815
    objects: list[_Object]


_POLYGONS = TypeAdapter(_Polygons)


def check(run: Inspection) -> None:
    """Check all label images."""
    path = find_table(run.root)
    table = read_classes(run, path) if path else dict(CLASSES)
    labels, objects = SharedCounter(), SharedCounter()
    pictures = []
    for item in images_of(run.root):
        file = run.name(item.labels)
        if item.image is None:
            run.add('cityscapes.no-image', file, 'its image does not exist')
            continue
        sizes = _polygons(run, item)
        look = partial(_look, run=run, item=item, table=table, counters=(labels, objects))
        pictures.append(Picture(item.image, sizes, item.split, _group(item), look))
    if not pictures:
        run.add('cityscapes.empty', '.', looks_like_cityscapes(run.root) or 'none is there')
    run.pictures(pictures, what='images', total=len(pictures))
    names = table or {}
    for value, count in sorted(objects.counts.items()):
        run.counts.classes[names.get(value, f'class {value}')] += count
        run.counts.objects += count
    for value in labels.counts:
        run.counts.classes[names.get(value, f'class {value}')] += 0


def _group(item: CityscapesImage) -> str:
    """A city may not be in two splits; a folder ``default`` and its like is none."""
    return f'city {item.group}' if item.group and item.group != 'default' else ''


def _polygons(run: Inspection, item: CityscapesImage) -> tuple[int, int] | None:
    """Check the polygons of an image; the size that they state."""
    path = item.labels.with_name(item.labels.name.replace(f'{LABELS}.png', '_polygons.json'))
    stored = run.json(path) if is_file(path) else None
    if stored is None:
        return None
    try:
        found = _POLYGONS.validate_python(stored)
    except ValidationError as error:
        for below, message in problems(error):
            run.add('cityscapes.polygons', run.name(path), message, at=below.lstrip('.'))
        return None
    return found.imgWidth, found.imgHeight


def _look(
    sink: Sink,
    size: tuple[int, int] | None,
    *,
    run: Inspection,
    item: CityscapesImage,
    table: dict[int, str] | None,
    counters: tuple[SharedCounter, SharedCounter],
) -> None:
    file = run.name(item.labels)
    there = is_file(item.instances)
    if not there:
        sink.add('cityscapes.no-instances', file, f'there is no {item.instances.name}')
    if run.fast:
        check_image(item.labels, file, sink, size=size, fast=True)
        if there:
            check_image(item.instances, run.name(item.instances), sink, size=size, fast=True)
        return
    labels = read_pixels(item.labels, file, sink, size=size)
    if labels is None:
        return
    if labels.ndim != 2 or labels.dtype.kind not in 'ui':
        sink.add('cityscapes.labels', file, f'it is {labels.dtype} of shape {labels.shape}')
        return
    values = [int(value) for value in np.unique(labels)]
    counters[0].add(values)
    strange = [v for v in values if table is not None and v not in table and v not in {0, 255}]
    if strange:
        words = ', '.join(map(str, strange[:5]))
        sink.add('cityscapes.labels', file, f'values that are no class: {words}')
    if there:
        _instances(run, item, labels, sink=sink, counter=counters[1])


def _instances(
    run: Inspection,
    item: CityscapesImage,
    labels: NDArray[np.generic],
    *,
    sink: Sink,
    counter: SharedCounter,
) -> None:
    file = run.name(item.instances)
    size = (labels.shape[1], labels.shape[0])
    ids = read_pixels(item.instances, file, sink, size=size)
    if ids is None:
        return
    if ids.ndim != 2 or ids.dtype.kind not in 'ui' or ids.dtype.itemsize < 2:
        sink.add('cityscapes.instances', file, f'it is {ids.dtype} of shape {ids.shape}')
        return
    numbers, classes = ids.astype(np.int64), labels.astype(np.int64)
    wrong = np.where(numbers >= 1000, numbers // 1000, numbers) != classes
    if wrong.any():
        row, column = (int(v) for v in np.argwhere(wrong)[0])
        message = (
            f'{int(wrong.sum())} pixels; the first, ({column}, {row}), is {numbers[row, column]}, '
            f'its class {classes[row, column]}'
        )
        sink.add('cityscapes.instances', file, message)
    for number in np.unique(numbers[numbers >= 1000]):
        counter.add([int(number) // 1000])
