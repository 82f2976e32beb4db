"""The surroundings: room and furniture, lights, and their randomization."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from synth_ros.config.base import Asset, Fault, Section
from synth_ros.config.distributions import Distribution, constant, drawn
from synth_ros.config.lights import LightsConfig
from synth_ros.config.surroundings import (
    BackdropConfig,
    ColorsConfig,
    ImageLightConfig,
    SkyConfig,
)
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
    colors: ColorsConfig = ColorsConfig()
    """Colours of walls, floor and furniture; needs randomize_materials."""
    lights: LightsConfig = LightsConfig()
    """The lamps and the light from everywhere."""
    exposure_ev: _Exposure = constant(0)
    """Exposure of all cameras in stops, drawn for every view: 1 makes the picture twice as bright
    before tone mapping, -1 half as bright."""
    sky: SkyConfig | None = None
    """What shows where there is nothing; that of the environment's own model if not given."""
    image_light: ImageLightConfig = ImageLightConfig()
    """Where the light from everywhere comes from."""
    backdrop: BackdropConfig = BackdropConfig()
    """A picture behind the scene."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for light from a sky that is not given."""
        if self.image_light.source == 'sky' and self.sky is None:
            message = 'the sky of the environment gives no light: give environment.sky'
            yield Fault(('image_light', 'source'), message)
