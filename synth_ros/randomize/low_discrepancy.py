"""Points that fill the unit cube evenly: Sobol points, scrambled for each name on its own.

Scrambling after Owen (1995), by the hash of Laine and Karras (2011) with the constants of Vegdahl
(2021); independent names are padded: each takes the points in a shuffled order of its own, after
Burley (2020), "Practical hash-based Owen scrambling". In each coordinate, 2^k successive points
from a multiple of 2^k on fall into 2^k different intervals of equal length.
"""

from __future__ import annotations

import numpy as np

from synth_ros.types import FloatArray

DIMENSIONS = 4
"""More numbers at once are padded again in groups of this many."""

_MASK = 0xFFFFFFFF
_BITS = 32

# Primitive polynomials and first direction numbers of Joe and Kuo (2008), dimensions 2 to 4.
_POLYNOMIALS = ((1, 0, (1,)), (2, 1, (1, 3)), (3, 1, (1, 3, 1)))


def even_ranks(index: int, count: int, rng: np.random.Generator) -> FloatArray:
    """The point of a number, scrambled.

    Args:
        index: Number of the point, from 0; below 2^32.
        count: How many coordinates.
        rng: Decides the scrambling alone: give one of the same seed for every index.

    Returns:
        Coordinates in [0, 1), shape (count,).
    """
    groups = -(-count // DIMENSIONS)
    ranks = []
    for _ in range(groups):
        seeds = [int(seed) for seed in rng.integers(0, 2**32, 1 + DIMENSIONS)]
        place = _scrambled(index, seeds[0])
        for dimension, seed in enumerate(seeds[1:]):
            bits = _scrambled(_sobol(place, dimension), seed)
            # Below the 32 bits of the points, fill up with the middle.
            ranks.append((bits + 0.5) / 2**_BITS)
    return np.array(ranks[:count])


def _directions(dimension: int) -> tuple[int, ...]:
    """Direction numbers of a dimension, one for each bit of the index."""
    if dimension == 0:
        return tuple(1 << (_BITS - 1 - i) for i in range(_BITS))
    degree, coefficients, first = _POLYNOMIALS[dimension - 1]
    m = list(first)
    for i in range(degree, _BITS):
        value = m[i - degree] ^ (m[i - degree] << degree)
        for k in range(1, degree):
            if (coefficients >> (degree - 1 - k)) & 1:
                value ^= m[i - k] << k
        m.append(value)
    return tuple(value << (_BITS - 1 - i) for i, value in enumerate(m))


_TABLE = tuple(_directions(dimension) for dimension in range(DIMENSIONS))


def _sobol(index: int, dimension: int) -> int:
    """A coordinate of a Sobol point, as a fraction of 2^32."""
    value = 0
    for bit, direction in enumerate(_TABLE[dimension]):
        if (index >> bit) & 1:
            value ^= direction
    return value


def _scrambled(bits: int, seed: int) -> int:
    """A permutation that flips each bit by what the bits above it are."""
    bits = _reversed(bits)
    bits = (bits ^ (bits * 0x3D20ADEA)) & _MASK
    bits = (bits + seed) & _MASK
    bits = (bits * ((seed >> 16) | 1)) & _MASK
    bits = (bits ^ (bits * 0x05526C56)) & _MASK
    return _reversed((bits ^ (bits * 0x53A22864)) & _MASK)


def _reversed(bits: int) -> int:
    return int(f'{bits:032b}'[::-1], 2)
