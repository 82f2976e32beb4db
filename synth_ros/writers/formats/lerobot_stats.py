"""Statistics that LeRobot normalises with: of each episode, and of all together.

Names and shapes are LeRobot's: ``min``, ``max``, ``mean``, ``std`` (of the population), ``count``
and the quantiles ``q01``, ``q10``, ``q50``, ``q90``, ``q99``. Those of images are of each channel
over all pixels of all frames, from 0 to 1, with shape (3, 1, 1), and ``count`` is the frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from synth_ros.types import ByteImage, FloatArray

QUANTILES: Mapping[str, float] = MappingProxyType(
    {'q01': 0.01, 'q10': 0.1, 'q50': 0.5, 'q90': 0.9, 'q99': 0.99}
)
_LEVELS = 256
_EXACT = 2**24
"""Up to here single precision counts without error."""

Stats = dict[str, JsonValue]
"""Lists of numbers by the name of the statistic."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How the rows of a table are spread, column by column.

    Attributes:
        count: Rows.
        low: Smallest values, shape (k,).
        high: Largest values, shape (k,).
        mean: Shape (k,).
        std: Standard deviations of the population, shape (k,).
        quantiles: In the order of ``QUANTILES``, shape (5, k).
    """

    count: int
    low: FloatArray
    high: FloatArray
    mean: FloatArray
    std: FloatArray
    quantiles: FloatArray

    @classmethod
    def of(cls, rows: FloatArray) -> Self:
        """Of at least one row.

        Args:
            rows: Shape (n, k).
        """
        return cls(
            count=len(rows),
            low=rows.min(axis=0),
            high=rows.max(axis=0),
            mean=rows.mean(axis=0),
            std=rows.std(axis=0),
            quantiles=np.quantile(rows, list(QUANTILES.values()), axis=0),
        )

    def stats(self) -> Stats:
        """As LeRobot has them."""
        return {
            'min': self.low.tolist(),
            'max': self.high.tolist(),
            'mean': self.mean.tolist(),
            'std': self.std.tolist(),
            'count': [self.count],
            **{name: row.tolist() for name, row in zip(QUANTILES, self.quantiles, strict=True)},
        }


@dataclass(frozen=True, slots=True)
class Shades:
    """How often each value of each channel occurs in images: everything else follows exactly.

    Attributes:
        frames: Images.
        counts: Pixels by channel and value, shape (3, 256), int64.
    """

    frames: int
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, rgb: ByteImage) -> Self:
        """Of one image.

        Args:
            rgb: Shape (height, width, 3), uint8.
        """
        counts = np.zeros((3, _LEVELS), np.int64)
        # OpenCV counts in single precision.
        for band in np.array_split(rgb, -(-rgb[..., 0].size // _EXACT)):
            for channel in range(3):
                found = cv2.calcHist([band], [channel], None, [_LEVELS], [0, _LEVELS])
                counts[channel] += found.ravel().astype(np.int64)
        return cls(1, counts)

    def joined(self, other: Self) -> Self:
        """Of the images of both."""
        return type(self)(self.frames + other.frames, self.counts + other.counts)

    def stats(self) -> Stats:
        """As LeRobot has them."""
        values = np.arange(_LEVELS) / (_LEVELS - 1)
        pixels = self.counts.sum(axis=1)
        mean = self.counts @ values / pixels
        square = (self.counts * (values - mean[:, None]) ** 2).sum(axis=1) / pixels
        seen = self.counts > 0
        below = np.cumsum(self.counts, axis=1) / pixels[:, None]
        return {
            'min': _planes(values[seen.argmax(axis=1)]),
            'max': _planes(values[_LEVELS - 1 - seen[:, ::-1].argmax(axis=1)]),
            'mean': _planes(mean),
            'std': _planes(np.sqrt(square)),
            'count': [self.frames],
            # The smallest value that at least this share of the pixels does not exceed.
            **{
                name: _planes(values[(below >= share).argmax(axis=1)])
                for name, share in QUANTILES.items()
            },
        }


Summary = Spread | Shades


def _planes(values: FloatArray) -> JsonValue:
    """A number for each channel with axes for rows and columns."""
    return [[[float(value)]] for value in values]
