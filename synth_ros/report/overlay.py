"""Pictures for people: depth in colours, masks over the image, boxes with names.

Tiles are scaled first and drawn on after, so that lines and letters stay sharp at any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, TypeVar, cast

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from synth_ros.report.palette import colour, colour_ids, ink
from synth_ros.report.picture import NamedBox, Picture
from synth_ros.types import ByteImage, DepthImage, IdImage

INVALID = (38, 38, 42)
"""Colour of pixels without depth."""
_PAD = 3

Pixels = TypeVar('Pixels', ByteImage, IdImage)
Rect = tuple[float, float, float, float]


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
    _write_names(draw, list(zip(rects, boxes, strict=True)), style=style, canvas=(width, height))
    return np.asarray(canvas)


def _write_names(
    draw: ImageDraw.ImageDraw,
    items: Sequence[tuple[Rect, NamedBox]],
    *,
    style: Style,
    canvas: tuple[int, int],
) -> None:
    """Write each name beside its box, where it hides other names least."""
    letters = font(style.letters)
    objects = [rect for rect, _ in items]
    names: list[Rect] = []
    # Small boxes choose first: they have fewer places where a name belongs to them clearly.
    for rect, item in sorted(items, key=lambda pair: _area(pair[0])):
        text = f'{item.name} {item.visibility:.0%}' if style.shares else item.name
        size = (letters.getlength(text) + 2 * _PAD, style.letters + 2 * _PAD)
        options = _places(rect, size, canvas=canvas)
        place = min(options, key=lambda option: _hidden(option, names, objects=objects))
        names.append(place)
        paint = colour(item.class_id)
        draw.rectangle((place[0], place[1], place[2] - 1, place[3] - 1), fill=paint)
        draw.text((place[0] + _PAD, place[1] + 1), text, fill=ink(paint), font=letters)


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own letters, antialiased; no font file of the system is needed."""
    return ImageFont.load_default(size)


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


def _places(rect: Rect, size: tuple[float, float], *, canvas: tuple[int, int]) -> list[Rect]:
    """Places for a name around and inside its box, the usual ones first."""
    wide, high = size
    x0, y0, x1, y1 = rect
    corners = [(x0, y0 - high), (x1 - wide, y0 - high), (x0, y1), (x1 - wide, y1), (x0, y0)]
    corners += [(x0 - wide, y0), (x1, y0), (x0, y0 - 2 * high), (x0, y1 + high)]
    places = []
    for x, y in corners:
        left = min(max(x, 0), max(canvas[0] - wide, 0))
        top = min(max(y, 0), max(canvas[1] - high, 0))
        places.append((left, top, left + wide, top + high))
    return places


def _hidden(place: Rect, names: Sequence[Rect], *, objects: Sequence[Rect]) -> float:
    """How much a name would hide; hiding another name is worse than hiding a picture."""
    over_names = sum(_overlap(place, other) for other in names)
    return 5 * over_names + sum(_overlap(place, other) for other in objects)


def _overlap(a: Rect, b: Rect) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return max(wide, 0) * max(high, 0)


def _area(rect: Rect) -> float:
    return (rect[2] - rect[0]) * (rect[3] - rect[1])
