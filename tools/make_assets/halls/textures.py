"""Textures of workplaces: panels, coated floors, cardboard, signs, price rails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tools.make_assets.objects.textures.noise import fractal, spots, value_noise
from tools.make_assets.room.textures.indexed import FloatArray, Indexed, over, ramp

KRAFT = ('#9a8466', '#b59d7c', '#c7b191', '#d6c4a6')
WHITE_BOARD = ('#b9b5ac', '#d4d1ca', '#e3e1db', '#efeeea')


def epoxy(seed: int, *, size: int = 768) -> Indexed:
    """A coated floor with flakes of three greys and the tracks of carts."""
    rng = np.random.default_rng(seed)
    shape = (size, size)
    cloud = fractal(rng, shape, (3, 3), octaves=4)
    dark = spots(rng, shape, count=size * 3, radius_px=(0.5, 1.6))
    light = spots(rng, shape, count=size * 2, radius_px=(0.5, 1.4))
    tracks = np.exp(-np.abs(fractal(rng, shape, (2, 2), octaves=2) - 0.5) * 60)
    field = 0.55 + 0.16 * (cloud - 0.5) - 0.3 * dark + 0.25 * light - 0.12 * tracks
    return ramp(field, ('#6a7073', '#888e91', '#a1a7a9', '#bcc1c2'), levels=40)


def panel(seed: int, *, size: int = 768, ribs: int = 10) -> Indexed:
    """Coated sheet metal with vertical ribs; the relief is painted as shade."""
    rng = np.random.default_rng(seed)
    x = (np.arange(size) * ribs / size) % 1.0
    rib = np.interp(
        x, [0, 0.3, 0.36, 0.42, 0.72, 0.78, 0.84, 1], [0, 0, 0.9, 0.25, 0.25, -1, 0, 0]
    )
    stain = fractal(rng, (size, size), (2, 24), octaves=3)
    grit = value_noise(rng, (size, size), (size // 2, size // 2))
    seam = np.zeros((size, 1))
    seam[:2] = -0.25
    field = 0.62 + 0.24 * rib[None] + 0.12 * (stain - 0.5) + 0.04 * grit + seam
    return ramp(field, ('#737c82', '#98a1a6', '#b9c0c4', '#d3d9db'), levels=40)


def cardboard(
    seed: int, *, stops: tuple[str, ...] = KRAFT, ink: str = '', size: int = 512
) -> Indexed:
    """Corrugated board with a strip of tape; with ink, a mark and handling signs.

    Args:
        seed: Of the fibres.
        stops: Colours of the board.
        ink: Colour of the print, or none.
        size: Of the image, which covers one side of a box.
    """
    rng = np.random.default_rng(seed)
    shape = (size, size)
    fibres = value_noise(rng, shape, (size // 2, size // 24))
    cloud = fractal(rng, shape, (5, 4), octaves=3)
    flutes = 0.04 * np.cos(np.arange(size) * 2 * np.pi * 48 / size)
    edge = _edge(size, 7)
    field = 0.55 + 0.35 * (fibres - 0.5) + 0.4 * (cloud - 0.5) + flutes[None] - 0.35 * edge
    board = ramp(field, stops, levels=32)
    y, x = np.mgrid[0:size, 0:size] / size
    tape = (np.abs(x - 0.5) < 0.06) & (np.abs(y - 0.5) > 0.3)
    tone = 0.5 + 0.8 * (fibres - 0.5)
    board = over(board, ramp(tone, ('#a98d62', '#bfa377', '#cfb88f'), levels=12), tape)
    if not ink:
        return board
    return over(board, ramp(tone, (ink, ink, _lighter(ink)), levels=6), _print(x, y))


def _edge(size: int, width: int) -> FloatArray:
    """1 at the border of a square image, 0 farther in than ``width`` pixels."""
    x = np.arange(size)
    distance = np.minimum(x, size - 1 - x)
    inner = np.minimum(distance[:, None], distance[None])
    return np.clip(1 - inner / width, 0, 1)


def _print(x: FloatArray, y: FloatArray) -> NDArray[np.bool_]:
    """A round mark, a line of text as bars, and two arrows that point up."""
    ring = np.abs(np.hypot(x - 0.24, y - 0.3) - 0.1) < 0.018
    mark = ring | ((np.abs(x - 0.24) < 0.05) & (np.abs(y - 0.3) < 0.018))
    for row, (start, end) in enumerate(((0.12, 0.4), (0.12, 0.34), (0.12, 0.37))):
        words = (np.floor((x - start) * 60) % 7) < 5
        mark |= (x > start) & (x < end) & words & (np.abs(y - 0.52 - 0.05 * row) < 0.011)
    for cx in (0.7, 0.84):
        shaft = (np.abs(x - cx) < 0.016) & (y > 0.7) & (y < 0.86)
        head = (np.abs(x - cx) < (y - 0.62) * 0.6) & (y > 0.62) & (y < 0.71)
        mark |= shaft | head
    mark |= (x > 0.66) & (x < 0.88) & (np.abs(y - 0.885) < 0.01)
    bars = (np.floor(x * 170) * 7919 % 5 < 2) & (x > 0.62) & (x < 0.9)
    return np.asarray(mark | (bars & (y > 0.14) & (y < 0.27)))


def _lighter(color: str) -> str:
    parts = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return '#' + ''.join(f'{min(255, part + 18):02x}' for part in parts)


def hazard(*, size: int = 256) -> Indexed:
    """Yellow and black stripes, as on edges that one should not bump into."""
    rng = np.random.default_rng(61)
    y, x = np.mgrid[0:size, 0:size] / size
    wear = fractal(rng, (size, size), (16, 16), octaves=3)
    yellow = ramp(0.4 + 0.5 * wear, ('#b98a10', '#dba81a', '#efc02e'), levels=16)
    black = ramp(0.5 * wear, ('#17181a', '#2b2c2f'), levels=8)
    return over(yellow, black, (x + y) * 2 % 1.0 < 0.5)


def rail(seed: int, stops: tuple[str, str], *, shape: tuple[int, int] = (64, 1024)) -> Indexed:
    """A strip with price tags; the image's width is 1.2 m of shelf."""
    rng = np.random.default_rng(seed)
    height, width = shape
    grain = value_noise(rng, shape, (8, 64))
    strip = ramp(grain, stops, levels=12)
    y, x = np.mgrid[0:height, 0:width]
    paper, ink = np.zeros(shape, bool), np.zeros(shape, bool)
    left = 14
    while left < width - 90:
        wide = int(rng.integers(62, 84))
        inside = (x >= left) & (x < left + wide) & (y > 9) & (y < height - 9)
        paper |= inside
        # Price in large figures, name and code in small ones.
        price = (x > left + wide - 34) & (x < left + wide - 5) & (np.abs(y - 27) < 10)
        ink |= price & ((x - left) % 11 < 7) & inside
        for row in (16, 22):
            ink |= inside & (np.abs(y - row) < 1.5) & (x > left + 4) & (x < left + wide - 38)
        code = (y > 38) & (y < 50) & (x > left + 4) & (x < left + 26) & ((x * 7919) % 5 < 2)
        ink |= inside & code
        left += wide + int(rng.integers(18, 120))
    strip = over(strip, ramp(grain, ('#dedcd4', '#f2f1ec'), levels=6), paper)
    return over(strip, ramp(grain, ('#1d1d1f', '#2c2c30'), levels=4), ink)


def pegboard(seed: int, *, size: int = 512, holes: int = 20) -> Indexed:
    """A perforated back panel; the image covers half a metre."""
    rng = np.random.default_rng(seed)
    shape = (size, size)
    cloud = fractal(rng, shape, (4, 4), octaves=3)
    at = (np.arange(size) + 0.5) * holes / size % 1.0 - 0.5
    distance = np.hypot(at[:, None], at[None])
    lip = np.hypot(at[:, None] - 0.03, at[None]) - distance
    field = 0.78 + 0.1 * (cloud - 0.5) + np.where(distance < 0.26, 2.5 * lip, 0)
    board = ramp(field, ('#9b9b99', '#c9c9c6', '#e4e3df', '#f2f1ee'), levels=24)
    return over(board, ramp(cloud, ('#3a3a3b', '#4c4c4d'), levels=4), distance < 0.2)


def sign(seed: int, ground: tuple[str, str], kind: str, *, size: int = 256) -> Indexed:
    """A safety sign: ``warning`` triangle, ``duty`` disc or ``exit`` arrow.

    Args:
        seed: Of the dirt.
        ground: Colours of the plate.
        kind: What is on it.
        size: Of the square image.
    """
    rng = np.random.default_rng(seed)
    y, x = (np.mgrid[0:size, 0:size] + 0.5) / size - 0.5
    dirt = fractal(rng, (size, size), (6, 6), octaves=3)
    plate = ramp(dirt, ground, levels=12)
    white = ramp(dirt, ('#d8d7d2', '#f4f3ef'), levels=8)
    black = ramp(dirt, ('#141414', '#232323'), levels=4)
    if kind == 'warning':
        outer = _triangle(x, y, 0.42)
        plate = over(plate, black, outer & ~_triangle(x, y + 0.015, 0.33))
        bolt = (np.abs(x + 0.25 * y) < 0.035) & (np.abs(y - 0.05) < 0.15)
        return over(plate, black, bolt & outer)
    if kind == 'duty':
        disc = np.hypot(x, y) < 0.4
        blue = ramp(dirt, ('#1c4f8f', '#2a63a8'), levels=8)
        plate = over(plate, blue, disc)
        face = (np.hypot(x, (y + 0.02) * 0.9) < 0.2) | ((np.abs(x) < 0.15) & (y > 0) & (y < 0.3))
        goggles = (np.abs(np.abs(x) - 0.08) < 0.06) & (np.abs(y + 0.03) < 0.04)
        return over(over(plate, white, face & disc), black, goggles)
    arrow = (np.abs(y) < 0.06) & (x > -0.32) & (x < 0.12)
    arrow |= (np.abs(y) < (0.34 - x) * 0.9) & (x >= 0.1) & (x < 0.34)
    return over(plate, white, arrow)


def _triangle(x: FloatArray, y: FloatArray, reach: float) -> NDArray[np.bool_]:
    inside = y < reach * 0.72
    for side in (-1, 1):
        inside &= side * x * 0.866 - (y + reach * 0.1) * 0.5 < reach * 0.47
    return np.asarray(inside & (y > -reach))


def belt_weave(seed: int, *, size: int = 512) -> Indexed:
    """A conveyor belt under a worn coat: fine diamonds, dust, scratches along u."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size]
    cell = size / 64
    weave = np.cos(2 * np.pi * (x + y) / cell) * np.cos(2 * np.pi * (x - y) / cell)
    cloud = fractal(rng, (size, size), (4, 4), octaves=4)
    scratch = value_noise(rng, (size, size), (size // 2, 5)) ** 6
    dust = spots(rng, (size, size), count=size, radius_px=(0.5, 1.3))
    field = 0.5 + 0.13 * weave + 0.3 * (cloud - 0.5) + 0.22 * scratch + 0.25 * dust
    return ramp(field, ('#8d8d8d', '#b4b4b4', '#d8d8d8', '#f4f4f4'), levels=40)
