"""Trigger spray bottles."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.collision import (
    Hull,
    Shape,
    box,
    cylinder,
    tube_hulls,
    turned_hull,
)
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import Corner, rounded, smooth
from tools.make_assets.objects.surface import FULL, Rect, Surface, merge
from tools.make_assets.objects.sweep import superellipse, sweep
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.labels import LabelDesign, wrap_label
from tools.make_assets.objects.textures.materials import (
    mottled,
    rubbery,
)
from tools.make_assets.objects.textures.paint import Atlas, to_pixels


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
        (0, 0.004),
        (r - 0.010, 0.003, 0.004),
        (r - 0.0085, 0, 0.001),
        (r - 0.004, 0, 0.003),
        (r, 0.006, 0.007),
        (r, z * 0.62, 0.02),
        (r * spec.waist, z * 0.80, 0.03),
        (r * spec.waist * 0.92, z * 0.9, 0.015),
        (0.0125, z, 0.012),
        (0.0120, z + 0.008),
        (0, z + 0.008),
    ]
    profile = rounded(corners, step_m=0.02)
    v = profile.v_by_length()
    body = lathe(profile, v, slices=32).scaled(1, spec.flat, 1)
    atlas = Atlas(512, 512, spec.color)
    atlas.paste(to_pixels(mottled(rng, (256, 256), spec.color, amount=0.03)), FULL)
    edge = 0.06 * (v[5] - v[4])
    panel = wrap_label(2000 * np.pi * r * (1 + spec.flat) / 2, z * 520, spec.design)
    atlas.paste(panel, Rect(0, v[4] + edge, 1, v[5] - edge))
    collar = lathe(
        rounded(
            [
                (0, z + 0.002),
                (0.0155, z + 0.002, 0.001),
                (0.0145, z + 0.020, 0.002),
                (0, z + 0.020),
            ]
        ),
        slices=24,
    )
    head, trigger, shapes = _spray_head(z + 0.018)
    look = Material('body', atlas.pixels(), roughness=0.25, tint=True)
    head_look = Material(
        'head', to_pixels(rubbery(rng, (64, 64), spec.head)), roughness=0.4, colors=16
    )
    trigger_look = Material(
        'trigger', to_pixels(rubbery(rng, (64, 64), spec.trigger)), roughness=0.4, colors=16
    )
    parts = (
        Part('body', body, look, 900.0),
        Part('head', merge(collar, head), head_look, 600.0),
        Part('trigger', trigger, trigger_look, 900.0),
    )
    oval = np.array([1.0, spec.flat, 1.0])
    hull = turned_hull(
        [(r - 0.004, 0.0), (r, 0.006), (r, z * 0.62), (r * spec.waist * 0.92, z * 0.9)]
    )
    cone = turned_hull([(r * spec.waist * 0.92, z * 0.9), (0.0125, z)])
    neck: list[Shape] = [
        Hull(hull.points_m * oval),
        Hull(cone.points_m * oval),
        cylinder(0.0155, z, z + 0.020),
    ]
    return ObjectModel(parts, tuple(neck + shapes))


def _spray_head(z: float) -> tuple[Surface, Surface, list[Shape]]:
    """Housing towards -x with its nozzle, and the trigger below."""
    s = np.linspace(0, 1, 9)
    path = np.stack([0.020 - 0.062 * s, 0 * s, z + 0.016 + 0.004 * np.sin(np.pi * s)], axis=1)
    size = np.stack(
        [
            np.interp(s, [0, 0.2, 0.6, 1], [0.010, 0.0145, 0.0125, 0.0085]),
            np.interp(s, [0, 0.3, 1], [0.0095, 0.0115, 0.0085]),
        ],
        axis=1,
    )
    housing = sweep(path, superellipse(1.0, 1.0, 3.0, count=16), size, domes=(0.5, 0.0))
    stem = lathe(
        rounded([(0, z - 0.004), (0.0115, z - 0.004), (0.0105, z + 0.012, 0.002), (0, z + 0.012)]),
        slices=18,
    )
    nozzle = lathe(
        rounded(
            [
                (0, 0),
                (0.0075, 0, 0.0005),
                (0.0070, 0.008, 0.001),
                (0.0022, 0.008),
                (0.002, 0.006),
                (0, 0.006),
            ]
        ),
        slices=20,
    )
    nozzle = nozzle.rotated('y', -90).moved(x=-0.0415, z=z + 0.016)
    curve = smooth(
        [(0.020, z + 0.010), (0.030, z - 0.006), (0.027, z - 0.024), (0.036, z - 0.040)], 5
    ).points
    blade = np.stack([-curve[:, 0], np.zeros(len(curve)), curve[:, 1]], axis=1)
    k = np.linspace(0, 1, len(blade))
    wide = np.stack([0.0048 - 0.0022 * k, 0.0075 - 0.001 * k], axis=1)
    trigger = sweep(blade, superellipse(1.0, 1.0, 3.0, count=12), wide, domes=(0.0, 0.4))
    shapes: list[Shape] = [
        box((-0.050, -0.0095, z + 0.006), (-0.042, 0.0095, z + 0.026)),
        *tube_hulls(path[[0, 2, 4, 8]], size[[0, 2, 4, 8]]),
        box((0.0, -0.006, z + 0.006), (0.024, 0.006, z + 0.028)),
        *tube_hulls(blade[[0, 5, 10, 15]], wide[[0, 5, 10, 15]]),
        cylinder(0.011, z - 0.004, z + 0.012),
    ]
    shapes[0] = Hull(
        np.array(
            [
                (x, 0.0075 * np.cos(a), z + 0.016 + 0.0075 * np.sin(a))
                for x in (-0.0495, -0.0415)
                for a in np.arange(8) * np.pi / 4
            ]
        )
    )
    return merge(housing, stem, nozzle), trigger, shapes


def _sprays() -> tuple[Variant, ...]:
    glass = LabelDesign(
        'GLASS', 'streak free cleaner', '#eaf5fb', '#1f78b8', '#145482', motifs.drop, '#3fa4de'
    )
    lemon = LabelDesign(
        'KITCHEN',
        'lemon degreaser',
        '#fbf6cf',
        '#3a8f3f',
        '#236b2b',
        motifs.slice_of_citrus,
        '#f1cd2a',
    )
    garden = LabelDesign(
        'PLANT MIST', 'for leaves', '#f2efe4', '#5c7a3a', '#3e5626', motifs.leaf, '#7fa650'
    )
    specs = {
        'glass_cleaner': SpraySpec(
            0.041, 0.190, 0.62, 0.72, '#4fb0e2', '#f4f5f6', '#1e63a8', glass
        ),
        'kitchen': SpraySpec(0.043, 0.180, 0.66, 0.80, '#f2d42d', '#2f9a44', '#e8f0e4', lemon),
        'plant_mist': SpraySpec(0.038, 0.150, 1.0, 0.70, '#e9e6da', '#3c3f42', '#d96a2b', garden),
    }
    return tuple(Variant(name, partial(_spray, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {'spray_bottle': _sprays()}
