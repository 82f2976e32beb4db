"""Rolls of tape."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.collision import staves
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.textures.materials import cardboard, mottled
from tools.make_assets.objects.textures.noise import value_noise
from tools.make_assets.objects.textures.paint import to_pixels


class TapeSpec(NamedTuple):
    """A roll of tape lying flat."""

    outer_m: float
    tape_m: float
    core_m: float
    width_m: float
    color: str
    roughness: float
    core: str = '#b08a5e'
    metallic: float = 0.0


def _tape(spec: TapeSpec, rng: np.random.Generator) -> ObjectModel:
    r, w, inner = spec.outer_m, spec.width_m, spec.tape_m
    tape_profile = rounded(
        [(inner, 0.0), (r, 0.0, 0.0006), (r, w, 0.0006), (inner, w), (inner, 0.0)]
    )
    v = np.array([0.0, 0.3, 0.7, 1.0, 1.0])
    tape = lathe(tape_profile, v, slices=64)
    shape = (256, 256)
    rings = value_noise(rng, (256, 2), (64, 2))[:, :1] * np.ones(shape)
    image = mottled(rng, shape, spec.color, amount=0.04) * (0.9 + 0.14 * rings[..., None])
    wall = mottled(rng, (103, 256), spec.color, amount=0.05)
    wall *= (0.985 + 0.03 * value_noise(rng, (103, 256), (30, 4)))[..., None]
    wall[:, 40:42] *= 0.75
    image[76:179] = wall
    core_profile = rounded(
        [
            (spec.core_m, 0.0003),
            (inner + 0.0002, 0.0003),
            (inner + 0.0002, w - 0.0003),
            (spec.core_m, w - 0.0003),
            (spec.core_m, 0.0003),
        ]
    )
    core = lathe(core_profile, slices=48)
    paper = Material(
        'core', to_pixels(cardboard(rng, (128, 128), spec.core)), roughness=0.85, colors=32
    )
    look = Material(
        'body',
        to_pixels(image),
        roughness=spec.roughness,
        metallic=spec.metallic,
        tint=True,
        colors=64,
    )
    parts = (Part('body', tape, look, 980.0), Part('core', core, paper, 700.0))
    ring = staves(((r, 0.0), (r, w)), ((spec.core_m, 0.0), (spec.core_m, w)), 16)
    return ObjectModel(parts, tuple(ring), rolls=True)


def _tapes() -> tuple[Variant, ...]:
    specs = {
        'packing': TapeSpec(0.054, 0.0415, 0.0380, 0.048, '#a9763c', 0.25),
        'painter': TapeSpec(0.051, 0.0410, 0.0380, 0.025, '#2f6fb3', 0.6, '#cbb994'),
        'duct': TapeSpec(0.058, 0.0415, 0.0380, 0.048, '#8f9499', 0.4, '#7a6a55'),
        'electrical': TapeSpec(0.032, 0.0210, 0.0185, 0.019, '#b5221d', 0.35, '#e8e4da'),
    }
    return tuple(Variant(name, partial(_tape, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {'tape_roll': _tapes()}
