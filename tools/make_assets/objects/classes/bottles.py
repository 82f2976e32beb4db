"""Bottles."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant, band
from tools.make_assets.objects.collision import Hull, Shape, turned_hull
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part, Pixels
from tools.make_assets.objects.profile import Corner, rounded
from tools.make_assets.objects.surface import Rect
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.labels import LabelDesign, wrap_label
from tools.make_assets.objects.textures.materials import brushed, mottled
from tools.make_assets.objects.textures.paint import Atlas, Panel, plain, to_pixels


class BottleSpec(NamedTuple):
    """A bottle; corners are (r, z, fillet).

    Attributes:
        corners: Body outline from the axis below to the axis above.
        label: Corners between which the label lies.
        cap: Cap outline from the axis below to the axis above.
        color: Of the body.
        cap_color: Of the cap.
        design: The label, or ``None`` for bare metal.
        flat: Factor on y, for oval bottles.
        metal: Brushed metal body.
        roughness: Of the body.
        density_kg_m3: Filled.
    """

    corners: tuple[Corner, ...]
    label: tuple[int, int]
    cap: tuple[Corner, ...]
    color: str
    cap_color: str
    design: LabelDesign | None
    flat: float = 1.0
    metal: bool = False
    roughness: float = 0.25
    density_kg_m3: float = 1000.0


def _bottle(spec: BottleSpec, rng: np.random.Generator) -> ObjectModel:
    profile = rounded(spec.corners)
    v = profile.v_by_length()
    atlas = Atlas(512, 512, spec.color)
    rect = band(v, *spec.label)
    (r0, z0), (_, z1) = (spec.corners[k][:2] for k in spec.label)
    if spec.metal:
        atlas.paste(to_pixels(brushed(rng, (512, 256), spec.color)), Rect())
    else:
        atlas.paste(to_pixels(mottled(rng, (256, 256), spec.color, amount=0.03)), Rect())
    if spec.design is not None:
        edge = 0.08 * (rect.v1 - rect.v0)
        around = 2000 * np.pi * r0 * (1 + spec.flat) / 2
        panel = wrap_label(around, (z1 - z0) * 840, spec.design)
        atlas.paste(panel, Rect(0, rect.v0 + edge, 1, rect.v1 - edge))
    elif spec.metal:
        panel = Panel(2000 * np.pi * r0, (z1 - z0) * 1000, spec.color)
        _paint_outdoor(panel, spec.cap_color)
        atlas.paste(panel, rect)
    body = lathe(profile, v, slices=32).scaled(1, spec.flat, 1)
    cap = lathe(rounded(spec.cap), slices=32)
    look = Material('body', atlas.pixels(), roughness=spec.roughness, metallic=0.0, tint=True)
    cap_look = Material('cap', _ribbed(spec), roughness=0.4, colors=32)
    parts = (
        Part('body', body, look, spec.density_kg_m3),
        Part('cap', cap, cap_look, 900.0),
    )
    return ObjectModel(parts, tuple(_bottle_collision(spec)), rolls=True)


def _ribbed(spec: BottleSpec) -> Pixels:
    """Cap plastic with grip ribs on the part that a hand turns."""
    v = rounded(spec.cap).v_by_length()
    image = plain((256, 512), spec.cap_color)
    rows = 1 - (np.arange(256) + 0.5) / 256
    zone = (rows > v[1] + 0.06 * (v[2] - v[1])) & (rows < v[2] - 0.2 * (v[2] - v[1]))
    rib = 0.5 + 0.5 * np.cos(np.arange(512) / 512 * 2 * np.pi * 48)
    shade = 1 - 0.38 * zone[:, None] * np.clip(rib * 2 - 0.9, 0, 1)[None]
    return to_pixels(image * shade[..., None])


def _paint_outdoor(panel: Panel, color: str) -> None:
    wide, high = panel.width_mm, panel.height_mm
    for middle in (0.25, 0.75):
        x, y = wide * middle, high * 0.45
        panel.polygon([(x - 22, y + 16), (x - 5, y - 16), (x + 12, y + 16)], color)
        panel.polygon([(x - 4, y + 16), (x + 10, y - 6), (x + 24, y + 16)], color)
        panel.polygon([(x - 5, y - 16), (x - 10, y - 6), (x - 4, y - 3), (x, y - 6)], '#ffffff')
        panel.text((x, y + 30), 'SUMMIT', 10, color=color, bold=0.05)


def _bottle_collision(spec: BottleSpec) -> list[Shape]:
    """A hull per convex stretch of the outline, plus a cylinder to stand and roll on."""
    corners = [(c[0], c[1]) for c in spec.corners]
    shapes: list[Shape] = []
    stretch: list[tuple[float, float]] = []
    outside = [c for c in corners if c[0] > 0]
    low = min(c[1] for c in outside)
    start = max(k for k, c in enumerate(outside) if c[1] <= low + 1e-6)
    outside = outside[start:]
    for point in outside:
        if len(stretch) >= 2 and _bends_in(stretch[-2], stretch[-1], point):
            shapes.append(_oval(turned_hull(stretch), spec.flat))
            stretch = [stretch[-1]]
        stretch.append(point)
    if len(stretch) >= 2:
        shapes.append(_oval(turned_hull(stretch), spec.flat))
    cap = [(c[0], c[1]) for c in spec.cap if c[0] > 0]
    shapes.append(turned_hull(cap))
    return shapes


def _oval(hull: Hull, flat: float) -> Hull:
    return Hull(hull.points_m * np.array([1.0, flat, 1.0]))


def _bends_in(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]) < -1e-9


def _screw_cap(radius: float, z0: float, z1: float, *, edge: float = 0.002) -> tuple[Corner, ...]:
    return ((0.0, z0), (radius, z0, 0.0006), (radius, z1, edge), (0.0, z1))


_OIL_LABEL = LabelDesign(
    'OLIVE OIL', 'extra virgin', '#f4edd8', '#5b6b22', '#3f4a17', motifs.leaf, '#6f8430'
)
_KETCHUP_LABEL = LabelDesign(
    'KETCHUP', 'tomato', '#fff6e6', '#1f6b3a', '#b01f17', motifs.fruit, '#d62c1f'
)
_SHAMPOO_LABEL = LabelDesign(
    'SHAMPOO', 'lavender', '#e9e2f4', '#7b5ea7', '#54408a', motifs.flower, '#8f6fc4'
)
_WATER_LABEL = LabelDesign(
    'WATER', 'spring  0.5 l', '#dff1fb', '#1c74b8', '#12568c', motifs.drop, '#2b93d8'
)

_OLIVE_OIL = BottleSpec(
    (
        (0, 0.006),
        (0.026, 0.003, 0.008),
        (0.029, 0, 0.0015),
        (0.0325, 0, 0.003),
        (0.0345, 0.006, 0.006),
        (0.0345, 0.150, 0.022),
        (0.0135, 0.200, 0.03),
        (0.0135, 0.236),
        (0.0155, 0.236, 0.001),
        (0.0155, 0.246, 0.001),
        (0.0, 0.246),
    ),
    (4, 5),
    ((0, 0.240), (0.0165, 0.240, 0.0006), (0.0165, 0.272, 0.002), (0, 0.272)),
    '#26351a',
    '#2a2a26',
    _OIL_LABEL,
    roughness=0.1,
    density_kg_m3=1150.0,
)
_KETCHUP = BottleSpec(
    (
        (0, 0.004),
        (0.027, 0.002, 0.006),
        (0.028, 0, 0.001),
        (0.0315, 0, 0.003),
        (0.0345, 0.007, 0.009),
        (0.035, 0.115, 0.03),
        (0.0265, 0.150, 0.03),
        (0.018, 0.163, 0.006),
        (0.0175, 0.168),
        (0.0, 0.168),
    ),
    (4, 5),
    (
        (0, 0.163),
        (0.0215, 0.163, 0.001),
        (0.0195, 0.183, 0.003),
        (0.0085, 0.187, 0.004),
        (0.006, 0.200, 0.002),
        (0, 0.200),
    ),
    '#b01c14',
    '#f4f2ec',
    _KETCHUP_LABEL,
    flat=0.78,
    roughness=0.3,
)
_SHAMPOO = BottleSpec(
    (
        (0, 0.003),
        (0.03, 0.002, 0.004),
        (0.031, 0, 0.001),
        (0.035, 0, 0.003),
        (0.038, 0.007, 0.008),
        (0.0385, 0.140, 0.02),
        (0.024, 0.162, 0.02),
        (0.013, 0.166, 0.002),
        (0.013, 0.170),
        (0.0, 0.170),
    ),
    (4, 5),
    ((0, 0.165), (0.0155, 0.165, 0.0006), (0.0155, 0.190, 0.004), (0, 0.190)),
    '#cdbbe6',
    '#5c4691',
    _SHAMPOO_LABEL,
    flat=0.62,
    roughness=0.28,
)
_SPORT = BottleSpec(
    (
        (0, 0.003),
        (0.029, 0.002, 0.004),
        (0.03, 0, 0.001),
        (0.034, 0, 0.003),
        (0.0365, 0.008, 0.01),
        (0.0365, 0.175, 0.02),
        (0.024, 0.198, 0.015),
        (0.022, 0.204),
        (0, 0.204),
    ),
    (4, 5),
    (
        (0, 0.200),
        (0.0235, 0.200, 0.001),
        (0.0235, 0.224, 0.004),
        (0.012, 0.228, 0.004),
        (0.011, 0.240, 0.004),
        (0, 0.240),
    ),
    '#d7dadd',
    '#16324f',
    None,
    metal=True,
    roughness=0.33,
    density_kg_m3=900.0,
)
_WATER = BottleSpec(
    (
        (0, 0.008),
        (0.022, 0.004, 0.006),
        (0.024, 0, 0.001),
        (0.0275, 0, 0.003),
        (0.031, 0.006, 0.006),
        (0.0315, 0.058, 0.004),
        (0.0300, 0.062, 0.003),
        (0.0315, 0.066, 0.003),
        (0.0315, 0.134, 0.003),
        (0.0300, 0.138, 0.003),
        (0.0315, 0.143, 0.01),
        (0.0140, 0.188, 0.02),
        (0.0125, 0.196, 0.002),
        (0.0165, 0.197, 0.0005),
        (0.0165, 0.199, 0.0005),
        (0.0125, 0.2),
        (0, 0.2),
    ),
    (7, 8),
    _screw_cap(0.0148, 0.199, 0.216),
    '#7fb6d9',
    '#1c5fa8',
    _WATER_LABEL,
    roughness=0.08,
    density_kg_m3=980.0,
)

_SPECS = {
    'olive_oil': _OLIVE_OIL,
    'ketchup': _KETCHUP,
    'shampoo': _SHAMPOO,
    'sport': _SPORT,
    'water': _WATER,
}
VARIANTS: dict[str, tuple[Variant, ...]] = {
    'bottle': tuple(Variant(name, partial(_bottle, spec)) for name, spec in _SPECS.items())
}
