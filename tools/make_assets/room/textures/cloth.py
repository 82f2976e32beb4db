"""Rugs and upholstery."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.make_assets.objects.textures.noise import fractal, value_noise
from tools.make_assets.room.textures.indexed import FloatArray, Indexed, over, ramp


def weave(seed: int, stops: Sequence[str], *, size: int = 256, threads: int = 64) -> Indexed:
    """Plain-woven cloth."""
    rng = np.random.default_rng(seed)
    shape = (size, size)
    t = np.arange(size) * threads / size
    warp = np.abs(np.sin(np.pi * t))
    over_warp = ((t[:, None].astype(int) + t[None].astype(int)) % 2) == 0
    relief = np.where(over_warp, warp[None], warp[:, None])
    slub = 0.5 * (value_noise(rng, shape, (threads, 6)) + value_noise(rng, shape, (6, threads)))
    field = 0.12 + 0.3 * relief + 0.34 * slub + 0.3 * fractal(rng, shape, (4, 4), octaves=3)
    return ramp(field, stops, levels=32)


def herringbone(seed: int, stops: Sequence[str], *, size: int = 256) -> Indexed:
    """Tweed in a herringbone."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size]
    period, rib = size // 4, size // 32
    zigzag = np.abs(x % period - period / 2)
    dark = ((y + zigzag) % rib) < rib / 2
    wool = value_noise(rng, (size, size), (size // 2, size // 2))
    return ramp(0.25 + 0.35 * dark + 0.4 * wool, stops, levels=32)


def _pile(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    rows, columns = shape
    fine = value_noise(rng, shape, (rows // 2, columns // 2))
    return (
        0.35 * fine
        + 0.35 * value_noise(rng, shape, (rows // 6, columns // 3))
        + 0.3 * fractal(rng, shape, (4, 4), octaves=3)
    )


def shag(seed: int, stops: Sequence[str], *, shape: tuple[int, int] = (384, 512)) -> Indexed:
    """A long-pile rug of one colour with a border line."""
    rng = np.random.default_rng(seed)
    field = _pile(rng, shape)
    border = _border(shape)
    dark = (border > 0.07) & (border < 0.1)
    return ramp(np.where(dark, field - 0.45, field), stops, levels=32)


def _border(shape: tuple[int, int]) -> FloatArray:
    """Distance to the edge of the rug, in units of its height."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    edges = [y, shape[0] - 1 - y, x, shape[1] - 1 - x]
    return np.asarray(np.minimum.reduce(edges) / shape[0], dtype=float)


def kilim(seed: int, *, shape: tuple[int, int] = (384, 512)) -> Indexed:
    """A flat-woven rug: lozenges in bands, and a border."""
    rng = np.random.default_rng(seed)
    pile = _pile(rng, shape)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    step = 8
    gx, gy = x // step, y // step
    columns, rows = shape[1] // step, shape[0] // step
    lozenge = np.abs(gx - columns / 2 + 0.5) % 16
    lozenge = np.minimum(lozenge, 16 - lozenge) + np.abs((gy % 16) - 7.5)
    image = ramp(pile, ('#5c1f1c', '#8e342c', '#a8473a'), levels=24)
    image = over(image, ramp(pile, ('#b29a72', '#d8c49c'), levels=16), lozenge < 6)
    image = over(image, ramp(pile, ('#16273a', '#2b4661'), levels=16), lozenge < 4)
    image = over(image, ramp(pile, ('#a65d25', '#cf8a45'), levels=16), lozenge < 2)
    border = _border(shape)
    image = over(image, ramp(pile, ('#16273a', '#2b4661'), levels=16), border < 0.11)
    teeth = (border > 0.03) & (border < 0.09) & ((gx + gy) % 3 == 0)
    assert rows > 16
    return over(image, ramp(pile, ('#b29a72', '#d8c49c'), levels=16), teeth)


def stripes(seed: int, *, shape: tuple[int, int] = (384, 512)) -> Indexed:
    """A cotton rug in uneven stripes."""
    rng = np.random.default_rng(seed)
    pile = _pile(rng, shape)
    widths = rng.integers(6, 34, size=40)
    band = np.searchsorted(np.cumsum(widths), np.arange(shape[1]), side='right') % 4
    image = ramp(pile, ('#a9a294', '#d9d3c5'), levels=24)
    colors = (('#35505c', '#587784'), ('#b08a4a', '#d3b277'), ('#7f8f86', '#a9b7ad'))
    for number, stops in enumerate(colors, start=1):
        mask = np.broadcast_to(band == number, shape)
        image = over(image, ramp(pile, stops, levels=24), mask)
    return image
