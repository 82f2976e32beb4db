"""Drink cartons."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.collision import Hull, Shape, box
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import FloatArray, Rect, merge, panel
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.labels import LabelDesign
from tools.make_assets.objects.textures.materials import rubbery
from tools.make_assets.objects.textures.noise import value_noise
from tools.make_assets.objects.textures.paint import Atlas, Panel, mix, plain, to_pixels


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
    atlas = _carton_texture(spec, rng)
    e = 0.0012
    flat: list[tuple[FloatArray, FloatArray]] = []

    def add(corners: list[tuple[float, float, float]], uv: list[tuple[float, float]]) -> None:
        flat.append((np.array(corners), np.array(uv)))

    share = 0.70
    ring = [(-a, -a), (a, -a), (a, a), (-a, a)]
    for k in range(4):
        (x0, y0), (x1, y1) = ring[k], ring[(k + 1) % 4]
        u0, u1 = k / 4, (k + 1) / 4
        add(
            [(x0, y0, 0), (x1, y1, 0), (x1, y1, z1), (x0, y0, z1)],
            [(u0, 0), (u1, 0), (u1, share), (u0, share)],
        )
    add(
        [(-a, a, 0), (a, a, 0), (a, -a, 0), (-a, -a, 0)],
        [(0, 0), (0.25, 0), (0.25, 0.01), (0, 0.01)],
    )
    roof, fin = 0.90, 0.995
    for sign, u0 in ((1, 0.0), (-1, 0.5)):
        y = -a * sign
        left, right = -a * sign, a * sign
        add(
            [(left, y, z1), (right, y, z1), (right, -e * sign, z2), (left, -e * sign, z2)],
            [(u0, share), (u0 + 0.25, share), (u0 + 0.25, roof), (u0, roof)],
        )
        add(
            [
                (left, -e * sign, z2),
                (right, -e * sign, z2),
                (right, -e * sign, z3),
                (left, -e * sign, z3),
            ],
            [(u0, roof), (u0 + 0.25, roof), (u0 + 0.25, fin), (u0, fin)],
        )
        # The folded ends: two flaps that tuck in to a crease below the fin.
        x = a * sign
        tuck = (x * 0.38, 0.0, z2 - 0.004)
        add(
            [(x, y, z1), (x, -y, z1), tuck],
            [(u0 + 0.25, share), (u0 + 0.5, share), (u0 + 0.375, roof)],
        )
        add(
            [(x, -y, z1), (x, e * sign, z2), tuck],
            [(u0 + 0.5, share), (u0 + 0.5, roof), (u0 + 0.4, roof)],
        )
        add(
            [(x, -e * sign, z2), (x, y, z1), tuck],
            [(u0 + 0.25, roof), (u0 + 0.25, share), (u0 + 0.35, roof)],
        )
        add(
            [(x, -e * sign, z2), tuck, (x, e * sign, z2)],
            [(u0 + 0.25, roof), (u0 + 0.3, roof), (u0 + 0.3, roof)],
        )
        add(
            [(x, -e * sign, z2), (x, e * sign, z2), (x, e * sign, z3), (x, -e * sign, z3)],
            [(u0 + 0.25, roof), (u0 + 0.252, roof), (u0 + 0.252, fin), (u0 + 0.25, fin)],
        )
    add(
        [(-a, -e, z3), (a, -e, z3), (a, e, z3), (-a, e, z3)],
        [(0, fin), (0.25, fin), (0.25, 1), (0, 1)],
    )
    body = merge(*(panel(corners, uv) for corners, uv in flat))
    slope = np.degrees(np.arctan2(spec.gable_m, a))
    cap = lathe(
        rounded(
            [
                (0, -0.006),
                (0.0145, -0.006),
                (0.0145, 0.002, 0.0006),
                (0.0125, 0.002, 0.0005),
                (0.0125, 0.013, 0.0015),
                (0, 0.013),
            ]
        ),
        slices=32,
    )
    cap = cap.rotated('x', slope).moved(y=-a * 0.52, z=z1 + spec.gable_m * 0.48)
    parts = (
        Part('body', body, Material('body', atlas.pixels(), roughness=0.4, tint=True), 1000.0),
        Part(
            'cap',
            cap,
            Material(
                'cap', to_pixels(rubbery(rng, (64, 64), spec.cap_color)), roughness=0.4, colors=16
            ),
            900.0,
        ),
    )
    shapes: list[Shape] = [
        box((-a, -a, 0), (a, a, z1)),
        Hull(
            np.array(
                [(s, t, z1) for s in (-a, a) for t in (-a, a)]
                + [(s, t, z2) for s in (-a, a) for t in (-e, e)]
            )
        ),
        box((-a, -e, z2 - 0.002), (a, e, z3)),
        Hull(cap.points[::7]),
    ]
    return ObjectModel(parts, tuple(shapes))


def _carton_texture(spec: CartonSpec, rng: np.random.Generator) -> Atlas:
    wide, high = spec.side_m * 1000, spec.shoulder_m * 1000
    design = spec.design
    atlas = Atlas(1024, 512, design.base)
    noise = (
        value_noise(rng, (160, 640), (9, 28)) * 0.6 + value_noise(rng, (160, 640), (5, 14)) * 0.4
    )
    for k in range(4):
        face = Panel(wide, high, design.base)
        if spec.blobs is not None:
            cover = np.clip((noise[:, k * 160 : (k + 1) * 160] - 0.57) * 60, 0, 1)
            image = plain((160, 160), design.base)
            ink = plain((160, 160), spec.blobs)
            mixed = image * (1 - cover[..., None]) + ink * cover[..., None]
            face.paste(to_pixels(mixed), (0, 0, wide, high))
        face.rect((0, high * 0.9, wide, high), design.accent)
        face.rect((0, high * 0.87, wide, high * 0.885), design.accent)
        if k % 2 == 0:
            face.rect((wide * 0.05, high * 0.05, wide * 0.95, high * 0.84), design.base, radius=5)
            size = min(wide * 0.72, high * 0.36)
            if design.motif is not None:
                design.motif(face, (wide / 2, high * 0.55), size, color=design.motif_color)
            for row, line in enumerate(design.title.split('\n')):
                at = (wide / 2, high * (0.17 + 0.12 * row))
                face.text(at, line, wide * 0.32, color=design.ink, fit=wide * 0.84, bold=0.05)
            face.text(
                (wide / 2, high * 0.79),
                design.subtitle,
                wide * 0.11,
                color=design.ink,
                fit=wide * 0.8,
            )
        else:
            face.rect(
                (wide * 0.1, high * 0.12, wide * 0.9, high * 0.82),
                mix(design.base, '#ffffff', 0.5),
                radius=4,
            )
            motifs.nutrition(face, (wide * 0.16, high * 0.16, wide * 0.84, high * 0.5))
            motifs.small_print(
                face, (wide * 0.16, high * 0.54, wide * 0.84, high * 0.66), 6, color='#404040'
            )
            motifs.barcode(face, (wide * 0.25, high * 0.68, wide * 0.75, high * 0.8), k)
        atlas.paste(face, Rect(k / 4, 0, (k + 1) / 4, 0.70))
        roof = Panel(wide, wide * 0.62, design.accent)
        if k == 2:
            roof.text(
                (wide / 2, wide * 0.46),
                design.title.replace('\n', ' '),
                wide * 0.11,
                color=mix(design.accent, '#ffffff', 0.9),
                fit=wide * 0.9,
                bold=0.04,
            )
        atlas.paste(roof, Rect(k / 4, 0.70, (k + 1) / 4, 1.0))
    return atlas


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
