"""Washing-up sponges."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.collision import (
    Shape,
    box,
)
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.surface import FULL, Rect
from tools.make_assets.objects.sweep import prism, rounded_outline, superellipse
from tools.make_assets.objects.textures.materials import (
    foam,
    mottled,
)
from tools.make_assets.objects.textures.noise import value_noise
from tools.make_assets.objects.textures.paint import to_pixels


class SpongeSpec(NamedTuple):
    """A washing-up sponge: size in metres, thickness of the scouring side."""

    size_m: tuple[float, float, float]
    scour_m: float
    foam: str
    scour: str
    waist_m: float = 0.0


def _sponge(spec: SpongeSpec, rng: np.random.Generator) -> ObjectModel:
    x, y, z = spec.size_m
    outline = rounded_outline(x / 2, y / 2, 0.008, steps=4)
    if spec.waist_m:
        a = np.linspace(0, 2 * np.pi, 41)
        p = superellipse(x / 2, y / 2, 5.0, count=40)
        p[:, 1] *= 1 - spec.waist_m / (y / 2) * np.exp(-((p[:, 0] / (x * 0.16)) ** 2))
        t = np.gradient(p, axis=0)
        t[0] = t[-1] = p[1] - p[-2]
        n = np.stack([t[:, 1], -t[:, 0]], axis=1)
        outline = outline._replace(
            points=p, normals=n / np.linalg.norm(n, axis=1, keepdims=True), station=a
        )
    rects = (Rect(0, 0, 0.5, 0.42), Rect(0, 0.44, 1, 0.6), Rect(0, 0.62, 0.56, 1))
    foam_z = z - spec.scour_m
    soft = prism(outline, foam_z, (0.003, 0.001), rects=rects)
    rough = prism(outline, spec.scour_m, (0.0005, 0.002), rects=(FULL, Rect(0, 0, 1, 0.15), FULL))
    pores = foam(rng, (384, 384), spec.foam, holes=330)
    fibres = 0.75 + 0.5 * value_noise(rng, (256, 256), (128, 40)) * value_noise(
        rng, (256, 256), (40, 128)
    )
    pad = mottled(rng, (256, 256), spec.scour, amount=0.1) * fibres[..., None]
    parts = (
        Part(
            'body',
            soft,
            Material('body', to_pixels(pores), roughness=0.95, tint=True, colors=64),
            60.0,
        ),
        Part(
            'scour',
            rough.moved(z=foam_z),
            Material('scour', to_pixels(pad), roughness=0.95, colors=48),
            160.0,
        ),
    )
    shapes: tuple[Shape, ...] = (box((-x / 2, -y / 2, 0), (x / 2, y / 2, z)),)
    return ObjectModel(parts, shapes, friction=0.9)


def _sponges() -> tuple[Variant, ...]:
    specs = {
        'yellow': SpongeSpec((0.105, 0.068, 0.034), 0.008, '#edc531', '#2f7a3c'),
        'blue': SpongeSpec((0.112, 0.072, 0.028), 0.006, '#5aa7d6', '#28406b', 0.007),
        'pink': SpongeSpec((0.090, 0.062, 0.040), 0.009, '#ea7fa0', '#6d4a8a'),
    }
    return tuple(Variant(name, partial(_sponge, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {'sponge': _sponges()}
