"""Pictures for people: depth in colours, masks over the image, boxes with names.

Tiles are scaled first and drawn on after, so that lines and letters stay sharp at any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar, cast

import cv2
import numpy as np
from PIL import Image, ImageDraw

from synth_ros.report.names import Name, write_names
from synth_ros.report.palette import colour, colour_ids
from synth_ros.report.picture import NamedBox, Picture
from synth_ros.types import ByteImage, DepthImage, IdImage

INVALID = (38, 38, 42)
"""Colour of pixels without depth."""

Pixels = TypeVar('Pixels', ByteImage, IdImage)


class Tile(NamedTuple):
    """An image to show and the words under it."""

    caption: str
    rgb: ByteImage


class Style(NamedTuple):
    """How tiles are drawn.

    Attributes:
        width: Of each tile, pixels.
        letters: Height of letters, pixels.
        shares: Whether names come with the visible share of the object.
    """

    width: int
    letters: int = 12
    shares: bool = True


def tiles(picture: Picture, style: Style) -> list[Tile]:
    """Colour, depth, masks and boxes of a frame, as far as it has them."""
    width = style.width
    out = [Tile('Colour', resize(picture.rgb, width))]
    if picture.depth_m is not None:
        out.append(depth_tile(picture.depth_m, width))
    if picture.instance_id is not None:
        count = np.unique(picture.instance_id[picture.instance_id > 0]).size
        masks = draw_masks(picture.rgb, picture.instance_id, width)
        out.append(Tile(f'{count} instance masks', masks))
    boxes = draw_boxes(picture.rgb, picture.boxes, style)
    return [*out, Tile(f'{len(picture.boxes)} labelled objects', boxes)]


def depth_tile(depth_m: DepthImage, width: int) -> Tile:
    """Depth in viridis, near bright, between the 1st and 99th percentile of valid pixels.

    Args:
        depth_m: Shape (height, width), metres, 0 invalid.
        width: Of the tile, pixels.
    """
    valid = depth_m > 0
    if not valid.any():
        empty = np.full((*depth_m.shape, 3), INVALID, np.uint8)
        return Tile('Depth, all invalid', resize(empty, width))
    near, far = (float(d) for d in np.percentile(depth_m[valid], [1, 99]))
    share = np.clip((far - depth_m) / max(far - near, 1e-3), 0, 1)
    bgr = cv2.applyColorMap((255 * share).astype(np.uint8), cv2.COLORMAP_VIRIDIS)
    rgb = cast('ByteImage', cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))
    rgb[~valid] = INVALID
    return Tile(f'Depth {near:.2f} (bright) to {far:.2f} m', _nearest(rgb, width))


def draw_masks(rgb: ByteImage, instance_id: IdImage, width: int) -> ByteImage:
    """Every instance in a colour of its own with a light outline, over the greyed image."""
    small = resize(rgb, width)
    ids = _nearest(instance_id, width)
    grey = small.mean(2, keepdims=True)
    base = np.repeat(0.25 * grey + 20, 3, axis=2)
    tint = 0.25 * grey + 0.75 * colour_ids(ids, (0, 0, 0))
    out = np.where(ids[..., None] > 0, tint, base)
    out[_outlines(ids)] = 255
    return np.clip(out, 0, 255).astype(np.uint8)


def draw_boxes(rgb: ByteImage, boxes: Sequence[NamedBox], style: Style) -> ByteImage:
    """Boxes in the colours of their classes, with names that avoid each other."""
    width = style.width
    small = resize(rgb, width)
    height = small.shape[0]
    scale_x, scale_y = width / rgb.shape[1], height / rgb.shape[0]
    canvas = Image.fromarray(small)
    draw = ImageDraw.Draw(canvas)
    rects = [
        (b.box.x0 * scale_x, b.box.y0 * scale_y, b.box.x1 * scale_x, b.box.y1 * scale_y)
        for b in boxes
    ]
    for rect, item in zip(rects, boxes, strict=True):
        # Pillow's corners are inside the box; a dark line around keeps bright colours visible.
        x0, y0, x1, y1 = rect[0], rect[1], rect[2] - 1, rect[3] - 1
        if x1 - x0 > 4 and y1 - y0 > 4:
            draw.rectangle((x0 + 2, y0 + 2, x1 - 2, y1 - 2), outline=(0, 0, 0))
        draw.rectangle((x0, y0, max(x1, x0), max(y1, y0)), outline=colour(item.class_id), width=2)
    names = [
        Name(rect, f'{b.name} {b.visibility:.0%}' if style.shares else b.name, colour(b.class_id))
        for rect, b in zip(rects, boxes, strict=True)
    ]
    write_names(draw, names, letters=style.letters, canvas=(width, height))
    return np.asarray(canvas)


def resize(rgb: ByteImage, width: int) -> ByteImage:
    """The image at another width; areas are averaged when shrinking, pixels stay sharp else."""
    shrinking = width < rgb.shape[1]
    method = cv2.INTER_AREA if shrinking else cv2.INTER_NEAREST
    return cast('ByteImage', cv2.resize(rgb, _target(rgb.shape, width), interpolation=method))


def _nearest(pixels: Pixels, width: int) -> Pixels:
    size = _target(pixels.shape, width)
    return cast('Pixels', cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST))


def _target(shape: tuple[int, ...], width: int) -> tuple[int, int]:
    return width, max(1, round(shape[0] * width / shape[1]))


def _outlines(ids: IdImage) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Instance pixels whose right or lower neighbour has another id."""
    edge = np.zeros(ids.shape, bool)
    edge[:, :-1] |= ids[:, :-1] != ids[:, 1:]
    edge[:-1] |= ids[:-1] != ids[1:]
    return edge
