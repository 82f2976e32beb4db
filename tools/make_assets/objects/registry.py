"""All classes and variants."""

from __future__ import annotations

import zlib

import numpy as np

from tools.make_assets.objects.classes import (
    containers,
    desk,
    fruit,
    handtools,
    kitchen,
    packages,
    tableware,
)
from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.model import ObjectModel

CLASSES: dict[str, tuple[Variant, ...]] = {
    **tableware.VARIANTS,
    **containers.VARIANTS,
    **packages.VARIANTS,
    **kitchen.VARIANTS,
    **fruit.VARIANTS,
    **handtools.VARIANTS,
    **desk.VARIANTS,
}


def build(class_name: str, variant: Variant) -> ObjectModel:
    """Builds a variant from its own random stream, so that none depends on another."""
    key = zlib.crc32(f'{class_name}/{variant.name}'.encode())
    return variant.build(np.random.default_rng(key))
