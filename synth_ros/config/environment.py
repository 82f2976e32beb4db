"""The surroundings: room and furniture, lights, and their randomization."""

from __future__ import annotations

from typing import Annotated

from synth_ros.config.base import Asset, Section
from synth_ros.config.distributions import Distribution, constant, drawn
from synth_ros.config.lights import LightsConfig
from synth_ros.config.textures import TextureConfig

_Exposure = Annotated[Distribution, drawn(low=-16, high=16)]


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
    exposure_ev: _Exposure = constant(0)
    """Exposure of all cameras in stops, drawn for every view: 1 makes the picture twice as bright
    before tone mapping, -1 half as bright."""
