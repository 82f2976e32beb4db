"""What hangs on the walls, and what is outside the window."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.textures.noise import fractal, value_noise
from tools.make_assets.room.textures.indexed import Indexed, over, ramp

Shape = tuple[int, int]


def hills(seed: int, *, shape: Shape = (384, 256)) -> Indexed:
    """Hills in mist, one behind the other."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] / shape[0]
    paper = 0.12 * value_noise(rng, shape, (96, 128))
    image = ramp(y * 1.4 + paper, ('#e8b48a', '#f0d3b0', '#f6e6cf'), levels=32)
    sun = np.hypot(x - 0.45, y - 0.26) < 0.075
    image = over(image, ramp(paper, ('#f9efd9', '#fff8e8'), levels=4), sun)
    ranges = (
        ('#9db3b5', '#c9d2cb'),
        ('#6f9192', '#a9bfb8'),
        ('#3f6a6f', '#7f9f9b'),
        ('#1f4148', '#4d7472'),
    )
    for number, stops in enumerate(ranges):
        ridge = (
            0.42 + 0.13 * number + 0.22 * (fractal(rng, (8, shape[1]), (1, 4), octaves=4)[0] - 0.5)
        )
        depth = (y - ridge[None]) * 2.5
        image = over(image, ramp(depth + paper, stops, levels=24), depth > 0)
    return image


def abstract(seed: int, *, shape: Shape = (384, 256)) -> Indexed:
    """Overlapping discs and bars on paper."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] / shape[1]
    paper = value_noise(rng, shape, (128, 128))
    image = ramp(paper, ('#e6dfd0', '#f1ebdf'), levels=8)
    discs = (
        (0.36, 0.5, 0.26, '#c4573a', '#d46a4a'),
        (0.66, 0.78, 0.2, '#e0a63c', '#ecb955'),
        (0.5, 1.12, 0.28, '#27485a', '#36596d'),
    )
    for cx, cy, radius, low, high in discs:
        image = over(image, ramp(paper, (low, high), levels=8), np.hypot(x - cx, y - cy) < radius)
    bar = (np.abs(x - 0.58) < 0.018) & (y > 0.2) & (y < 1.3)
    bar |= (np.abs(y - 0.92) < 0.014) & (x > 0.14) & (x < 0.88)
    return over(image, ramp(paper, ('#22211f', '#32302d'), levels=4), bar)


def botanical(seed: int, *, shape: Shape = (384, 256)) -> Indexed:
    """A twig with leaves, as a print."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] / shape[1]
    paper = fractal(rng, shape, (32, 24), octaves=3)
    image = ramp(paper, ('#dfe3da', '#f0f1ea'), levels=8)
    stem = 0.5 + 0.09 * np.sin(2.2 * (y - 0.2))
    leaves = (np.abs(x - stem) < 0.008) & (y > 0.2) & (y < 1.32)
    for number in range(9):
        at = 0.24 + 0.105 * number
        side = 1 if number % 2 else -1
        cx = 0.5 + 0.09 * np.sin(2.2 * (at - 0.2))
        c, s = np.cos(np.radians(38)), np.sin(np.radians(38))
        along = side * (x - cx) * c - (y - at) * s
        across = side * (x - cx) * s + (y - at) * c
        t = np.clip(along / 0.27, 0, 1)
        leaves |= (along > 0) & (along < 0.27) & (np.abs(across) < 0.055 * np.sin(np.pi * t**0.8))
    return over(image, ramp(paper, ('#2f5540', '#5d8464'), levels=24), leaves)


def outside(seed: int, *, shape: Shape = (256, 256)) -> Indexed:
    """Sky over blurred trees, as an overexposed window shows them."""
    rng = np.random.default_rng(seed)
    y = np.arange(shape[0])[:, None] / shape[0]
    cloud = fractal(rng, shape, (4, 3), octaves=4)
    image = ramp(0.8 * y + 0.5 * (cloud - 0.5), ('#a9c9ea', '#cfe2f3', '#eef4f8'), levels=40)
    line = 0.66 + 0.16 * (fractal(rng, (8, shape[1]), (1, 7), octaves=3)[0] - 0.5)
    foliage = fractal(rng, shape, (14, 14), octaves=3)
    trees = ramp(0.8 * foliage, ('#4c6650', '#7d9474', '#a7b796'), levels=32)
    image = over(image, trees, y > line[None])
    lawn = ramp(0.5 * foliage + 0.5 * y, ('#7f9b63', '#a8bb85'), levels=16)
    return over(image, lawn, np.broadcast_to(y > 0.86, shape))


def sky(*, size: int = 64) -> Indexed:
    """A plain gradient for the sky box: six faces one below the other."""
    up = np.linspace(0, 1, size)
    side = np.repeat(up[:, None], size, axis=1)
    faces = [side, side, np.zeros((size, size)), np.ones((size, size)), side, side]
    return ramp(np.concatenate(faces), ('#8fb4dc', '#c7dbec', '#e9eef0'), levels=64)
