"""Bottles, cans, jars: closed things of revolution with labels and lids."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import STEEL, Variant, band, steel
from tools.make_assets.objects.collision import Shape, cylinder, turned_hull
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import Corner, rounded
from tools.make_assets.objects.surface import Rect, Surface, merge
from tools.make_assets.objects.sweep import prism, rounded_outline
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.labels import LabelDesign, wrap_label
from tools.make_assets.objects.textures.materials import brushed, mottled, rubbery
from tools.make_assets.objects.textures.paint import Atlas, Panel, to_pixels


class CanSpec(NamedTuple):
    """A can with a paper label or printed all over.

    Attributes:
        radius_m: Of the body.
        height_m: Full height.
        neck_m: Radius of the lid seam.
        design: The label.
        ribs: Number of beads pressed into the wall under the label.
        printed: Printed on the metal, with conical ends, as drinks come.
        pull_tab: Whether the lid has a ring.
    """

    radius_m: float
    height_m: float
    neck_m: float
    design: LabelDesign
    ribs: int = 0
    printed: bool = False
    pull_tab: bool = True


def _can(spec: CanSpec, rng: np.random.Generator) -> ObjectModel:
    parts, shapes = _drink_can(spec) if spec.printed else _food_can(spec)
    return ObjectModel(tuple(parts), tuple(shapes), rolls=True)


def _label_pixels(spec: CanSpec, high_m: float, px: tuple[int, int] = (768, 320)) -> Atlas:
    atlas = Atlas(px[0], px[1], spec.design.base)
    panel = wrap_label(2000 * np.pi * spec.radius_m, high_m * 1000, spec.design)
    atlas.paste(panel, Rect())
    return atlas


def _food_can(spec: CanSpec) -> tuple[list[Part], list[Shape]]:
    r, high, rim = spec.radius_m, spec.height_m, spec.neck_m
    low, top = 0.005, high - 0.005
    metal: list[Corner] = [
        (0.0, 0.003),
        (rim - 0.004, 0.003, 0.001),
        (rim - 0.003, 0.0, 0.0008),
        (rim, 0.0, 0.0012),
        (rim, 0.003, 0.0012),
        (r - 0.0006, low, 0.0006),
        (r - 0.0006, top, 0.0006),
        (rim, high - 0.003, 0.0012),
        (rim, high, 0.0012),
        (rim - 0.0026, high, 0.001),
        (rim - 0.0032, high - 0.004, 0.001),
        (rim * 0.82, high - 0.004, 0.001),
        (rim * 0.78, high - 0.0047, 0.001),
        (rim * 0.45, high - 0.0047, 0.001),
        (rim * 0.41, high - 0.0040, 0.001),
        (0.0, high - 0.004),
    ]
    shell = lathe(rounded(metal, step_m=0.2), slices=40)
    paper: list[Corner] = [(r - 0.0012, low + 0.0015), (r, low + 0.0015, 0.0003)]
    if spec.ribs:
        zone = (high * 0.32, high * 0.68)
        for k in range(spec.ribs):
            z = zone[0] + (zone[1] - zone[0]) * (k + 0.5) / spec.ribs
            half = 0.42 * (zone[1] - zone[0]) / spec.ribs
            paper += [(r, z - half, 0.002), (r - 0.0008, z, 0.002), (r, z + half, 0.002)]
    paper += [(r, top - 0.0015, 0.0003), (r - 0.0012, top - 0.0015)]
    profile = rounded(paper, step_m=0.05)
    z = np.array([c[1] for c in paper])
    wrap = lathe(profile, (z - z[0]) / (z[-1] - z[0]), slices=40)
    inner = rounded([(r - 0.0012, top - 0.0015), (r - 0.0012, low + 0.0015)], step_m=1.0)
    wrap = merge(wrap, lathe(inner, np.array([0.5, 0.5]), slices=40))
    label = Material('body', _label_pixels(spec, top - low).pixels(), roughness=0.45, tint=True)
    metal_look = steel('tin', 0.32)
    parts = [Part('body', wrap, label, 700.0), Part('tin', shell, metal_look, 1030.0)]
    if spec.pull_tab:
        tab = _pull_tab(rim * 0.42).moved(x=rim * 0.24, z=high - 0.0046)
        parts.append(Part('tab', tab, metal_look, STEEL))
    return parts, [cylinder(max(r, rim), 0.0, high)]


def _pull_tab(length: float) -> Surface:
    outline = rounded_outline(length * 0.5, length * 0.3, length * 0.28, 3)
    ring = prism(outline, 0.0012, (0.0004, 0.0004))
    rivet = lathe(rounded([(0, 0), (0.003, 0.0), (0.003, 0.0018, 0.0008), (0, 0.0018)]), slices=12)
    return merge(ring, rivet.moved(x=-length * 0.3))


def _drink_can(spec: CanSpec) -> tuple[list[Part], list[Shape]]:
    r, high, neck = spec.radius_m, spec.height_m, spec.neck_m
    body: list[Corner] = [
        (0.0, 0.008),
        (neck - 0.006, 0.004, 0.010),
        (neck - 0.0045, 0.0, 0.0012),
        (neck - 0.002, 0.0, 0.0012),
        (r, 0.009, 0.006),
        (r, high - 0.014, 0.008),
        (neck, high - 0.0035, 0.004),
        (neck, high - 0.002),
    ]
    profile = rounded(body, step_m=0.04)
    v = np.array([0.0, 0.02, 0.03, 0.04, 0.10, 0.90, 0.99, 1.0])
    atlas = Atlas(768, 512, '#c9ccd1')
    panel = wrap_label(2000 * np.pi * r, (high - 0.02) * 1000, spec.design)
    atlas.paste(panel, Rect(0, 0.075, 1, 0.965))
    atlas.fill(Rect(0, 0.965, 1, 0.985), spec.design.accent)
    top: list[Corner] = [
        (neck, high - 0.002),
        (neck + 0.0012, high - 0.001, 0.0008),
        (neck + 0.0006, high, 0.001),
        (neck - 0.002, high, 0.0008),
        (neck - 0.003, high - 0.0055, 0.001),
        (neck - 0.0045, high - 0.0055, 0.0008),
        (neck - 0.0055, high - 0.0038, 0.0008),
        (0.0, high - 0.0038),
    ]
    lid = lathe(rounded(top, step_m=0.2), slices=40)
    plug = lathe(rounded([(0.0, high - 0.012), (neck, high - 0.002)]), slices=40)
    tin = steel('tin', 0.25)
    skin = Material('body', atlas.pixels(), roughness=0.3, metallic=0.35, tint=True)
    tab = _pull_tab(0.024).moved(x=0.004, z=high - 0.0042)
    parts = [
        Part('body', lathe(profile, v, slices=40), skin, 1010.0),
        Part('tin', merge(lid, plug), tin, 1500.0),
        Part('tab', tab, tin, 2700.0),
    ]
    shapes: list[Shape] = [
        cylinder(neck - 0.001, 0.0, high),
        turned_hull([(neck - 0.001, 0.001), (r, 0.009), (r, high - 0.014), (neck, high - 0.003)]),
        cylinder(r, 0.010, high - 0.015),
    ]
    return parts, shapes


def _cans() -> tuple[Variant, ...]:
    tomato = LabelDesign(
        'TOMATO', 'soup  400 g', '#f3e6cf', '#a8231c', '#7c1712', motifs.fruit, '#cf2f20'
    )
    tuna = LabelDesign('TUNA', 'in olive oil', '#1f5f8b', '#f2d14b', '#ffffff', motifs.fish, '#c8d8e0')
    lemon = LabelDesign(
        'LEMON', 'soda  330 ml', '#e8d437', '#2c7a45', '#1f5a34', motifs.slice_of_citrus, '#f2cf1d'
    )
    beans = LabelDesign(
        'BEANS', 'in brine', '#2f6d4f', '#e9d9a8', '#fdf4d8', motifs.leaf, '#9ccc65'
    )
    specs = {
        'tomato_soup': CanSpec(0.0365, 0.108, 0.0372, tomato, ribs=5),
        'tuna': CanSpec(0.042, 0.036, 0.0425, tuna),
        'lemon_soda': CanSpec(0.0331, 0.1155, 0.0265, lemon, printed=True),
        'beans': CanSpec(0.0425, 0.082, 0.0431, beans, ribs=3, pull_tab=False),
    }
    return tuple(Variant(name, partial(_can, spec)) for name, spec in specs.items())


class JarSpec(NamedTuple):
    """A jar with a screw lid; the glass is shown as its opaque content.

    Attributes:
        radius_m: Of the body.
        height_m: Full height with lid.
        lid_m: Radius of the lid.
        content: Colour seen through the glass.
        lid: Colour of the lid.
        design: The label.
        gingham: Checked lid.
        metal_lid: Golden metal rather than plastic.
    """

    radius_m: float
    height_m: float
    lid_m: float
    content: str
    lid: str
    design: LabelDesign
    gingham: bool = False
    metal_lid: bool = False


def _jar(spec: JarSpec, rng: np.random.Generator) -> ObjectModel:
    r, high, lid_r = spec.radius_m, spec.height_m, spec.lid_m
    lid_h = 0.016
    base = high - lid_h
    glass: list[Corner] = [
        (0.0, 0.003),
        (r - 0.012, 0.002, 0.004),
        (r - 0.009, 0.0, 0.001),
        (r - 0.006, 0.0, 0.002),
        (r, 0.008, 0.008),
        (r, base - 0.014, 0.014),
        (lid_r - 0.0015, base - 0.001, 0.004),
        (lid_r - 0.0015, base + 0.006),
        (0.0, base + 0.006),
    ]
    profile = rounded(glass)
    v = np.array([0.0, 0.03, 0.04, 0.05, 0.1, 0.84, 0.95, 0.98, 1.0])
    atlas = Atlas(768, 384, spec.content)
    atlas.paste(to_pixels(mottled(rng, (192, 384), spec.content, 0.12)), Rect())
    span = base - 0.014 - 0.008
    low, top = 0.1 + 0.74 * 0.10, 0.1 + 0.74 * 0.88
    panel = wrap_label(2000 * np.pi * r, span * 780, spec.design)
    atlas.paste(panel, Rect(0, low, 1, top))
    body = Material('body', atlas.pixels(), roughness=0.12, tint=True)
    lid = _lid(lid_r, lid_h).moved(z=base)
    shapes: list[Shape] = [
        cylinder(r - 0.006, 0.0, base),
        cylinder(r, 0.007, base - 0.012),
        cylinder(lid_r, base, high),
    ]
    parts = (
        Part('body', lathe(profile, v, slices=40), body, 1350.0),
        Part('lid', lid, _lid_material(spec, rng), 1000.0),
    )
    return ObjectModel(parts, tuple(shapes), rolls=True)


def _lid(radius: float, high: float) -> Surface:
    """A screw lid with grip ribs."""
    corners: list[Corner] = [
        (0.0, 0.0),
        (radius, 0.0, 0.0008),
        (radius, high, 0.002),
        (radius * 0.86, high, 0.001),
        (radius * 0.82, high - 0.0012, 0.001),
        (0.0, high - 0.0012),
    ]
    profile = rounded(corners)
    surface = lathe(profile, slices=80)
    angle = np.arctan2(surface.points[:, 1], surface.points[:, 0])
    z = surface.points[:, 2]
    radial = np.hypot(surface.points[:, 0], surface.points[:, 1])
    # Every second column of the side wall is pushed in by a third of a millimetre.
    column = np.rint(angle / (2 * np.pi) * 80).astype(np.int64) % 2
    wall = (radial > radius * 0.97) & (z > 0.0006) & (z < high - 0.003)
    factor = np.where(wall & (column == 1), 1 - 0.00035 / radius, 1.0)
    points = surface.points * np.stack([factor, factor, np.ones_like(factor)], axis=1)
    return Surface(points, surface.normals, surface.uv, surface.faces)


def _lid_material(spec: JarSpec, rng: np.random.Generator) -> Material:
    if spec.gingham:
        panel = Panel(160, 80, '#f8f4ee')
        for k in range(40):
            panel.rect((k * 4, 0, k * 4 + 2, 80), spec.lid)
        grid = Panel(160, 80, '#f8f4ee')
        for k in range(20):
            grid.rect((0, k * 4, 160, k * 4 + 2), spec.lid)
        mixed = (np.asarray(panel.image, float) + np.asarray(grid.image, float)) / 2
        atlas = Atlas(512, 128, spec.lid)
        atlas.paste(to_pixels(mixed), Rect())
        return Material('lid', atlas.pixels(), roughness=0.35, colors=32)
    if spec.metal_lid:
        return Material('lid', rgb=(0.83, 0.66, 0.28), roughness=0.28, metallic=1.0)
    return Material('lid', to_pixels(rubbery(rng, (64, 64), spec.lid)), roughness=0.45, colors=16)


def _jars() -> tuple[Variant, ...]:
    honey = LabelDesign(
        'HONEY', 'wild flowers', '#fbf1d3', '#c98a1b', '#6d4310', motifs.flower, '#e08c2c'
    )
    jam = LabelDesign(
        'BERRY JAM', 'home made', '#fffaf2', '#8e1f3c', '#5d1430', motifs.fruit, '#b3173f'
    )
    peanut = LabelDesign(
        'PEANUT\nBUTTER', 'crunchy', '#f2c14e', '#8a3b12', '#6b2a0c', motifs.wheat, '#8a3b12'
    )
    specs = {
        'honey': JarSpec(0.036, 0.104, 0.033, '#b5690f', '#d4a847', honey, metal_lid=True),
        'jam': JarSpec(0.038, 0.092, 0.034, '#5b0d22', '#b0223f', jam, gingham=True),
        'peanut_butter': JarSpec(0.042, 0.122, 0.040, '#b27a3c', '#b3261e', peanut),
    }
    return tuple(Variant(name, partial(_jar, spec)) for name, spec in specs.items())


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
        atlas.paste(to_pixels(mottled(rng, (256, 256), spec.color, 0.03)), Rect())
    if spec.design is not None:
        edge = 0.08 * (rect.v1 - rect.v0)
        around = 2000 * np.pi * r0 * (1 + spec.flat) / 2
        panel = wrap_label(around, (z1 - z0) * 840, spec.design)
        atlas.paste(panel, Rect(0, rect.v0 + edge, 1, rect.v1 - edge))
    elif spec.metal:
        panel = Panel(2000 * np.pi * r0, (z1 - z0) * 1000, spec.color)
        _paint_outdoor(panel, spec.cap_color)
        atlas.paste(panel, rect)
    body = lathe(profile, v, slices=40).scaled(1, spec.flat, 1)
    cap = lathe(rounded(spec.cap), slices=32)
    look = Material(
        'body', atlas.pixels(), roughness=spec.roughness, metallic=0.0, tint=True
    )
    cap_look = Material(
        'cap', to_pixels(rubbery(rng, (64, 64), spec.cap_color)), roughness=0.4, colors=16
    )
    parts = (
        Part('body', body, look, spec.density_kg_m3),
        Part('cap', cap, cap_look, 900.0),
    )
    return ObjectModel(parts, tuple(_bottle_collision(spec)), rolls=True)


def _paint_outdoor(panel: Panel, color: str) -> None:
    wide, high = panel.width_mm, panel.height_mm
    for middle in (0.25, 0.75):
        x, y = wide * middle, high * 0.45
        panel.polygon([(x - 22, y + 16), (x - 5, y - 16), (x + 12, y + 16)], color)
        panel.polygon([(x - 4, y + 16), (x + 10, y - 6), (x + 24, y + 16)], color)
        panel.polygon([(x - 5, y - 16), (x - 10, y - 6), (x - 4, y - 3), (x, y - 6)], '#ffffff')
        panel.text((x, y + 30), 'SUMMIT', 10, color, bold=0.05)


def _bottle_collision(spec: BottleSpec) -> list[Shape]:
    """A hull per convex stretch of the outline, plus a cylinder to stand and roll on."""
    corners = [c[:2] for c in spec.corners]
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
    cap = [c[:2] for c in spec.cap if c[0] > 0]
    shapes.append(turned_hull(cap))
    return shapes


def _oval(shape: Shape, flat: float) -> Shape:
    if flat == 1.0 or not hasattr(shape, 'points_m'):
        return shape
    return type(shape)(shape.points_m * np.array([1.0, flat, 1.0]))


def _bends_in(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]) < -1e-9


def _screw_cap(radius: float, z0: float, z1: float, edge: float = 0.002) -> tuple[Corner, ...]:
    return ((0.0, z0), (radius, z0, 0.0006), (radius, z1, edge), (0.0, z1))


def _bottles() -> tuple[Variant, ...]:
    oil = LabelDesign('OLIVE OIL', 'extra virgin', '#f4edd8', '#5b6b22', '#3f4a17', motifs.leaf, '#6f8430')
    ketchup = LabelDesign('KETCHUP', 'tomato', '#fff6e6', '#1f6b3a', '#b01f17', motifs.fruit, '#d62c1f')
    shampoo = LabelDesign('SHAMPOO', 'lavender', '#e9e2f4', '#7b5ea7', '#54408a', motifs.flower, '#8f6fc4')
    water = LabelDesign('WATER', 'spring  0.5 l', '#dff1fb', '#1c74b8', '#12568c', motifs.drop, '#2b93d8')
    specs = {
        'olive_oil': BottleSpec(
            ((0, 0.006), (0.026, 0.003, 0.008), (0.029, 0, 0.0015), (0.0325, 0, 0.003),
             (0.0345, 0.006, 0.006), (0.0345, 0.150, 0.022), (0.0135, 0.200, 0.03),
             (0.0135, 0.236), (0.0155, 0.236, 0.001), (0.0155, 0.246, 0.001), (0.0, 0.246)),
            (4, 5), ((0, 0.240), (0.0165, 0.240, 0.0006), (0.0165, 0.272, 0.002), (0, 0.272)),
            '#26351a', '#2a2a26', oil, roughness=0.1, density_kg_m3=1150.0,
        ),
        'ketchup': BottleSpec(
            ((0, 0.004), (0.027, 0.002, 0.006), (0.03, 0, 0.002), (0.034, 0.006, 0.009),
             (0.035, 0.115, 0.03), (0.0265, 0.150, 0.03), (0.018, 0.163, 0.006),
             (0.0175, 0.168), (0.0, 0.168)),
            (3, 4), ((0, 0.163), (0.0215, 0.163, 0.001), (0.0195, 0.183, 0.003),
                     (0.0085, 0.187, 0.004), (0.006, 0.200, 0.002), (0, 0.200)),
            '#b01c14', '#f4f2ec', ketchup, flat=0.78, roughness=0.3,
        ),
        'shampoo': BottleSpec(
            ((0, 0.003), (0.03, 0.002, 0.004), (0.034, 0, 0.002), (0.038, 0.007, 0.008),
             (0.0385, 0.140, 0.02), (0.024, 0.162, 0.02), (0.013, 0.166, 0.002),
             (0.013, 0.170), (0.0, 0.170)),
            (3, 4), ((0, 0.165), (0.0155, 0.165, 0.0006), (0.0155, 0.190, 0.004), (0, 0.190)),
            '#cdbbe6', '#5c4691', shampoo, flat=0.62, roughness=0.28,
        ),
        'sport': BottleSpec(
            ((0, 0.003), (0.029, 0.002, 0.004), (0.033, 0, 0.002), (0.0365, 0.008, 0.01),
             (0.0365, 0.175, 0.02), (0.024, 0.198, 0.015), (0.022, 0.204), (0, 0.204)),
            (3, 4), ((0, 0.200), (0.0235, 0.200, 0.001), (0.0235, 0.224, 0.004),
                     (0.012, 0.228, 0.004), (0.011, 0.240, 0.004), (0, 0.240)),
            '#d7dadd', '#16324f', None, metal=True, roughness=0.33, density_kg_m3=900.0,
        ),
        'water': BottleSpec(
            ((0, 0.008), (0.022, 0.004, 0.006), (0.026, 0, 0.002), (0.0305, 0.004, 0.006),
             (0.0315, 0.058, 0.004), (0.0300, 0.062, 0.003), (0.0315, 0.066, 0.003),
             (0.0315, 0.134, 0.003), (0.0300, 0.138, 0.003), (0.0315, 0.143, 0.01),
             (0.0140, 0.188, 0.02), (0.0125, 0.196, 0.002), (0.0165, 0.197, 0.0005),
             (0.0165, 0.199, 0.0005), (0.0125, 0.2), (0, 0.2)),
            (6, 7), _screw_cap(0.0148, 0.199, 0.216),
            '#7fb6d9', '#1c5fa8', water, roughness=0.08, density_kg_m3=980.0,
        ),
    }  # fmt: skip
    return tuple(Variant(name, partial(_bottle, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {
    'bottle': _bottles(),
    'can': _cans(),
    'jar': _jars(),
}
