"""Viewpoints: cameras that see a target from a drawn distance and side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from synth_ros.config.base import (
    Fault,
    Name,
    Positive,
    Section,
    Text,
    UnitRange,
)
from synth_ros.config.distributions import (
    Distribution,
    Drawn,
    constant,
    drawn,
)
from synth_ros.config.points import Points

DrawnDistance = Annotated[Distribution, drawn(low=0.02, high=100.0)]
DrawnElevation = Annotated[Distribution, drawn(low=-90.0, high=90.0)]
DrawnAimError = Annotated[Distribution, drawn(low=0.0, high=90.0)]


class ViewpointTargets(Section):
    """What is looked at: one of the scene's objects, or a point."""

    classes: tuple[Name, ...] = ()
    """Objects of these classes; of all classes by default. One is drawn, each as likely as any
    other, and looked at in the middle of its 3D box."""
    tags: tuple[Name, ...] = ()
    """Objects with one of these tags of their classes."""
    point_m: Points | None = None
    """Or a point in the world, drawn for every view."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for objects and a point."""
        if self.point_m is not None and (self.classes or self.tags):
            yield Fault(('point_m',), 'give objects (classes, tags) or point_m, not both')


class ViewpointTolerance(Section):
    """How near to what was drawn a viewpoint must come; the search mostly ends much nearer."""

    distance_m: Positive = 0.005
    """In the distance to the target."""
    angle_deg: Positive = 0.5
    """In each angle: aim, side and roll."""


class ViewpointConfig(Section):
    """A camera that sees a target from a drawn distance and side in every view.

    A camera of the robot gets there by inverse kinematics; what is left out is free. A camera
    that is mounted on ``world`` is put there.
    """

    camera: Name
    """Which camera."""
    targets: ViewpointTargets = ViewpointTargets()
    """What it looks at."""
    distance_m: DrawnDistance | None = None
    """From the camera's centre to the target."""
    elevation_deg: DrawnElevation | None = None
    """Angle of the camera above the horizon as seen from the target: 90 is straight above."""
    azimuth_deg: Drawn | None = None
    """Direction of the camera as seen from the target: 0 is along the world's x axis, 90 along
    y."""
    roll_deg: Drawn | None = None
    """Turn of the upright camera about its line of sight, clockwise as it looks. Free for a
    robot's camera by default, 0 for one on ``world``."""
    center_offset_px: Drawn = constant(0.0)
    """Where the target is to be in the image, from its middle: drawn once for columns and once
    for rows."""
    aim_error_deg: DrawnAimError = constant(0.0)
    """Angle by which the camera looks past that, in any direction."""
    visibility: UnitRange = (0.1, 1.0)
    """Least and greatest share of the target that must be visible, as labels count it: hidden by
    others and by the robot, or outside the image. Judged by rays before rendering. A point is
    visible or not."""
    joints: tuple[Text, ...] = ()
    """Which joints may move: names or patterns such as ``arm_*``. By default all between the
    robot's root and the camera."""
    base: bool = False
    """Whether the base may move, too: within the ranges of ``randomization.robot``."""
    clearance_m: Positive = 0.1
    """Least distance of a camera on ``world`` to everything."""
    tolerance: ViewpointTolerance = ViewpointTolerance()
    """How near it must come."""
    max_attempts: int = Field(default=200, ge=1, le=10000)
    """Viewpoints drawn for a view before it is given up."""
