"""Mugs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import CERAMIC, Variant, band
from tools.make_assets.objects.collision import Shape, cylinder, staves, tube_hulls
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import Corner, rounded
from tools.make_assets.objects.surface import FloatArray, Rect, merge
from tools.make_assets.objects.sweep import superellipse, sweep
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.materials import glazed, mottled, speckled
from tools.make_assets.objects.textures.paint import Atlas, Panel, to_pixels

_HANDLE = Rect(0.0, 0.93, 1.0, 0.995)


class Wall(NamedTuple):
    """Where a mug's texture lies: v at the corners of its outline, and its size in mm."""

    v: FloatArray
    around_mm: float
    high_mm: float


Paint = Callable[[np.random.Generator, Wall], Atlas]


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
    body = lathe(profile, v, slices=36)
    radius_mm = (spec.foot_m + spec.rim_m) * 500
    atlas = spec.paint(rng, Wall(v, 2 * np.pi * radius_mm, spec.height_m * 1000))

    def wall_x(z: float) -> float:
        share = z / spec.height_m
        return spec.foot_m + (spec.rim_m - spec.foot_m) * share - spec.wall_m * 0.55

    high, low = spec.height_m * 0.84, spec.height_m * 0.20
    out = spec.rim_m + spec.reach_m - 0.0042
    bend = 0.42 * (high - low)
    curve = rounded(
        [
            (wall_x(high), high - 0.001),
            (out + 0.001, high, bend),
            (out - 0.003, low, bend),
            (wall_x(low), low + 0.001),
        ],
        step_m=0.012,
    ).points
    path = np.stack([curve[:, 0], np.zeros(len(curve)), curve[:, 1]], axis=1)
    ends = np.abs(np.linspace(-1, 1, len(path))) ** 6
    scale = np.stack([1 + 0.35 * ends, 1 + 0.3 * ends], axis=1)
    handle = sweep(path, superellipse(0.0042, 0.0065, 2.4, count=12), scale)
    surface = merge(body, handle.mapped(_HANDLE))
    foot, rim, wall = spec.foot_m, spec.rim_m, spec.wall_m
    coarse = path[np.linspace(0, len(path) - 1, 6).astype(np.int64)]
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


def _stripes(rng: np.random.Generator, wall: Wall, *, colors: tuple[str, ...]) -> Atlas:
    v, around, high = wall
    atlas = glazed(rng, '#f1ece2')
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


def _stoneware(rng: np.random.Generator, wall: Wall, *, colors: tuple[str, str, str]) -> Atlas:
    v = wall.v
    glaze, speck, clay = colors
    atlas = Atlas(512, 512, glaze)
    image = speckled(rng, (512, 512), glaze, speck=speck, count=900)
    bare = speckled(rng, (512, 512), clay, speck=speck, count=500)
    rows = 1 - (np.arange(512) + 0.5) / 512
    edge = v[4] + 0.22 * (v[5] - v[4])
    wave = edge + 0.006 * np.sin(np.linspace(0, 2 * np.pi, 512, endpoint=False) * 3)
    below = np.clip((wave[None] - rows[:, None]) * 512, 0, 1)[..., None]
    atlas.paste(to_pixels(image * (1 - below) + bare * below), Rect())
    return atlas


def _enamel(rng: np.random.Generator, wall: Wall, *, colors: tuple[str, str]) -> Atlas:
    v = wall.v
    base, rim = colors
    atlas = Atlas(512, 512, base)
    atlas.paste(to_pixels(speckled(rng, (512, 512), base, speck='#e8e8ea', count=1100)), Rect())
    atlas.paste(
        to_pixels(mottled(rng, (256, 256), '#eeece6', amount=0.02)), Rect(0, v[6], 1, v[8])
    )
    edge = 0.05 * (v[5] - v[4])
    atlas.fill(Rect(0, v[5] - edge, 1, v[6] + 0.02), rim)
    return atlas


def _printed(rng: np.random.Generator, wall: Wall, *, colors: tuple[str, str]) -> Atlas:
    v, around, high = wall
    base, ink = colors
    atlas = glazed(rng, base)
    panel = Panel(around, high, base)
    for middle in (0.25, 0.75):
        at = around * middle
        panel.ellipse((at, high * 0.42), (high * 0.27, high * 0.27), ink)
        panel.ellipse((at, high * 0.42), (high * 0.25, high * 0.25), base)
        motifs.leaf(
            panel, (at - high * 0.075, high * 0.43), high * 0.32, color=ink, angle_deg=-105
        )
        motifs.leaf(panel, (at + high * 0.085, high * 0.46), high * 0.27, color=ink, angle_deg=-62)
        panel.text((at, high * 0.82), 'GOOD MORNING', high * 0.1, color=ink, bold=0.04)
    atlas.paste(panel, band(v, 4, 5))
    atlas.paste(
        to_pixels(mottled(rng, (128, 128), '#f4f1ea', amount=0.02)), Rect(0, v[6], 1, v[8])
    )
    return atlas


def _mugs() -> tuple[Variant, ...]:
    blue = partial(_stripes, colors=('#2f5d8c', '#d9a441', '#2f5d8c'))
    stone = partial(_stoneware, colors=('#7fa39a', '#3b3a34', '#b08d6b'))
    specs = {
        'striped': MugSpec(0.036, 0.0415, 0.094, 0.0042, 0.010, 0.034, blue, 0.2),
        'stoneware': MugSpec(0.0405, 0.043, 0.086, 0.0050, 0.016, 0.036, stone, 0.4),
        'enamel': MugSpec(
            0.041,
            0.0425,
            0.080,
            0.0026,
            0.006,
            0.032,
            partial(_enamel, colors=('#27497a', '#14233b')),
            0.22,
            5200.0,
        ),
        'printed': MugSpec(
            0.0385,
            0.0395,
            0.102,
            0.0040,
            0.007,
            0.033,
            partial(_printed, colors=('#b8412f', '#f6ead2')),
            0.18,
        ),
    }
    return tuple(Variant(name, partial(_mug, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {'mug': _mugs()}
