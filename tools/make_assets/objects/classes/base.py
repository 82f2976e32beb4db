"""How a class offers its variants."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.model import Material, ObjectModel
from tools.make_assets.objects.surface import FloatArray, Rect
from tools.make_assets.objects.textures.materials import rubbery
from tools.make_assets.objects.textures.paint import to_pixels

Builder = Callable[[np.random.Generator], ObjectModel]

CERAMIC = 2300.0
STEEL = 7800.0
PLASTIC = 1050.0
WOOD = 680.0


class Variant(NamedTuple):
    """One variant of a class.

    Attributes:
        name: Folder name.
        build: Makes it from its own random stream.
    """

    name: str
    build: Builder


def band(v: FloatArray, first: int, last: int) -> Rect:
    """The texture strip between two corners of a profile."""
    return Rect(0.0, float(v[first]), 1.0, float(v[last]))


def steel(name: str = 'steel', roughness: float = 0.3) -> Material:
    """Bare steel; not quite metallic, so that it does not turn black where nothing shines."""
    return Material(name, rgb=(0.72, 0.73, 0.75), roughness=roughness, metallic=0.65)


def plastic(rng: np.random.Generator, name: str, color: str) -> Material:
    """Fine-grained plastic of one colour."""
    return Material(name, to_pixels(rubbery(rng, (64, 64), color)), roughness=0.4, colors=16)
