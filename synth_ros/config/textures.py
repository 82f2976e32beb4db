"""Textures that are drawn: made by a formula, or taken from a folder of images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from pydantic import Field

from synth_ros.config.base import Fault, NonNegative, Section, Text, UnitInterval
from synth_ros.config.distributions import DrawnPositive, DrawnUnit, constant, log_uniform
from synth_ros.config.problems import nearest

TextureFamily = Literal[
    'noise', 'checker', 'stripes', 'dots', 'gradient', 'wood', 'marble', 'voronoi', 'tartan'
]
FAMILIES: tuple[TextureFamily, ...] = get_args(TextureFamily)
"""All families of textures that are made by a formula."""


class TextureConfig(Section):
    """How many surfaces get a texture that is drawn, and from what."""

    share: DrawnUnit = constant(0.0)
    """Share of the things that get a drawn texture in place of their own look."""
    families: dict[str, NonNegative] = Field(default_factory=dict)
    """Weights of the families: noise, checker, stripes, dots, gradient, wood, marble, voronoi,
    tartan. Those that are not named are not drawn; without any, all are, equally often."""
    tile_m: DrawnPositive = log_uniform(0.04, 0.16)
    """Edge of one repeat of the pattern or image, metres."""
    folder: Text | None = None
    """Folder of images (png, jpg, jpeg) that serve as textures, relative to the config."""
    folder_share: UnitInterval = 0.5
    """Share of the drawn textures that are images of the folder, if there is one."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults for families that do not exist and for weights that sum to nothing."""
        for name in self.families:
            if name not in FAMILIES:
                near = nearest(name, FAMILIES)
                guess = f' Did you mean "{near}"?' if near else ''
                message = f'there is no such family.{guess} Families: {", ".join(FAMILIES)}'
                yield Fault(('families', name), message)
        if self.families and sum(self.families.values()) <= 0:
            message = 'the weights sum to zero; give at least one family more than 0'
            yield Fault(('families',), message)
