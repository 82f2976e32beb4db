"""Hammers."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import STEEL, WOOD, Variant
from tools.make_assets.objects.collision import Hull, Primitive, Shape, box, tube_hulls
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import rounded, smooth
from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.objects.sweep import prism, rounded_outline, superellipse, sweep
from tools.make_assets.objects.textures.materials import brushed, mottled, rubbery, wood
from tools.make_assets.objects.textures.paint import plain, to_pixels


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
        image = wood(rng, (512, 128), light=spec.handle, dark='#7a4f26')
    else:
        image = plain((256, 128), spec.handle)
        image[100:] = rubbery(rng, (156, 128), spec.grip)
        image[100:104] = 25.0
        ribs = (np.arange(256) > 130) & (np.arange(256) < 235) & (np.arange(256) % 12 < 3)
        image[ribs] *= 0.55
    look = Material('body', to_pixels(image), roughness=0.55, tint=True)
    if spec.head is None:
        metal = Material(
            'head',
            to_pixels(brushed(rng, (128, 128), '#9fa3a8')),
            roughness=0.35,
            metallic=0.65,
            colors=32,
        )
        density = STEEL
    else:
        metal = Material(
            'head',
            to_pixels(mottled(rng, (128, 128), spec.head, amount=0.08)),
            roughness=0.8,
            colors=32,
        )
        density = 1300.0
    parts = (
        Part('body', handle, look, WOOD if spec.grip is None else 1100.0),
        Part('head', head, metal, density),
    )
    shapes: list[Shape] = []
    pick = [0, 4, 8, 12, len(path) - 1]
    swap = np.stack([path[pick, 0], path[pick, 2], path[pick, 1]], axis=1)
    swap[0, 0] -= 0.25 * sizes[0].max()
    shapes += [Hull(h.points_m[:, [0, 2, 1]]) for h in tube_hulls(swap, sizes[pick], 8)]
    return ObjectModel(parts, (*shapes, *head_shapes))


def _hammer_handle(spec: HammerSpec) -> tuple[Surface, np.ndarray, np.ndarray]:
    s = np.linspace(0, 1, 17)
    path = np.stack([s * spec.length_m, 0 * s, 0 * s], axis=1)
    wide = np.interp(
        s, [0, 0.06, 0.3, 0.55, 0.8, 1.0], [0.0165, 0.0175, 0.0150, 0.0120, 0.0125, 0.0130]
    )
    thick = np.interp(
        s, [0, 0.06, 0.3, 0.55, 0.8, 1.0], [0.0125, 0.0135, 0.0125, 0.0095, 0.0090, 0.0090]
    )
    sizes = np.stack([wide, thick], axis=1)
    handle = sweep(
        path, superellipse(1.0, 1.0, 2.6, count=20), sizes, side=(0, 0, 1), domes=(0.25, 0.0)
    )
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
    face = (
        lathe(
            rounded(
                [
                    (0, -half),
                    (f, -half, 0.0015),
                    (f, -half + 0.012, 0.002),
                    (f * 0.72, -half + 0.02, 0.004),
                    (f * 0.72, -0.01),
                    (0, -0.01),
                ]
            ),
            slices=28,
        )
        .rotated('x', -90)
        .moved(x=x)
    )
    shapes: list[Shape] = [
        Primitive('cylinder', (f, 0.008), (x, -half + 0.008, 0.0), 'y'),
        Primitive('cylinder', (f * 0.74, half / 2), (x, -half / 2, 0.0), 'y'),
    ]
    hub = prism(rounded_outline(0.0165, 0.0165, 0.004), 0.0260, (0.002, 0.002)).moved(
        x=x, z=-0.013
    )
    shapes.append(box((x - 0.0165, -0.0165, -0.013), (x + 0.0165, 0.0165, 0.013)))
    if spec.kind == 'ball':
        ball = (
            lathe(
                rounded([(0, 0.005), (f * 0.6, 0.005), (f * 0.6, half - 2 * f, 0.003)]), slices=28
            )
            .rotated('x', -90)
            .moved(x=x)
        )
        a = np.linspace(-np.pi / 2, np.pi / 2, 14)
        knots = [(float(f * np.cos(t)), float(f * np.sin(t))) for t in a]
        knots[0], knots[-1] = (0.0, -f), (0.0, f)
        knob = lathe(smooth(knots, 1), slices=28).rotated('x', -90).moved(x=x, y=half - f)
        shapes += [
            Primitive('sphere', (f,), (x, half - f, 0.0)),
            Primitive('cylinder', (f * 0.6, half / 2 - f), (x, half / 2, 0.0), 'y'),
        ]
        return merge(face, hub, ball, knob), shapes
    claws, claw_shapes = _claws(x, half)
    return merge(face, hub, claws), shapes + claw_shapes


def _claws(x: float, half: float) -> tuple[Surface, list[Shape]]:
    """Two bent prongs that spread apart, towards +y and the butt of the handle."""
    surfaces: list[Surface] = []
    shapes: list[Shape] = []
    for side in (-1.0, 1.0):
        curve = smooth(
            [(0.0, 0.010), (0.001, half * 0.45), (-0.008, half * 0.85), (-0.024, half * 1.12)], 4
        ).points
        k = np.linspace(0, 1, len(curve))
        path = np.stack([x + curve[:, 0], curve[:, 1], np.zeros(len(curve))], axis=1)
        wide = np.stack([0.0105 * (1 - k) + 0.0016 * k, 0.0058 * (1 - 0.25 * k)], axis=1)
        prong = sweep(path, superellipse(1.0, 1.0, 3.2, count=16), wide, side=(0, 0, 1))
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


VARIANTS: dict[str, tuple[Variant, ...]] = {'hammer': _hammers()}
