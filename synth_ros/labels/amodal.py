"""The full extent of an instance: as if nothing hid it and the image were larger.

A silhouette is rendered apart from the visible image, so a pixel whose centre lies on an
outline to within rounding may be counted in one and not in the other. What is visible is
part of the object by definition, so the full extent is the silhouette united with the
visible pixels; then ``visible <= in image <= full`` holds exactly, not almost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_ros.errors import InternalError
from synth_ros.labels.boxes import VisibleRegion
from synth_ros.types import Box2D, IdImage, MaskImage, Silhouette


class Amodal(NamedTuple):
    """The full extent of one instance on the extended canvas of ``Silhouette``.

    Attributes:
        box: Tight box, half-open pixel edges; may reach outside the image.
        pixels_in_image: Pixels inside the image, hidden ones included.
        pixels_full: Pixels on the whole canvas.
    """

    box: Box2D
    pixels_in_image: int
    pixels_full: int


def unite(
    silhouette: Silhouette | None, instance_id: IdImage, *, key: int, region: VisibleRegion
) -> Silhouette:
    """The full mask of a visible instance: its silhouette and its visible pixels.

    Args:
        silhouette: What it would cover alone; ``None`` if not a single pixel.
        instance_id: The visible ids, shape (height, width).
        key: The instance.
        region: Its box and pixel count in ``instance_id``.

    Returns:
        The given silhouette itself when it covers every visible pixel; otherwise a larger one.

    Raises:
        InternalError: More visible pixels lie outside the silhouette than rounding along an
            outline explains: it was rendered from another state or camera, or not at all.
    """
    box = region.box
    shown = instance_id[box.y0 : box.y1, box.x0 : box.x1] == key
    if silhouette is None:
        _check_stray(region.pixels, key, box)
        return Silhouette(box.x0, box.y0, shown)
    covered = _cut(silhouette, box)
    stray = shown & ~covered
    count = int(np.count_nonzero(stray))
    if count == 0:
        return silhouette
    _check_stray(count, key, box)
    return _paste(silhouette, box, stray)


def amodal(silhouette: Silhouette, size: tuple[int, int]) -> Amodal:
    """Box and pixel counts of a full mask.

    Args:
        silhouette: The mask on the extended canvas; at least one pixel is set.
        size: (width, height) of the image in pixels.

    Raises:
        InternalError: The mask is empty or leaves the canvas.
    """
    width, height = size
    x0, y0, mask = silhouette
    columns = np.flatnonzero(mask.any(axis=0))
    rows = np.flatnonzero(mask.any(axis=1))
    if columns.size == 0:
        raise InternalError('A silhouette must cover at least one pixel.')
    box = Box2D(
        x0 + int(columns[0]), y0 + int(rows[0]), x0 + int(columns[-1]) + 1, y0 + int(rows[-1]) + 1
    )
    if box.x0 < -width or box.y0 < -height or box.x1 > 2 * width or box.y1 > 2 * height:
        raise InternalError(
            f'A silhouette spans {tuple(box)}, outside the canvas of a {width} x {height} image.'
        )
    full = int(np.count_nonzero(mask))
    # Most objects lie inside the image: count once.
    inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
    in_image = full if inside else int(np.count_nonzero(_clip(silhouette, width, height)))
    return Amodal(box, in_image, full)


def _clip(silhouette: Silhouette, width: int, height: int) -> MaskImage:
    """The part of the crop that lies inside the image; a view, may be empty."""
    x0, y0, mask = silhouette
    return mask[max(0, -y0) : max(0, height - y0), max(0, -x0) : max(0, width - x0)]


def _cut(silhouette: Silhouette, box: Box2D) -> MaskImage:
    """The silhouette on the pixels of a box; a copy only where the crop does not cover it."""
    x0, y0, mask = silhouette
    top, left = box.y0 - y0, box.x0 - x0
    bottom, right = box.y1 - y0, box.x1 - x0
    if top >= 0 and left >= 0 and bottom <= mask.shape[0] and right <= mask.shape[1]:
        return mask[top:bottom, left:right]
    out = np.zeros((box.height, box.width), np.bool_)
    part = mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    row, column = max(0, -top), max(0, -left)
    out[row : row + part.shape[0], column : column + part.shape[1]] = part
    return out


def _paste(silhouette: Silhouette, box: Box2D, extra: MaskImage) -> Silhouette:
    """A silhouette with more pixels set, on a crop that holds both."""
    x0, y0, mask = silhouette
    left, top = min(x0, box.x0), min(y0, box.y0)
    right = max(x0 + mask.shape[1], box.x1)
    bottom = max(y0 + mask.shape[0], box.y1)
    out = np.zeros((bottom - top, right - left), np.bool_)
    out[y0 - top : y0 - top + mask.shape[0], x0 - left : x0 - left + mask.shape[1]] = mask
    out[box.y0 - top : box.y1 - top, box.x0 - left : box.x1 - left] |= extra
    return Silhouette(left, top, out)


def _check_stray(count: int, key: int, box: Box2D) -> None:
    """Refuse more stray pixels than half the visible box's outline has."""
    limit = box.width + box.height
    if count > limit:
        raise InternalError(
            f'{count} visible pixels of instance {key} in box {tuple(box)} lie outside its '
            f'silhouette (rounding explains at most {limit}): '
            'image and silhouette show different states or cameras.'
        )
