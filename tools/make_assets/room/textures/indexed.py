"""Images of few colours, painted exactly and written small."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Indexed(NamedTuple):
    """An image with a palette.

    Attributes:
        indices: (H, W) uint8 rows of the palette; row 0 is the top of the image.
        palette: (N, 3) uint8 colours.
    """

    indices: NDArray[np.uint8]
    palette: NDArray[np.uint8]

    def pixels(self) -> NDArray[np.uint8]:
        """The image as (H, W, 3) uint8."""
        return np.asarray(self.palette[self.indices])


def ramp(field: FloatArray, stops: Sequence[str], *, levels: int = 48) -> Indexed:
    """Colours a field.

    Args:
        field: (H, W) values; 0 takes the first colour and 1 the last, clipped.
        stops: Colours such as '#c8a27a', evenly spaced.
        levels: How many colours to use.
    """
    colors = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in stops], float)
    at = np.linspace(0, len(stops) - 1, levels)
    columns = [np.interp(at, np.arange(len(stops)), colors[:, c]) for c in range(3)]
    index = np.rint(np.clip(field, 0, 1) * (levels - 1)).astype(np.uint8)
    return Indexed(index, np.rint(np.stack(columns, axis=1)).astype(np.uint8))


def over(base: Indexed, top: Indexed, mask: NDArray[np.bool_]) -> Indexed:
    """Another image where the mask (H, W) is true; palettes together hold at most 256."""
    first = len(base.palette)
    assert first + len(top.palette) <= 256
    index = np.where(mask, top.indices + np.uint8(first), base.indices).astype(np.uint8)
    return Indexed(index, np.concatenate([base.palette, top.palette]))


def png_bytes(image: Indexed) -> bytes:
    """An indexed PNG (its specification: W3C, Portable Network Graphics, 2nd edition)."""
    height, width = image.indices.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), image.indices], axis=1)
    header = struct.pack('>IIBBBBB', width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b'IHDR', header),
        (b'PLTE', image.palette.tobytes()),
        (b'IDAT', zlib.compress(rows.tobytes(), 9)),
        (b'IEND', b''),
    )
    return b'\x89PNG\r\n\x1a\n' + b''.join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', checksum)
