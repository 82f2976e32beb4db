"""Books."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.box import SHEET, BoxRects, rounded_box
from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.collision import box
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.surface import Rect, merge
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.noise import value_noise
from tools.make_assets.objects.textures.paint import Atlas, Panel, mix, plain, to_pixels


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
    cover = SHEET
    mm_w, mm_h = wide * 1000, high * 1000
    face = Panel(mm_w, mm_h, spec.base)
    face.rect((mm_w * 0.06, mm_h * 0.04, mm_w * 0.94, mm_h * 0.96), spec.accent)
    face.rect((mm_w * 0.075, mm_h * 0.05, mm_w * 0.925, mm_h * 0.95), spec.base)
    for k, line in enumerate(spec.title.split('\n')):
        face.text(
            (mm_w / 2, mm_h * (0.15 + 0.1 * k)),
            line,
            mm_h * 0.1,
            color=spec.ink,
            fit=mm_w * 0.78,
            bold=0.04,
        )
    spec.motif(face, (mm_w / 2, mm_h * 0.57), mm_w * 0.55, color=spec.accent)
    face.text((mm_w / 2, mm_h * 0.88), spec.author, mm_h * 0.05, color=spec.ink, fit=mm_w * 0.7)
    back = Panel(mm_w, mm_h, spec.base)
    motifs.small_print(
        back, (mm_w * 0.12, mm_h * 0.12, mm_w * 0.88, mm_h * 0.55), 14, color=spec.ink
    )
    motifs.barcode(back, (mm_w * 0.6, mm_h * 0.8, mm_w * 0.9, mm_h * 0.93), 3)
    spine = Panel(mm_h, thick * 1000, mix(spec.base, '#000000', 0.15))
    spine.text(
        (mm_h * 0.45, thick * 500),
        spec.title.replace('\n', ' '),
        thick * 550,
        color=spec.ink,
        fit=mm_h * 0.7,
        bold=0.04,
    )
    for x in (0.04, 0.92):
        spine.rect((mm_h * x, 0, mm_h * (x + 0.015), thick * 1000), spec.accent)
    atlas = Atlas(768, 768, spec.base)
    atlas.paste(face, cover.front)
    atlas.paste(back, cover.back)
    atlas.paste(spine, Rect(0, 0, 0.5, 0.12))
    plain_rect = Rect(0.6, 0.05, 0.9, 0.15)
    half_h = thick / 2
    top = rounded_box(
        (wide, high, t),
        t * 0.45,
        BoxRects(plain_rect, plain_rect, plain_rect, plain_rect, cover.front, plain_rect),
        steps=1,
    )
    bottom = rounded_box(
        (wide, high, t),
        t * 0.45,
        BoxRects(plain_rect, plain_rect, plain_rect, plain_rect, plain_rect, cover.back),
        steps=1,
    )
    back_edge = rounded_box(
        (t, high, thick),
        t * 0.45,
        BoxRects(
            plain_rect, plain_rect, Rect(0, 0, 0.5, 0.12), plain_rect, plain_rect, plain_rect
        ),
        steps=1,
    )
    covers = merge(
        top.moved(z=half_h - t / 2),
        bottom.moved(z=-half_h + t / 2),
        back_edge.moved(x=-wide / 2 + t / 2),
    )
    pages = rounded_box(
        (wide - t - 0.004, high - 0.007, thick - 2 * t + 0.0002), 0.0003, steps=1
    ).moved(x=(t - 0.004) / 2 - 0.0005)
    sheet = plain((128, 128), '#efe6d2') * (
        0.86 + 0.16 * value_noise(rng, (128, 128), (64, 2))[..., None]
    )
    look = Material('body', atlas.pixels(), roughness=0.5, tint=True)
    paper = Material('pages', to_pixels(sheet), roughness=0.85, colors=32)
    parts = (Part('body', covers, look, 750.0), Part('pages', pages, paper, 780.0))
    x, y, z = wide / 2, high / 2, half_h
    return ObjectModel(parts, (box((-x, -y, -z), (x, y, z)),), friction=0.5)


def _books() -> tuple[Variant, ...]:
    specs = {
        'garden': BookSpec(
            (0.135, 0.205, 0.026),
            'THE QUIET\nGARDEN',
            'A. Meadow',
            '#2f5a47',
            '#f3ead2',
            '#cfa85a',
            motifs.flower,
        ),
        'night': BookSpec(
            (0.110, 0.178, 0.034),
            'NIGHT\nSKY',
            'a field guide',
            '#1b2547',
            '#f4efe0',
            '#e0b94a',
            motifs.star,
            0.0012,
        ),
        'cooking': BookSpec(
            (0.190, 0.235, 0.019),
            'CITRUS',
            'sixty recipes',
            '#f3ede0',
            '#a8471b',
            '#e58a24',
            motifs.slice_of_citrus,
            0.003,
        ),
    }
    return tuple(Variant(name, partial(_book, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {'book': _books()}
