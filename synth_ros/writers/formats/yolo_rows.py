"""Rows of Ultralytics label files.

Numbers are shares of the image's width and height, counted from the outer edge of the top-left
pixel, as boxes are in memory: x = pixel edge / width. Keypoints in memory are pixel indices whose
integers are pixel centres, so half a pixel is added: x = (u + 0.5) / width. Flipping an image then
is 1 - x for both.

=======  ============================================================================
detect   ``class xc yc w h``: the box of the visible pixels
segment  ``class x1 y1 x2 y2 ...``: one polygon, see ``polygons``
pose     ``class xc yc w h`` and ``x y v`` for each keypoint: 0 not labelled (then 0 0 0),
         1 hidden, 2 visible
obb      ``class x1 y1 x2 y2 x3 y3 x4 y4``: corners, clockwise on the screen
=======  ============================================================================

Six decimals are at most 0.002 pixels in images up to 4096 wide, so that pixel edges and masks come
back exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from synth_ros.errors import OutputError
from synth_ros.types import CameraModel, Category, FloatArray, InstanceLabel, OrientedBox, Sample
from synth_ros.writers.formats.polygons import mask_polygon

Task = Literal['detect', 'segment', 'pose', 'obb']

INSET_PX = 0.01
"""How far polygons keep inside the edges of their mask.

Training rounds corners down to whole pixels and paints the outline, too. An edge at the column 37
that became 36.9999 in the file would paint the column 36; right and lower edges paint the column
and row behind them if they are not a little less. Of 166 objects on a shelf, what is painted
overlaps the mask by 0.9997 with this and by 0.957 without (``tools/check_ultralytics.py``).
"""

JOINED = 'masks are in pieces or have holes: joined to one polygon by lines without width'
OUTSIDE = 'keypoints are outside the image or behind the camera: stored as not labelled'
SHRUNK = 'oriented boxes are larger than the image: shrunk, as Ultralytics refuses them'


class ClassTable(NamedTuple):
    """How classes and keypoints are numbered.

    Attributes:
        numbers: Of classes in the files, by class id.
        points: Names of all keypoints of all classes, each once, by first appearance.
    """

    numbers: Mapping[int, int]
    points: tuple[str, ...]


class Rows(NamedTuple):
    """The lines of one label file, and what they do not hold."""

    lines: list[str]
    losses: dict[str, int]


def class_table(things: Sequence[Category]) -> ClassTable:
    """Numbers of classes from 0, by ascending class id, and the union of their keypoints."""
    index = {category.class_id: number for number, category in enumerate(things)}
    points = dict.fromkeys(name for category in things for name in category.keypoints)
    return ClassTable(index, tuple(points))


def flip_order(points: Sequence[str]) -> tuple[int, ...]:
    """Which keypoint each becomes in a mirrored image: left and right ones change places.

    Names are a pair if each is the other with ``left`` and ``right``, or ``l`` and ``r``,
    exchanged wherever they are words: ``left_eye`` and ``right_eye``. Words end at ``_``, ``-``,
    ``.`` and spaces.
    """
    index = {name: number for number, name in enumerate(points)}
    return tuple(index.get(_mirrored(name), number) for number, name in enumerate(points))


def rows_of(sample: Sample, table: ClassTable, *, task: Task) -> Rows:
    """One row for each labelled object.

    Args:
        sample: The frame.
        table: How classes and keypoints are numbered.
        task: Which format.

    Raises:
        OutputError: The dataset was made without labels that the task needs.
    """
    lines, losses = [], dict.fromkeys((JOINED, OUTSIDE, SHRUNK), 0)
    camera = sample.frame.camera
    for label in sample.labels.instances:
        match task:
            case 'detect':
                values = _box(label, camera)
            case 'segment':
                values = _polygon(label, sample, losses=losses)
            case 'pose':
                points = _keypoints(label, sample, names=table.points, losses=losses)
                values = _box(label, camera) + points
            case 'obb':
                values = _corners(_oriented(label, sample), camera, losses=losses)
        lines.append(f'{table.numbers[label.instance.class_id]} {values}')
    return Rows(lines, {sentence: count for sentence, count in losses.items() if count})


def oriented_corners(box: OrientedBox) -> FloatArray:
    """Corners of an oriented box, shape (4, 2), pixel edges, clockwise on the screen."""
    along = np.array([math.cos(box.angle_rad), math.sin(box.angle_rad)]) * box.width / 2
    across = np.array([-math.sin(box.angle_rad), math.cos(box.angle_rad)]) * box.height / 2
    center = np.array([box.center_x, box.center_y])
    result: FloatArray = center + np.stack(
        [-along - across, along - across, along + across, -along + across]
    )
    return result


def _box(label: InstanceLabel, camera: CameraModel) -> str:
    x0, y0, x1, y1 = label.box
    width, height = camera.width, camera.height
    return _numbers(
        [
            (x0 + x1) / 2 / width,
            (y0 + y1) / 2 / height,
            (x1 - x0) / width,
            (y1 - y0) / height,
        ]
    )


def _polygon(label: InstanceLabel, sample: Sample, *, losses: dict[str, int]) -> str:
    x0, y0, x1, y1 = label.box
    window = sample.labels.instance_id[y0:y1, x0:x1]
    mask = window == label.instance.instance_id
    found = mask_polygon(mask, offset=(x0, y0), inset_px=INSET_PX)
    losses[JOINED] += found.rings > 1
    return _shares(found.points, sample.frame.camera)


def _keypoints(
    label: InstanceLabel, sample: Sample, *, names: Sequence[str], losses: dict[str, int]
) -> str:
    if label.keypoints is None:
        raise OutputError(
            f'{label.instance.name} of frame {sample.key.stem} has no keypoints: the dataset was '
            'made with labels.keypoints set to false. Set it to true and generate again, or '
            'choose yolo-detect.'
        )
    camera = sample.frame.camera
    found = {point.name: point for point in label.keypoints}
    words = ['']
    for name in names:
        point = found.get(name)
        if point is None or point.pixel is None or point.visibility == 0:
            losses[OUTSIDE] += point is not None
            words.append('0 0 0')
            continue
        u, v = point.pixel
        shares = _numbers([(u + 0.5) / camera.width, (v + 0.5) / camera.height])
        words.append(f'{shares} {point.visibility}')
    return ' '.join(words)


def _oriented(label: InstanceLabel, sample: Sample) -> OrientedBox:
    if label.oriented_box is None:
        raise OutputError(
            f'{label.instance.name} of frame {sample.key.stem} has no oriented box: the dataset '
            'was made with labels.oriented_boxes set to false. Set it to true and generate again, '
            'or choose yolo-detect.'
        )
    return label.oriented_box


def _corners(box: OrientedBox, camera: CameraModel, *, losses: dict[str, int]) -> str:
    """Corners may lie outside the image a little; the box around them may not be larger than it.

    Ultralytics leaves out images in which one is: it checks the size of that box, not corners.
    """
    corners = oriented_corners(box)
    spans = np.ptp(corners, axis=0) / np.array([camera.width, camera.height])
    largest = float(spans.max())
    if largest > 1:
        losses[SHRUNK] += 1
        center = np.array([box.center_x, box.center_y])
        corners = center + (corners - center) / largest
    return _shares(corners, camera)


def _shares(points: FloatArray, camera: CameraModel) -> str:
    """Points (n, 2) in pixel edges as shares of the image."""
    return _numbers((points / np.array([camera.width, camera.height])).ravel().tolist())


def _numbers(values: Iterable[float]) -> str:
    # Adding zero turns -0 into 0.
    return ' '.join(f'{round(value, 6) + 0.0:.6f}' for value in values)


def _mirrored(name: str) -> str:
    """The name of a keypoint with left and right exchanged."""
    swap = {'left': 'right', 'right': 'left', 'l': 'r', 'r': 'l'}
    words, word = [], ''
    for letter in f'{name}.':
        if letter in '_-. ':
            words += [swap.get(word, word), letter]
            word = ''
        else:
            word += letter
    return ''.join(words)[:-1]
