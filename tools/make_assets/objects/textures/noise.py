"""Smooth random fields that tile."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.surface import FloatArray


def value_noise(
    rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]
) -> FloatArray:
    """Smooth noise (H, W) in 0..1 that tiles both ways.

    Args:
        rng: Source of randomness.
        shape: (H, W) of the result.
        cells: Random knots (down, across).
    """
    knots = rng.random(cells)
    return _stretch(_stretch(knots, shape[0], axis=0), shape[1], axis=1)


def _stretch(knots: FloatArray, size: int, axis: int) -> FloatArray:
    count = knots.shape[axis]
    position = (np.arange(size) + 0.5) * count / size
    low = np.floor(position).astype(np.int64)
    t = position - low
    t = t * t * (3 - 2 * t)
    t = t[:, None] if axis == 0 else t[None, :]
    a = np.take(knots, low % count, axis=axis)
    b = np.take(knots, (low + 1) % count, axis=axis)
    return np.asarray(a * (1 - t) + b * t)


def fractal(
    rng: np.random.Generator,
    shape: tuple[int, int],
    cells: tuple[int, int],
    *,
    octaves: int = 4,
) -> FloatArray:
    """Octaves of value noise (H, W), about 0..1, mean 0.5."""
    total, weight = np.zeros(shape), 0.0
    for octave in range(octaves):
        total += value_noise(rng, shape, (cells[0] << octave, cells[1] << octave)) / (1 << octave)
        weight += 1.0 / (1 << octave)
    return np.clip(0.5 + (total / weight - 0.5) * 1.6, 0, 1)


def spots(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    count: int,
    radius_px: tuple[float, float],
) -> FloatArray:
    """Coverage (H, W) in 0..1 of soft-edged round spots that wrap across u."""
    height, width = shape
    field = np.zeros(shape)
    x, y = rng.random(count) * width, rng.random(count) * height
    low, high = radius_px
    radius = low + (high - low) * rng.random(count) ** 2
    for cx, cy, r in zip(x, y, radius, strict=True):
        reach = int(np.ceil(r + 2))
        rows = np.arange(max(0, int(cy) - reach), min(height, int(cy) + reach + 1))
        columns = np.arange(int(cx) - reach, int(cx) + reach + 1)
        distance = np.hypot(rows[:, None] + 0.5 - cy, columns[None] + 0.5 - cx)
        patch = np.clip(r - distance + 0.5, 0, 1)
        block = np.ix_(rows, columns % width)
        field[block] = np.maximum(field[block], patch)
    return field
