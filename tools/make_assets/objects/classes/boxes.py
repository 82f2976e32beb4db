"""Folding boxes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.box import SHEET, rounded_box
from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.collision import box
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.labels import LabelDesign, front
from tools.make_assets.objects.textures.paint import Atlas, Panel, mix


class BoxSpec(NamedTuple):
    """A folding box standing upright: width x, depth y, height z in metres."""

    size_m: tuple[float, float, float]
    design: LabelDesign
    density_kg_m3: float
    decorate: Callable[[Panel, str], None]


def _sunburst(face: Panel, color: str) -> None:
    wide, high = face.width_mm, face.height_mm
    for k in range(14):
        a0, a1 = np.pi * (k - 0.25) / 7, np.pi * (k + 0.25) / 7
        far = 1.5 * high
        at = (wide / 2, high * 0.6)
        ends = [(at[0] + far * np.cos(a), at[1] + far * np.sin(a)) for a in (a0, a1)]
        face.polygon([at, *ends], color)


def _wave(face: Panel, color: str) -> None:
    wide, high = face.width_mm, face.height_mm
    x = np.linspace(0, wide, 60)
    y = high * (0.74 + 0.06 * np.sin(x / wide * 2 * np.pi))
    face.polygon([*zip(x.tolist(), y.tolist(), strict=True), (wide, high), (0, high)], color)


def _diagonal(face: Panel, color: str) -> None:
    wide, high = face.width_mm, face.height_mm
    face.polygon(
        [(0, high * 0.42), (wide, high * 0.3), (wide, high * 0.86), (0, high * 0.98)], color
    )


def _tiles(face: Panel, color: str) -> None:
    wide, high = face.width_mm, face.height_mm
    step = wide / 8
    for row in range(int(high / step) + 1):
        for k in range(8):
            if (row + k) % 2 == 0 and (row < 2 or row > high / step - 2):
                x, y = k * step, row * step
                face.polygon(
                    [
                        (x + step / 2, y),
                        (x + step, y + step / 2),
                        (x + step / 2, y + step),
                        (x, y + step / 2),
                    ],
                    color,
                )


def _folding_box(spec: BoxSpec, _rng: np.random.Generator) -> ObjectModel:
    look = Material('body', _print(spec).pixels(), roughness=0.55, tint=True)
    surface = rounded_box(spec.size_m, 0.0012, SHEET, steps=1)
    x, y, z = (s / 2 for s in spec.size_m)
    return ObjectModel(
        (Part('body', surface, look, spec.density_kg_m3),), (box((-x, -y, -z), (x, y, z)),)
    )


def _print(spec: BoxSpec) -> Atlas:
    side, top = _box_side(spec), _box_top(spec)
    faces = (_box_front(spec), _box_back(spec), side, side, top, top)
    atlas = Atlas(768, 768, spec.design.base)
    for image, rect in zip(faces, SHEET, strict=True):
        atlas.paste(image, rect)
    return atlas


def _box_front(spec: BoxSpec) -> Panel:
    wide, _, high = (1000 * s for s in spec.size_m)
    design = spec.design
    face = Panel(wide, high, design.base)
    spec.decorate(face, mix(design.base, design.accent, 0.3))
    face.rect((0, 0, wide, high * 0.05), design.accent)
    face.rect((0, high * 0.95, wide, high), design.accent)
    front(face, (wide * 0.06, high * 0.06, wide * 0.88, high * 0.88), design)
    return face


def _box_back(spec: BoxSpec) -> Panel:
    wide, _, high = (1000 * s for s in spec.size_m)
    ink, title = spec.design.ink, spec.design.title.replace('\n', ' ')
    face = Panel(wide, high, spec.design.base)
    spec.decorate(face, mix(spec.design.base, spec.design.accent, 0.15))
    face.text((wide / 2, high * 0.1), title, high * 0.09, color=ink, fit=wide * 0.9, bold=0.04)
    motifs.nutrition(face, (wide * 0.08, high * 0.2, wide * 0.45, high * 0.62))
    words = (wide * 0.52, high * 0.22, wide * 0.92, high * 0.6)
    motifs.small_print(face, words, 16, color=ink)
    motifs.barcode(face, (wide * 0.55, high * 0.74, wide * 0.92, high * 0.92), 5)
    return face


def _box_side(spec: BoxSpec) -> Panel:
    _, deep, high = (1000 * s for s in spec.size_m)
    design, title = spec.design, spec.design.title.replace('\n', ' ')
    ground, light = mix(design.base, design.accent, 0.85), mix(design.base, '#ffffff', 0.6)
    words = Panel(high * 0.8, deep, ground)
    at = (high * 0.4, deep / 2)
    words.text(at, title, deep * 0.5, color=light, fit=high * 0.7, bold=0.04)
    words.image = words.image.rotate(90, expand=True)
    side = Panel(deep, high, ground)
    side.paste(words, (0, high * 0.1, deep, high * 0.9))
    return side


def _box_top(spec: BoxSpec) -> Panel:
    """A lid with the edge of the flap that closes it."""
    wide, deep, _ = (1000 * s for s in spec.size_m)
    design, title = spec.design, spec.design.title.replace('\n', ' ')
    top = Panel(wide, deep, design.accent)
    top.line([(0, deep * 0.52), (wide, deep * 0.52)], mix(design.accent, '#000000', 0.4), 0.6)
    light = mix(design.base, '#ffffff', 0.6)
    top.text((wide / 2, deep * 0.28), title, deep * 0.3, color=light, fit=wide * 0.8, bold=0.04)
    return top


def _boxes() -> tuple[Variant, ...]:
    crackers = LabelDesign(
        'CRACKERS', 'baked with sea salt', '#d8332a', '#8c1a16', '#fff3d6', motifs.wheat, '#f2c45a'
    )
    cereal = LabelDesign(
        'HONEY\nCRUNCH',
        'whole grain cereal',
        '#f6c12c',
        '#e2761b',
        '#5d2a0a',
        motifs.flower,
        '#fff2c4',
    )
    tea = LabelDesign(
        'GREEN TEA', '40 bags', '#e6eddb', '#3d6b3a', '#2c4d2a', motifs.leaf, '#6fa04e'
    )
    pasta = LabelDesign(
        'PENNE', 'durum wheat pasta', '#1e4b8f', '#122f5e', '#ffffff', motifs.wheat, '#f0c95c'
    )
    specs = {
        'crackers': BoxSpec((0.152, 0.060, 0.205), crackers, 210.0, _diagonal),
        'cereal': BoxSpec((0.190, 0.068, 0.285), cereal, 120.0, _sunburst),
        'tea': BoxSpec((0.128, 0.066, 0.078), tea, 190.0, _tiles),
        'pasta': BoxSpec((0.092, 0.044, 0.188), pasta, 560.0, _wave),
    }
    return tuple(Variant(name, partial(_folding_box, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {'cereal_box': _boxes()}
