"""Bowls and plates."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import CERAMIC, Variant
from tools.make_assets.objects.collision import Shape, cylinder, staves
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import Corner, rounded
from tools.make_assets.objects.surface import FloatArray, Rect
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.materials import glazed, mottled, speckled
from tools.make_assets.objects.textures.paint import Atlas, Panel, to_pixels

DishPaint = Callable[[np.random.Generator, FloatArray], Atlas]


class DishSpec(NamedTuple):
    """Shape of a bowl or plate, metres.

    Attributes:
        outer: Corners outside, from the edge of the foot to the rim.
        inner: Corners inside, from the rim to the axis.
        foot_m: Outer radius of the foot ring.
        paint: Its texture.
        roughness: Of its surface.
        density_kg_m3: Of its wall.
        slices: Divisions around.
    """

    outer: tuple[Corner, ...]
    inner: tuple[Corner, ...]
    foot_m: float
    paint: DishPaint
    roughness: float
    density_kg_m3: float = CERAMIC
    slices: int = 40


def _dish(spec: DishSpec, rng: np.random.Generator) -> ObjectModel:
    foot = spec.foot_m
    lift = 0.003
    under: list[Corner] = [
        (0.0, lift),
        (foot - 0.007, lift, 0.001),
        (foot - 0.006, 0.0, 0.001),
        (foot, 0.0, 0.0012),
    ]
    profile = rounded([*under, *spec.outer, *spec.inner])
    v = profile.v_by_length()
    surface = lathe(profile, v, slices=spec.slices)
    atlas = spec.paint(rng, v[len(under) :])
    material = Material('body', atlas.pixels(), roughness=spec.roughness, tint=True)
    return ObjectModel(
        (Part('body', surface, material, spec.density_kg_m3),),
        tuple(_dish_collision(profile.points, foot)),
        rolls=True,
    )


def _dish_collision(points: FloatArray, foot_m: float) -> list[Shape]:
    """A disc for the floor and tiers of staves cut from the real outline."""
    rim = int(np.argmax(points[:, 1]))
    top, floor = float(points[rim, 1]), float(points[-1, 1])
    widest = float(points[:, 0].max())
    stand = int(np.flatnonzero(points[:, 1] <= 1e-9)[-1])
    outside, inside = points[stand : rim + 1], points[rim:][::-1]
    inside = inside[np.concatenate([[True], np.diff(inside[:, 1]) > 1e-7])]
    steps = [0.0, top] if top < 0.03 else [0.0, 0.35 * top, top]
    tiers: list[Shape] = [cylinder(foot_m, 0.0, floor)]
    for z0, z1 in pairwise(steps):
        r0, r1 = (float(np.interp(z, outside[:, 1], outside[:, 0])) for z in (z0, z1))
        i0, i1 = (float(np.interp(z, inside[:, 1], inside[:, 0])) for z in (z0, z1))
        r1 = widest if z1 == top else r1
        i0 = i0 if z0 > 0 else foot_m * 0.8
        tiers += staves(((r0, z0), (r1, z1)), ((min(i0, r0 - 0.002), z0), (i1, z1)), 16)
    return tiers


def _bowl_spec(
    radius: float, high: float, foot: float, *, paint: DishPaint, rough: float
) -> DishSpec:
    t = 0.0042
    return DishSpec(
        outer=((radius * 0.97, 0.004, radius), (radius, high, t * 0.5)),
        inner=(
            (radius - t, high, t * 0.5),
            (radius * 0.97 - t, 0.004 + t, radius * 0.9),
            (0.0, 0.0035 + t),
        ),
        foot_m=foot,
        paint=paint,
        roughness=rough,
    )


def _bowl_bands(
    rng: np.random.Generator, v: FloatArray, *, outside: str, inside: str, line: str
) -> Atlas:
    atlas = glazed(rng, outside)
    atlas.paste(to_pixels(mottled(rng, (256, 256), inside, amount=0.03)), Rect(0, v[1], 1, 1))
    edge = 0.12 * (v[1] - v[0])
    for k, wide in ((0.0, 0.35), (1.0, 0.2), (1.5, 0.1)):
        atlas.fill(Rect(0, v[1] - (k + wide) * edge, 1, v[1] - k * edge), line)
    atlas.fill(Rect(0, v[1], 1, v[2]), line)
    return atlas


def _bowl_speckled(
    rng: np.random.Generator, v: FloatArray, *, glaze: str, inside: str, clay: str
) -> Atlas:
    atlas = Atlas(512, 512, glaze)
    atlas.paste(to_pixels(speckled(rng, (512, 512), glaze, speck='#38332c', count=800)), Rect())
    atlas.paste(
        to_pixels(speckled(rng, (256, 512), inside, speck='#4a443a', count=500)),
        Rect(0, v[1], 1, 1),
    )
    atlas.paste(
        to_pixels(speckled(rng, (128, 512), clay, speck='#5c4630', count=200)), Rect(0, 0, 1, v[0])
    )
    atlas.fill(Rect(0, v[1] - 0.004, 1, v[2]), clay)
    return atlas


def _bowl_dots(rng: np.random.Generator, v: FloatArray, *, ground: str, dot: str) -> Atlas:
    atlas = glazed(rng, ground)
    panel = Panel(420, 70, ground)
    for row in range(3):
        for k in range(20):
            at = (420 * (k + 0.5 * (row % 2) + 0.25) / 20, 14 + row * 17)
            panel.ellipse(at, (4.6, 4.6), dot)
    panel.rect((0, 0, 420, 3), dot)
    atlas.paste(panel, Rect(0, v[0] + 0.25 * (v[1] - v[0]), 1, v[1]))
    atlas.paste(to_pixels(mottled(rng, (128, 128), '#f4efe4', amount=0.02)), Rect(0, v[2], 1, 1))
    return atlas


def _bowls() -> tuple[Variant, ...]:
    specs = {
        'banded': _bowl_spec(
            0.076,
            0.062,
            0.036,
            paint=partial(_bowl_bands, outside='#f2eee4', inside='#f5f1e8', line='#2c4a6e'),
            rough=0.2,
        ),
        'stoneware': _bowl_spec(
            0.082,
            0.052,
            0.042,
            paint=partial(_bowl_speckled, glaze='#5d6f7d', inside='#cfc4ae', clay='#9c7350'),
            rough=0.38,
        ),
        'dotted': _bowl_spec(
            0.064,
            0.068,
            0.032,
            paint=partial(_bowl_dots, ground='#d98b3a', dot='#fbf3e0'),
            rough=0.22,
        ),
    }
    return tuple(Variant(name, partial(_dish, spec)) for name, spec in specs.items())


def _plate_spec(
    radius: float, high: float, *, paint: DishPaint, rough: float, well: float = 0.66
) -> DishSpec:
    t = 0.0045
    return DishSpec(
        outer=(
            (radius * well, 0.003, 0.02),
            (radius * (well + 0.07), high * 0.52, 0.02),
            (radius, high, t * 0.45),
        ),
        inner=(
            (radius - t * 0.4, high + t * 0.35, t * 0.4),
            (radius * (well + 0.06), high * 0.55 + t, 0.014),
            (radius * well - 0.002, 0.003 + t, 0.016),
            (0.0, 0.003 + t),
        ),
        foot_m=radius * well - 0.004,
        paint=paint,
        roughness=rough,
        slices=48,
    )


def _plate_rings(
    rng: np.random.Generator,
    v: FloatArray,
    *,
    ground: str,
    lines: tuple[tuple[float, float, str], ...],
) -> Atlas:
    """Lines are (start, width, colour) as shares of the rim's upper side, from the edge."""
    atlas = glazed(rng, ground)
    wide = v[4] - v[3]
    for start, width, color in lines:
        atlas.fill(Rect(0, v[3] + start * wide, 1, v[3] + (start + width) * wide), color)
    return atlas


def _plate_flowers(rng: np.random.Generator, v: FloatArray) -> Atlas:
    atlas = glazed(rng, '#f3efe6')
    panel = Panel(620, 42, '#f3efe6')
    for k in range(14):
        x = 620 * (k + 0.5) / 14
        motifs.flower(panel, (x, 20), 22, color='#3f6ea5' if k % 2 else '#c65b6b')
        motifs.leaf(panel, (x + 19, 14), 15, color='#5d8a4a', angle_deg=25)
        motifs.leaf(panel, (x + 23, 26), 15, color='#5d8a4a', angle_deg=-25)
    panel.rect((0, 38, 620, 40), '#3f6ea5')
    atlas.paste(panel, Rect(0, v[3], 1, v[4]))
    return atlas


def _plate_glaze(rng: np.random.Generator, v: FloatArray) -> Atlas:
    atlas = Atlas(512, 512, '#3d6b78')
    atlas.paste(
        to_pixels(speckled(rng, (512, 512), '#3d6b78', speck='#1c2f33', count=700)), Rect()
    )
    atlas.paste(
        to_pixels(speckled(rng, (256, 512), '#86b1ac', speck='#2c4a4d', count=400)),
        Rect(0, v[5], 1, 1),
    )
    atlas.fill(Rect(0, v[2] - 0.006, 1, v[3] + 0.008), '#8a5a38')
    return atlas


def _plates() -> tuple[Variant, ...]:
    rings = partial(
        _plate_rings, ground='#f4f1ea', lines=((0.0, 0.1, '#9c2f2a'), (0.2, 0.05, '#9c2f2a'))
    )
    specs = {
        'ringed': _plate_spec(0.127, 0.021, paint=rings, rough=0.18),
        'flowers': _plate_spec(0.105, 0.019, paint=_plate_flowers, rough=0.2),
        'reactive': _plate_spec(0.118, 0.024, paint=_plate_glaze, rough=0.32, well=0.74),
    }
    return tuple(Variant(name, partial(_dish, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {'bowl': _bowls(), 'plate': _plates()}
