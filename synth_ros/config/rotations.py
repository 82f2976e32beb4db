"""Distributions of rotations, for keys that draw an orientation.

Each kind is a map from the unit cube that keeps equal volumes equal, so that ``across: episodes``
spreads rotations as evenly as it does numbers. The maps are in ``randomize.rotations``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from synth_ros.config.base import Axis, Fault, NonNegative, Quaternion, Section, Vector3
from synth_ros.config.distribution_kinds import weight_faults, with_shares
from synth_ros.config.distributions import Distribution, Drawn, drawn, uniform
from synth_ros.config.one_kind import OneKind

_Tilt = Annotated[Distribution, drawn(low=0, high=180)]
_HalfAngle = Annotated[float, Field(gt=0, le=180)]

_UP = (0.0, 0.0, 1.0)
_ANY_TURN = uniform(-180, 180)


class RollPitchYaw(Section):
    """Angles about the fixed axes x, y, z, in this order, each drawn by itself."""

    roll_deg: Drawn = uniform(0, 0)
    """About x."""
    pitch_deg: Drawn = uniform(0, 0)
    """About y."""
    yaw_deg: Drawn = uniform(0, 0)
    """About z."""


class Cone(Section):
    """An axis tilted by less than an angle, in proportion to the solid angle."""

    half_angle_deg: _HalfAngle
    """Largest angle between the object's z axis and ``axis``."""
    axis: Axis = _UP
    """Middle of the cone."""
    spin_deg: Drawn = _ANY_TURN
    """Rotation about the object's own z axis before it is tilted."""


class Tilt(Section):
    """A rotation about z, then a tilt towards any side."""

    angle_deg: _Tilt
    """By how much."""
    spin_deg: Drawn = _ANY_TURN
    """Rotation about z before."""


class Near(Section):
    """A small rotation about any axis after a fixed one: an error of calibration."""

    rpy_deg: Vector3 = (0.0, 0.0, 0.0)
    """The fixed one: angles about the fixed axes x, y, z, in this order."""
    std_deg: NonNegative
    """Standard deviation of the rotation vector along each axis."""


class Sides(Section):
    """Standing on one of the six sides of a box, each as likely as any other."""

    yaw_deg: Drawn = _ANY_TURN
    """Rotation about the world's z after that."""


class PlainRotations(OneKind):
    """A rotation: exactly one of the kinds below."""

    uniform: Literal['so3'] | None = None
    """``so3``: any rotation, each as likely as any other (Haar measure)."""
    yaw_deg: Drawn | None = None
    """Upright, with this heading."""
    rpy_deg: RollPitchYaw | None = None
    """By angles about fixed axes."""
    quat_wxyz: Quaternion | None = None
    """Always this one."""
    cone: Cone | None = None
    """Within a cone."""
    tilt: Tilt | None = None
    """Tilted by an angle."""
    near: Near | None = None
    """Around a fixed one."""
    sides: Sides | None = None
    """On any of six sides."""


class MixedRotations(Section):
    """Several distributions of rotations; each draw comes from one of them."""

    of: Annotated[tuple[PlainRotations, ...], Field(min_length=1)]
    """The distributions."""
    weights: tuple[NonNegative, ...] | None = None
    """How often each is drawn from, relative to the others; equally often by default."""

    def weighted(self) -> tuple[tuple[PlainRotations, float], ...]:
        """The distributions that are drawn from at all, with their shares."""
        return with_shares(self.of, self.weights)

    def rules(self) -> Iterator[Fault]:
        """Yield faults of the weights."""
        yield from weight_faults(self.weights, len(self.of), 'of')


class Rotations(PlainRotations):
    """A rotation: exactly one of the kinds below."""

    mixture: MixedRotations | None = None
    """From one of several distributions."""
    across: Literal['episodes'] | None = None
    """Spreads the draws of successive episodes evenly (scrambled Sobol points) instead of
    independently."""
