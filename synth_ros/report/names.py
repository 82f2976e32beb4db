"""Names beside things in a picture, placed where they hide other names least."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from PIL import ImageDraw, ImageFont

from synth_ros.report.palette import Rgb, ink

_PAD = 3

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom: edges of canvas pixels."""


class Name(NamedTuple):
    """What is written beside a thing.

    Attributes:
        rect: Where the thing is.
        text: Its name.
        paint: Colour behind the letters.
    """

    rect: Rect
    text: str
    paint: Rgb


def write_names(
    draw: ImageDraw.ImageDraw,
    items: Sequence[Name],
    *,
    letters: int,
    canvas: tuple[int, int],
) -> None:
    """Write each name beside its thing.

    Args:
        draw: Draws on the canvas.
        items: All names of the picture.
        letters: Height of letters, pixels.
        canvas: Width and height.
    """
    style = font(letters)
    objects = [item.rect for item in items]
    names: list[Rect] = []
    # Small things choose first: they have fewer places where a name belongs to them clearly.
    for item in sorted(items, key=lambda item: _area(item.rect)):
        size = (style.getlength(item.text) + 2 * _PAD, letters + 2 * _PAD)
        options = _places(item.rect, size, canvas=canvas)
        place = min(options, key=lambda option: _hidden(option, names, objects=objects))
        names.append(place)
        draw.rectangle((place[0], place[1], place[2] - 1, place[3] - 1), fill=item.paint)
        draw.text((place[0] + _PAD, place[1] + 1), item.text, fill=ink(item.paint), font=style)


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own letters, antialiased; no font file of the system is needed."""
    return ImageFont.load_default(size)


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
