"""Stone, tiles, concrete, plaster, brick, laminate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tools.make_assets.objects.textures.noise import fractal, spots, value_noise
from tools.make_assets.room.textures.indexed import FloatArray, Indexed, over, ramp


def veins(rng: np.random.Generator, shape: tuple[int, int], *, sharpness: float) -> FloatArray:
    """Thin wandering lines, 1 on the line and 0 away from it."""
    field = fractal(rng, shape, (3, 4), octaves=5)
    return np.exp(-np.abs(field - 0.5) * sharpness)


def marble(seed: int, *, size: int = 1024) -> Indexed:
    """White marble with grey veins."""
    rng = np.random.default_rng(seed)
    shape = (size, size)
    cloud = fractal(rng, shape, (3, 3), octaves=5)
    mask = fractal(rng, shape, (3, 2), octaves=3)
    lines = veins(rng, shape, sharpness=42) * np.clip(mask * 2 - 0.5, 0, 1)
    hair = veins(rng, shape, sharpness=90) * np.clip(1.2 - mask * 1.6, 0, 1)
    field = 0.84 + 0.3 * (cloud - 0.5) - 0.62 * lines - 0.3 * hair
    return ramp(field, ('#5f6166', '#94969a', '#c3c4c5', '#dddcda', '#f1efeb'), levels=48)


def laminate(seed: int, *, size: int = 512) -> Indexed:
    """White laminate with a faint fleck."""
    rng = np.random.default_rng(seed)
    fleck = spots(rng, (size, size), count=size * 3, radius_px=(0.4, 1.1))
    cloud = fractal(rng, (size, size), (4, 4), octaves=3)
    return ramp(0.8 + 0.12 * (cloud - 0.5) - 0.4 * fleck, ('#b9b6b0', '#e9e7e2', '#f3f1ed'))


def tiles(seed: int, *, size: int = 1024, count: int = 4) -> Indexed:
    """Square stone tiles with light joints."""
    rng = np.random.default_rng(seed)
    cell = size // count
    field = np.empty((size, size))
    for row in range(count):
        for column in range(count):
            cloud = fractal(rng, (cell, cell), (3, 3), octaves=5)
            line = veins(rng, (cell, cell), sharpness=60)
            tone = 0.2 * rng.random()
            grit = value_noise(rng, (cell, cell), (cell // 3, cell // 3)) - 0.5
            block = 0.42 + tone + 0.42 * (cloud - 0.5) + 0.1 * grit - 0.22 * line
            field[row * cell : (row + 1) * cell, column * cell : (column + 1) * cell] = block
    stone = ramp(field, ('#6f6a63', '#8f8a81', '#a8a399', '#c0bbb1'), levels=48)
    x = np.arange(size) % cell
    edge = np.minimum(x, cell - 1 - x)
    distance = np.minimum(edge[:, None], edge[None])
    grout = ramp(
        0.4 + 0.6 * value_noise(rng, (size, size), (256, 256)), ('#85807a', '#b3aea6'), levels=12
    )
    return over(stone, grout, distance < 3)


def concrete(seed: int, *, size: int = 1024) -> Indexed:
    """Polished concrete with clouds, scuffs and pores."""
    rng = np.random.default_rng(seed)
    shape = (size, size)
    cloud = fractal(rng, shape, (3, 3), octaves=6)
    scuff = veins(rng, shape, sharpness=70) * value_noise(rng, shape, (6, 6))
    pores = spots(rng, shape, count=1400, radius_px=(0.5, 2.0))
    grit = value_noise(rng, shape, (size // 3, size // 3)) - 0.5
    field = 0.5 + 0.5 * (cloud - 0.5) + 0.12 * grit + 0.1 * scuff - 0.35 * pores
    return ramp(field, ('#5d5c59', '#7f7d79', '#969490', '#adaaa5'), levels=40)


def carpet(seed: int, *, size: int = 512) -> Indexed:
    """Short loops of wool in mixed yarns."""
    rng = np.random.default_rng(seed)
    shape = (size, size)
    loops = value_noise(rng, shape, (size // 4, size // 4))
    yarn = value_noise(rng, shape, (size // 6, size // 3))
    cloud = fractal(rng, shape, (5, 5), octaves=3)
    field = 0.15 + 0.4 * loops + 0.25 * yarn + 0.2 * cloud
    return ramp(field, ('#4f4a44', '#7d7569', '#a1978a', '#c0b7a9'), levels=32)


def plaster(seed: int, *, size: int = 512) -> Indexed:
    """Painted plaster with trowel marks."""
    rng = np.random.default_rng(seed)
    shape = (size, size)
    bumps = fractal(rng, shape, (10, 10), octaves=5)
    relief = bumps - np.roll(bumps, (2, 2), axis=(0, 1))
    cloud = fractal(rng, shape, (3, 3), octaves=3)
    field = 0.66 + 1.5 * relief + 0.16 * (cloud - 0.5)
    return ramp(field, ('#b8b1a3', '#d9d3c6', '#ece7dc'), levels=32)


def brick(seed: int, *, size: int = 1024) -> Indexed:
    """Bricks under white paint, in running bond."""
    rng = np.random.default_rng(seed)
    rows, columns = 32, 9
    height = size // rows
    y = np.arange(size)
    row = y // height
    x = np.arange(size)[None] + (row % 2)[:, None] * (size / columns / 2)
    across = x % (size / columns)
    tone = rng.random((rows, columns))
    which = (x // (size / columns)).astype(int) % columns
    edge_x = np.minimum(across, size / columns - across)
    edge_y = np.minimum(y % height, height - 1 - y % height)[:, None]
    distance = np.minimum(edge_x, edge_y)
    joint = np.clip((3.2 - distance) / 2.2, 0, 1)
    rough = fractal(rng, (size, size), (48, 32), octaves=4)
    light = np.where((y % height)[:, None] < 4, 0.05, 0.0) * (1 - joint)
    field = 0.55 + 0.16 * tone[row[:, None], which] + 0.4 * (rough - 0.5) - 0.42 * joint + light
    return ramp(field, ('#a39d92', '#cdc8be', '#e3dfd6', '#f2efe8'), levels=40)


def wallpaper(seed: int, *, size: int = 1024) -> Indexed:
    """A grid of leaf sprigs on a linen ground."""
    rng = np.random.default_rng(seed)
    weave = value_noise(rng, (size, size), (size // 2, 12)) + value_noise(
        rng, (size, size), (12, size // 2)
    )
    ground = ramp(0.2 + 0.4 * weave, ('#9fb0a8', '#b4c3bb', '#c6d2cb'), levels=24)
    step = size // 8
    y, x = np.mgrid[0:step, 0:step]
    cell = _sprig(x - step / 4, y - step / 4, step) | _sprig(
        x - 3 * step / 4, y - 3 * step / 4, step
    )
    mask = np.tile(cell, (8, 8))
    leaf = ramp(0.3 + 0.5 * weave / 2, ('#e3e4d6', '#f3f2e8'), levels=8)
    return over(ground, leaf, mask)


def _sprig(x: FloatArray, y: FloatArray, step: int) -> NDArray[np.bool_]:
    """Three leaves that meet below."""
    mask = np.zeros(x.shape, bool)
    for angle in (-42.0, 0.0, 42.0):
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        along, across = -(y - step * 0.14) * c + x * s, x * c + (y - step * 0.14) * s
        t = along / (step * 0.3)
        mask |= (
            (t > 0) & (t < 1) & (np.abs(across) < step * 0.055 * np.sin(np.pi * np.clip(t, 0, 1)))
        )
    return mask
