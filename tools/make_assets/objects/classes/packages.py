"""Boxes, cartons and books."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.box import BoxRects, rounded_box
from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.collision import Hull, Shape, box
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import FloatArray, Rect, merge, panel
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.labels import LabelDesign, front
from tools.make_assets.objects.textures.materials import rubbery
from tools.make_assets.objects.textures.noise import value_noise
from tools.make_assets.objects.textures.paint import Atlas, Panel, mix, plain, to_pixels


class BoxSpec(NamedTuple):
    """A folding box standing upright: width x, depth y, height z in metres."""

    size_m: tuple[float, float, float]
    design: LabelDesign
    density_kg_m3: float
    decorate: Callable[[Panel, str], None]


_BOX = BoxRects(
    front=Rect(0, 0.25, 0.5, 1),
    back=Rect(0.5, 0.25, 1, 1),
    left=Rect(0, 0, 0.25, 0.25),
    right=Rect(0.25, 0, 0.5, 0.25),
    top=Rect(0.5, 0, 0.75, 0.25),
    bottom=Rect(0.75, 0, 1, 0.25),
)


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
    face.polygon([(0, high * 0.42), (wide, high * 0.3), (wide, high * 0.86), (0, high * 0.98)], color)


def _tiles(face: Panel, color: str) -> None:
    wide, high = face.width_mm, face.height_mm
    step = wide / 8
    for row in range(int(high / step) + 1):
        for k in range(8):
            if (row + k) % 2 == 0 and (row < 2 or row > high / step - 2):
                x, y = k * step, row * step
                face.polygon(
                    [(x + step / 2, y), (x + step, y + step / 2), (x + step / 2, y + step), (x, y + step / 2)],
                    color,
                )


def _folding_box(spec: BoxSpec, rng: np.random.Generator) -> ObjectModel:
    wide, deep, high = (1000 * s for s in spec.size_m)
    design = spec.design
    face = Panel(wide, high, design.base)
    spec.decorate(face, mix(design.base, design.accent, 0.3))
    face.rect((0, 0, wide, high * 0.05), design.accent)
    face.rect((0, high * 0.95, wide, high), design.accent)
    front(face, (wide * 0.06, high * 0.06, wide * 0.88, high * 0.88), design)
    back = Panel(wide, high, design.base)
    spec.decorate(back, mix(design.base, design.accent, 0.15))
    back.text((wide / 2, high * 0.1), design.title.replace('\n', ' '), high * 0.09, design.ink, fit=wide * 0.9, bold=0.04)
    motifs.nutrition(back, (wide * 0.08, high * 0.2, wide * 0.45, high * 0.62))
    motifs.small_print(back, (wide * 0.52, high * 0.22, wide * 0.92, high * 0.6), 16, design.ink)
    motifs.barcode(back, (wide * 0.55, high * 0.74, wide * 0.92, high * 0.92), 5)
    side = Panel(deep, high, mix(design.base, design.accent, 0.85))
    upright = Panel(high * 0.8, deep, mix(design.base, design.accent, 0.85))
    light = mix(design.base, '#ffffff', 0.6)
    upright.text((high * 0.4, deep / 2), design.title.replace('\n', ' '), deep * 0.5, light, fit=high * 0.7, bold=0.04)
    upright.image = upright.image.rotate(90, expand=True)
    side.paste(upright, (0, high * 0.1, deep, high * 0.9))
    top = Panel(wide, deep, design.accent)
    top.line([(0, deep * 0.52), (wide, deep * 0.52)], mix(design.accent, '#000000', 0.4), 0.6)
    top.text((wide / 2, deep * 0.28), design.title.replace('\n', ' '), deep * 0.3, light, fit=wide * 0.8, bold=0.04)
    atlas = Atlas(768, 768, design.base)
    for image, rect in zip((face, back, side, side, top, top), _BOX, strict=True):
        atlas.paste(image, rect)
    surface = rounded_box(spec.size_m, 0.0012, _BOX, steps=1)
    half = np.array(spec.size_m) / 2
    x, y, z = (float(h) for h in half)
    look = Material('body', atlas.pixels(), roughness=0.55, tint=True)
    return ObjectModel(
        (Part('body', surface, look, spec.density_kg_m3),), (box((-x, -y, -z), (x, y, z)),)
    )


def _boxes() -> tuple[Variant, ...]:
    crackers = LabelDesign('CRACKERS', 'baked with sea salt', '#d8332a', '#8c1a16', '#fff3d6', motifs.wheat, '#f2c45a')
    cereal = LabelDesign('HONEY\nCRUNCH', 'whole grain cereal', '#f6c12c', '#e2761b', '#5d2a0a', motifs.flower, '#fff2c4')
    tea = LabelDesign('GREEN TEA', '40 bags', '#e6eddb', '#3d6b3a', '#2c4d2a', motifs.leaf, '#6fa04e')
    pasta = LabelDesign('PENNE', 'durum wheat pasta', '#1e4b8f', '#122f5e', '#ffffff', motifs.wheat, '#f0c95c')
    specs = {
        'crackers': BoxSpec((0.152, 0.060, 0.205), crackers, 210.0, _diagonal),
        'cereal': BoxSpec((0.190, 0.068, 0.285), cereal, 120.0, _sunburst),
        'tea': BoxSpec((0.128, 0.066, 0.078), tea, 190.0, _tiles),
        'pasta': BoxSpec((0.092, 0.044, 0.188), pasta, 560.0, _wave),
    }
    return tuple(Variant(name, partial(_folding_box, spec)) for name, spec in specs.items())


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
    add([(-a, a, 0), (a, a, 0), (a, -a, 0), (-a, -a, 0)], [(0, 0), (0.25, 0), (0.25, 0.01), (0, 0.01)])
    roof, fin = 0.90, 0.995
    for sign, u0 in ((1, 0.0), (-1, 0.5)):
        y = -a * sign
        left, right = -a * sign, a * sign
        add(
            [(left, y, z1), (right, y, z1), (right, -e * sign, z2), (left, -e * sign, z2)],
            [(u0, share), (u0 + 0.25, share), (u0 + 0.25, roof), (u0, roof)],
        )
        add(
            [(left, -e * sign, z2), (right, -e * sign, z2), (right, -e * sign, z3), (left, -e * sign, z3)],
            [(u0, roof), (u0 + 0.25, roof), (u0 + 0.25, fin), (u0, fin)],
        )
        # The folded ends: two flaps that tuck in to a crease below the fin.
        x = a * sign
        tuck = (x * 0.38, 0.0, z2 - 0.004)
        add([(x, y, z1), (x, -y, z1), tuck], [(u0 + 0.25, share), (u0 + 0.5, share), (u0 + 0.375, roof)])
        add([(x, -y, z1), (x, e * sign, z2), tuck], [(u0 + 0.5, share), (u0 + 0.5, roof), (u0 + 0.4, roof)])
        add([(x, -e * sign, z2), (x, y, z1), tuck], [(u0 + 0.25, roof), (u0 + 0.25, share), (u0 + 0.35, roof)])
        add([(x, -e * sign, z2), tuck, (x, e * sign, z2)], [(u0 + 0.25, roof), (u0 + 0.3, roof), (u0 + 0.3, roof)])
        add(
            [(x, -e * sign, z2), (x, e * sign, z2), (x, e * sign, z3), (x, -e * sign, z3)],
            [(u0 + 0.25, roof), (u0 + 0.252, roof), (u0 + 0.252, fin), (u0 + 0.25, fin)],
        )
    add([(-a, -e, z3), (a, -e, z3), (a, e, z3), (-a, e, z3)], [(0, fin), (0.25, fin), (0.25, 1), (0, 1)])
    body = merge(*(panel(corners, uv) for corners, uv in flat))
    slope = np.degrees(np.arctan2(spec.gable_m, a))
    cap = lathe(
        rounded([(0, -0.006), (0.0145, -0.006), (0.0145, 0.002, 0.0006), (0.0125, 0.002, 0.0005),
                 (0.0125, 0.013, 0.0015), (0, 0.013)]),
        slices=32,
    )  # fmt: skip
    cap = cap.rotated('x', slope).moved(y=-a * 0.52, z=z1 + spec.gable_m * 0.48)
    parts = (
        Part('body', body, Material('body', atlas.pixels(), roughness=0.4, tint=True), 1000.0),
        Part('cap', cap, Material('cap', to_pixels(rubbery(rng, (64, 64), spec.cap_color)), roughness=0.4, colors=16), 900.0),
    )
    shapes: list[Shape] = [
        box((-a, -a, 0), (a, a, z1)),
        Hull(np.array([(s, t, z1) for s in (-a, a) for t in (-a, a)] + [(s, t, z2) for s in (-a, a) for t in (-e, e)])),
        box((-a, -e, z2 - 0.002), (a, e, z3)),
        Hull(cap.points[::7]),
    ]
    return ObjectModel(parts, tuple(shapes))


def _carton_texture(spec: CartonSpec, rng: np.random.Generator) -> Atlas:
    wide, high = spec.side_m * 1000, spec.shoulder_m * 1000
    design = spec.design
    atlas = Atlas(1024, 512, design.base)
    noise = value_noise(rng, (160, 640), (9, 28)) * 0.6 + value_noise(rng, (160, 640), (5, 14)) * 0.4
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
            face.rect((wide * 0.08, high * 0.1, wide * 0.92, high * 0.8), design.base, radius=5)
            front(face, (wide * 0.12, high * 0.1, wide * 0.76, high * 0.68), design)
        else:
            face.rect((wide * 0.1, high * 0.12, wide * 0.9, high * 0.82), mix(design.base, '#ffffff', 0.5), radius=4)
            motifs.nutrition(face, (wide * 0.16, high * 0.16, wide * 0.84, high * 0.5))
            motifs.small_print(face, (wide * 0.16, high * 0.54, wide * 0.84, high * 0.66), 6, '#404040')
            motifs.barcode(face, (wide * 0.25, high * 0.68, wide * 0.75, high * 0.8), k)
        atlas.paste(face, Rect(k / 4, 0, (k + 1) / 4, 0.70))
        roof = Panel(wide, wide * 0.62, design.accent)
        if k % 2 == 0:
            roof.text((wide / 2, wide * 0.46), design.title.replace('\n', ' '), wide * 0.11, mix(design.accent, '#ffffff', 0.9), fit=wide * 0.9, bold=0.04)
        atlas.paste(roof, Rect(k / 4, 0.70, (k + 1) / 4, 1.0))
    return atlas


def _cartons() -> tuple[Variant, ...]:
    milk = LabelDesign('MILK', 'fresh  1 litre', '#fbfbf8', '#2b6cb0', '#1d4f86', motifs.drop, '#5fa8e0')
    juice = LabelDesign('ORANGE', 'juice  1.5 litre', '#ffe3ad', '#e8821e', '#b3540c', motifs.slice_of_citrus, '#f59a22')
    oat = LabelDesign('OAT\nDRINK', 'barista  0.5 litre', '#efe4d0', '#3c6e59', '#2c4f41', motifs.wheat, '#b08a3c')
    specs = {
        'milk': CartonSpec(0.072, 0.190, 0.030, 0.014, milk, '#2b6cb0', '#30343a'),
        'juice': CartonSpec(0.088, 0.202, 0.036, 0.016, juice, '#2f8f46'),
        'oat_drink': CartonSpec(0.064, 0.125, 0.027, 0.013, oat, '#f4f4f0'),
    }
    return tuple(Variant(name, partial(_carton, spec)) for name, spec in specs.items())


class BookSpec(NamedTuple):
    """A book lying on its back: width x, height y, thickness z in metres."""

    size_m: tuple[float, float, float]
    title: str
    author: str
    base: str
    ink: str
    accent: str
    motif: Callable[..., None]
    cover_m: float = 0.0024


def _book(spec: BookSpec, rng: np.random.Generator) -> ObjectModel:
    wide, high, thick = spec.size_m
    t = spec.cover_m
    cover = _BOX
    mm_w, mm_h = wide * 1000, high * 1000
    face = Panel(mm_w, mm_h, spec.base)
    face.rect((mm_w * 0.06, mm_h * 0.04, mm_w * 0.94, mm_h * 0.96), spec.accent)
    face.rect((mm_w * 0.075, mm_h * 0.05, mm_w * 0.925, mm_h * 0.95), spec.base)
    for k, line in enumerate(spec.title.split('\n')):
        face.text((mm_w / 2, mm_h * (0.15 + 0.1 * k)), line, mm_h * 0.1, spec.ink, fit=mm_w * 0.78, bold=0.04)
    spec.motif(face, (mm_w / 2, mm_h * 0.57), mm_w * 0.55, spec.accent)
    face.text((mm_w / 2, mm_h * 0.88), spec.author, mm_h * 0.05, spec.ink, fit=mm_w * 0.7)
    back = Panel(mm_w, mm_h, spec.base)
    motifs.small_print(back, (mm_w * 0.12, mm_h * 0.12, mm_w * 0.88, mm_h * 0.55), 14, spec.ink)
    motifs.barcode(back, (mm_w * 0.6, mm_h * 0.8, mm_w * 0.9, mm_h * 0.93), 3)
    spine = Panel(mm_h, thick * 1000, mix(spec.base, '#000000', 0.15))
    spine.text((mm_h * 0.45, thick * 500), spec.title.replace('\n', ' '), thick * 550, spec.ink, fit=mm_h * 0.7, bold=0.04)
    for x in (0.04, 0.92):
        spine.rect((mm_h * x, 0, mm_h * (x + 0.015), thick * 1000), spec.accent)
    atlas = Atlas(768, 768, spec.base)
    atlas.paste(face, cover.front)
    atlas.paste(back, cover.back)
    atlas.paste(spine, Rect(0, 0, 0.5, 0.12))
    plain_rect = Rect(0.6, 0.05, 0.9, 0.15)
    half_h = thick / 2
    top = rounded_box((wide, high, t), t * 0.45, BoxRects(plain_rect, plain_rect, plain_rect, plain_rect, cover.front, plain_rect), steps=1)
    bottom = rounded_box((wide, high, t), t * 0.45, BoxRects(plain_rect, plain_rect, plain_rect, plain_rect, plain_rect, cover.back), steps=1)
    back_edge = rounded_box((t, high, thick), t * 0.45, BoxRects(plain_rect, plain_rect, Rect(0, 0, 0.5, 0.12), plain_rect, plain_rect, plain_rect), steps=1)
    covers = merge(
        top.moved(z=half_h - t / 2), bottom.moved(z=-half_h + t / 2), back_edge.moved(x=-wide / 2 + t / 2)
    )
    pages = rounded_box((wide - t - 0.004, high - 0.007, thick - 2 * t + 0.0002), 0.0003, steps=1).moved(x=(t - 0.004) / 2 - 0.0005)
    sheet = plain((128, 128), '#efe6d2') * (0.86 + 0.16 * value_noise(rng, (128, 128), (64, 2))[..., None])
    look = Material('body', atlas.pixels(), roughness=0.5, tint=True)
    paper = Material('pages', to_pixels(sheet), roughness=0.85, colors=32)
    parts = (Part('body', covers, look, 750.0), Part('pages', pages, paper, 780.0))
    x, y, z = wide / 2, high / 2, half_h
    return ObjectModel(parts, (box((-x, -y, -z), (x, y, z)),), friction=0.5)


def _books() -> tuple[Variant, ...]:
    specs = {
        'garden': BookSpec((0.135, 0.205, 0.026), 'THE QUIET\nGARDEN', 'A. Meadow', '#2f5a47', '#f3ead2', '#cfa85a', motifs.flower),
        'night': BookSpec((0.110, 0.178, 0.034), 'NIGHT\nSKY', 'a field guide', '#1b2547', '#f4efe0', '#e0b94a', motifs.star, 0.0012),
        'cooking': BookSpec((0.190, 0.235, 0.019), 'CITRUS', 'sixty recipes', '#f3ede0', '#a8471b', '#e58a24', motifs.slice_of_citrus, 0.003),
    }  # fmt: skip
    return tuple(Variant(name, partial(_book, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {
    'cereal_box': _boxes(),
    'carton': _cartons(),
    'book': _books(),
}
