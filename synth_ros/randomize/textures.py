"""Draws textures: which family or image, in which colours."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import numpy as np

from synth_ros.config.textures import FAMILIES, TextureConfig, TextureFamily
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.draws import uniform
from synth_ros.randomize.inventory import ImageInfo, TextureFolder
from synth_ros.randomize.scene import SampledTexture, Triple

_Range = tuple[float, float]
_Ranges = tuple[_Range, _Range, _Range]

_MAX_SEED = 2**32
_COLORS = 3
# Colours that wood and stone have: hue in degrees, saturation, value, each low and high.
_NATURAL: dict[str, _Ranges] = {
    'wood': ((18.0, 38.0), (0.35, 0.7), (0.3, 0.85)),
    'marble': ((0.0, 360.0), (0.0, 0.18), (0.25, 0.97)),
}


def draw_texture(
    config: TextureConfig, folders: Sequence[TextureFolder], *, draws: Draws
) -> SampledTexture | None:
    """Draw a texture for one thing, or none for the share that keeps its own look.

    Args:
        config: Shares and weights.
        folders: The images of all folders of the config.
        draws: Of this thing's texture alone.
    """
    rng = draws.generator('choice')
    wanted, is_image, place = (float(u) for u in rng.random(3))
    seed = int(rng.integers(_MAX_SEED))
    tile_m = draws.number(config.tile_m, 'tile_m')
    family = _family(config, place)
    colors = _colors(family, rng)
    if wanted >= draws.number(config.share, 'share'):
        return None
    images = _images(config, folders)
    if images and is_image < config.folder_share:
        image = images[int(place * len(images))]
        return SampledTexture(
            family='image', seed=seed, tile_m=tile_m, file=image.file, sha256=image.sha256
        )
    return SampledTexture(family=family, seed=seed, colors=colors, tile_m=tile_m)


def draw_color(rng: np.random.Generator) -> Triple:
    """A screen colour: any hue, from grey to strong, rarely near black."""
    return _hsv(rng, ((0.0, 360.0), (0.05, 0.95), (0.2, 1.0)))


def _images(config: TextureConfig, folders: Sequence[TextureFolder]) -> tuple[ImageInfo, ...]:
    return next((entry.images for entry in folders if entry.folder == config.folder), ())


def _family(config: TextureConfig, place: float) -> TextureFamily:
    """The family at a place within 0 and 1 of the summed weights."""
    weights = np.array([config.families.get(name, 0.0) for name in FAMILIES])
    if not config.families:
        weights = np.ones(len(FAMILIES))
    ends = np.cumsum(weights / weights.sum())
    # Rounding may leave the last end below 1.
    number = min(int(np.searchsorted(ends, place, side='right')), len(FAMILIES) - 1)
    while weights[number] == 0:
        number -= 1
    return FAMILIES[number]


def _colors(family: TextureFamily, rng: np.random.Generator) -> tuple[Triple, ...]:
    ranges = _NATURAL.get(family)
    if ranges is None:
        return tuple(draw_color(rng) for _ in range(_COLORS))
    return tuple(_hsv(rng, ranges) for _ in range(_COLORS))


def _hsv(rng: np.random.Generator, ranges: _Ranges) -> Triple:
    hue_deg, saturation, value = (uniform(rng, bounds) for bounds in ranges)
    red, green, blue = colorsys.hsv_to_rgb(hue_deg / 360 % 1.0, saturation, value)
    return red, green, blue
