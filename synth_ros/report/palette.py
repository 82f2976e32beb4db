"""Colours that people with colour-blindness can tell apart, and that read on light and dark.

The eight hues are those of Okabe and Ito, "Color Universal Design" (2008), with black replaced
by grey. Beyond eight, lighter and darker variants follow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import IdImage

Rgb = tuple[int, int, int]

_HUES: tuple[Rgb, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
    (153, 153, 153),
)
# Share of white (positive) or black (negative) mixed in, round by round.
_TINTS = (0.0, 0.45, -0.4)


def colour(number: int) -> Rgb:
    """The colour of an id of 1 or more; it repeats after 24."""
    turn, hue = divmod(number - 1, len(_HUES))
    tint = _TINTS[turn % len(_TINTS)]
    target = 255 if tint > 0 else 0
    red, green, blue = (round(c + (target - c) * abs(tint)) for c in _HUES[hue])
    return red, green, blue


def hex_colour(number: int) -> str:
    """The same as ``#rrggbb``."""
    return '#{:02x}{:02x}{:02x}'.format(*colour(number))


def ink(background: Rgb) -> Rgb:
    """Black or white, whichever reads better on a colour (WCAG relative luminance)."""
    linear = [(c / 255) ** 2.2 for c in background]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return (0, 0, 0) if luminance > 0.18 else (255, 255, 255)


def colour_ids(ids: IdImage, background: Rgb) -> NDArray[np.uint8]:
    """An id image in colours, shape (height, width, 3)."""
    present, where = np.unique(ids, return_inverse=True)
    table = [colour(int(k)) if k else background for k in present]
    return np.array(table, np.uint8)[where.reshape(ids.shape)]
