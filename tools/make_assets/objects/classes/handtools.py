"""Screwdrivers, hammers and rolls of tape."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import STEEL, WOOD, Variant, steel
from tools.make_assets.objects.collision import Hull, Primitive, Shape, box, staves, tube_hulls
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import Corner, rounded, smooth
from tools.make_assets.objects.surface import FULL, Rect, Surface, from_grid, merge
from tools.make_assets.objects.sweep import prism, rounded_outline, superellipse, sweep
from tools.make_assets.objects.textures.materials import brushed, cardboard, mottled, rubbery, wood
from tools.make_assets.objects.textures.noise import value_noise
from tools.make_assets.objects.textures.paint import Atlas, plain, to_pixels


class DriverSpec(NamedTuple):
    """A screwdriver lying along x: handle and shaft in metres."""

    handle_m: float
    radius_m: float
    shaft_m: float
    shaft_radius_m: float
    flutes: int
    color: str
    accent: str
    cross: bool


def _screwdriver(spec: DriverSpec, rng: np.random.Generator) -> ObjectModel:
    handle = _fluted_handle(spec)
    shaft = _driver_shaft(spec)
    atlas = Atlas(256, 256, spec.color)
    atlas.paste(to_pixels(rubbery(rng, (256, 256), spec.color)), FULL)
    for low, high in ((0.0, 0.13), (0.60, 0.64), (0.70, 0.74)):
        atlas.paste(to_pixels(rubbery(rng, (64, 256), spec.accent)), Rect(0, low, 1, high))
    look = Material('body', atlas.pixels(), roughness=0.35, tint=True, colors=64)
    parts = (
        Part('body', handle.rotated('y', 90), look, 1150.0),
        Part('shaft', shaft.rotated('y', 90), steel(roughness=0.25), STEEL),
    )
    r, length = spec.radius_m, spec.handle_m
    neck = length * 0.84
    shapes: list[Shape] = [
        Primitive('cylinder', (r, neck * 0.5), (neck * 0.5, 0.0, 0.0), 'x'),
        Primitive('cylinder', (r * 0.66, (length - neck) / 2), ((length + neck) / 2, 0.0, 0.0), 'x'),
        Primitive(
            'cylinder',
            (spec.shaft_radius_m, spec.shaft_m / 2),
            (length + spec.shaft_m / 2, 0.0, 0.0),
            'x',
        ),
    ]
    return ObjectModel(parts, tuple(shapes), rolls=True)


def _fluted_handle(spec: DriverSpec) -> Surface:
    r, h = spec.radius_m, spec.handle_m
    corners: list[Corner] = [
        (0.0, 0.0),
        (r * 0.86, 0.0, r * 0.4),
        (r, h * 0.16, r),
        (r, h * 0.58, r),
        (r * 0.62, h * 0.72, r),
        (r * 0.66, h * 0.84, r * 0.5),
        (r * 0.60, h, r * 0.2),
        (0.0, h),
    ]
    profile = rounded(corners, step_m=0.012)
    keep = np.concatenate([[True], np.linalg.norm(np.diff(profile.points, axis=0), axis=1) > 1e-6])
    rr, z = profile.points[keep, 0], profile.points[keep, 1]
    columns = 6 * spec.flutes + 1
    a = np.linspace(0, 2 * np.pi, columns)
    zone = np.clip((z - 0.05 * h) / (0.08 * h), 0, 1) * np.clip((0.62 * h - z) / (0.08 * h), 0, 1)
    groove = np.clip(np.cos(spec.flutes * a), -0.2, 1) ** 2
    factor = 1 - 0.13 * zone[:, None] * (groove * (np.cos(spec.flutes * a) > 0))[None]
    points = np.stack(
        [rr[:, None] * factor * np.cos(a), rr[:, None] * factor * np.sin(a), z[:, None] * np.ones_like(factor)],
        axis=-1,
    )
    points[:, -1] = points[:, 0]
    return from_grid(points, z / h)


def _driver_shaft(spec: DriverSpec) -> Surface:
    h, r, length = spec.handle_m, spec.shaft_radius_m, spec.shaft_m
    rod = lathe(
        rounded([(0, h - 0.01), (r, h - 0.01), (r, h + length - 0.012), (r * 0.98, h + length - 0.010), (0, h + length - 0.010)]),
        slices=20,
    )
    z0, z1 = h + length - 0.012, h + length
    if spec.cross:
        cone = lathe(rounded([(0, z0), (r, z0), (r * 0.95, z0 + 0.004), (r * 0.22, z1, 0.0004), (0, z1)]), slices=8)
        return merge(rod, cone)
    path = np.array([[0, 0, z0 - 0.006], [0, 0, z0], [0, 0, z0 + 0.006], [0, 0, z1]], dtype=float)
    blade = sweep(
        path,
        superellipse(r, r, 2.6, 16),
        np.array([[1.0, 0.98], [1.12, 0.75], [1.25, 0.36], [1.15, 0.2]]),
    )
    return merge(rod, blade)


def _screwdrivers() -> tuple[Variant, ...]:
    specs = {
        'flat_red': DriverSpec(0.105, 0.0155, 0.125, 0.0032, 6, '#c4281f', '#1d1d1f', cross=False),
        'cross_yellow': DriverSpec(0.098, 0.0165, 0.100, 0.0036, 8, '#e9b61c', '#22252b', cross=True),
        'stubby_blue': DriverSpec(0.062, 0.0175, 0.042, 0.0036, 6, '#1f5fa8', '#e07a1d', cross=True),
    }
    return tuple(Variant(name, partial(_screwdriver, spec)) for name, spec in specs.items())


class HammerSpec(NamedTuple):
    """A hammer lying on its side: the handle along x, the head along y.

    ``kind`` is claw, mallet or ball; lengths in metres.
    """

    length_m: float
    head_m: float
    face_m: float
    kind: str
    handle: str
    grip: str | None
    head: str | None = None


def _hammer(spec: HammerSpec, rng: np.random.Generator) -> ObjectModel:
    handle, path, sizes = _hammer_handle(spec)
    head, head_shapes = _hammer_head(spec)
    if spec.grip is None:
        image = wood(rng, (512, 128), spec.handle, '#7a4f26')
    else:
        image = plain((256, 128), spec.handle)
        image[100:] = rubbery(rng, (156, 128), spec.grip)
        image[100:104] = 25.0
        ribs = (np.arange(256) > 130) & (np.arange(256) < 235) & (np.arange(256) % 12 < 3)
        image[ribs] *= 0.55
    look = Material('body', to_pixels(image), roughness=0.55, tint=True)
    if spec.head is None:
        metal = Material('head', to_pixels(brushed(rng, (128, 128), '#9fa3a8')), roughness=0.35, metallic=1.0, colors=32)
        density = STEEL
    else:
        metal = Material('head', to_pixels(mottled(rng, (128, 128), spec.head, 0.08)), roughness=0.8, colors=32)
        density = 1300.0
    parts = (Part('body', handle, look, WOOD if spec.grip is None else 1100.0), Part('head', head, metal, density))
    shapes: list[Shape] = []
    pick = [0, 4, 8, 12, len(path) - 1]
    swap = np.stack([path[pick, 0], path[pick, 2], path[pick, 1]], axis=1)
    shapes += [Hull(h.points_m[:, [0, 2, 1]]) for h in tube_hulls(swap, sizes[pick], 8)]
    return ObjectModel(parts, (*shapes, *head_shapes))


def _hammer_handle(spec: HammerSpec) -> tuple[Surface, np.ndarray, np.ndarray]:
    s = np.linspace(0, 1, 17)
    path = np.stack([s * spec.length_m, 0 * s, 0 * s], axis=1)
    wide = np.interp(s, [0, 0.06, 0.3, 0.55, 0.8, 1.0], [0.0165, 0.0175, 0.0150, 0.0120, 0.0125, 0.0130])
    thick = np.interp(s, [0, 0.06, 0.3, 0.55, 0.8, 1.0], [0.0125, 0.0135, 0.0125, 0.0095, 0.0090, 0.0090])
    sizes = np.stack([wide, thick], axis=1)
    handle = sweep(path, superellipse(1.0, 1.0, 2.6, 20), sizes, side=(0, 0, 1), domes=(0.25, 0.0))
    return handle, path, sizes


def _hammer_head(spec: HammerSpec) -> tuple[Surface, list[Shape]]:
    x = spec.length_m - 0.014
    f, half = spec.face_m, spec.head_m / 2
    if spec.kind == 'mallet':
        barrel = lathe(
            rounded([(0, -half), (f, -half, 0.005), (f, half, 0.005), (0, half)]), slices=36
        )
        shape: Shape = Primitive('cylinder', (f, half), (x, 0.0, 0.0), 'y')
        return barrel.rotated('x', -90).moved(x=x), [shape]
    face = lathe(
        rounded([(0, -half), (f, -half, 0.0015), (f, -half + 0.012, 0.002), (f * 0.72, -half + 0.02, 0.004),
                 (f * 0.72, -0.01), (0, -0.01)]), slices=28,
    ).rotated('x', -90).moved(x=x)  # fmt: skip
    shapes: list[Shape] = [
        Primitive('cylinder', (f, 0.008), (x, -half + 0.008, 0.0), 'y'),
        Primitive('cylinder', (f * 0.74, half / 2), (x, -half / 2, 0.0), 'y'),
    ]
    hub = prism(rounded_outline(0.0165, 0.0165, 0.004), 0.0260, (0.002, 0.002)).moved(x=x, z=-0.013)
    shapes.append(box((x - 0.0165, -0.0165, -0.013), (x + 0.0165, 0.0165, 0.013)))
    if spec.kind == 'ball':
        ball = lathe(
            rounded([(0, 0.005), (f * 0.6, 0.005), (f * 0.6, half - 2 * f, 0.003)]), slices=28
        ).rotated('x', -90).moved(x=x)
        a = np.linspace(-np.pi / 2, np.pi / 2, 14)
        knots = [(float(f * np.cos(t)), float(f * np.sin(t))) for t in a]
        knots[0], knots[-1] = (0.0, -f), (0.0, f)
        knob = lathe(smooth(knots, 1), slices=28).rotated('x', -90).moved(x=x, y=half - f)
        shapes += [Primitive('sphere', (f,), (x, half - f, 0.0)), Primitive('cylinder', (f * 0.6, half / 2 - f), (x, half / 2, 0.0), 'y')]
        return merge(face, hub, ball, knob), shapes
    claws, claw_shapes = _claws(x, half)
    return merge(face, hub, claws), shapes + claw_shapes


def _claws(x: float, half: float) -> tuple[Surface, list[Shape]]:
    """Two bent prongs that spread apart, towards +y and the butt of the handle."""
    surfaces: list[Surface] = []
    shapes: list[Shape] = []
    for side in (-1.0, 1.0):
        curve = smooth([(0.0, 0.010), (0.001, half * 0.45), (-0.008, half * 0.85), (-0.024, half * 1.12)], 4).points
        k = np.linspace(0, 1, len(curve))
        path = np.stack([x + curve[:, 0], curve[:, 1], np.zeros(len(curve))], axis=1)
        wide = np.stack([0.0105 * (1 - k) + 0.0016 * k, 0.0058 * (1 - 0.25 * k)], axis=1)
        prong = sweep(path, superellipse(1.0, 1.0, 3.2, 16), wide, side=(0, 0, 1))
        points = prong.points.copy()
        reach = np.clip((points[:, 1] - 0.01) / (half * 1.1), 0, 1)
        points[:, 2] += side * (0.0056 + 0.004 * reach)
        surfaces.append(Surface(points, prong.normals, prong.uv, prong.faces))
        for low, high in ((0, 4), (4, 8), (8, 12)):
            inside = [p for p in points if curve[low, 1] - 1e-4 <= p[1] <= curve[high, 1] + 0.004]
            shapes.append(Hull(np.array(inside)))
    return merge(*surfaces), shapes


def _hammers() -> tuple[Variant, ...]:
    specs = {
        'claw_wood': HammerSpec(0.315, 0.105, 0.0145, 'claw', '#c9a06a', None),
        'claw_grip': HammerSpec(0.300, 0.110, 0.0140, 'claw', '#d8a416', '#1f2226'),
        'mallet': HammerSpec(0.330, 0.100, 0.0300, 'mallet', '#d1ab74', None, '#26272a'),
        'ball_peen': HammerSpec(0.290, 0.096, 0.0130, 'ball', '#b98a52', None),
    }
    return tuple(Variant(name, partial(_hammer, spec)) for name, spec in specs.items())


class TapeSpec(NamedTuple):
    """A roll of tape lying flat."""

    outer_m: float
    tape_m: float
    core_m: float
    width_m: float
    color: str
    roughness: float
    core: str = '#b08a5e'
    metallic: float = 0.0


def _tape(spec: TapeSpec, rng: np.random.Generator) -> ObjectModel:
    r, w, inner = spec.outer_m, spec.width_m, spec.tape_m
    tape_profile = rounded(
        [(inner, 0.0), (r, 0.0, 0.0006), (r, w, 0.0006), (inner, w), (inner, 0.0)]
    )
    v = np.array([0.0, 0.3, 0.7, 1.0, 1.0])
    tape = lathe(tape_profile, v, slices=64)
    shape = (256, 256)
    rings = value_noise(rng, (256, 2), (64, 2))[:, :1] * np.ones(shape)
    image = mottled(rng, shape, spec.color, 0.04) * (0.9 + 0.14 * rings[..., None])
    wall = mottled(rng, (103, 256), spec.color, 0.05)
    wall *= (0.985 + 0.03 * value_noise(rng, (103, 256), (30, 4)))[..., None]
    wall[:, 40:42] *= 0.75
    image[76:179] = wall
    core_profile = rounded(
        [(spec.core_m, 0.0003), (inner + 0.0002, 0.0003), (inner + 0.0002, w - 0.0003),
         (spec.core_m, w - 0.0003), (spec.core_m, 0.0003)]
    )  # fmt: skip
    core = lathe(core_profile, slices=48)
    paper = Material('core', to_pixels(cardboard(rng, (128, 128), spec.core)), roughness=0.85, colors=32)
    look = Material('body', to_pixels(image), roughness=spec.roughness, metallic=spec.metallic, tint=True, colors=64)
    parts = (Part('body', tape, look, 980.0), Part('core', core, paper, 700.0))
    ring = staves(((r, 0.0), (r, w)), ((spec.core_m, 0.0), (spec.core_m, w)), 16)
    return ObjectModel(parts, tuple(ring), rolls=True)


def _tapes() -> tuple[Variant, ...]:
    specs = {
        'packing': TapeSpec(0.054, 0.0415, 0.0380, 0.048, '#a9763c', 0.25),
        'painter': TapeSpec(0.051, 0.0410, 0.0380, 0.025, '#2f6fb3', 0.6, '#cbb994'),
        'duct': TapeSpec(0.058, 0.0415, 0.0380, 0.048, '#8f9499', 0.4, '#7a6a55'),
        'electrical': TapeSpec(0.032, 0.0210, 0.0185, 0.019, '#b5221d', 0.35, '#e8e4da'),
    }
    return tuple(Variant(name, partial(_tape, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {
    'tape_roll': _tapes(),
    'screwdriver': _screwdrivers(),
    'hammer': _hammers(),
}
