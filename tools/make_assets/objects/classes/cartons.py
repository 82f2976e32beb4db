"""Drink cartons."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant, plastic
from tools.make_assets.objects.collision import Hull, Shape, box
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import Corner, rounded
from tools.make_assets.objects.surface import FloatArray, Rect, Surface, merge, panel
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.labels import LabelDesign
from tools.make_assets.objects.textures.noise import value_noise
from tools.make_assets.objects.textures.paint import Atlas, Panel, blend, mix, plain, to_pixels

_FIN = 0.0012
"""Half thickness of the fin on top, metres."""
_EAVES, _RIDGE, _TOP = 0.70, 0.90, 0.995
"""Where the walls, the roof and the fin end in the texture."""


class CartonSpec(NamedTuple):
    """A drink carton with a gable top: side and shoulder height in metres."""

    side_m: float
    shoulder_m: float
    gable_m: float
    fin_m: float
    design: LabelDesign
    cap_color: str
    blobs: str | None = None


def _carton(spec: CartonSpec, rng: np.random.Generator) -> ObjectModel:
    a, z1 = spec.side_m / 2, spec.shoulder_m
    z2, z3 = z1 + spec.gable_m, z1 + spec.gable_m + spec.fin_m
    look = Material('body', _carton_print(spec, rng).pixels(), roughness=0.4, tint=True)
    cap = _carton_cap(spec)
    parts = (
        Part('body', _carton_body(spec), look, 1000.0),
        Part('cap', cap, plastic(rng, 'cap', spec.cap_color), 900.0),
    )
    eaves = [(x, y, z1) for x in (-a, a) for y in (-a, a)]
    ridge = [(x, y, z2) for x in (-a, a) for y in (-_FIN, _FIN)]
    shapes: tuple[Shape, ...] = (
        box((-a, -a, 0), (a, a, z1)),
        Hull(np.array(eaves + ridge)),
        box((-a, -_FIN, z2 - 0.002), (a, _FIN, z3)),
        Hull(cap.points[::7]),
    )
    return ObjectModel(parts, shapes)


def _flat(corners: list[tuple[float, float, float]], uv: list[tuple[float, float]]) -> Surface:
    return panel(np.array(corners), np.array(uv))


def _carton_body(spec: CartonSpec) -> Surface:
    a, z1 = spec.side_m / 2, spec.shoulder_m
    z3 = z1 + spec.gable_m + spec.fin_m
    ring = [(-a, -a), (a, -a), (a, a), (-a, a)]
    faces = []
    for k in range(4):
        (x0, y0), (x1, y1) = ring[k], ring[(k + 1) % 4]
        u0, u1 = k / 4, (k + 1) / 4
        faces.append(
            _flat(
                [(x0, y0, 0), (x1, y1, 0), (x1, y1, z1), (x0, y0, z1)],
                [(u0, 0), (u1, 0), (u1, _EAVES), (u0, _EAVES)],
            )
        )
    low = [(0.0, 0.0), (0.25, 0.0), (0.25, 0.01), (0.0, 0.01)]
    faces.append(_flat([(-a, a, 0), (a, a, 0), (a, -a, 0), (-a, -a, 0)], low))
    high = [(0.0, _TOP), (0.25, _TOP), (0.25, 1.0), (0.0, 1.0)]
    faces.append(_flat([(-a, -_FIN, z3), (a, -_FIN, z3), (a, _FIN, z3), (-a, _FIN, z3)], high))
    half = merge(*_half_gable(spec))
    other = half.rotated('z', 180)
    shifted = Surface(other.points, other.normals, other.uv + np.array([0.5, 0.0]), other.faces)
    return merge(*faces, half, shifted)


def _half_gable(spec: CartonSpec) -> list[Surface]:
    """The roof towards -y and the folded end towards +x."""
    a, e, z1 = spec.side_m / 2, _FIN, spec.shoulder_m
    z2, z3 = z1 + spec.gable_m, z1 + spec.gable_m + spec.fin_m
    # The end folds inwards to a point below the fin.
    tuck = (a * 0.38, 0.0, z2 - 0.004)
    low, high = (0.25, _EAVES), (0.25, _RIDGE)
    return [
        _flat(
            [(-a, -a, z1), (a, -a, z1), (a, -e, z2), (-a, -e, z2)],
            [(0, _EAVES), low, high, (0, _RIDGE)],
        ),
        _flat(
            [(-a, -e, z2), (a, -e, z2), (a, -e, z3), (-a, -e, z3)],
            [(0, _RIDGE), high, (0.25, _TOP), (0, _TOP)],
        ),
        _flat([(a, -a, z1), (a, a, z1), tuck], [low, (0.5, _EAVES), (0.375, _RIDGE)]),
        _flat([(a, a, z1), (a, e, z2), tuck], [(0.5, _EAVES), (0.5, _RIDGE), (0.4, _RIDGE)]),
        _flat([(a, -e, z2), (a, -a, z1), tuck], [high, low, (0.35, _RIDGE)]),
        _flat([(a, -e, z2), tuck, (a, e, z2)], [high, (0.3, _RIDGE), (0.3, _RIDGE)]),
        _flat(
            [(a, -e, z2), (a, e, z2), (a, e, z3), (a, -e, z3)],
            [high, (0.252, _RIDGE), (0.252, _TOP), (0.25, _TOP)],
        ),
    ]


def _carton_cap(spec: CartonSpec) -> Surface:
    """A screw cap on the roof towards -y."""
    corners: list[Corner] = [
        (0, -0.006),
        (0.0145, -0.006),
        (0.0145, 0.002, 0.0006),
        (0.0125, 0.002, 0.0005),
        (0.0125, 0.013, 0.0015),
        (0, 0.013),
    ]
    half = spec.side_m / 2
    slope = float(np.degrees(np.arctan2(spec.gable_m, half)))
    cap = lathe(rounded(corners), slices=32).rotated('x', slope)
    return cap.moved(y=-half * 0.52, z=spec.shoulder_m + spec.gable_m * 0.48)


def _carton_print(spec: CartonSpec, rng: np.random.Generator) -> Atlas:
    wide = spec.side_m * 1000
    design = spec.design
    atlas = Atlas(1024, 512, design.base)
    grid = (160, 640)
    blobs = 0.6 * value_noise(rng, grid, (9, 28)) + 0.4 * value_noise(rng, grid, (5, 14))
    for k in range(4):
        face = _carton_ground(spec, blobs[:, k * 160 : (k + 1) * 160])
        if k % 2 == 0:
            _print_front(face, design)
        else:
            _print_side(face, design)
        atlas.paste(face, Rect(k / 4, 0, (k + 1) / 4, _EAVES))
        roof = Panel(wide, wide * 0.62, design.accent)
        if k == 2:
            light, title = mix(design.accent, '#ffffff', 0.9), design.title.replace('\n', ' ')
            at = (wide / 2, wide * 0.46)
            roof.text(at, title, wide * 0.11, color=light, fit=wide * 0.9, bold=0.04)
        atlas.paste(roof, Rect(k / 4, _EAVES, (k + 1) / 4, 1.0))
    return atlas


def _carton_ground(spec: CartonSpec, blobs: FloatArray) -> Panel:
    """One side without words; blobs (H, W) in 0..1 become patches where they are high."""
    wide, high = spec.side_m * 1000, spec.shoulder_m * 1000
    face = Panel(wide, high, spec.design.base)
    if spec.blobs is not None:
        cover = np.clip((blobs - 0.57) * 60, 0, 1)
        patches = blend(plain((160, 160), spec.design.base), spec.blobs, cover)
        face.paste(to_pixels(patches), (0, 0, wide, high))
    face.rect((0, high * 0.9, wide, high), spec.design.accent)
    face.rect((0, high * 0.87, wide, high * 0.885), spec.design.accent)
    return face


def _print_front(face: Panel, design: LabelDesign) -> None:
    wide, high, ink = face.width_mm, face.height_mm, design.ink
    face.rect((wide * 0.05, high * 0.05, wide * 0.95, high * 0.84), design.base, radius=5)
    if design.motif is not None:
        size = min(wide * 0.72, high * 0.36)
        design.motif(face, (wide / 2, high * 0.55), size, color=design.motif_color)
    for row, line in enumerate(design.title.split('\n')):
        at = (wide / 2, high * (0.17 + 0.12 * row))
        face.text(at, line, wide * 0.32, color=ink, fit=wide * 0.84, bold=0.05)
    at = (wide / 2, high * 0.79)
    face.text(at, design.subtitle, wide * 0.11, color=ink, fit=wide * 0.8)


def _print_side(face: Panel, design: LabelDesign) -> None:
    wide, high = face.width_mm, face.height_mm
    paper = mix(design.base, '#ffffff', 0.5)
    face.rect((wide * 0.1, high * 0.12, wide * 0.9, high * 0.82), paper, radius=4)
    motifs.nutrition(face, (wide * 0.16, high * 0.16, wide * 0.84, high * 0.5))
    words = (wide * 0.16, high * 0.54, wide * 0.84, high * 0.66)
    motifs.small_print(face, words, 6, color='#404040')
    motifs.barcode(face, (wide * 0.25, high * 0.68, wide * 0.75, high * 0.8), 1)


def _cartons() -> tuple[Variant, ...]:
    milk = LabelDesign(
        'MILK', 'fresh  1 litre', '#fbfbf8', '#2b6cb0', '#1d4f86', motifs.drop, '#5fa8e0'
    )
    juice = LabelDesign(
        'ORANGE',
        'juice  1.5 litre',
        '#ffe3ad',
        '#e8821e',
        '#b3540c',
        motifs.slice_of_citrus,
        '#f59a22',
    )
    oat = LabelDesign(
        'OAT\nDRINK',
        'barista  0.5 litre',
        '#efe4d0',
        '#3c6e59',
        '#2c4f41',
        motifs.wheat,
        '#b08a3c',
    )
    specs = {
        'milk': CartonSpec(0.072, 0.190, 0.030, 0.014, milk, '#f2f3f4', '#30343a'),
        'juice': CartonSpec(0.088, 0.202, 0.036, 0.016, juice, '#2f8f46'),
        'oat_drink': CartonSpec(0.064, 0.125, 0.027, 0.013, oat, '#f4f4f0'),
    }
    return tuple(Variant(name, partial(_carton, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {'carton': _cartons()}
