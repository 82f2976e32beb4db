"""Screwdrivers."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import STEEL, Variant, steel
from tools.make_assets.objects.collision import Primitive, Shape
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import Corner, rounded
from tools.make_assets.objects.surface import FULL, Rect, Surface, from_grid, merge
from tools.make_assets.objects.sweep import superellipse, sweep
from tools.make_assets.objects.textures.materials import rubbery
from tools.make_assets.objects.textures.paint import Atlas, to_pixels


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
    r, length = float(handle.points[:, 1].max()), spec.handle_m
    neck = length * 0.66
    shapes: list[Shape] = [
        Primitive('cylinder', (r, neck * 0.5), (neck * 0.5, 0.0, 0.0), 'x'),
        Primitive(
            'cylinder', (r * 0.66, (length - neck) / 2), ((length + neck) / 2, 0.0, 0.0), 'x'
        ),
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
        [
            rr[:, None] * factor * np.cos(a),
            rr[:, None] * factor * np.sin(a),
            z[:, None] * np.ones_like(factor),
        ],
        axis=-1,
    )
    points[:, -1] = points[:, 0]
    return from_grid(points, z / h)


def _driver_shaft(spec: DriverSpec) -> Surface:
    h, r, length = spec.handle_m, spec.shaft_radius_m, spec.shaft_m
    rod = lathe(
        rounded(
            [
                (0, h - 0.01),
                (r, h - 0.01),
                (r, h + length - 0.012),
                (r * 0.98, h + length - 0.010),
                (0, h + length - 0.010),
            ]
        ),
        slices=20,
    )
    z0, z1 = h + length - 0.012, h + length
    if spec.cross:
        cone = lathe(
            rounded([(0, z0), (r, z0), (r * 0.95, z0 + 0.004), (r * 0.22, z1, 0.0004), (0, z1)]),
            slices=8,
        )
        return merge(rod, cone)
    path = np.array([[0, 0, z0 - 0.006], [0, 0, z0], [0, 0, z0 + 0.006], [0, 0, z1]], dtype=float)
    blade = sweep(
        path,
        superellipse(r, r, 2.6, count=16),
        np.array([[1.0, 0.98], [1.12, 0.75], [1.25, 0.36], [1.15, 0.2]]),
    )
    return merge(rod, blade)


def _screwdrivers() -> tuple[Variant, ...]:
    specs = {
        'flat_red': DriverSpec(0.105, 0.0155, 0.125, 0.0032, 6, '#c4281f', '#1d1d1f', cross=False),
        'cross_yellow': DriverSpec(
            0.098, 0.0165, 0.100, 0.0036, 8, '#e9b61c', '#22252b', cross=True
        ),
        'stubby_blue': DriverSpec(
            0.062, 0.0175, 0.042, 0.0036, 6, '#1f5fa8', '#e07a1d', cross=True
        ),
    }
    return tuple(Variant(name, partial(_screwdriver, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {'screwdriver': _screwdrivers()}
