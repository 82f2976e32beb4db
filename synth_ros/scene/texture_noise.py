"""Smooth noise that repeats, on grids along the axes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import FloatArray

Axes = tuple[FloatArray, FloatArray, FloatArray]
"""A grid of points: coordinates along x, y and z, each of shape (n,). Patterns repeat with
period 1 along each."""


class Noise(NamedTuple):
    """Noise with period 1 along x, y and z, mean 0.5 and standard deviation about 0.2.

    Attributes:
        lattices: Of each octave: random numbers at the points of a periodic lattice.
        shares: Weight of each octave; they sum to 1.
    """

    lattices: tuple[NDArray[np.float32], ...]
    shares: tuple[float, ...]

    def at(self, axes: Axes) -> NDArray[np.float32]:
        """Values on a grid, (nx, ny, nz), mostly within 0 and 1."""
        return np.asarray(
            sum(
                share * _blended(lattice, axes)
                for lattice, share in zip(self.lattices, self.shares, strict=True)
            ),
            np.float32,
        )


def make_noise(
    rng: np.random.Generator,
    cells: tuple[int, int, int],
    *,
    octaves: int = 4,
    gain: float = 0.55,
    most_cells: int = 96,
) -> Noise:
    """Draw a noise.

    Args:
        rng: Source of randomness.
        cells: Of the coarsest octave, along x, y, z.
        octaves: Each has twice the cells of the one before.
        gain: Weight of an octave relative to the one before.
        most_cells: Finer octaves are left out; a texture could not show them.
    """
    lattices, shares = [], []
    for octave in range(octaves):
        shape = tuple(count << octave for count in cells)
        if max(shape) > most_cells:
            break
        # A B-spline flattens its lattice: this spread makes values fill 0 to 1.
        lattices.append((0.5 + 1.3 * (rng.random(shape) - 0.5)).astype(np.float32))
        shares.append(gain**octave)
    total = sum(shares)
    return Noise(tuple(lattices), tuple(share / total for share in shares))


def _blended(lattice: NDArray[np.float32], axes: Axes) -> NDArray[np.float32]:
    """A lattice between its points, by cubic B-splines, one axis after the other."""
    out = lattice
    # The shortest axis first, which is one coordinate where the grid is a plane.
    for number in sorted(range(3), key=lambda axis: len(axes[axis])):
        base, weights = _taps(axes[number], lattice.shape[number])
        shape = [1, 1, 1]
        shape[number] = len(base)
        # Sums of four neighbours rather than matrices: the same bits on every machine.
        mixed = np.zeros(1, np.float32)
        for tap in range(4):
            neighbour = out.take((base + tap - 1) % lattice.shape[number], axis=number)
            mixed = mixed + neighbour * weights[tap].reshape(shape)
        out = mixed
    return out


def _taps(coordinates: FloatArray, cells: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The cell of each coordinate, (n,), and the weights of the four points around, (4, n)."""
    place = (coordinates % 1.0) * cells
    base = np.floor(place).astype(np.int64)
    t = place - base
    weights = [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]
    return base, (np.stack(weights) / 6).astype(np.float32)
