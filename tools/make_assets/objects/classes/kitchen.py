"""Cups, teapots, spray bottles and sponges."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant, band
from tools.make_assets.objects.collision import Hull, Shape, box, cylinder, staves, tube_hulls, turned_hull
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import Corner, rounded, smooth
from tools.make_assets.objects.surface import FULL, FloatArray, Rect, Surface, merge
from tools.make_assets.objects.sweep import prism, rounded_outline, superellipse, sweep
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.labels import LabelDesign, wrap_label
from tools.make_assets.objects.textures.materials import brushed, cardboard, foam, mottled, rubbery, speckled
from tools.make_assets.objects.textures.noise import value_noise
from tools.make_assets.objects.textures.paint import Atlas, Panel, to_pixels


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
    foot, rim, high, t = spec.foot_m, spec.rim_m, spec.height_m, spec.wall_m

    def wall(z: float) -> float:
        return foot + (rim - foot) * z / high

    corners: list[Corner] = [(0.0, 0.005), (foot - 0.0015, 0.005, 0.0005), (foot - 0.001, 0.0), (foot, 0.0, 0.0004)]
    for k in range(spec.grooves):
        z = high * (0.2 + 0.5 * k / max(1, spec.grooves - 1))
        corners += [(wall(z - 0.004), z - 0.004, 0.002), (wall(z) - 0.0012, z, 0.003), (wall(z + 0.004), z + 0.004, 0.002)]
    first, lip = 3, len(corners)
    corners += [
        (wall(high - 0.004), high - 0.004),
        (rim + 0.0014, high - 0.004, 0.001),
        (rim + 0.0014, high, 0.0016),
        (rim - t, high, 0.001),
        (foot - t + 0.0006, 0.0062, 0.001),
        (0.0, 0.0062),
    ]
    profile = rounded(corners, step_m=0.05)
    v = profile.v_by_length([1.0] * (first) + [1.5] * (lip - first) + [1.0] * (len(corners) - lip - 1))
    atlas = Atlas(512, 512, spec.base)
    around = 1000 * np.pi * (foot + rim)
    panel = Panel(around, high * 1000, spec.base)
    spec.paint(panel)
    atlas.paste(panel, band(v, first, lip))
    atlas.paste(to_pixels(mottled(rng, (64, 64), spec.inside, 0.015)), Rect(0, v[lip], 1, 1))
    look = Material('body', atlas.pixels(), roughness=0.5, tint=True)
    parts = [Part('body', lathe(profile, v, slices=40), look, 1000.0)]
    if spec.sleeve:
        z0, z1 = high * 0.28, high * 0.68
        cuff = rounded(
            [(wall(z0), z0), (wall(z0) + 0.0013, z0, 0.0003), (wall(z1) + 0.0013, z1, 0.0003), (wall(z1), z1), (wall(z0), z0)],
            step_m=0.1,
        )
        paper = cardboard(rng, (128, 512), '#a87f52')
        paper *= (0.95 + 0.06 * (np.sin(np.arange(512) / 512 * 2 * np.pi * 90) > 0))[None, :, None]
        parts.append(Part('sleeve', lathe(cuff, slices=40), Material('sleeve', to_pixels(paper), roughness=0.85, colors=48), 300.0))
    shapes: list[Shape] = [
        cylinder(foot, 0.0, 0.0062),
        *staves(((foot, 0.0062), (rim + 0.0014, high)), ((foot - 0.002, 0.0062), (rim - 0.002, high)), 12),
    ]
    if spec.lid is not None:
        parts.append(Part('lid', _cup_lid(rim, high), Material('lid', to_pixels(rubbery(rng, (64, 64), spec.lid)), roughness=0.4, colors=16), 350.0))
        shapes.append(turned_hull([(rim + 0.0028, high - 0.006), (rim + 0.0028, high + 0.002), (rim - 0.003, high + 0.012)]))
    return ObjectModel(tuple(parts), tuple(shapes), rolls=True)


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
    disc = lathe(rounded(corners, step_m=0.2), slices=40)
    sip = prism(rounded_outline(0.002, 0.006, 0.0019, 2), 0.0006, (0.0001, 0.0002))
    return merge(disc, sip.moved(x=rim - 0.013, z=high + 0.0074))


def _paint_coffee(panel: Panel) -> None:
    wide, high = panel.width_mm, panel.height_mm
    for middle in (0.25, 0.75):
        x, y = wide * middle, high * 0.13
        panel.ellipse((x, y), (9, 9), '#3b2417')
        panel.text((x, y), 'C', 12, '#f4efe6', bold=0.08)
        panel.text((x, high * 0.87), 'COFFEE', 9, '#3b2417', bold=0.06)


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
            at = (panel.width_mm * (k + 0.5 * (row % 2) + 0.25) / 12, panel.height_mm * (0.12 + 0.15 * row))
            panel.ellipse(at, (4.5, 4.5), ('#ef6f8f', '#5bb0c9', '#f4c542')[(row + k) % 3])


def _cups() -> tuple[Variant, ...]:
    specs = {
        'coffee_lid': CupSpec(0.0285, 0.0425, 0.108, _paint_coffee, '#f4efe6', '#f4efe6', lid='#1d1c1b', sleeve=True),
        'zigzag': CupSpec(0.0265, 0.0390, 0.092, _paint_zigzag, '#faf7f0', '#faf7f0'),
        'party_red': CupSpec(0.0300, 0.0460, 0.120, _paint_plain, '#c9201f', '#f3f1ee', grooves=3, wall_m=0.0011),
        'dots': CupSpec(0.0280, 0.0375, 0.080, _paint_dots, '#fdfaf3', '#fdfaf3'),
    }
    return tuple(Variant(name, partial(_cup, spec)) for name, spec in specs.items())


class PotSpec(NamedTuple):
    """A teapot: body outline (foot to lid opening), lid opening radius, colours."""

    outline: tuple[tuple[float, float], ...]
    paint: Callable[[np.random.Generator], Atlas]
    knob: str
    roughness: float
    spout_up_m: float
    metallic: float = 0.0
    density_kg_m3: float = 520.0


def _teapot(spec: PotSpec, rng: np.random.Generator) -> ObjectModel:
    outline = spec.outline
    foot, top = outline[0], outline[-1]
    wide = max(r for r, _ in outline)
    under = rounded([(0.0, 0.003), (foot[0] - 0.006, 0.003, 0.001), (foot[0] - 0.005, 0.0, 0.001), (foot[0], 0.0)])
    wall = smooth(outline, 5)
    lid = rounded(
        [(top[0], top[1]), (top[0] + 0.0015, top[1] + 0.001, 0.0008), (top[0] + 0.001, top[1] + 0.0035, 0.001),
         (top[0] * 0.62, top[1] + 0.012, 0.02), (0.0075, top[1] + 0.0155, 0.004), (0.0, top[1] + 0.0155)]
    )  # fmt: skip
    lid_top = top[1] + 0.0150
    parts_v = np.concatenate([np.linspace(0, 0.12, 4), np.linspace(0.12, 0.80, len(outline)), np.linspace(0.80, 0.95, 6)])

    def strip(profile_index: int) -> FloatArray:
        sizes = [4, len(outline), 6]
        start = sum(sizes[:profile_index])
        return parts_v[start : start + sizes[profile_index]]

    shell = merge(*(lathe(p, strip(i), slices=44) for i, p in enumerate((under, wall, lid))))
    spout, spout_path, spout_size = _spout(spec, wide)
    handle, handle_path = _pot_handle(outline, wide)
    trim = Rect(0.0, 0.965, 1.0, 0.995)
    body = merge(shell, spout.mapped(trim), handle.mapped(trim))
    knob = lathe(
        rounded([(0, lid_top - 0.002), (0.005, lid_top - 0.002), (0.0045, lid_top + 0.004, 0.003), (0.0095, lid_top + 0.010, 0.005),
                 (0.007, lid_top + 0.0175, 0.005), (0, lid_top + 0.0185)]), slices=24,
    )  # fmt: skip
    look = Material('body', spec.paint(rng).pixels(), roughness=spec.roughness, metallic=spec.metallic, tint=True)
    grip = Material('knob', to_pixels(rubbery(rng, (64, 64), spec.knob)), roughness=0.4, colors=16)
    shapes: list[Shape] = [
        cylinder(foot[0], 0.0, 0.01),
        turned_hull([(foot[0], 0.0), *outline[1:], (top[0] * 0.62, top[1] + 0.0115), (0.0075, lid_top)]),
        turned_hull([(0.005, lid_top), (0.0095, lid_top + 0.010), (0.006, lid_top + 0.0185)], 8),
        *tube_hulls(spout_path[::3], spout_size[::3]),
        *tube_hulls(handle_path[::4], np.tile([0.0048, 0.0075], (len(handle_path[::4]), 1))),
    ]
    parts = (Part('body', body, look, spec.density_kg_m3), Part('knob', knob, grip, 900.0))
    return ObjectModel(parts, tuple(shapes))


def _at(outline: tuple[tuple[float, float], ...], z: float) -> float:
    return float(np.interp(z, [p[1] for p in outline], [p[0] for p in outline]))


def _spout(spec: PotSpec, wide: float) -> tuple[Surface, FloatArray, FloatArray]:
    top = spec.outline[-1][1]
    z0 = top * 0.38
    start = _at(spec.outline, z0) - 0.012
    knots = [(start, z0), (start + 0.022, z0 + 0.008), (wide + 0.020, top * 0.72), (wide + 0.036, top * 0.95 + spec.spout_up_m)]
    curve = smooth(knots, 4).points
    path = np.stack([-curve[:, 0], np.zeros(len(curve)), curve[:, 1]], axis=1)
    k = np.linspace(0, 1, len(path))
    size = np.stack([0.0175 * (1 - k) + 0.0068 * k, 0.0150 * (1 - k) + 0.0064 * k], axis=1)
    tube = sweep(path, superellipse(1.0, 1.0, 2.0, 18), size)
    hole = sweep(path[-1] + np.array([[-0.0, 0, -0.0001], [-0.0004, 0, 0.0004]]), superellipse(0.0046, 0.0042, 2.0, 18), np.array([1.0, 1.0]))
    return merge(tube, hole.mapped(Rect(0.0, 0.0, 0.01, 0.01))), path, size


def _pot_handle(outline: tuple[tuple[float, float], ...], wide: float) -> tuple[Surface, FloatArray]:
    top = outline[-1][1]
    high, low = top * 0.86, top * 0.26
    knots = [
        (_at(outline, high) - 0.003, high),
        (wide + 0.008, high + 0.010),
        (wide + 0.036, high - 0.008),
        (wide + 0.038, (high + low) / 2 + 0.004),
        (wide + 0.016, low + 0.008),
        (_at(outline, low) - 0.003, low),
    ]
    curve = smooth(knots, 4).points
    path = np.stack([curve[:, 0], np.zeros(len(curve)), curve[:, 1]], axis=1)
    ends = np.abs(np.linspace(-1, 1, len(path))) ** 6
    return sweep(path, superellipse(0.0048, 0.0075, 2.4, 14), 1 + 0.35 * ends), path


def _pot_bands(rng: np.random.Generator) -> Atlas:
    atlas = Atlas(512, 512, '#f3eee2')
    atlas.paste(to_pixels(mottled(rng, (256, 256), '#f3eee2', 0.02)), FULL)
    panel = Panel(480, 60, '#f3eee2')
    for k in range(12):
        x = 40 * k + 20
        motifs.flower(panel, (x, 30), 26, '#2f5d94')
        motifs.leaf(panel, (x + 20, 22), 18, '#6a93bd', 35)
        motifs.leaf(panel, (x + 20, 40), 18, '#6a93bd', -35)
    panel.rect((0, 2, 480, 4), '#2f5d94')
    panel.rect((0, 56, 480, 58), '#2f5d94')
    atlas.paste(panel, Rect(0, 0.36, 1, 0.58))
    atlas.fill(Rect(0, 0.79, 1, 0.81), '#2f5d94')
    atlas.fill(Rect(0, 0.0, 0.01, 0.01), '#2a2520')
    return atlas


def _pot_clay(rng: np.random.Generator) -> Atlas:
    atlas = Atlas(512, 512, '#8c4a32')
    atlas.paste(to_pixels(speckled(rng, (512, 512), '#8c4a32', '#5a2a1a', 900)), FULL)
    atlas.fill(Rect(0, 0.0, 0.01, 0.01), '#20110b')
    return atlas


def _pot_green(rng: np.random.Generator) -> Atlas:
    atlas = Atlas(512, 512, '#4f7f6d')
    image = speckled(rng, (512, 512), '#4f7f6d', '#223a30', 500)
    ribs = 0.94 + 0.06 * np.cos(np.arange(512) / 512 * 2 * np.pi * 24)
    atlas.paste(to_pixels(image * ribs[None, :, None]), FULL)
    atlas.fill(Rect(0, 0.79, 1, 0.82), '#c79a3c')
    atlas.fill(Rect(0, 0.0, 0.01, 0.01), '#16201b')
    return atlas


def _pot_steel(rng: np.random.Generator) -> Atlas:
    atlas = Atlas(256, 512, '#c9ccd0')
    atlas.paste(to_pixels(brushed(rng, (512, 256), '#c9ccd0')), FULL)
    atlas.fill(Rect(0, 0.0, 0.01, 0.01), '#202020')
    return atlas


def _teapots() -> tuple[Variant, ...]:
    specs = {
        'blue_flowers': PotSpec(((0.042, 0.0), (0.060, 0.022), (0.067, 0.052), (0.056, 0.088), (0.034, 0.104)), _pot_bands, '#2f5d94', 0.2, 0.0),
        'clay': PotSpec(((0.044, 0.0), (0.057, 0.014), (0.062, 0.036), (0.053, 0.062), (0.032, 0.072)), _pot_clay, '#6e3623', 0.6, 0.004),
        'green': PotSpec(((0.046, 0.0), (0.053, 0.020), (0.056, 0.055), (0.050, 0.098), (0.036, 0.118)), _pot_green, '#c79a3c', 0.25, -0.004),
        'steel': PotSpec(((0.058, 0.0), (0.066, 0.012), (0.064, 0.045), (0.050, 0.092), (0.036, 0.106)), _pot_steel, '#1e1f22', 0.28, 0.004, 0.9, 640.0),
    }  # fmt: skip
    return tuple(Variant(name, partial(_teapot, spec)) for name, spec in specs.items())


class SpraySpec(NamedTuple):
    """A trigger spray bottle: base radius, shoulder height, colours and label."""

    radius_m: float
    shoulder_m: float
    flat: float
    waist: float
    color: str
    head: str
    trigger: str
    design: LabelDesign


def _spray(spec: SpraySpec, rng: np.random.Generator) -> ObjectModel:
    r, z = spec.radius_m, spec.shoulder_m
    corners: list[Corner] = [
        (0, 0.004), (r - 0.010, 0.003, 0.004), (r - 0.006, 0, 0.002), (r, 0.006, 0.007), (r, z * 0.62, 0.02),
        (r * spec.waist, z * 0.80, 0.03), (r * spec.waist * 0.92, z * 0.9, 0.015), (0.0125, z, 0.012), (0.0120, z + 0.008), (0, z + 0.008),
    ]  # fmt: skip
    profile = rounded(corners, step_m=0.02)
    v = profile.v_by_length()
    body = lathe(profile, v, slices=40).scaled(1, spec.flat, 1)
    atlas = Atlas(512, 512, spec.color)
    atlas.paste(to_pixels(mottled(rng, (256, 256), spec.color, 0.03)), FULL)
    edge = 0.06 * (v[4] - v[3])
    panel = wrap_label(2000 * np.pi * r * (1 + spec.flat) / 2, z * 520, spec.design)
    atlas.paste(panel, Rect(0, v[3] + edge, 1, v[4] - edge))
    collar = lathe(rounded([(0, z + 0.002), (0.0155, z + 0.002, 0.001), (0.0145, z + 0.020, 0.002), (0, z + 0.020)]), slices=28)
    head, trigger, shapes = _spray_head(z + 0.018)
    look = Material('body', atlas.pixels(), roughness=0.25, tint=True)
    head_look = Material('head', to_pixels(rubbery(rng, (64, 64), spec.head)), roughness=0.4, colors=16)
    trigger_look = Material('trigger', to_pixels(rubbery(rng, (64, 64), spec.trigger)), roughness=0.4, colors=16)
    parts = (
        Part('body', body, look, 900.0),
        Part('head', merge(collar, head), head_look, 600.0),
        Part('trigger', trigger, trigger_look, 900.0),
    )
    oval = np.array([1.0, spec.flat, 1.0])
    hull = turned_hull([(r - 0.004, 0.0), (r, 0.006), (r, z * 0.62), (r * spec.waist * 0.92, z * 0.9)])
    cone = turned_hull([(r * spec.waist * 0.92, z * 0.9), (0.0125, z)])
    neck: list[Shape] = [Hull(hull.points_m * oval), Hull(cone.points_m * oval), cylinder(0.0155, z, z + 0.020)]
    return ObjectModel(parts, tuple(neck + shapes))


def _spray_head(z: float) -> tuple[Surface, Surface, list[Shape]]:
    """Housing towards -x with its nozzle, and the trigger below."""
    s = np.linspace(0, 1, 9)
    path = np.stack([0.020 - 0.062 * s, 0 * s, z + 0.016 + 0.004 * np.sin(np.pi * s)], axis=1)
    size = np.stack([np.interp(s, [0, 0.2, 0.6, 1], [0.010, 0.0145, 0.0125, 0.0085]), np.interp(s, [0, 0.3, 1], [0.0095, 0.0115, 0.0085])], axis=1)
    housing = sweep(path, superellipse(1.0, 1.0, 3.0, 20), size, domes=(0.5, 0.0))
    stem = lathe(rounded([(0, z - 0.004), (0.0115, z - 0.004), (0.0105, z + 0.012, 0.002), (0, z + 0.012)]), slices=24)
    nozzle = lathe(rounded([(0, 0), (0.0075, 0, 0.0005), (0.0070, 0.008, 0.001), (0.0022, 0.008), (0.002, 0.006), (0, 0.006)]), slices=20)
    nozzle = nozzle.rotated('y', -90).moved(x=-0.0415, z=z + 0.016)
    curve = smooth([(0.020, z + 0.010), (0.030, z - 0.006), (0.027, z - 0.024), (0.036, z - 0.040)], 5).points
    blade = np.stack([-curve[:, 0], np.zeros(len(curve)), curve[:, 1]], axis=1)
    k = np.linspace(0, 1, len(blade))
    wide = np.stack([0.0048 - 0.0022 * k, 0.0075 - 0.001 * k], axis=1)
    trigger = sweep(blade, superellipse(1.0, 1.0, 3.0, 16), wide, domes=(0.0, 0.4))
    shapes: list[Shape] = [
        box((-0.050, -0.0095, z + 0.006), (-0.042, 0.0095, z + 0.026)),
        *tube_hulls(path[[0, 3, 8]], size[[0, 3, 8]] * [1.12, 1.0]),
        *tube_hulls(blade[[0, 5, 10, 15]], wide[[0, 5, 10, 15]]),
        cylinder(0.011, z - 0.004, z + 0.012),
    ]
    shapes[0] = Hull(np.array([(x, 0.0075 * np.cos(a), z + 0.016 + 0.0075 * np.sin(a)) for x in (-0.0495, -0.0415) for a in np.arange(8) * np.pi / 4]))
    return merge(housing, stem, nozzle), trigger, shapes


def _sprays() -> tuple[Variant, ...]:
    glass = LabelDesign('GLASS', 'streak free cleaner', '#eaf5fb', '#1f78b8', '#145482', motifs.drop, '#3fa4de')
    lemon = LabelDesign('KITCHEN', 'lemon degreaser', '#fbf6cf', '#3a8f3f', '#236b2b', motifs.slice_of_citrus, '#f1cd2a')
    garden = LabelDesign('PLANT MIST', 'for leaves', '#f2efe4', '#5c7a3a', '#3e5626', motifs.leaf, '#7fa650')
    specs = {
        'glass_cleaner': SpraySpec(0.041, 0.190, 0.62, 0.72, '#4fb0e2', '#f4f5f6', '#1e63a8', glass),
        'kitchen': SpraySpec(0.043, 0.180, 0.66, 0.80, '#f2d42d', '#2f9a44', '#e8f0e4', lemon),
        'plant_mist': SpraySpec(0.038, 0.150, 1.0, 0.70, '#e9e6da', '#3c3f42', '#d96a2b', garden),
    }
    return tuple(Variant(name, partial(_spray, spec)) for name, spec in specs.items())


class SpongeSpec(NamedTuple):
    """A washing-up sponge: size in metres, thickness of the scouring side."""

    size_m: tuple[float, float, float]
    scour_m: float
    foam: str
    scour: str
    waist_m: float = 0.0


def _sponge(spec: SpongeSpec, rng: np.random.Generator) -> ObjectModel:
    x, y, z = spec.size_m
    outline = rounded_outline(x / 2, y / 2, 0.008, 4)
    if spec.waist_m:
        a = np.linspace(0, 2 * np.pi, 57)
        p = superellipse(x / 2, y / 2, 5.0, 56)
        p[:, 1] *= 1 - spec.waist_m / (y / 2) * np.exp(-((p[:, 0] / (x * 0.16)) ** 2))
        t = np.gradient(p, axis=0)
        t[0] = t[-1] = p[1] - p[-2]
        n = np.stack([t[:, 1], -t[:, 0]], axis=1)
        outline = outline._replace(points=p, normals=n / np.linalg.norm(n, axis=1, keepdims=True), station=a)
    rects = (Rect(0, 0, 0.5, 0.42), Rect(0, 0.44, 1, 0.6), Rect(0, 0.62, 0.56, 1))
    foam_z = z - spec.scour_m
    soft = prism(outline, foam_z, (0.003, 0.001), rects=rects)
    rough = prism(outline, spec.scour_m, (0.0005, 0.002), rects=(FULL, Rect(0, 0, 1, 0.15), FULL))
    pores = foam(rng, (512, 512), spec.foam, 420)
    fibres = 0.75 + 0.5 * value_noise(rng, (256, 256), (128, 40)) * value_noise(rng, (256, 256), (40, 128))
    pad = mottled(rng, (256, 256), spec.scour, 0.1) * fibres[..., None]
    parts = (
        Part('body', soft, Material('body', to_pixels(pores), roughness=0.95, tint=True, colors=64), 60.0),
        Part('scour', rough.moved(z=foam_z), Material('scour', to_pixels(pad), roughness=0.95, colors=48), 160.0),
    )
    shapes: tuple[Shape, ...] = (box((-x / 2, -y / 2, 0), (x / 2, y / 2, z)),)
    return ObjectModel(parts, shapes, friction=0.9)


def _sponges() -> tuple[Variant, ...]:
    specs = {
        'yellow': SpongeSpec((0.105, 0.068, 0.034), 0.008, '#edc531', '#2f7a3c'),
        'blue': SpongeSpec((0.112, 0.072, 0.028), 0.006, '#5aa7d6', '#28406b', 0.007),
        'pink': SpongeSpec((0.090, 0.062, 0.040), 0.009, '#ea7fa0', '#6d4a8a'),
    }
    return tuple(Variant(name, partial(_sponge, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {
    'cup': _cups(),
    'teapot': _teapots(),
    'spray_bottle': _sprays(),
    'sponge': _sponges(),
}
