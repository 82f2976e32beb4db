"""All classes and variants."""

from __future__ import annotations

import zlib

import numpy as np

from tools.make_assets.objects.classes import (
    books,
    bottles,
    boxes,
    cans,
    cartons,
    cups,
    dishes,
    fruit,
    hammers,
    jars,
    mugs,
    remotes,
    screwdrivers,
    sponges,
    sprays,
    tapes,
    teapots,
)
from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.model import ObjectModel

CLASSES: dict[str, tuple[Variant, ...]] = {
    **mugs.VARIANTS,
    **dishes.VARIANTS,
    **cups.VARIANTS,
    **teapots.VARIANTS,
    **bottles.VARIANTS,
    **cans.VARIANTS,
    **jars.VARIANTS,
    **sprays.VARIANTS,
    **boxes.VARIANTS,
    **cartons.VARIANTS,
    **fruit.VARIANTS,
    **sponges.VARIANTS,
    **books.VARIANTS,
    **tapes.VARIANTS,
    **screwdrivers.VARIANTS,
    **hammers.VARIANTS,
    **remotes.VARIANTS,
}


def build(class_name: str, variant: Variant) -> ObjectModel:
    """Builds a variant from its own random stream, so that none depends on another."""
    key = zlib.crc32(f'{class_name}/{variant.name}'.encode())
    return variant.build(np.random.default_rng(key))
