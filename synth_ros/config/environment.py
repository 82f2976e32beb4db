"""The surroundings: room and furniture, lights, and their randomization."""

from __future__ import annotations

from synth_ros.config.base import (
    Asset,
    ElevationRange,
    LampCountRange,
    PositiveRange,
    Section,
    UnitInterval,
)
from synth_ros.config.textures import TextureConfig


class LightsConfig(Section):
    """Lamps above the placement surface, drawn anew for every scene."""

    count: LampCountRange = (1, 3)
    """Lamps per scene; at least one, at most four."""
    distance_m: PositiveRange = (1.6, 2.6)
    """Distance from the middle of the placement surface."""
    elevation_deg: ElevationRange = (35.0, 85.0)
    """Angle above the horizon."""
    intensity: PositiveRange = (0.75, 1.2)
    """Brightness relative to a well-lit room, shared among the lamps."""
    color_temperature_k: PositiveRange = (2800.0, 6500.0)
    """Colour of each lamp as a black body."""
    ambient: PositiveRange = (0.25, 0.5)
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
