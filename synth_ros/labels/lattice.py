"""Directions spread evenly over the sphere."""

from __future__ import annotations

import numpy as np

from synth_ros.types import FloatArray


def even_directions(count: int) -> FloatArray:
    """A Fibonacci lattice: turns by the golden angle at equal steps of height.

    Args:
        count: How many, 1 or more.

    Returns:
        Unit vectors from +z to -z, shape (count, 3), read-only.
    """
    step = np.arange(count)
    z = 1 - (2 * step + 1) / count
    turn = step * np.pi * (3 - np.sqrt(5))
    across = np.sqrt(1 - z * z)
    directions = np.stack([across * np.cos(turn), across * np.sin(turn), z], axis=1)
    directions.flags.writeable = False
    return directions
