"""Ranks in the unit cube for points and rotations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from synth_ros.config.distributions import Distribution
from synth_ros.randomize.draw import Draws
from synth_ros.types import FloatArray

SIDES = 4
"""Ranks of one point or rotation: up to three for itself, the last picks a part of a mixture."""

_INDEPENDENT = Distribution(uniform=(0.0, 1.0))
_EVEN = Distribution(uniform=(0.0, 1.0), across='episodes')


def cubes(
    draws: Draws, name: str, count: int, *, across: Literal['episodes'] | None
) -> FloatArray:
    """Ranks of several points or rotations.

    Args:
        draws: Where they are drawn.
        name: What is drawn.
        count: How many.
        across: Whether successive episodes are spread evenly.

    Returns:
        From [0, 1), shape (count, 4).
    """
    ranks = draws.ranks(_EVEN if across else _INDEPENDENT, name, SIDES * count)
    return ranks.reshape(count, SIDES)


def parts_of(u: FloatArray, shares: Sequence[float]) -> list[NDArray[np.int64]]:
    """Which draws come from which part of a mixture.

    Args:
        u: Ranks, shape (count,).
        shares: Of the parts; they sum to 1.

    Returns:
        For each part the places of its draws.
    """
    ends = np.cumsum(shares)
    chosen = np.minimum(np.searchsorted(ends, u, side='right'), len(shares) - 1)
    return [np.flatnonzero(chosen == part).astype(np.int64) for part in range(len(shares))]
