"""Boards and planks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from tools.make_assets.objects.textures.noise import fractal, value_noise
from tools.make_assets.room.textures.indexed import FloatArray, Indexed, ramp

OAK = ('#5d3d22', '#8a6038', '#b3864f', '#c89c66', '#d8b384')
WALNUT = ('#22140c', '#3d2617', '#583a25', '#6f4c33', '#8a6446')
HONEY = ('#4f2f17', '#7c4f27', '#a06c3a', '#b98349', '#cc9a60')
ASH = ('#84745f', '#a8967c', '#c4b398', '#d6c8b0', '#e4d9c6')


def grain(rng: np.random.Generator, shape: tuple[int, int], *, rings: int = 7) -> FloatArray:
    """Wood figure in 0..1, dark to light; the grain runs along the rows and tiles both ways.

    Args:
        rng: Source of randomness.
        shape: (H, W) of the result.
        rings: Year rings across the image.
    """
    height, width = shape
    warp = 0.55 * fractal(rng, shape, (3, 1), octaves=3) + 0.3 * fractal(
        rng, shape, (7, 2), octaves=2
    )
    y = np.arange(height)[:, None] / height
    phase = (rings * y + 2.6 * warp) % 1.0
    # A year ring darkens slowly and ends abruptly.
    figure = 1 - phase**2.2 * np.clip((1 - phase) / 0.12, 0, 1)
    fibres = value_noise(rng, shape, (height // 2, max(4, width // 96)))
    fine = value_noise(rng, shape, (height // 5, max(3, width // 200)))
    pores = value_noise(rng, shape, (height // 2, max(8, width // 24)))
    dark = np.clip((pores - 0.8) * 3.2, 0, 1) * np.clip(1.2 - figure, 0, 1)
    large = fractal(rng, shape, (4, 2), octaves=2)
    return 0.16 + 0.34 * figure + 0.18 * fibres + 0.16 * fine + 0.26 * large - 0.5 * dark


def board(seed: int, stops: Sequence[str], *, size: int = 1024, rings: int = 7) -> Indexed:
    """One wide board."""
    rng = np.random.default_rng(seed)
    return ramp(grain(rng, (size, size), rings=rings), stops, levels=40)


def staves(seed: int, stops: Sequence[str], *, size: int = 1024, rows: int = 8) -> Indexed:
    """Glued staves, as of a butcher-block table top: each its own tone, with thin joints."""
    rng = np.random.default_rng(seed)
    field = _planked(rng, size, rows=rows, tone=0.26, lengths=(1, 2))
    return ramp(_jointed(field, size, rows=rows, width_px=1, depth=0.12), stops, levels=40)


def planks(seed: int, stops: Sequence[str], *, size: int = 1024, rows: int = 14) -> Indexed:
    """Floor boards with dark joints."""
    rng = np.random.default_rng(seed)
    field = _planked(rng, size, rows=rows, tone=0.34, lengths=(1, 2))
    return ramp(_jointed(field, size, rows=rows, width_px=2, depth=0.75), stops, levels=40)


def _planked(
    rng: np.random.Generator, size: int, *, rows: int, tone: float, lengths: tuple[int, int]
) -> FloatArray:
    """Figure of rows of boards; a negative value marks a joint between two board ends."""
    edges = np.rint(np.linspace(0, size, rows + 1)).astype(int)
    field = np.empty((size, size))
    for top, bottom in itertools.pairwise(edges):
        pieces = int(rng.integers(lengths[0], lengths[1] + 1))
        offset = int(rng.integers(size))
        row = np.empty((bottom - top, size))
        for piece in range(pieces):
            columns = slice(piece * size // pieces, (piece + 1) * size // pieces)
            figure = grain(rng, (64, size), rings=int(rng.integers(1, 3)))
            start = int(rng.integers(0, 64))
            taken = np.arange(start, start + bottom - top) % 64
            row[:, columns] = figure[taken][:, columns] + tone * (rng.random() - 0.55)
            row[:, columns.start : columns.start + 2] = -1.0
        field[top:bottom] = np.roll(row, offset, axis=1)
    return field


def _jointed(
    field: FloatArray, size: int, *, rows: int, width_px: int, depth: float
) -> FloatArray:
    edges = np.rint(np.linspace(0, size, rows + 1)).astype(int)[:-1]
    ends = field < -0.5
    whole = np.where(ends, np.roll(field, 2, axis=1), field)
    dark = ends.astype(float)
    for offset in range(width_px):
        dark[(edges + offset) % size] = 1.0
    return whole - depth * dark
