"""Fast Gaussian noise for whole images."""

from __future__ import annotations

from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_LEVELS = 1 << 16


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Standard normal noise, about five times as fast as ``Generator.standard_normal``.

    Each value is one of 65536 quantiles of the normal distribution, drawn with equal chance:
    mean 0 and variance 1 exactly, cut at 4.3 standard deviations. Image noise needs no finer
    tail, and every platform draws the same numbers.

    Args:
        rng: Source of randomness.
        shape: Shape of the noise.

    Returns:
        Float32 array of that shape.
    """
    which = rng.integers(0, _LEVELS, size=shape, dtype=np.uint16)
    out = np.empty(shape, np.float32)
    # mode='clip' spares a bounds check and a buffer; every index is in range by its type.
    np.take(_quantiles(), which, out=out, mode='clip')
    return out


@cache
def _quantiles() -> NDArray[np.float32]:
    """Quantiles at the middles of 65536 equal shares, scaled to variance 1, read-only."""
    upper = [NormalDist().inv_cdf((k + 0.5) / _LEVELS) for k in range(_LEVELS // 2, _LEVELS)]
    half = np.array(upper)
    table64 = np.concatenate([-half[::-1], half])
    table: NDArray[np.float32] = (table64 / np.sqrt(np.mean(table64**2))).astype(np.float32)
    table.flags.writeable = False
    return table
