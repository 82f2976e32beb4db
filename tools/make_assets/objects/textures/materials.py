"""Images of ceramics, wood, metal, cardboard and other stuff, as (H, W, 3) floats in 0..255."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.surface import FloatArray, Rect
from tools.make_assets.objects.textures.noise import fractal, spots, value_noise
from tools.make_assets.objects.textures.paint import Atlas, blend, plain, rgb, to_pixels

Shape = tuple[int, int]


def mottled(
    rng: np.random.Generator, shape: Shape, color: str, *, amount: float = 0.05
) -> FloatArray:
    """A colour with gentle large changes of brightness."""
    field = fractal(rng, shape, (4, 4), octaves=4)
    return plain(shape, color) * (1 + amount * (field[..., None] - 0.5) * 2)


def speckled(
    rng: np.random.Generator, shape: Shape, color: str, *, speck: str, count: int = 500
) -> FloatArray:
    """Stoneware glaze: mottled ground with dark specks of many sizes."""
    image = mottled(rng, shape, color, amount=0.06)
    return blend(image, speck, 0.75 * spots(rng, shape, count=count, radius_px=(0.5, 2.2)))


def brushed(
    rng: np.random.Generator, shape: Shape, color: str, *, around: bool = True
) -> FloatArray:
    """Metal brushed around (streaks along u) or along (streaks along v)."""
    fine = (shape[0], 3) if around else (3, shape[1])
    coarse = (shape[0] // 8, 2) if around else (2, shape[1] // 8)
    streaks = 0.6 * value_noise(rng, shape, fine) + 0.4 * value_noise(rng, shape, coarse)
    return plain(shape, color) * (0.93 + 0.14 * streaks[..., None])


def wood(rng: np.random.Generator, shape: Shape, *, light: str, dark: str) -> FloatArray:
    """Straight-grained wood, the grain along v."""
    width = shape[1]
    warp = fractal(rng, shape, (2, 4), octaves=3) * 2.2
    x = np.arange(width)[None, :] / width
    rings = 0.5 + 0.5 * np.sin(2 * np.pi * (9 * x + warp))
    fibres = fractal(rng, shape, (4, max(8, width // 6)), octaves=2)
    image = blend(plain(shape, light), dark, 0.55 * rings**3 + 0.3 * (fibres - 0.3).clip(0))
    return image * (0.96 + 0.08 * value_noise(rng, shape, (3, width // 2))[..., None])


def cardboard(rng: np.random.Generator, shape: Shape, color: str = '#b08a5e') -> FloatArray:
    """Brown paper with fibres."""
    fibres = value_noise(rng, shape, (shape[0] // 2, shape[1] // 8))
    return mottled(rng, shape, color, amount=0.07) * (0.96 + 0.08 * fibres[..., None])


def rubbery(rng: np.random.Generator, shape: Shape, color: str) -> FloatArray:
    """Fine-grained plastic or rubber."""
    grain = rng.random(shape)
    return plain(shape, color) * (0.97 + 0.06 * grain[..., None])


def foam(rng: np.random.Generator, shape: Shape, color: str, *, holes: int = 260) -> FloatArray:
    """Sponge with dark pores of many sizes."""
    image = mottled(rng, shape, color, amount=0.08)
    dark = tuple(v * 0.55 for v in rgb(color))
    scale = shape[0] / 256
    for count, size in ((holes * 4, (0.5, 1.3)), (holes, (1.0, 4.5))):
        cover = spots(rng, shape, count=count, radius_px=(size[0] * scale, size[1] * scale))
        image = image * (1 - 0.75 * cover[..., None]) + np.array(dark) * 0.75 * cover[..., None]
    return image


def glazed(rng: np.random.Generator, color: str, size: int = 512) -> Atlas:
    """A square texture of evenly glazed ceramics."""
    atlas = Atlas(size, size, color)
    atlas.paste(to_pixels(mottled(rng, (size, size), color, amount=0.025)), Rect())
    return atlas
