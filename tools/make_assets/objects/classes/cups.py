"""Disposable cups."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant, band, plastic
from tools.make_assets.objects.collision import (
    Shape,
    cylinder,
    staves,
    turned_hull,
)
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import Corner, rounded
from tools.make_assets.objects.surface import Rect, Surface, merge
from tools.make_assets.objects.sweep import prism, rounded_outline
from tools.make_assets.objects.textures.materials import (
    cardboard,
    mottled,
)
from tools.make_assets.objects.textures.paint import Atlas, Panel, to_pixels

_FOOT = 3
"""The corner where the wall begins."""


class CupSpec(NamedTuple):
    """A disposable cup: radii at foot and rim, height, metres."""

    foot_m: float
    rim_m: float
    height_m: float
    paint: Callable[[Panel], None]
    base: str
    inside: str
    lid: str | None = None
    sleeve: bool = False
    grooves: int = 0
    wall_m: float = 0.0009


def _cup(spec: CupSpec, rng: np.random.Generator) -> ObjectModel:
    foot, rim, high = spec.foot_m, spec.rim_m, spec.height_m
    corners, lip = _cup_outline(spec)
    profile = rounded(corners, step_m=0.05)
    inside = len(corners) - lip - 1
    v = profile.v_by_length([1.0] * _FOOT + [1.5] * (lip - _FOOT) + [1.0] * inside)
    atlas = Atlas(512, 512, spec.base)
    panel = Panel(1000 * np.pi * (foot + rim), high * 1000, spec.base)
    spec.paint(panel)
    atlas.paste(panel, band(v, _FOOT, lip))
    lining = to_pixels(mottled(rng, (64, 64), spec.inside, amount=0.015))
    atlas.paste(lining, Rect(0, v[lip], 1, 1))
    look = Material('body', atlas.pixels(), roughness=0.5, tint=True)
    parts = [Part('body', lathe(profile, v, slices=36), look, 1000.0)]
    shapes: list[Shape] = [
        cylinder(foot, 0.0, 0.0062),
        *staves(
            ((foot, 0.0062), (rim + 0.0014, high)),
            ((foot - 0.002, 0.0062), (rim - 0.002, high)),
            12,
        ),
    ]
    if spec.sleeve:
        parts.append(_sleeve(spec, rng))
    if spec.lid is not None:
        parts.append(Part('lid', _cup_lid(rim, high), plastic(rng, 'lid', spec.lid), 350.0))
        edge = rim + 0.0028
        top = (rim - 0.003, high + 0.012)
        shapes.append(turned_hull([(edge, high - 0.006), (edge, high + 0.002), top]))
    return ObjectModel(tuple(parts), tuple(shapes), rolls=True)


def _wall(spec: CupSpec, z: float) -> float:
    return spec.foot_m + (spec.rim_m - spec.foot_m) * z / spec.height_m


def _cup_outline(spec: CupSpec) -> tuple[list[Corner], int]:
    """Corners of the outline, and which of them is the lower edge of the rolled rim."""
    foot, rim, high = spec.foot_m, spec.rim_m, spec.height_m
    corners: list[Corner] = [
        (0.0, 0.005),
        (foot - 0.0015, 0.005, 0.0005),
        (foot - 0.001, 0.0),
        (foot, 0.0, 0.0004),
    ]
    for k in range(spec.grooves):
        z = high * (0.2 + 0.5 * k / max(1, spec.grooves - 1))
        corners += [
            (_wall(spec, z - 0.004), z - 0.004, 0.002),
            (_wall(spec, z) - 0.0012, z, 0.003),
            (_wall(spec, z + 0.004), z + 0.004, 0.002),
        ]
    lip = len(corners)
    corners += [
        (_wall(spec, high - 0.004), high - 0.004),
        (rim + 0.0014, high - 0.004, 0.001),
        (rim + 0.0014, high, 0.0016),
        (rim - spec.wall_m, high, 0.001),
        (foot - spec.wall_m + 0.0006, 0.0062, 0.001),
        (0.0, 0.0062),
    ]
    return corners, lip


def _sleeve(spec: CupSpec, rng: np.random.Generator) -> Part:
    """A corrugated cardboard cuff."""
    z0, z1 = spec.height_m * 0.28, spec.height_m * 0.68
    r0, r1 = _wall(spec, z0), _wall(spec, z1)
    cuff = rounded(
        [(r0, z0), (r0 + 0.0013, z0, 0.0003), (r1 + 0.0013, z1, 0.0003), (r1, z1), (r0, z0)],
        step_m=0.1,
    )
    paper = cardboard(rng, (128, 512), '#a87f52')
    paper *= (0.95 + 0.06 * (np.sin(np.arange(512) / 512 * 2 * np.pi * 90) > 0))[None, :, None]
    look = Material('sleeve', to_pixels(paper), roughness=0.85, colors=48)
    return Part('sleeve', lathe(cuff, slices=36), look, 300.0)


def _cup_lid(rim: float, high: float) -> Surface:
    corners: list[Corner] = [
        (0.0, high - 0.003),
        (rim - 0.001, high - 0.003),
        (rim + 0.0012, high - 0.006),
        (rim + 0.0028, high - 0.006, 0.0008),
        (rim + 0.0028, high + 0.0025, 0.0015),
        (rim - 0.001, high + 0.003, 0.001),
        (rim - 0.0022, high + 0.012, 0.0012),
        (rim - 0.006, high + 0.012, 0.0012),
        (rim - 0.0075, high + 0.0075, 0.0015),
        (0.0, high + 0.0075),
    ]
    disc = lathe(rounded(corners, step_m=0.2), slices=36)
    sip = prism(rounded_outline(0.002, 0.006, 0.0019, steps=2), 0.0006, (0.0001, 0.0002))
    return merge(disc, sip.moved(x=rim - 0.013, z=high + 0.0074))


def _paint_coffee(panel: Panel) -> None:
    wide, high = panel.width_mm, panel.height_mm
    for middle in (0.25, 0.75):
        x, y = wide * middle, high * 0.13
        panel.ellipse((x, y), (9, 9), '#3b2417')
        panel.text((x, y), 'C', 12, color='#f4efe6', bold=0.08)
        panel.text((x, high * 0.87), 'COFFEE', 9, color='#3b2417', bold=0.06)


def _paint_zigzag(panel: Panel) -> None:
    wide, high = panel.width_mm, panel.height_mm
    for row, color in enumerate(('#e4572e', '#f3a712', '#2e8b8b', '#29335c')):
        y = high * (0.2 + 0.18 * row)
        step = wide / 24
        top = [(k * step, y - (5 if k % 2 else 0)) for k in range(25)]
        low = [(x, yy + 7) for x, yy in top[::-1]]
        panel.polygon(top + low, color)


def _paint_plain(panel: Panel) -> None:
    panel.rect((0, 0, panel.width_mm, panel.height_mm), '#c9201f')


def _paint_dots(panel: Panel) -> None:
    for row in range(6):
        for k in range(12):
            at = (
                panel.width_mm * (k + 0.5 * (row % 2) + 0.25) / 12,
                panel.height_mm * (0.12 + 0.15 * row),
            )
            panel.ellipse(at, (4.5, 4.5), ('#ef6f8f', '#5bb0c9', '#f4c542')[(row + k) % 3])


def _cups() -> tuple[Variant, ...]:
    specs = {
        'coffee_lid': CupSpec(
            0.0285, 0.0425, 0.108, _paint_coffee, '#f4efe6', '#f4efe6', lid='#1d1c1b', sleeve=True
        ),
        'zigzag': CupSpec(0.0265, 0.0390, 0.092, _paint_zigzag, '#faf7f0', '#faf7f0'),
        'party_red': CupSpec(
            0.0300, 0.0460, 0.120, _paint_plain, '#c9201f', '#f3f1ee', grooves=3, wall_m=0.0011
        ),
        'dots': CupSpec(0.0280, 0.0375, 0.080, _paint_dots, '#fdfaf3', '#fdfaf3'),
    }
    return tuple(Variant(name, partial(_cup, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {'cup': _cups()}
