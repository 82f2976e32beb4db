"""Mugs, bowls, plates and cups: hollow things of revolution."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import CERAMIC, Variant, band
from tools.make_assets.objects.collision import Shape, cylinder, staves, tube_hulls
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import Corner, rounded, smooth
from tools.make_assets.objects.surface import FloatArray, Rect, merge
from tools.make_assets.objects.sweep import superellipse, sweep
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.materials import mottled, speckled
from tools.make_assets.objects.textures.paint import Atlas, Panel, to_pixels

_HANDLE = Rect(0.0, 0.93, 1.0, 0.995)
Paint = Callable[[np.random.Generator, FloatArray, float, float], Atlas]
"""Paints a texture from (rng, v at corners, circumference mm, wall height mm)."""


class MugSpec(NamedTuple):
    """Shape of a mug, metres.

    Attributes:
        foot_m: Radius at the foot.
        rim_m: Radius at the rim.
        height_m: Full height.
        wall_m: Thickness.
        round_m: Radius of the edge between foot and wall.
        reach_m: How far the handle sticks out.
        paint: Its texture.
        roughness: Of the glaze.
        density_kg_m3: Of the wall.
    """

    foot_m: float
    rim_m: float
    height_m: float
    wall_m: float
    round_m: float
    reach_m: float
    paint: Paint
    roughness: float
    density_kg_m3: float = CERAMIC


def _mug_profile(spec: MugSpec) -> list[Corner]:
    foot, rim, high, wall = spec.foot_m, spec.rim_m, spec.height_m, spec.wall_m
    stand = foot - spec.round_m * 0.55
    return [
        (0.0, 0.002),
        (stand - 0.005, 0.002, 0.001),
        (stand - 0.004, 0.0, 0.001),
        (stand, 0.0, 0.001),
        (foot, 0.001 + spec.round_m * 0.5, spec.round_m),
        (rim, high, wall * 0.5),
        (rim - wall, high, wall * 0.5),
        (foot - wall, wall + 0.002, max(0.008, spec.round_m)),
        (0.0, wall + 0.002),
    ]


def _mug(spec: MugSpec, rng: np.random.Generator) -> ObjectModel:
    corners = _mug_profile(spec)
    profile = rounded(corners)
    v = profile.v_by_length([1, 1, 1, 1, 2.2, 1, 1, 1]) * 0.92
    body = lathe(profile, v, slices=40)
    radius_mm = (spec.foot_m + spec.rim_m) * 500
    atlas = spec.paint(rng, v, 2 * np.pi * radius_mm, spec.height_m * 1000)

    def wall_x(z: float) -> float:
        share = z / spec.height_m
        return spec.foot_m + (spec.rim_m - spec.foot_m) * share - spec.wall_m * 0.55

    high, low, out = spec.height_m * 0.82, spec.height_m * 0.22, spec.rim_m + spec.reach_m
    knots = [
        (wall_x(high), high - 0.002),
        (wall_x(high) + spec.reach_m * 0.55, high + 0.002),
        (out - 0.0045, high - 0.018),
        (out - 0.006, (high + low) / 2),
        (out - spec.reach_m * 0.32, low + 0.014),
        (wall_x(low), low),
    ]
    curve = smooth(knots, 3).points
    path = np.stack([curve[:, 0], np.zeros(len(curve)), curve[:, 1]], axis=1)
    ends = np.abs(np.linspace(-1, 1, len(path))) ** 6
    scale = np.stack([1 + 0.35 * ends, 1 + 0.3 * ends], axis=1)
    handle = sweep(path, superellipse(0.0042, 0.0065, 2.4, 12), scale)
    surface = merge(body, handle.mapped(_HANDLE))
    foot, rim, wall = spec.foot_m, spec.rim_m, spec.wall_m
    coarse = path[::4]
    collision: list[Shape] = [
        cylinder(foot - spec.round_m * 0.55, 0.0, wall + 0.002),
        *staves(
            ((foot, 0.001 + spec.round_m * 0.5), (rim, spec.height_m)),
            ((foot - wall, 0.001 + spec.round_m * 0.5), (rim - wall, spec.height_m)),
        ),
        *tube_hulls(coarse, np.tile([0.0042, 0.0065], (len(coarse), 1))),
    ]
    material = Material('body', atlas.pixels(), roughness=spec.roughness, tint=True)
    return ObjectModel(
        (Part('body', surface, material, spec.density_kg_m3),), tuple(collision), rolls=True
    )


def _ground(rng: np.random.Generator, color: str, size: int = 512) -> Atlas:
    atlas = Atlas(size, size, color)
    atlas.paste(to_pixels(mottled(rng, (size, size), color, 0.025)), Rect())
    return atlas


def _stripes(
    colors: tuple[str, ...], rng: np.random.Generator, v: FloatArray, around: float, high: float
) -> Atlas:
    atlas = _ground(rng, '#f1ece2')
    panel = Panel(around, high, '#f1ece2')
    y = high * 0.2
    for k, color in enumerate(colors):
        wide = high * (0.14 if k % 2 == 0 else 0.045)
        panel.rect((0, y, around, y + wide), color)
        y += wide + high * 0.05
    panel.rect((0, 0, around, high * 0.02), colors[0])
    atlas.paste(panel, band(v, 4, 5))
    atlas.fill(Rect(0, v[5], 1, v[5] + 0.012), colors[0])
    return atlas


def _stoneware(
    colors: tuple[str, str, str],
    rng: np.random.Generator,
    v: FloatArray,
    around: float,
    high: float,
) -> Atlas:
    glaze, speck, clay = colors
    atlas = Atlas(512, 512, glaze)
    image = speckled(rng, (512, 512), glaze, speck, 900)
    bare = speckled(rng, (512, 512), clay, speck, 500)
    rows = 1 - (np.arange(512) + 0.5) / 512
    edge = v[4] + 0.22 * (v[5] - v[4])
    wave = edge + 0.006 * np.sin(np.linspace(0, 2 * np.pi, 512, endpoint=False) * 3)
    below = np.clip((wave[None] - rows[:, None]) * 512, 0, 1)[..., None]
    atlas.paste(to_pixels(image * (1 - below) + bare * below), Rect())
    return atlas


def _enamel(
    colors: tuple[str, str], rng: np.random.Generator, v: FloatArray, around: float, high: float
) -> Atlas:
    base, rim = colors
    atlas = Atlas(512, 512, base)
    atlas.paste(to_pixels(speckled(rng, (512, 512), base, '#e8e8ea', 1100)), Rect())
    atlas.paste(to_pixels(mottled(rng, (256, 256), '#eeece6', 0.02)), Rect(0, v[6], 1, v[8]))
    edge = 0.05 * (v[5] - v[4])
    atlas.fill(Rect(0, v[5] - edge, 1, v[6] + 0.02), rim)
    return atlas


def _printed(
    colors: tuple[str, str], rng: np.random.Generator, v: FloatArray, around: float, high: float
) -> Atlas:
    base, ink = colors
    atlas = _ground(rng, base)
    panel = Panel(around, high, base)
    for middle in (0.25, 0.75):
        at = around * middle
        panel.ellipse((at, high * 0.42), (high * 0.27, high * 0.27), ink)
        panel.ellipse((at, high * 0.42), (high * 0.25, high * 0.25), base)
        motifs.leaf(panel, (at - high * 0.05, high * 0.44), high * 0.36, ink, -60)
        motifs.leaf(panel, (at + high * 0.07, high * 0.46), high * 0.26, ink, -115)
        panel.text((at, high * 0.82), 'GOOD MORNING', high * 0.1, ink, bold=0.04)
    atlas.paste(panel, band(v, 4, 5))
    atlas.paste(to_pixels(mottled(rng, (128, 128), '#f4f1ea', 0.02)), Rect(0, v[6], 1, v[8]))
    return atlas


def _mugs() -> tuple[Variant, ...]:
    blue = partial(_stripes, ('#2f5d8c', '#d9a441', '#2f5d8c'))
    stone = partial(_stoneware, ('#7fa39a', '#3b3a34', '#b08d6b'))
    specs = {
        'striped': MugSpec(0.036, 0.0415, 0.094, 0.0042, 0.010, 0.034, blue, 0.2),
        'stoneware': MugSpec(0.0405, 0.043, 0.086, 0.0050, 0.016, 0.036, stone, 0.4),
        'enamel': MugSpec(
            0.041, 0.0425, 0.080, 0.0026, 0.006, 0.032,
            partial(_enamel, ('#27497a', '#14233b')), 0.22, 5200.0,
        ),
        'printed': MugSpec(
            0.0385, 0.0395, 0.102, 0.0040, 0.007, 0.033,
            partial(_printed, ('#b8412f', '#f6ead2')), 0.18,
        ),
    }  # fmt: skip
    return tuple(Variant(name, partial(_mug, spec)) for name, spec in specs.items())


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
    paint: Callable[[np.random.Generator, FloatArray], Atlas]
    roughness: float
    density_kg_m3: float = CERAMIC
    slices: int = 48


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
    """A disc for the floor and two tiers of staves cut from the real outline."""
    rim = int(np.argmax(points[:, 1]))
    outside, inside = points[: rim + 1], points[rim:]
    top = float(points[rim, 1])
    floor = float(points[-1, 1])
    widest = float(points[:, 0].max())
    turn = float(np.interp(0.5 * (foot_m + widest), outside[3:, 0], outside[3:, 1]))
    turn = max(turn, 0.004)
    steps = [0.0, turn, max(turn + 0.002, 0.55 * top), top]
    flat = inside[::-1]
    ascending = np.concatenate([[True], np.diff(flat[:, 1]) > 1e-7])
    flat = flat[ascending]
    low = int(np.flatnonzero(outside[:, 1] <= 1e-9)[-1])
    tiers: list[Shape] = [cylinder(foot_m, 0.0, floor)]
    for z0, z1 in zip(steps[:-1], steps[1:], strict=True):
        r0, r1 = (float(np.interp(z, outside[low:, 1], outside[low:, 0])) for z in (z0, z1))
        if z1 == top:
            r1 = widest
        i0, i1 = (float(np.interp(z, flat[:, 1], flat[:, 0])) for z in (z0, z1))
        i0, i1 = min(i0, r0 - 0.002), min(i1, r1 - 0.002)
        tiers += staves(((r0, z0), (r1, z1)), ((max(i0, 0.004), max(z0, 0.0)), (i1, z1)), 16)
    return tiers


def _bowl_spec(
    radius: float, high: float, foot: float, paint: Callable[..., Atlas], rough: float
) -> DishSpec:
    t = 0.0042
    return DishSpec(
        outer=((radius * 0.93, 0.007, radius * 0.62), (radius, high, t * 0.5)),
        inner=(
            (radius - t, high, t * 0.5),
            (radius * 0.91 - t, 0.0075 + t * 0.6, radius * 0.6),
            (0.0, 0.0055 + t * 0.5),
        ),
        foot_m=foot,
        paint=paint,
        roughness=rough,
    )


def _bowl_bands(
    outside: str, inside: str, line: str, rng: np.random.Generator, v: FloatArray
) -> Atlas:
    atlas = _ground(rng, outside)
    atlas.paste(to_pixels(mottled(rng, (256, 256), inside, 0.03)), Rect(0, v[1], 1, 1))
    edge = 0.12 * (v[1] - v[0])
    for k, wide in ((0.0, 0.35), (1.0, 0.2), (1.5, 0.1)):
        atlas.fill(Rect(0, v[1] - (k + wide) * edge, 1, v[1] - k * edge), line)
    atlas.fill(Rect(0, v[1], 1, v[2]), line)
    return atlas


def _bowl_speckled(
    glaze: str, inside: str, clay: str, rng: np.random.Generator, v: FloatArray
) -> Atlas:
    atlas = Atlas(512, 512, glaze)
    atlas.paste(to_pixels(speckled(rng, (512, 512), glaze, '#38332c', 800)), Rect())
    atlas.paste(to_pixels(speckled(rng, (256, 512), inside, '#4a443a', 500)), Rect(0, v[1], 1, 1))
    atlas.paste(
        to_pixels(speckled(rng, (128, 512), clay, '#5c4630', 200)), Rect(0, 0, 1, v[0])
    )
    atlas.fill(Rect(0, v[1] - 0.004, 1, v[2]), clay)
    return atlas


def _bowl_dots(ground: str, dot: str, rng: np.random.Generator, v: FloatArray) -> Atlas:
    atlas = _ground(rng, ground)
    panel = Panel(420, 70, ground)
    for row in range(3):
        for k in range(20):
            at = (420 * (k + 0.5 * (row % 2) + 0.25) / 20, 14 + row * 17)
            panel.ellipse(at, (4.6, 4.6), dot)
    panel.rect((0, 0, 420, 3), dot)
    atlas.paste(panel, Rect(0, v[0] + 0.25 * (v[1] - v[0]), 1, v[1]))
    atlas.paste(to_pixels(mottled(rng, (128, 128), '#f4efe4', 0.02)), Rect(0, v[2], 1, 1))
    return atlas


def _bowls() -> tuple[Variant, ...]:
    specs = {
        'banded': _bowl_spec(
            0.076, 0.062, 0.036, partial(_bowl_bands, '#f2eee4', '#f5f1e8', '#2c4a6e'), 0.2
        ),
        'stoneware': _bowl_spec(
            0.082, 0.052, 0.042, partial(_bowl_speckled, '#5d6f7d', '#cfc4ae', '#9c7350'), 0.38
        ),
        'dotted': _bowl_spec(
            0.064, 0.068, 0.032, partial(_bowl_dots, '#d98b3a', '#fbf3e0'), 0.22
        ),
    }
    return tuple(Variant(name, partial(_dish, spec)) for name, spec in specs.items())


def _plate_spec(
    radius: float, high: float, paint: Callable[..., Atlas], rough: float, well: float = 0.66
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
        slices=56,
    )


def _plate_rings(
    ground: str, lines: tuple[tuple[float, float, str], ...], rng: np.random.Generator, v: FloatArray
) -> Atlas:
    """Lines are (start, width, colour) as shares of the rim's upper side, from the edge."""
    atlas = _ground(rng, ground)
    wide = v[4] - v[3]
    for start, width, color in lines:
        atlas.fill(Rect(0, v[3] + start * wide, 1, v[3] + (start + width) * wide), color)
    return atlas


def _plate_flowers(rng: np.random.Generator, v: FloatArray) -> Atlas:
    atlas = _ground(rng, '#f3efe6')
    panel = Panel(620, 42, '#f3efe6')
    for k in range(14):
        x = 620 * (k + 0.5) / 14
        motifs.flower(panel, (x, 20), 22, '#3f6ea5' if k % 2 else '#c65b6b')
        motifs.leaf(panel, (x + 19, 14), 15, '#5d8a4a', 25)
        motifs.leaf(panel, (x + 23, 26), 15, '#5d8a4a', -25)
    panel.rect((0, 38, 620, 40), '#3f6ea5')
    atlas.paste(panel, Rect(0, v[3], 1, v[4]))
    return atlas


def _plate_glaze(rng: np.random.Generator, v: FloatArray) -> Atlas:
    atlas = Atlas(512, 512, '#3d6b78')
    atlas.paste(to_pixels(speckled(rng, (512, 512), '#3d6b78', '#1c2f33', 700)), Rect())
    atlas.paste(
        to_pixels(speckled(rng, (256, 512), '#86b1ac', '#2c4a4d', 400)), Rect(0, v[5], 1, 1)
    )
    atlas.fill(Rect(0, v[2] - 0.006, 1, v[3] + 0.008), '#8a5a38')
    return atlas


def _plates() -> tuple[Variant, ...]:
    rings = partial(
        _plate_rings, '#f4f1ea', ((0.0, 0.1, '#9c2f2a'), (0.2, 0.05, '#9c2f2a'))
    )
    specs = {
        'ringed': _plate_spec(0.127, 0.021, rings, 0.18),
        'flowers': _plate_spec(0.105, 0.019, _plate_flowers, 0.2),
        'reactive': _plate_spec(0.118, 0.024, _plate_glaze, 0.32, 0.74),
    }
    return tuple(Variant(name, partial(_dish, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {
    'mug': _mugs(),
    'bowl': _bowls(),
    'plate': _plates(),
}
