"""Trigger spray bottles."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant, plastic
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
from tools.make_assets.objects.surface import FULL, FloatArray, Rect, Surface, merge
from tools.make_assets.objects.sweep import superellipse, sweep
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.labels import LabelDesign, wrap_label
from tools.make_assets.objects.textures.materials import (
    mottled,
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
    collar: list[Corner] = [
        (0, z + 0.002),
        (0.0155, z + 0.002, 0.001),
        (0.0145, z + 0.020, 0.002),
        (0, z + 0.020),
    ]
    head = merge(lathe(rounded(collar), slices=24), _housing(z + 0.018))
    parts = (
        _tank(spec, rng),
        Part('head', head, plastic(rng, 'head', spec.head), 600.0),
        Part('trigger', _trigger(z + 0.018)[0], plastic(rng, 'trigger', spec.trigger), 900.0),
    )
    oval = np.array([1.0, spec.flat, 1.0])
    shoulder = (r * spec.waist * 0.92, z * 0.9)
    hull = turned_hull([(r - 0.004, 0.0), (r, 0.006), (r, z * 0.62), shoulder])
    cone = turned_hull([shoulder, (0.0125, z)])
    shapes: list[Shape] = [
        Hull(hull.points_m * oval),
        Hull(cone.points_m * oval),
        cylinder(0.0155, z, z + 0.020),
        *_head_collision(z + 0.018),
    ]
    return ObjectModel(parts, tuple(shapes))


def _tank(spec: SpraySpec, rng: np.random.Generator) -> Part:
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
    atlas = Atlas(512, 512, spec.color)
    atlas.paste(to_pixels(mottled(rng, (256, 256), spec.color, amount=0.03)), FULL)
    edge = 0.06 * (v[5] - v[4])
    label = wrap_label(1000 * np.pi * r * (1 + spec.flat), z * 520, spec.design)
    atlas.paste(label, Rect(0, v[4] + edge, 1, v[5] - edge))
    look = Material('body', atlas.pixels(), roughness=0.25, tint=True)
    return Part('body', lathe(profile, v, slices=32).scaled(1, spec.flat, 1), look, 900.0)


def _barrel(z: float) -> tuple[FloatArray, FloatArray]:
    """Path and half sizes of the housing, towards -x."""
    s = np.linspace(0, 1, 9)
    path = np.stack([0.020 - 0.062 * s, 0 * s, z + 0.016 + 0.004 * np.sin(np.pi * s)], axis=1)
    high = np.interp(s, [0, 0.2, 0.6, 1], [0.010, 0.0145, 0.0125, 0.0085])
    wide = np.interp(s, [0, 0.3, 1], [0.0095, 0.0115, 0.0085])
    return path, np.stack([high, wide], axis=1)


def _housing(z: float) -> Surface:
    path, size = _barrel(z)
    barrel = sweep(path, superellipse(1.0, 1.0, 3.0, count=16), size, domes=(0.5, 0.0))
    stem: list[Corner] = [
        (0, z - 0.004),
        (0.0115, z - 0.004),
        (0.0105, z + 0.012, 0.002),
        (0, z + 0.012),
    ]
    tip: list[Corner] = [
        (0, 0),
        (0.0075, 0, 0.0005),
        (0.0070, 0.008, 0.001),
        (0.0022, 0.008),
        (0.002, 0.006),
        (0, 0.006),
    ]
    nozzle = lathe(rounded(tip), slices=20).rotated('y', -90).moved(x=-0.0415, z=z + 0.016)
    return merge(barrel, lathe(rounded(stem), slices=18), nozzle)


def _trigger(z: float) -> tuple[Surface, FloatArray, FloatArray]:
    """The trigger with its path and half sizes."""
    knots = [(0.020, z + 0.010), (0.030, z - 0.006), (0.027, z - 0.024), (0.036, z - 0.040)]
    curve = smooth(knots, 5).points
    path = np.stack([-curve[:, 0], np.zeros(len(curve)), curve[:, 1]], axis=1)
    k = np.linspace(0, 1, len(path))
    size = np.stack([0.0048 - 0.0022 * k, 0.0075 - 0.001 * k], axis=1)
    surface = sweep(path, superellipse(1.0, 1.0, 3.0, count=12), size, domes=(0.0, 0.4))
    return surface, path, size


def _head_collision(z: float) -> list[Shape]:
    barrel, size = _barrel(z)
    _, blade, wide = _trigger(z)
    a = np.arange(8) * np.pi / 4
    ring = np.stack([0 * a, 0.0075 * np.cos(a), z + 0.016 + 0.0075 * np.sin(a)], axis=1)
    return [
        Hull(np.concatenate([ring + np.array([x, 0, 0]) for x in (-0.0495, -0.0415)])),
        *tube_hulls(barrel[[0, 2, 4, 8]], size[[0, 2, 4, 8]]),
        box((0.0, -0.006, z + 0.006), (0.024, 0.006, z + 0.028)),
        *tube_hulls(blade[[0, 5, 10, 15]], wide[[0, 5, 10, 15]]),
        cylinder(0.011, z - 0.004, z + 0.012),
    ]


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
