"""Ultralytics YOLO: detect, segment, pose and oriented boxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from synth_ros.readers.layouts.folders import files_below, is_file
from synth_ros.readers.layouts.yolo import (
    YoloImage,
    YoloLayout,
    YoloRow,
    images_of,
    parse_row,
    read_layout,
)
from synth_ros.validate.base import Rule
from synth_ros.validate.inspection import Inspection, Picture
from synth_ros.validate.rings import crosses_itself

RULES = (
    Rule(
        'yolo.yaml',
        'error',
        'data.yaml is a mapping with names (0 to n - 1), train and val; nc, kpt_shape and '
        'flip_idx fit where they are there',
        'Correct the key; docs.ultralytics.com/datasets shows each.',
    ),
    Rule(
        'yolo.no-yaml',
        'warning',
        'there is a data.yaml that names the classes and splits',
        'Write one: without it no trainer knows the names.',
    ),
    Rule(
        'yolo.split',
        'error',
        'folders and lists that data.yaml names exist and hold images',
        'Correct the path; it is relative to "path", else to data.yaml.',
    ),
    Rule(
        'yolo.no-test',
        'warning',
        'the test images that data.yaml names exist',
        'Correct the path, or take the key out: exports name a test split that they do not have.',
    ),
    Rule(
        'yolo.row',
        'error',
        'a row is a class and 4 numbers (box), pairs of numbers (polygon), or a box and keypoints',
        'Write the row again; trainers leave out the whole image.',
    ),
    Rule(
        'yolo.mixed',
        'warning',
        'a dataset has rows of one kind: boxes or polygons',
        'Write all rows as boxes or all as polygons: trainers drop the polygons otherwise.',
    ),
    Rule(
        'yolo.class',
        'error',
        'classes are 0 to n - 1, n the number of names',
        'Count classes from 0, or name them all.',
    ),
    Rule(
        'yolo.range',
        'error',
        'coordinates are shares of the image, 0 to 1; width and height are positive',
        'Divide x by the width and y by the height, and clip to the image.',
    ),
    Rule(
        'yolo.box-outside',
        'error',
        'boxes lie inside their image, to one pixel',
        'Clip the box before you take its centre.',
    ),
    Rule(
        'yolo.polygon-crossing',
        'warning',
        'the sides of a polygon do not cross each other',
        'Trace the outline again; what lies inside is not defined.',
    ),
    Rule(
        'yolo.keypoint',
        'error',
        'keypoints are shares of the image; visibility is 0, 1 or 2',
        'Write 0 0 0 for points that are not labelled or outside the image.',
    ),
    Rule(
        'yolo.row-twice',
        'warning',
        'no row is there twice in a file',
        'Remove the copy; trainers do, too.',
    ),
    Rule(
        'yolo.no-labels',
        'error',
        'a split has label files',
        'Put them into labels/, with the same names as the images in images/.',
    ),
    Rule(
        'yolo.orphan',
        'error',
        'every label file belongs to an image of a split',
        'Bring the image back, or remove the label file.',
    ),
)
_SLACK = 1e-6
_ORIENTED_SLACK = 0.01
_TOUCH = 1e-4
_PIXEL = 2e-3
"""A pixel of a small image, as a share."""


def check(run: Inspection) -> None:
    """Check data.yaml, all label files and all images."""
    try:
        layout = read_layout(run.root)
    except (OSError, ValueError) as error:
        run.add('yolo.yaml', 'data.yaml', str(error))
        return
    file = run.name(layout.file) if layout.file else '.'
    if layout.file is None:
        run.add('yolo.no-yaml', file, 'no YAML file names classes and splits')
    for fault in layout.faults:
        run.add('yolo.yaml', file, fault.message, at=fault.key)
    for name in layout.names:
        run.counts.classes[name] += 0
    images = list(_images(run, layout, file))
    checker = _Labels(run, layout)
    run.pictures((checker.picture(image) for image in images), what='images', total=len(images))
    checker.finish(images)


def _images(run: Inspection, layout: YoloLayout, file: str) -> Iterator[YoloImage]:
    """All images that exist, each once for a split."""
    for split, source in layout.sources:
        found = 0
        seen = set()
        try:
            for image in images_of(split, source):
                found += 1
                if image.path in seen:
                    continue
                seen.add(image.path)
                if is_file(image.path):
                    yield image
                else:
                    message = f'{image.named_in} names it, but it does not exist'
                    run.add('file.missing', run.name(image.path), message)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            rule = 'yolo.no-test' if split == 'test' else 'yolo.split'
            run.add(rule, file, f'{run.name(source)}: {reason}', at=split)
            continue
        if not found:
            run.add('yolo.split', file, f'{run.name(source)} holds no image', at=split)


class _Labels:
    """Checks label files while their images are looked at."""

    def __init__(self, run: Inspection, layout: YoloLayout) -> None:
        self._run = run
        self._layout = layout
        self._labelled: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()

    def picture(self, image: YoloImage) -> Picture:
        """Check an image's label file; what is to be looked at in the image."""
        run = self._run
        if is_file(image.label):
            self._labelled[image.split] += 1
            self._file(image)
        else:
            run.counts.other['images without a label file'] += 1
        return Picture(image.path, None, image.split)

    def finish(self, images: list[YoloImage]) -> None:
        """What only shows when all is read."""
        run = self._run
        splits = Counter(image.split for image in images)
        for split, count in splits.items():
            if not self._labelled[split] and split != 'test':
                place = run.name(images[0].label.parent)
                message = f'none of the {count} images of {split or "the dataset"} has one'
                run.add('yolo.no-labels', place, message)
        if len(self._kinds) > 1:
            kinds = ', '.join(f'{count} {kind}' for kind, count in sorted(self._kinds.items()))
            run.add('yolo.mixed', '.', f'it has {kinds}')
        known = {image.label for image in images}
        for folder in sorted({self._label_root(image) for image in images}):
            for path in files_below(folder, '.txt'):
                if path not in known and path.name != 'classes.txt' and path.parent != run.root:
                    run.add('yolo.orphan', run.name(path), 'no image of a split has this name')
                    known.add(path)

    def _label_root(self, image: YoloImage) -> Path:
        """The folder ``labels`` that a label file is in."""
        for parent in image.label.parents:
            if parent.name == 'labels':
                return parent
        return image.label.parent

    def _file(self, image: YoloImage) -> None:
        run, file = self._run, self._run.name(image.label)
        text = run.text(image.label)
        seen = set()
        for number, line in enumerate((text or '').splitlines(), 1):
            if not line.strip():
                continue
            at = f'line {number}'
            try:
                row = parse_row(line, self._layout.keypoints)
            except ValueError as error:
                run.add('yolo.row', file, str(error), at=at)
                continue
            if row in seen:
                run.add('yolo.row-twice', file, f'{line.strip()[:60]!r} again', at=at)
            seen.add(row)
            self._count(row, file, at=at)
            for rule, message in _faults(row, fast=run.fast):
                run.add(rule, file, message, at=at)

    def _count(self, row: YoloRow, file: str, *, at: str) -> None:
        names = self._layout.names
        self._kinds['boxes' if row.points is None else 'polygons'] += 1
        if row.class_id < len(names):
            self._run.counts.object(names[row.class_id])
            return
        self._run.counts.object(f'class {row.class_id}')
        if names:
            message = f'class {row.class_id}, but {len(names)} are named'
            self._run.add('yolo.class', file, message, at=at)


def _faults(row: YoloRow, *, fast: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with the numbers of a row: rule and message."""
    x, y, width, height = row.box
    # Corners of an oriented box at the border may lie outside; trainers look at the box around.
    oriented = row.points is not None and len(row.points) == 4
    ring = row.points is not None and not oriented
    values = [v for point in row.points or () for v in point] if ring else list(row.box)
    slack = _ORIENTED_SLACK if oriented else _SLACK
    wrong = [v for v in values if not -slack <= v <= 1 + slack]
    if wrong:
        yield 'yolo.range', f'{wrong[0]:g} is no share of the image'
    elif width <= 0 or height <= 0:
        yield 'yolo.range', f'width and height are {width:g} and {height:g}'
    elif not oriented:
        over = max(width / 2 - x, x + width / 2 - 1, height / 2 - y, y + height / 2 - 1)
        if over > _PIXEL:
            yield 'yolo.box-outside', f'it reaches {over:.4g} of the image beyond it'
    if row.points and not fast and crosses_itself(np.array(row.points), tolerance=_TOUCH):
        yield 'yolo.polygon-crossing', f'a polygon of {len(row.points)} points crosses itself'
    for number, point in enumerate(row.keypoints or ()):
        labelled = len(point) < 3 or point[2] > 0
        if len(point) == 3 and point[2] not in {0, 1, 2}:
            yield 'yolo.keypoint', f'visibility of point {number} is {point[2]:g}'
        elif labelled and not all(-_SLACK <= v <= 1 + _SLACK for v in point[:2]):
            yield 'yolo.keypoint', f'point {number} is at {point[0]:g}, {point[1]:g}'
