"""The pixels of a frame, surface by surface."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import IdImage


class SurfacePixels(NamedTuple):
    """Where the image shows one surface.

    Attributes:
        geom: Geom id.
        pixels: Flat indices of its pixels, shape (n,), int64, ascending, n >= 1.
    """

    geom: int
    pixels: NDArray[np.int64]


def surface_pixels(geom_id: IdImage) -> Iterator[SurfacePixels]:
    """The pixels of every surface in the image, by ascending geom id.

    Args:
        geom_id: Shape (height, width), -1 where nothing is.
    """
    flat = geom_id.ravel()
    # Numpy sorts 16 bits by radix, four times as fast.
    small = flat.astype(np.int16) if flat.size and flat.max() < 2**15 else flat
    order = np.argsort(small, kind='stable')
    ids = flat[order]
    begins = np.flatnonzero(np.diff(ids, prepend=-1))
    ends = [*begins[1:].tolist(), flat.size][: begins.size]
    for begin, end in zip(begins.tolist(), ends, strict=True):
        yield SurfacePixels(int(ids[begin]), order[begin:end])
