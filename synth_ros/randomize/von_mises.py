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
        angle_rad: Angles from the mean; any shape. Those beyond half a turn count as half a turn.
        kappa: Concentration, from 0 to 10000.
    """
    x = np.clip(angle_rad, -math.pi, math.pi)
    if kappa < _FEW:
        return np.asarray(0.5 + x / (2 * math.pi))
    order = np.arange(1, int(12 + 9 * math.sqrt(kappa)) + 1)
    ratios = special.ive(order, kappa) / special.ive(0, kappa) / (order * math.pi)
    total = 0.5 + x / (2 * math.pi)
    for j, ratio in zip(order, ratios, strict=True):
        if ratio < 1e-18:
            break
        total = total + ratio * np.sin(j * x)
    return np.asarray(np.clip(total, 0.0, 1.0))


def von_mises_quantile(u: FloatArray, kappa: float) -> FloatArray:
    """Angles from the mean for ranks.

    Args:
        u: Ranks from [0, 1); any shape.
        kappa: Concentration, from 0 to 10000.

    Returns:
        Radians from -pi to pi, good to 1e-9.
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
