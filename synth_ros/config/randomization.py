"""What varies about the robot and its cameras from view to view."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import Field

from synth_ros.config.base import NAME_PATTERN, Fault, NonNegative, Section
from synth_ros.config.distributions import Drawn, DrawnPositive, uniform
from synth_ros.config.vary import Variation


class RobotRandomization(Section):
    """Where the robot stands and how it is posed, drawn for every view."""

    x_m: Drawn = uniform(0, 0)
    """Offset along the world's x axis."""
    y_m: Drawn = uniform(0, 0)
    """Offset along the world's y axis."""
    yaw_deg: Drawn = uniform(0, 0)
    """Offset of the heading."""
    joints: dict[str, Drawn] = Field(default_factory=dict)
    """Joint positions by name: radians or metres."""
    max_attempts: int = Field(default=50, ge=1, le=1000)
    """Postures drawn for a view before it is given up: a posture that touches an object, the
    furniture or the robot itself is drawn again."""


class CameraRandomization(Section):
    """Calibration error of every camera, drawn for every episode."""

    position_m: NonNegative = 0.0
    """Standard deviation of the mount position on each axis."""
    rotation_deg: NonNegative = 0.0
    """Standard deviation of the mount rotation about each axis."""


class SensorNoise(Section):
    """What the sensor adds to the clean image; labels stay clean."""

    rgb_gain: DrawnPositive = uniform(1, 1)
    """Exposure factor, drawn for every frame."""
    rgb_noise: NonNegative = 0.0
    """Standard deviation of Gaussian noise, in grey levels of 255."""
    depth_noise_m: NonNegative = 0.0
    """Standard deviation of depth noise at 1 m; grows with the square of the distance, as for
    a stereo depth camera."""
    depth_dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of pixels without depth, more at depth edges."""


class RandomizationConfig(Section):
    """Variation of viewpoint and sensor.

    Objects, lights, materials and physics carry their own ranges in their sections.
    """

    variables: dict[str, Drawn] = Field(default_factory=dict)
    """Numbers drawn once for every episode, by name; other draws may depend on them:
    ``{draw: {variable: NAME}}``."""
    robot: RobotRandomization = RobotRandomization()
    """Where the robot stands and how it is posed."""
    cameras: CameraRandomization = CameraRandomization()
    """How far the cameras are out of calibration."""
    sensor: SensorNoise = SensorNoise()
    """What the sensor adds to the clean image."""
    vary: dict[str, Variation] = Field(default_factory=dict)
    """Randomizers of named targets, by a name of their own, which also names their random
    stream."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for each variable or randomizer whose name nothing could refer to."""
        named = [('variables', name) for name in self.variables]
        for key, name in (*named, *(('vary', name) for name in self.vary)):
            if not re.fullmatch(NAME_PATTERN, name) or len(name) > 64:
                message = (
                    'expects a name of a to z, 0 to 9 and "_" that starts with a letter and has '
                    'at most 64 characters'
                )
                yield Fault((key, name), message)
