"""COCO's masks: polygons and run lengths, checked before C code gets them.

Run lengths alternate between outside and inside, column by column, outside first. Compressed ones
(``maskApi.c`` of the COCO API) are text: from the fourth on each run is stored as the difference
to the one two before, in little-endian groups of five bits; bit 0x20 says that more follow, 0x10
of the last group is the sign, and 48 is added to make text of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from synth_ros.types import MaskImage

Runs = NDArray[np.int64]
_FARTHEST = 1e9
_LONGEST = 12
"""Groups of five bits in a number at most; more would not fit 64 bits."""


class Polygon(NamedTuple):
    """A ring of points, (n, 2), x and y in pixels measured from the outer edge."""

    points: NDArray[np.float64]

    @property
    def area(self) -> float:
        """By the shoelace formula, never negative; square pixels."""
        closed = self._closed
        x, y = closed[:, 0], closed[:, 1]
        return abs(float(x[:-1] @ y[1:] - x[1:] @ y[:-1])) / 2

    @property
    def perimeter(self) -> float:
        """Pixels."""
        closed = self._closed
        steps = closed[1:] - closed[:-1]
        return float(np.hypot(steps[:, 0], steps[:, 1]).sum())

    @property
    def _closed(self) -> NDArray[np.float64]:
        """All points, and the first again."""
        return np.concatenate((self.points, self.points[:1]))


def polygon(values: object) -> Polygon:
    """A ring from x1, y1, x2, y2 ...

    Raises:
        ValueError: It has fewer than three points, an odd count, or something that is no number.
    """
    if not isinstance(values, list) or not set(map(type, values)) <= {int, float}:
        raise ValueError('a polygon is no list of numbers')
    if len(values) % 2:
        raise ValueError(f'a polygon has {len(values)} coordinates, an odd count')
    if len(values) < 6:
        raise ValueError(f'a polygon has {len(values) // 2} points; it takes three')
    try:
        points = np.array(values, dtype=np.float64).reshape(-1, 2)
    except OverflowError:
        points = np.full((1, 2), np.inf)
    if not (np.abs(points) < _FARTHEST).all():
        raise ValueError('a polygon has a coordinate that is no ordinary number')
    return Polygon(points)


def runs_of(counts: object, size: tuple[int, int]) -> Runs:
    """Run lengths, compressed or not, checked against the mask's size.

    Args:
        counts: Text, or a list of lengths.
        size: (height, width).

    Raises:
        ValueError: They are damaged, or do not fill the mask.
    """
    runs = _decompressed(counts) if isinstance(counts, str) else _listed(counts)
    if runs.size and int(runs.min()) < 0:
        raise ValueError('run lengths become negative')
    filled = sum(runs.tolist())
    if filled != size[0] * size[1]:
        raise ValueError(f'run lengths fill {filled} pixels of {size[0]} x {size[1]}')
    return runs


def area_of(runs: Runs) -> int:
    """Pixels inside."""
    return int(runs[1::2].sum())


def box_of(runs: Runs, height: int) -> tuple[int, int, int, int] | None:
    """Box (x0, y0, x1, y1) around the pixels inside, half-open; ``None`` if there are none."""
    ends = np.cumsum(runs)
    start, end = (ends - runs)[1::2], ends[1::2]
    start, end = start[end > start], end[end > start]
    if not start.size:
        return None
    first, last = start // height, (end - 1) // height
    # A run that goes on in the next column touches the last row of one and the first of the other.
    y0 = 0 if (first < last).any() else int((start % height).min())
    y1 = height if (first < last).any() else int(((end - 1) % height).max()) + 1
    return int(first.min()), y0, int(last.max()) + 1, y1


def mask_of(runs: Runs, size: tuple[int, int]) -> MaskImage:
    """The mask, (height, width)."""
    inside = np.arange(len(runs)) % 2 == 1
    mask: MaskImage = np.repeat(inside, runs).reshape(size[1], size[0]).T
    return mask


def polygons_mask(polygons: Sequence[Polygon], size: tuple[int, int]) -> MaskImage:
    """Pixels of rings together, (height, width), as the COCO API draws them."""
    reach = (2 * size[1], 2 * size[0])
    # Far points would only cost memory.
    rings = [np.clip(ring.points, -np.array(reach), reach).ravel().tolist() for ring in polygons]
    drawn = coco_mask.merge(coco_mask.frPyObjects(rings, *size))
    return mask_of(runs_of(drawn['counts'].decode('ascii'), size), size)


def _listed(counts: object) -> Runs:
    if not isinstance(counts, list) or not all(type(count) is int for count in counts):
        raise ValueError('run lengths are neither a text nor a list of whole numbers')
    if any(not 0 <= count < 1 << 40 for count in counts):
        raise ValueError('a run length is negative or beyond reason')
    return np.array(counts, dtype=np.int64)


def _decompressed(counts: str) -> Runs:
    try:
        bits = np.frombuffer(counts.encode('ascii'), np.uint8).astype(np.int64) - 48
    except UnicodeEncodeError:
        raise ValueError('compressed run lengths hold letters that are not theirs') from None
    if not bits.size:
        return np.zeros(0, np.int64)
    if int(bits.min()) < 0 or int(bits.max()) > 63:
        raise ValueError('compressed run lengths hold letters that are not theirs')
    last = (bits & 0x20) == 0
    if not last[-1]:
        raise ValueError('compressed run lengths end inside a number')
    ends = np.flatnonzero(last)
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if int(lengths.max()) > _LONGEST:
        raise ValueError('a compressed run length is beyond reason')
    place = np.arange(bits.size) - np.repeat(starts, lengths)
    runs: Runs = np.add.reduceat((bits & 0x1F) << (5 * place), starts)
    runs -= np.where(bits[ends] & 0x10, np.int64(1) << (5 * lengths), 0)
    if int(np.abs(runs).max()) > 1 << 40:
        raise ValueError('a compressed run length is beyond reason')
    runs[1::2] = np.cumsum(runs[1::2])
    runs[2::2] = np.cumsum(runs[2::2])
    return runs
