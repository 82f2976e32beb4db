"""The surroundings: room and furniture, lights, and their randomization."""

from __future__ import annotations

from typing import Annotated

from synth_ros.config.base import Asset, Section, UnitInterval
from synth_ros.config.distributions import (
    Distribution,
    DrawnPositive,
    WholeDistribution,
    WholeOnly,
    drawn,
    log_uniform,
    uniform,
    whole_uniform,
)
from synth_ros.config.textures import TextureConfig

_LampCount = Annotated[WholeDistribution, WholeOnly, drawn(whole=True, low=1, high=4)]
_Elevation = Annotated[Distribution, drawn(above=0, high=90)]


class LightsConfig(Section):
    """Lamps above the placement surface, drawn anew for every scene."""

    count: _LampCount = whole_uniform(1, 3)
    """Lamps per scene; at least one, at most four."""
    distance_m: DrawnPositive = uniform(1.6, 2.6)
    """Distance from the middle of the placement surface."""
    elevation_deg: _Elevation = uniform(35, 85)
    """Angle above the horizon."""
    intensity: DrawnPositive = uniform(0.75, 1.2)
    """Brightness relative to a well-lit room, shared among the lamps."""
    color_temperature_k: DrawnPositive = log_uniform(2800, 6500)
    """Colour of each lamp as a black body."""
    ambient: DrawnPositive = uniform(0.25, 0.5)
    """Light that comes from everywhere, relative to a well-lit room."""
    cast_shadow_probability: UnitInterval = 0.8
    """Share of the lamps, after the first, that cast shadows; the first always does."""


class EnvironmentConfig(Section):
    """The room around the robot."""

    model: Asset = 'builtin://tabletop_room'
    """``builtin://NAME``, ``package://PACKAGE/path``, or an MJCF path relative to the config.
    Its box sites named ``surface_NAME`` are the surfaces that placement can name."""
    randomize_materials: bool = True
    """Draw new colours and textures for walls, floor and furniture in every scene (materials
    whose names start with ``random_`` in the model)."""
    textures: TextureConfig = TextureConfig()
    """Textures in place of those of walls, floor and furniture, each role by itself; needs
    randomize_materials. Their repeat is that of the model's own textures, not tile_m."""
    lights: LightsConfig = LightsConfig()
    """The lamps and the light from everywhere."""
