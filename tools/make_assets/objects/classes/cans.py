"""Food and drink cans."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import STEEL, Variant, steel
from tools.make_assets.objects.collision import Shape, cylinder, turned_hull
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part, Pixels
from tools.make_assets.objects.profile import Corner, rounded
from tools.make_assets.objects.surface import Rect, Surface, merge
from tools.make_assets.objects.sweep import prism, rounded_outline
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.labels import LabelDesign, wrap_label
from tools.make_assets.objects.textures.paint import Atlas


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


def _can(spec: CanSpec, _rng: np.random.Generator) -> ObjectModel:
    parts, shapes = _drink_can(spec) if spec.printed else _food_can(spec)
    return ObjectModel(tuple(parts), tuple(shapes), rolls=True)


def _label_pixels(spec: CanSpec, high_m: float) -> Pixels:
    """The paper label with square pixels, so that it is equally sharp both ways."""
    around = 2 * np.pi * spec.radius_m
    atlas = Atlas(896, round(896 * high_m / around), spec.design.base)
    atlas.paste(wrap_label(around * 1000, high_m * 1000, spec.design), Rect())
    return atlas.pixels()


def _food_can(spec: CanSpec) -> tuple[list[Part], list[Shape]]:
    r, high, rim = spec.radius_m, spec.height_m, spec.neck_m
    low, top = 0.005, high - 0.005
    metal: list[Corner] = [
        (0.0, 0.003),
        (rim - 0.004, 0.003, 0.001),
        (rim - 0.003, 0.0, 0.0008),
        (rim, 0.0, 0.0012),
        (rim, 0.003, 0.0012),
        (r - 0.0014, low, 0.0006),
        (r - 0.0014, top, 0.0006),
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
    shell = lathe(rounded(metal, step_m=0.2), slices=32)
    paper: list[Corner] = [(r - 0.0018, low + 0.0015), (r, low + 0.0015, 0.0003)]
    if spec.ribs:
        zone = (high * 0.32, high * 0.68)
        for k in range(spec.ribs):
            z = zone[0] + (zone[1] - zone[0]) * (k + 0.5) / spec.ribs
            half = 0.42 * (zone[1] - zone[0]) / spec.ribs
            paper += [(r, z - half, 0.0025), (r - 0.0009, z, 0.0025)]
    paper += [(r, top - 0.0015, 0.0003), (r - 0.0018, top - 0.0015)]
    profile = rounded(paper, step_m=0.05)
    heights = np.array([c[1] for c in paper])
    wrap = lathe(profile, (heights - heights[0]) / np.ptp(heights), slices=32)
    inner = rounded([(r - 0.0018, top - 0.0015), (r - 0.0018, low + 0.0015)], step_m=1.0)
    wrap = merge(wrap, lathe(inner, np.array([0.5, 0.5]), slices=32))
    label = Material('body', _label_pixels(spec, top - low), roughness=0.45, tint=True)
    metal_look = steel('tin', 0.32)
    parts = [Part('body', wrap, label, 700.0), Part('tin', shell, metal_look, 1030.0)]
    if spec.pull_tab:
        tab = _pull_tab(rim * 0.42).moved(x=rim * 0.24, z=high - 0.0038)
        parts.append(Part('tab', tab, metal_look, STEEL))
    return parts, [cylinder(max(r, rim), 0.0, high)]


def _pull_tab(length: float) -> Surface:
    """A finger ring and the plate that is riveted to the lid, along x."""
    ring = lathe(
        rounded([(0.7, 0.0), (1.0, 0.0), (1.0, 1.0), (0.7, 1.0), (0.7, 0.0)], step_m=9.0),
        slices=20,
    ).scaled(length * 0.36, length * 0.30, 0.0011)
    plate = prism(
        rounded_outline(length * 0.24, length * 0.22, length * 0.12, steps=3), 0.0009, (2e-4, 3e-4)
    )
    rivet = lathe(
        rounded([(0, 0), (0.0026, 0.0), (0.0026, 0.0018, 0.0008), (0, 0.0018)]), slices=12
    )
    return merge(
        ring.moved(x=length * 0.14), plate.moved(x=-length * 0.27), rivet.moved(x=-length * 0.3)
    )


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
        (0.0, high - 0.009),
    ]
    profile = rounded(body, step_m=0.04)
    v = np.array([0.0, 0.02, 0.03, 0.04, 0.10, 0.90, 0.99, 0.995, 1.0])
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
    lid = lathe(rounded(top, step_m=0.2), slices=32)
    plug = lathe(rounded([(0.0, high - 0.012), (neck, high - 0.002)]), slices=32)
    tin = steel('tin', 0.25)
    skin = Material('body', atlas.pixels(), roughness=0.3, metallic=0.2, tint=True)
    tab = _pull_tab(0.024).moved(x=0.004, z=high - 0.0037)
    parts = [
        Part('body', lathe(profile, v, slices=32), skin, 1010.0),
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
    tuna = LabelDesign(
        'TUNA', 'in olive oil', '#1f5f8b', '#f2d14b', '#ffffff', motifs.fish, '#c8d8e0'
    )
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


VARIANTS: dict[str, tuple[Variant, ...]] = {'can': _cans()}
