"""The von Mises distribution: the normal distribution of the circle."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np
from scipy import special

from synth_ros.types import FloatArray

_NEWTON_STEPS = 4
_GRID = 2049
_BLOCK = 1024
_FEW = 1e-12
"""Below this concentration the distribution is uniform, and series lose their digits."""


class _Table(NamedTuple):
    """The CDF on a grid, to begin from.

    Attributes:
        angles: Shape (n,), radians from -pi to pi.
        ranks: CDF there, shape (n,).
    """

    angles: FloatArray
    ranks: FloatArray


def von_mises_cdf(angle_rad: FloatArray, kappa: float) -> FloatArray:
    """The share of angles between -pi and ``angle_rad``.

    Abramowitz and Stegun 9.6.34 integrated:
    F(x) = 1/2 + x / (2 pi) + sum over j of I_j(kappa) / (I_0(kappa) j pi) sin(j x).

    Args:
        angle_rad: Angles from the mean, shape (n,). Those beyond half a turn count as half a
            turn.
        kappa: Concentration, from 0 to 10000.
    """
    x = np.clip(angle_rad, -math.pi, math.pi)
    if kappa < _FEW:
        return np.asarray(0.5 + x / (2 * math.pi))
    order, ratios = _series(kappa)
    # In blocks for the sake of memory; the sum over a row is the same to the last bit in any.
    waves = np.concatenate(
        [
            (np.sin(np.multiply.outer(block, order)) * ratios).sum(axis=-1)
            for block in np.split(x, range(_BLOCK, len(x), _BLOCK))
        ]
    )
    return np.asarray(np.clip(0.5 + x / (2 * math.pi) + waves, 0.0, 1.0))


@functools.lru_cache(maxsize=32)
def _series(kappa: float) -> tuple[FloatArray, FloatArray]:
    """The orders j and factors of the sines; terms too small to matter are left out."""
    order = np.arange(1, int(12 + 9 * math.sqrt(kappa)) + 1, dtype=np.float64)
    ratios = special.ive(order, kappa) / special.ive(0, kappa) / (order * math.pi)
    kept = ratios >= 1e-18
    return order[kept], ratios[kept]


def von_mises_quantile(u: FloatArray, kappa: float) -> FloatArray:
    """Angles from the mean for ranks.

    Args:
        u: Ranks from [0, 1), shape (n,).
        kappa: Concentration, from 0 to 10000.

    Returns:
        Radians from -pi to pi, good to 1e-9, shape (n,).
    """
    if kappa < _FEW:
        return np.asarray((2 * u - 1) * math.pi)
    table = _table(kappa)
    x = np.interp(u, table.ranks, table.angles)
    slot = np.clip(np.searchsorted(table.ranks, u, side='right'), 1, len(table.ranks) - 1)
    low, high = table.angles[slot - 1], table.angles[slot]
    for _ in range(_NEWTON_STEPS):
        density = np.exp(kappa * (np.cos(x) - 1)) / (2 * math.pi * special.ive(0, kappa))
        step = (von_mises_cdf(x, kappa) - u) / np.maximum(density, 1e-300)
        x = np.clip(x - step, low, high)
    return np.asarray(x)


@functools.lru_cache(maxsize=32)
def _table(kappa: float) -> _Table:
    # Fine where the density is, coarse in the tails.
    width = min(math.pi, 12 / math.sqrt(kappa))
    middle = np.linspace(-width, width, _GRID)
    tail = np.linspace(width, math.pi, 65)[1:] if width < math.pi else np.array([])
    angles = np.concatenate([-tail[::-1], middle, tail])
    ranks = np.maximum.accumulate(von_mises_cdf(angles, kappa))
    return _Table(angles, ranks)
