"""COCO: boxes, masks and keypoints of one annotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from synth_ros.readers.layouts.coco_masks import (
    Polygon,
    area_of,
    box_of,
    polygon,
    runs_of,
)
from synth_ros.validate.base import Rule
from synth_ros.validate.common import finite, outside
from synth_ros.validate.rings import crosses_itself

if TYPE_CHECKING:
    from synth_ros.validate.coco import Annotation

RULES = (
    Rule(
        'coco.bbox',
        'error',
        'a bbox is x, y, width, height in pixels, with a positive width and height',
        'Write [x, y, width, height], not corners and not shares; remove empty boxes.',
    ),
    Rule(
        'coco.bbox-outside',
        'error',
        'boxes lie inside their image, to one pixel',
        'Clip the boxes to the image, or correct the size of the image.',
    ),
    Rule(
        'coco.bbox-mask',
        'warning',
        'the bbox is that of the mask, to two pixels',
        'Make the box from the mask, or say which of both is true.',
    ),
    Rule(
        'coco.polygon',
        'error',
        'a polygon is an even number of coordinates, at least three points, inside the image',
        'Remove what is no polygon; clip the others to the image.',
    ),
    Rule(
        'coco.polygon-crossing',
        'warning',
        'the sides of a polygon do not cross each other',
        'Trace the outline again; what lies inside is not defined.',
    ),
    Rule(
        'coco.rle',
        'error',
        'run lengths decode, have the size of the image and fill it',
        'Encode the mask again with pycocotools; size is [height, width].',
    ),
    Rule(
        'coco.crowd',
        'warning',
        'crowds have run lengths, single objects polygons or run lengths',
        'Set iscrowd to 0, or encode the mask of the crowd as run lengths.',
    ),
    Rule(
        'coco.area',
        'error',
        "area is the number of the run lengths' pixels",
        'Write the area of the mask, not that of the box: evaluation sorts objects by it.',
    ),
    Rule(
        'coco.area-polygon',
        'warning',
        'area is there, and is that of the polygons or, without a mask, of the box',
        'Write the area of the mask, not that of the box: evaluation sorts objects by it.',
    ),
    Rule(
        'coco.keypoints',
        'error',
        'keypoints are x, y, v for each name of the category; v is 0, 1 or 2',
        "List as many points as the category's keypoints, (0, 0, 0) for those not labelled.",
    ),
    Rule(
        'coco.keypoint-outside',
        'error',
        'labelled keypoints lie inside the image, to one pixel',
        'Set points outside the image to 0, 0, 0.',
    ),
    Rule(
        'coco.keypoint-count',
        'error',
        'num_keypoints is the number of points with v above 0',
        'Count again; evaluation skips objects with num_keypoints 0.',
    ),
)

Fault = tuple[str, str]
Size = tuple[int, int]


def check_object(found: Annotation, size: Size | None, *, fast: bool) -> Iterator[Fault]:
    """What is wrong with box and mask of an annotation: rule and message.

    Args:
        found: The annotation.
        size: Width and height of its image; ``None`` if that is not known.
        fast: Look for no crossing sides.
    """
    box = found.bbox
    if box is None:
        if found.segmentation is None and found.keypoints is None:
            yield 'coco.schema', 'it has neither bbox nor segmentation nor keypoints'
        return
    if not finite(box) or box[2] <= 0 or box[3] <= 0:
        yield 'coco.bbox', f'bbox is {box}'
        return
    edges = (box[0], box[1], box[0] + box[2], box[1] + box[3])
    if size is not None and (over := outside(edges, size)):
        yield 'coco.bbox-outside', f'bbox {box}: {over}'
    if found.segmentation is None or found.segmentation == []:
        yield from _box_area(found.area, box)
    elif isinstance(found.segmentation, dict):
        yield from _run_lengths(found, edges, size)
    elif isinstance(found.segmentation, list):
        if found.iscrowd:
            yield 'coco.crowd', 'iscrowd is 1, but its mask is polygons'
        yield from _polygons(found, size, fast=fast)
    else:
        yield 'coco.schema', f'segmentation is {type(found.segmentation).__name__}'


def check_keypoints(
    found: Annotation, names: Sequence[str] | None, size: Size | None
) -> Iterator[Fault]:
    """What is wrong with the keypoints of an annotation: rule and message.

    Args:
        found: The annotation.
        names: Those of the category.
        size: Width and height of the image.
    """
    points, count = found.keypoints, found.num_keypoints
    if points is None:
        return
    if names is None or len(points) != 3 * len(names):
        wanted = 'the category names none' if names is None else f'{len(names)} x 3 are named'
        yield 'coco.keypoints', f'it has {len(points)} values, but {wanted}'
        return
    triples = [tuple(points[i : i + 3]) for i in range(0, len(points), 3)]
    for name, (x, y, v) in zip(names, triples, strict=True):
        if v not in {0, 1, 2} or not finite((x, y)):
            yield 'coco.keypoints', f'{name} is {(x, y, v)}'
        elif v and size is not None and (over := outside((x, y, x, y), size)):
            yield 'coco.keypoint-outside', f'{name} at ({x}, {y}): {over}'
    labelled = sum(v > 0 for _, _, v in triples)
    if count is not None and count != labelled:
        yield 'coco.keypoint-count', f'num_keypoints is {count}, but {labelled} have v > 0'


def _box_area(area: float | None, box: Sequence[float]) -> Iterator[Fault]:
    expected = box[2] * box[3]
    if area is None:
        yield 'coco.area-polygon', 'it has no area'
    elif not 0 < area <= expected * 1.01 + 1:
        yield 'coco.area-polygon', f'area is {area:.10g}, its box has {expected:.10g}'


def _run_lengths(found: Annotation, edges: Sequence[float], size: Size | None) -> Iterator[Fault]:
    assert isinstance(found.segmentation, dict)
    stated = found.segmentation.get('size')
    if (
        not isinstance(stated, list)
        or len(stated) != 2
        or not all(type(v) is int and 0 < v < 1 << 20 for v in stated)
    ):
        yield 'coco.rle', f'size is {stated!r}, not [height, width]'
        return
    if size is not None and (stated[1], stated[0]) != size:
        yield 'coco.rle', f'size is {stated}, but its image has [{size[1]}, {size[0]}]'
        return
    try:
        runs = runs_of(found.segmentation.get('counts'), (stated[0], stated[1]))
    except ValueError as error:
        yield 'coco.rle', str(error)
        return
    pixels = area_of(runs)
    if found.area is None:
        yield 'coco.area-polygon', 'it has no area'
    elif not abs(found.area - pixels) <= max(1.0, 0.01 * pixels):
        yield 'coco.area', f'area is {found.area:.10g}, but its mask has {pixels} pixels'
    box = box_of(runs, stated[0])
    if box is None:
        yield 'coco.rle', 'the mask is empty'
    else:
        yield from _same_box(edges, box)


def _polygons(found: Annotation, size: Size | None, *, fast: bool) -> Iterator[Fault]:
    assert isinstance(found.segmentation, list)
    rings: list[Polygon] = []
    for values in found.segmentation:
        try:
            rings.append(polygon(values))
        except ValueError as error:
            yield 'coco.polygon', str(error)
            return
    points = rings[0].points if len(rings) == 1 else np.concatenate([r.points for r in rings])
    low, high = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    box = (low[0], low[1], high[0], high[1])
    if size is not None and (over := outside(box, size)):
        yield 'coco.polygon', f'a polygon leaves the image: {over}'
    edges = found.bbox
    assert edges is not None
    yield from _same_box((edges[0], edges[1], edges[0] + edges[2], edges[1] + edges[3]), box)
    if not fast and any(crosses_itself(ring.points) for ring in rings):
        yield 'coco.polygon-crossing', 'a polygon crosses itself'
    area = sum(ring.area for ring in rings)
    # A mask counts whole pixels: along its outline half of them may go either way.
    slack = 0.05 * area + sum(ring.perimeter for ring in rings) + 1
    if found.area is None:
        yield 'coco.area-polygon', 'it has no area'
    elif not abs(found.area - area) <= slack:
        yield 'coco.area-polygon', f'area is {found.area:.10g}, its polygons have {area:.10g}'


def _same_box(stated: Sequence[float], true: Sequence[float]) -> Iterator[Fault]:
    error = max(abs(a - b) for a, b in zip(stated, true, strict=True))
    if error > 2:
        words = ', '.join(f'{v:g}' for v in true)
        yield 'coco.bbox-mask', f'its edges are off by {error:g} px; those of the mask are {words}'
