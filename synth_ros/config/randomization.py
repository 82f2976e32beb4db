"""What varies about the robot and its cameras from view to view."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from synth_ros.config.base import NAME_PATTERN, Fault, NonNegative, Section, Text
from synth_ros.config.distributions import (
    Distribution,
    Drawn,
    DrawnPositive,
    constant,
    drawn,
    uniform,
)
from synth_ros.config.vary import Variation
from synth_ros.config.viewpoint import ViewpointConfig

DrawnFocal = Annotated[Distribution, drawn(low=0.1, high=10.0)]
"""A factor that leaves a lens a lens."""


class JointLog(Section):
    """A file of real joint positions, of which every view draws a row."""

    path: Text
    """CSV with the joints' names in its first line, or NPZ with one array for each joint, named
    like it; radians or metres, within the joints' limits. Relative to the config file."""
    ignore: tuple[Text, ...] = ()
    """Columns or arrays that are no joints: names, or patterns with ``*``."""


class RobotRandomization(Section):
    """Where the robot stands and how it is posed, drawn for every view."""

    x_m: Drawn = uniform(0, 0)
    """Offset along the world's x axis."""
    y_m: Drawn = uniform(0, 0)
    """Offset along the world's y axis."""
    yaw_deg: Drawn = uniform(0, 0)
    """Offset of the heading."""
    joints: dict[str, Drawn] = Field(default_factory=dict)
    """Joint positions by name: radians or metres. They have precedence over the log, and that
    over the limits."""
    joints_within_limits: tuple[Text, ...] = ()
    """Joints to draw uniformly within their own limits, from -pi to pi where a turning joint has
    none: names, or patterns with ``*``. Joints that follow others keep following."""
    joint_log: JointLog | None = None
    """Joint positions from a file: a row for every view."""
    max_attempts: int = Field(default=50, ge=1, le=1000)
    """Postures drawn for a view before it is given up: a posture that touches an object, the
    furniture or the robot itself is drawn again."""


class IntrinsicsRandomization(Section):
    """Error of every camera's lens; images and all labels are those of the lens that was drawn."""

    focal_scale: DrawnFocal = constant(1.0)
    """Factor on both focal lengths."""
    aspect_scale: DrawnFocal = constant(1.0)
    """Further factor on fy."""
    principal_px: Drawn = constant(0.0)
    """Added to the principal point: drawn once for cx and once for cy."""
    per: Literal['episode', 'view'] = 'episode'
    """How often it is drawn. In a sequence, an episode keeps the lens of its first view."""

    @property
    def fixed(self) -> bool:
        """Whether nothing varies."""
        factors = (self.focal_scale, self.aspect_scale)
        return all(each.support() == (1, 1) for each in factors) and _is_zero(self.principal_px)


class CameraRandomization(Section):
    """Calibration error of every camera."""

    position_m: NonNegative = 0.0
    """Standard deviation of the mount position on each axis."""
    rotation_deg: NonNegative = 0.0
    """Standard deviation of the mount rotation about each axis."""
    per: Literal['episode', 'view'] = 'episode'
    """How often the mount is drawn. In a sequence, an episode keeps the mount of its first
    view."""
    intrinsics: IntrinsicsRandomization = IntrinsicsRandomization()
    """Error of the lens."""


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
    viewpoints: tuple[ViewpointConfig, ...] = ()
    """Cameras that see a target from a drawn distance and side, by inverse kinematics or put in
    their place; several of a robot are satisfied together."""
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
        yield from self._viewpoint_faults()

    def _viewpoint_faults(self) -> Iterator[Fault]:
        first: dict[str, int] = {}
        robot = self.robot
        still = all(_is_zero(part) for part in (robot.x_m, robot.y_m, robot.yaw_deg))
        for i, entry in enumerate(self.viewpoints):
            if first.setdefault(entry.camera, i) != i:
                message = f'viewpoints[{first[entry.camera]}] is of this camera already'
                yield Fault(('viewpoints', i, 'camera'), message)
            if entry.base and still:
                message = (
                    'the base moves within the ranges of randomization.robot: give x_m, y_m or '
                    'yaw_deg a range'
                )
                yield Fault(('viewpoints', i, 'base'), message)


def _is_zero(distribution: Distribution) -> bool:
    return distribution.support() == (0, 0)
