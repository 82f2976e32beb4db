"""The lamps of a scene and the light from everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, get_args

from synth_ros.config.base import Fault, KeyPath, NonNegative, Section, UnitInterval
from synth_ros.config.distributions import (
    Distribution,
    Drawn,
    DrawnNonNegative,
    DrawnPositive,
    WholeDistribution,
    WholeOnly,
    constant,
    drawn,
    log_uniform,
    uniform,
    whole_uniform,
)

LampKind = Literal['spot', 'point', 'directional']
LAMP_KINDS: tuple[LampKind, ...] = get_args(LampKind)

MOST_LAMPS = 10
"""Filament draws 64 shadow maps, of which a lamp that shines all around takes six."""

MOST_CLASSIC_LAMPS = 7
"""OpenGL's fixed functions take eight; one is the light from everywhere."""

_LampCount = Annotated[WholeDistribution, WholeOnly, drawn(whole=True, low=0, high=MOST_LAMPS)]
_Elevation = Annotated[Distribution, drawn(above=0, high=90)]
_Cutoff = Annotated[Distribution, drawn(low=5, high=80)]
_Radius = Annotated[Distribution, drawn(low=0, high=2)]
_Specular = Annotated[Distribution, drawn(low=0, high=4)]


class LampKinds(Section):
    """How often lamps are of each kind, relative to the others."""

    spot: NonNegative = 1.0
    """Shines into a cone, as a ceiling lamp does."""
    point: NonNegative = 0.0
    """Shines all around, as a bare bulb does."""
    directional: NonNegative = 0.0
    """Parallel rays, as from the sun."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for weights that sum to nothing."""
        if not any(self.weights()):
            yield Fault((), 'the weights sum to zero; give at least one kind more than 0')

    def weights(self) -> tuple[float, ...]:
        """In the order of ``LAMP_KINDS``."""
        return self.spot, self.point, self.directional


class LightsConfig(Section):
    """Lamps above the placement surface, drawn anew for every scene."""

    count: _LampCount = whole_uniform(1, 3)
    """Lamps per scene, at most ten; 0 leaves the light from everywhere alone. The classic renderer
    draws at most seven."""
    kinds: LampKinds = LampKinds()
    """Weights of spot, point and directional lamps."""
    distance_m: DrawnPositive = uniform(1.6, 2.6)
    """Distance from the middle of the placement surface."""
    elevation_deg: _Elevation = uniform(35, 85)
    """Angle above the horizon."""
    azimuth_deg: Drawn = uniform(-180, 180)
    """Direction of the lamp seen from the placement surface: 0 is the world's x axis, 90 its y
    axis."""
    aim_offset_m: Drawn = uniform(-0.15, 0.15)
    """How far beside the middle of the placement surface a lamp aims, drawn for x and for y."""
    cutoff_deg: _Cutoff = constant(60)
    """Half the angle of a spot's cone."""
    intensity: DrawnPositive = uniform(0.75, 1.2)
    """Brightness relative to a well-lit room, shared among the lamps: 1 is 60,000 lux on a surface
    at the target that faces the lamps, in a picture with exposure_ev 0."""
    illuminance_lux: DrawnPositive | None = None
    """The same in lux, in place of intensity. What a room or the sun gives needs an exposure to
    match: 500 lux are as bright as intensity 1 with an exposure_ev of 6.9."""
    color_temperature_k: DrawnPositive = log_uniform(2800, 6500)
    """Colour of each lamp as a black body."""
    white_balance: UnitInterval = 0.5
    """Share of the cast of lamps and image light that the camera's white balance takes out."""
    radius_m: _Radius = constant(0.06)
    """Radius of what shines: how soft shadows are where render.soft_shadows is on (onepass and
    Filament). Of parallel light, that of a bulb 1 m away."""
    specular: _Specular = constant(0.27)
    """Strength of highlights relative to a lamp's other light. Classic renderer alone: in the
    others it follows from material and lamp."""
    ambient: DrawnNonNegative = uniform(0.25, 0.5)
    """Light that comes from everywhere, relative to a well-lit room."""
    cast_shadow_probability: UnitInterval = 0.8
    """Share of the lamps, after the first, that cast shadows; the first always does."""

    def classic_faults(self, path: KeyPath) -> Iterator[Fault]:
        """Yield a fault for more lamps than the classic renderer draws."""
        most = self.count.support().high
        if most > MOST_CLASSIC_LAMPS:
            message = (
                f'up to {most:g} lamps are drawn here, and the classic renderer draws at most '
                f'{MOST_CLASSIC_LAMPS}'
            )
            yield Fault((*path, 'count'), message)

    def rules(self) -> Iterator[Fault]:
        """Yield a fault where nothing lights the scene."""
        if self.count.support().high <= 0 and self.ambient.support().high <= 0:
            yield Fault(('ambient',), 'nothing lights the scene: count is 0, and so is this')
