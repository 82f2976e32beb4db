"""Moves an image and all that is known of it: other sizes, windows, the mirror.

Pixels are squares: their centres move as ``(x + 0.5) * scale - 0.5``, their edges as
``x * scale``. Masks, ids and depth are never mixed between pixels. Nothing that is given is
changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import UsageError
from synth_ros.training.targets import PER_OBJECT, Array, Target

_PIXELS = ('depth_m', 'semantic', 'instances', 'masks')
_BOXES = ('boxes', 'amodal_boxes')

_Floats = NDArray[np.float32]


class Window(NamedTuple):
    """A part of an image in pixels; may reach beyond it."""

    left: int
    top: int
    width: int
    height: int

    @property
    def shift(self) -> _Floats:
        """What to subtract from the edges of boxes."""
        return np.array([self.left, self.top] * 2, np.float32)


def resize(image: Array, target: Target, size: tuple[int, int]) -> tuple[Array, Target]:
    """Another size.

    Args:
        image: (channels, height, width), uint8.
        target: Its target.
        size: Height and width.
    """
    (height, width), (old_height, old_width) = size, image.shape[1:]
    if (height, width) == (old_height, old_width):
        return image, dict(target)
    along, down = width / old_width, height / old_height
    moved = dict(target)
    rows, columns = _nearest(old_height, height), _nearest(old_width, width)
    for name in _PIXELS:
        if name in moved:
            moved[name] = np.ascontiguousarray(_array(moved, name)[..., rows[:, None], columns])
    for name in _BOXES:
        if name in moved:
            moved[name] = _floats(moved, name) * np.array([along, down, along, down], np.float32)
    if 'area' in moved:
        moved['area'] = _floats(moved, 'area') * np.float32(along * down)
    if 'keypoints' in moved:
        points = _floats(moved, 'keypoints').copy()
        points[..., 0] = (points[..., 0] + 0.5) * along - 0.5
        points[..., 1] = (points[..., 1] + 0.5) * down - 0.5
        moved['keypoints'] = _without_unlabelled(points)
    if 'intrinsics' in moved:
        # K of edge coordinates scales; half a pixel lies between them and centres.
        k = _floats(moved, 'intrinsics').copy()
        k[0] *= along
        k[1] *= down
        k[0, 2] += 0.5 * along - 0.5
        k[1, 2] += 0.5 * down - 0.5
        moved['intrinsics'] = k
    return _resized(image, size), moved


def _resized(image: Array, size: tuple[int, int]) -> Array:
    """Colour, averaged where it shrinks."""
    height, width = size
    smaller = height < image.shape[1] or width < image.shape[2]
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    pixels = np.ascontiguousarray(np.moveaxis(image.astype(np.uint8, copy=False), 0, 2))
    resized = cv2.resize(pixels, (width, height), interpolation=method)
    return np.ascontiguousarray(np.moveaxis(np.atleast_3d(resized), 2, 0))


def _nearest(old: int, new: int) -> NDArray[np.int64]:
    """The old pixel in which the centre of each new one lies."""
    centres = (np.arange(new) + 0.5) * (old / new)
    return np.minimum(centres.astype(np.int64), old - 1)


def flip(image: Array, target: Target, order: Sequence[int]) -> tuple[Array, Target]:
    """The mirror image, left and right changed.

    Args:
        image: (channels, height, width), uint8.
        target: Its target, without poses.
        order: Which keypoint each one is in the mirror.
    """
    width = image.shape[2]
    moved = dict(target)
    for name in _PIXELS:
        if name in moved:
            moved[name] = np.ascontiguousarray(_array(moved, name)[..., ::-1])
    for name in _BOXES:
        if name in moved:
            boxes = _floats(moved, name).copy()
            boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
            moved[name] = boxes
    if 'keypoints' in moved:
        points = _floats(moved, 'keypoints')[:, list(order)]
        points[..., 0] = width - 1 - points[..., 0]
        moved['keypoints'] = _without_unlabelled(points)
    if 'intrinsics' in moved:
        k = _floats(moved, 'intrinsics').copy()
        k[0, 2] = width - 1 - k[0, 2]
        moved['intrinsics'] = k
    return np.ascontiguousarray(image[..., ::-1]), moved


def cut(image: Array, target: Target, window: Window, *, fill: int = 0) -> tuple[Array, Target]:
    """What a window shows; objects of which nothing is left are dropped.

    Args:
        image: (channels, height, width), uint8.
        target: Its target.
        window: Which part.
        fill: Grey value beyond the image; labels have none there.

    Raises:
        UsageError: Objects have neither boxes nor masks.
    """
    moved = dict(target)
    for name in _PIXELS:
        if name in moved:
            moved[name] = _windowed(_array(moved, name), window, 0)
    left, top = window.left, window.top
    if 'amodal_boxes' in moved:
        moved['amodal_boxes'] = _floats(moved, 'amodal_boxes') - window.shift
    if 'keypoints' in moved:
        points = _floats(moved, 'keypoints').copy()
        points[..., 0] -= left
        points[..., 1] -= top
        x, y = points[..., 0], points[..., 1]
        # The image reaches half a pixel beyond the centres of its outer pixels.
        outside = (x < -0.5) | (y < -0.5) | (x >= window.width - 0.5) | (y >= window.height - 0.5)
        points[outside, 2] = 0
        moved['keypoints'] = _without_unlabelled(points)
    if 'intrinsics' in moved:
        k = _floats(moved, 'intrinsics').copy()
        k[0, 2] -= left
        k[1, 2] -= top
        moved['intrinsics'] = k
    if PER_OBJECT & target.keys():
        _cut_objects(target, moved, window)
    return _windowed(image, window, fill), moved


def _cut_objects(target: Target, moved: Target, window: Window) -> None:
    """Boxes, areas and shares of what is left of each object; what is gone is dropped."""
    boxes = _floats(target, 'boxes') if 'boxes' in target else None
    masks = _array(moved, 'masks') if 'masks' in moved else None
    if boxes is None and masks is None:
        raise UsageError(
            'A crop cannot tell which objects are left without boxes or masks: add one of them to '
            'the targets.'
        )
    left: NDArray[np.float64] = np.ones(0)
    if boxes is not None:
        moved['boxes'] = _cut_boxes(boxes, window, masks)
        left = _areas(_clipped(boxes, window)) / np.maximum(_areas(boxes), 1e-9)
    if masks is not None:
        before = _counts(_array(target, 'masks'))
        if boxes is None:
            left = np.zeros(len(masks))
        # A mask may be so small that resizing left no pixel of it; then its box counts.
        left = np.where(before > 0, _counts(masks) / np.maximum(before, 1), left)
    for name in ('area', 'visibility'):
        if name in moved:
            moved[name] = (_floats(moved, name) * left).astype(np.float32)
    for name in PER_OBJECT & moved.keys():
        moved[name] = _array(moved, name)[left > 0]


def _cut_boxes(boxes: _Floats, window: Window, masks: Array | None) -> _Floats:
    """Boxes in a window; where one is cut, that of the mask that is left, if there are masks."""
    clipped = _clipped(boxes, window)
    if masks is not None:
        for row in np.flatnonzero((clipped != boxes - window.shift).any(1)):
            rows, columns = masks[row].any(1), masks[row].any(0)
            if rows.any():
                y, x = np.flatnonzero(rows), np.flatnonzero(columns)
                clipped[row] = (x[0], y[0], x[-1] + 1, y[-1] + 1)
    return clipped


def _clipped(boxes: _Floats, window: Window) -> _Floats:
    """Boxes in the coordinates of a window, cut at its border."""
    limits = np.array([window.width, window.height] * 2, np.float32)
    clipped: _Floats = np.clip(boxes - window.shift, np.float32(0), limits)
    return clipped


def _areas(boxes: _Floats) -> NDArray[np.float64]:
    sizes = (boxes[:, 2:] - boxes[:, :2]).astype(np.float64)
    areas: NDArray[np.float64] = sizes.prod(1)
    return areas


def _counts(masks: Array) -> NDArray[np.int64]:
    """Pixels of each mask."""
    counts: NDArray[np.int64] = np.count_nonzero(masks, axis=(1, 2))
    return counts


def _windowed(pixels: Array, window: Window, fill: int) -> Array:
    """A window of the last two axes; beyond them it holds ``fill``."""
    height, width = pixels.shape[-2:]
    x0, y0 = max(window.left, 0), max(window.top, 0)
    x1 = min(window.left + window.width, width)
    y1 = min(window.top + window.height, height)
    found = np.full((*pixels.shape[:-2], window.height, window.width), fill, pixels.dtype)
    if x1 > x0 and y1 > y0:
        inner = (
            ...,
            slice(y0 - window.top, y1 - window.top),
            slice(x0 - window.left, x1 - window.left),
        )
        found[inner] = pixels[..., y0:y1, x0:x1]
    return found


def _without_unlabelled(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Zeros where a keypoint is not labelled, as in COCO."""
    points[points[..., 2] == 0] = 0
    return points


def _array(target: Target, name: str) -> Array:
    value = target[name]
    assert isinstance(value, np.ndarray), name
    return value


def _floats(target: Target, name: str) -> NDArray[np.float32]:
    return _array(target, name).astype(np.float32, copy=False)
