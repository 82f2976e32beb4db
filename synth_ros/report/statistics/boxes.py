"""Boxes: how large, of which shape, where in the image."""

from __future__ import annotations

from typing import Self

import numpy as np

from synth_ros.report.statistics.facts import Seen
from synth_ros.report.statistics.tally import Axis, MapAxis, MapTally, NameTally, NumberTally
from synth_ros.types import FloatArray

GRID = 16
"""Cells of the map of centres, each way."""
COCO_SIZES = ('small', 'medium', 'large')
"""By area: below 32 x 32, below 96 x 96, and above (COCO's detection metrics)."""
TINY_PX = 8.0
"""Boxes below are hardly ever learnt: a detector's finest grid has cells of this size."""

LEAST_PX = 1e-3
"""Boxes that are no wider or no higher have no area."""

_SIZE = Axis('box_size', 'Box size', 'px', 1, 8192, 208, log=True)
_AXES = (
    _SIZE,
    Axis('box_width', 'Box width', 'px', 1, 8192, 208, log=True),
    Axis('box_height', 'Box height', 'px', 1, 8192, 208, log=True),
    Axis('box_aspect', 'Box aspect (width : height)', '', 1 / 16, 16, 160, log=True),
    Axis('box_share', 'Share of the image that a box covers', '%', 1e-3, 100, 170, log=True),
    Axis('box_fill', 'Share of the box that the mask fills', '%', 0, 100, 100),
)
_CENTRES = MapAxis('box_centres', 'Where boxes are', 'left to right', 'top to bottom', GRID, GRID)
_SIZE_ROWS = 12
_HEIGHTS = MapAxis(
    'box_size_by_row',
    'Box size by height in the image',
    'top to bottom',
    'large to small',
    _SIZE_ROWS,
    GRID,
)
# Sizes of the rows of that map: half doublings from 512 px down.
_LARGEST_LOG2 = 9.0
_EDGE_PX = 0.5
_PER_CLASS = Axis('class_size', 'Box size', 'px', 1, 8192, 52, log=True)


class Boxes:
    """Sizes, shapes and places of boxes; what has no box is left out.

    Attributes:
        numbers: By name of the axis.
        centres: Where the centres are in the image.
        heights: Size against height in the image.
        sizes: COCO's small, medium and large.
        of_class: Sizes by class.
        boxes: Objects that have a box.
        tiny: Boxes below ``TINY_PX``.
        at_border: Boxes that touch the image's border.
        empty: Boxes without an area.
        outside: Boxes that leave the image.
    """

    def __init__(self) -> None:
        self.numbers = {axis.name: NumberTally(axis) for axis in _AXES}
        self.centres, self.heights = MapTally(_CENTRES), MapTally(_HEIGHTS)
        self.sizes = NameTally()
        self.of_class: dict[str, NumberTally] = {}
        self.boxes = self.tiny = self.at_border = self.empty = self.outside = 0

    def add(self, seen: Seen) -> None:
        """Count the boxes of an image."""
        found = [(k, k.box) for k in seen.objects if k.box is not None]
        if not found:
            return
        image, side = seen.image, seen.side
        boxes = np.array([box for _, box in found], np.float64)
        width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
        self.boxes += len(boxes)
        self._add_faults(boxes, (image.width, image.height))
        solid = (width > LEAST_PX) & (height > LEAST_PX)
        self.empty += int((~solid).sum())
        boxes, width, height = boxes[solid], width[solid], height[solid]
        size = np.sqrt(width * height)
        self.tiny += int((size < TINY_PX).sum())
        area = np.array(
            [np.nan if k.area_px is None else k.area_px for k, _ in found], np.float64
        )[solid]
        # What has no mask gives the area of its box: nothing is known of its shape then.
        area[np.isclose(area, width * height, rtol=1e-6, atol=0)] = np.nan
        values = {
            'box_size': size,
            'box_width': width,
            'box_height': height,
            'box_aspect': width / height,
            'box_share': 100 * width * height / (image.width * image.height),
            'box_fill': 100 * area / (width * height),
        }
        for name, tally in self.numbers.items():
            tally.add(values[name], side)
        x = (boxes[:, 0] + boxes[:, 2]) / 2 / image.width
        y = (boxes[:, 1] + boxes[:, 3]) / 2 / image.height
        if len(boxes):
            self.centres.add(np.floor(y * GRID), np.floor(x * GRID), side)
            rows = np.floor(2 * (_LARGEST_LOG2 - np.log2(size)))
            self.heights.add(rows, np.floor(y * GRID), side)
        names = np.array([k.class_name for k, _ in found], object)[solid]
        for name in dict.fromkeys(names):
            mine = size[names == name]
            self.of_class.setdefault(name, NumberTally(_PER_CLASS)).add(mine, side)
        for place in np.searchsorted([32.0**2, 96.0**2], size**2, side='right'):
            self.sizes.add(COCO_SIZES[place], side)

    def merge(self, other: Self) -> None:
        """Count what another one has counted."""
        for name, tally in self.numbers.items():
            tally.merge(other.numbers[name])
        self.centres.merge(other.centres)
        self.heights.merge(other.heights)
        self.sizes.merge(other.sizes)
        for name, tally in other.of_class.items():
            self.of_class.setdefault(name, NumberTally(_PER_CLASS)).merge(tally)
        self.boxes += other.boxes
        self.tiny += other.tiny
        self.at_border += other.at_border
        self.empty += other.empty
        self.outside += other.outside

    def _add_faults(self, boxes: FloatArray, size: tuple[int, int]) -> None:
        wide, high = size
        left, top, right, bottom = boxes.T
        near = (left < _EDGE_PX) | (top < _EDGE_PX)
        near |= (right > wide - _EDGE_PX) | (bottom > high - _EDGE_PX)
        beyond = (left < -_EDGE_PX) | (top < -_EDGE_PX)
        beyond |= (right > wide + _EDGE_PX) | (bottom > high + _EDGE_PX)
        self.at_border += int(near.sum())
        self.outside += int(beyond.sum())
