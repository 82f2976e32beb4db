"""Books."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.box import SHEET, BoxRects, rounded_box
from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.collision import box
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.surface import Rect, Surface, merge
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.labels import Motif
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
    motif: Motif
    cover_m: float = 0.0024


_SPINE = Rect(0.0, 0.0, 0.5, 0.12)
_CLOTH = Rect(0.6, 0.05, 0.9, 0.15)


def _book(spec: BookSpec, rng: np.random.Generator) -> ObjectModel:
    wide, high, thick = spec.size_m
    t = spec.cover_m
    block = (wide - t - 0.004, high - 0.007, thick - 2 * t + 0.0002)
    pages = rounded_box(block, 0.0003, steps=1).moved(x=(t - 0.004) / 2 - 0.0005)
    edges = 0.86 + 0.16 * value_noise(rng, (128, 128), (64, 2))
    sheet = plain((128, 128), '#efe6d2') * edges[..., None]
    look = Material('body', _cover_print(spec).pixels(), roughness=0.5, tint=True)
    paper = Material('pages', to_pixels(sheet), roughness=0.85, colors=32)
    parts = (Part('body', _covers(spec), look, 750.0), Part('pages', pages, paper, 780.0))
    x, y, z = wide / 2, high / 2, thick / 2
    return ObjectModel(parts, (box((-x, -y, -z), (x, y, z)),), friction=0.5)


def _covers(spec: BookSpec) -> Surface:
    """Front, back and spine as three boards."""
    wide, high, thick = spec.size_m
    t = spec.cover_m
    bare = BoxRects(*[_CLOTH] * 6)
    board = (wide, high, t)
    front = rounded_box(board, t * 0.45, bare._replace(top=SHEET.front), steps=1)
    back = rounded_box(board, t * 0.45, bare._replace(bottom=SHEET.back), steps=1)
    spine = rounded_box((t, high, thick), t * 0.45, bare._replace(left=_SPINE), steps=1)
    lift = (thick - t) / 2
    return merge(front.moved(z=lift), back.moved(z=-lift), spine.moved(x=(t - wide) / 2))


def _cover_print(spec: BookSpec) -> Atlas:
    wide, high, thick = (1000 * s for s in spec.size_m)
    face = Panel(wide, high, spec.base)
    face.rect((wide * 0.06, high * 0.04, wide * 0.94, high * 0.96), spec.accent)
    face.rect((wide * 0.075, high * 0.05, wide * 0.925, high * 0.95), spec.base)
    for k, line in enumerate(spec.title.split('\n')):
        at = (wide / 2, high * (0.15 + 0.1 * k))
        face.text(at, line, high * 0.1, color=spec.ink, fit=wide * 0.78, bold=0.04)
    spec.motif(face, (wide / 2, high * 0.57), wide * 0.55, color=spec.accent)
    face.text((wide / 2, high * 0.88), spec.author, high * 0.05, color=spec.ink, fit=wide * 0.7)
    back = Panel(wide, high, spec.base)
    words = (wide * 0.12, high * 0.12, wide * 0.88, high * 0.55)
    motifs.small_print(back, words, 14, color=spec.ink)
    motifs.barcode(back, (wide * 0.6, high * 0.8, wide * 0.9, high * 0.93), 3)
    spine = Panel(high, thick, mix(spec.base, '#000000', 0.15))
    title = spec.title.replace('\n', ' ')
    at = (high * 0.45, thick / 2)
    spine.text(at, title, thick * 0.55, color=spec.ink, fit=high * 0.7, bold=0.04)
    for x in (0.04, 0.92):
        spine.rect((high * x, 0, high * (x + 0.015), thick), spec.accent)
    atlas = Atlas(768, 768, spec.base)
    atlas.paste(face, SHEET.front)
    atlas.paste(back, SHEET.back)
    atlas.paste(spine, _SPINE)
    return atlas


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
