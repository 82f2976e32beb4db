"""Jars with screw lids."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.collision import Shape, cylinder
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part, Pixels
from tools.make_assets.objects.profile import Corner, rounded
from tools.make_assets.objects.surface import Rect, Surface, merge
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.labels import LabelDesign, wrap_label
from tools.make_assets.objects.textures.materials import mottled, rubbery
from tools.make_assets.objects.textures.paint import Atlas, Panel, to_pixels


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
    atlas.paste(to_pixels(mottled(rng, (192, 384), spec.content, amount=0.12)), Rect())
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
        Part('body', lathe(profile, v, slices=32), body, 1350.0),
        Part('lid', lid, _lid_material(spec, rng), 1000.0),
    )
    return ObjectModel(parts, tuple(shapes), rolls=True)


def _lid(radius: float, high: float) -> Surface:
    """A screw lid with grip ribs."""
    corners: list[Corner] = [
        (0.0, 0.0),
        (radius, 0.0, 0.0008),
        (radius, high - 0.0025),
        (radius, high, 0.002),
        (radius * 0.86, high, 0.001),
        (radius * 0.82, high - 0.0012, 0.001),
        (0.0, high - 0.0012),
    ]
    side = lathe(rounded(corners[:3], step_m=0.1), np.array([0.0, 0.05, 0.5]), slices=64)
    top = lathe(rounded(corners[2:], step_m=0.1), slices=64)
    flat = Surface(
        top.points, top.normals, 0.5 + top.points[:, :2] / (2.2 * radius), top.faces
    ).mapped(Rect(0.0, 0.5, 0.5, 1.0))
    surface = merge(side, flat)
    angle = np.arctan2(surface.points[:, 1], surface.points[:, 0])
    z = surface.points[:, 2]
    radial = np.hypot(surface.points[:, 0], surface.points[:, 1])
    # Every second column of the side wall is pushed in by a third of a millimetre.
    column = np.rint(angle / (2 * np.pi) * 64).astype(np.int64) % 2
    wall = (radial > radius * 0.97) & (z > 0.0006) & (z < high - 0.0015)
    factor = np.where(wall & (column == 1), 1 - 0.00035 / radius, 1.0)
    points = surface.points * np.stack([factor, factor, np.ones_like(factor)], axis=1)
    return Surface(points, surface.normals, surface.uv, surface.faces)


def _lid_material(spec: JarSpec, rng: np.random.Generator) -> Material:
    if spec.gingham:
        atlas = Atlas(512, 512, spec.lid)
        for rect, wide, high in (
            (Rect(0, 0, 1, 0.5), 236.0, 20.0),
            (Rect(0, 0.5, 0.5, 1), 80.0, 80.0),
        ):
            atlas.paste(_gingham(wide, high, spec.lid), rect)
        return Material('lid', atlas.pixels(), roughness=0.35, colors=32)
    if spec.metal_lid:
        return Material('lid', rgb=(0.83, 0.66, 0.28), roughness=0.28, metallic=0.7)
    return Material('lid', to_pixels(rubbery(rng, (64, 64), spec.lid)), roughness=0.45, colors=16)


def _gingham(wide_mm: float, high_mm: float, color: str) -> Pixels:
    """Checked cloth: two sets of stripes, one over the other."""
    down, across = Panel(wide_mm, high_mm, '#f8f4ee'), Panel(wide_mm, high_mm, '#f8f4ee')
    for k in range(int(max(wide_mm, high_mm) / 5) + 1):
        down.rect((k * 5, 0, k * 5 + 2.5, high_mm), color)
        across.rect((0, k * 5, wide_mm, k * 5 + 2.5), color)
    return to_pixels((np.asarray(down.image, float) + np.asarray(across.image, float)) / 2)


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


VARIANTS: dict[str, tuple[Variant, ...]] = {'jar': _jars()}
