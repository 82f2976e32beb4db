"""The robot: which model, where it stands, how it is posed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from synth_ros.config.base import Asset, Section, Text, Vector3


class RobotConfig(Section):
    """Any MJCF or URDF robot."""

    model: Asset = 'builtin://mobile_manipulator'
    """``builtin://mobile_manipulator``, ``builtin://humanoid``, ``builtin://rover``,
    ``package://PACKAGE/path``, or a path relative to the config file."""
    position_m: Vector3 = (0.0, 0.0, 0.0)
    """Where the robot's root stands in the world (x forward, y left, z up)."""
    yaw_deg: float = 0.0
    """Heading of the robot's root about z."""
    control: Literal['kinematic', 'actuated'] = 'kinematic'
    """While the simulation runs, ``kinematic``: the joints go exactly where they are told and push
    objects without being pushed. ``actuated``: the position actuators of the robot's model pull
    the joints there, with their gains, against gravity, damping and what is in the way; joints
    without one stay kinematic, and so does the base."""
    wheels: tuple[Text, ...] = ()
    """Joints of wheels that roll while the base drives (``sequence.phases[].robot.drive``). A
    wheel stands on the ground of the robot's root: the height of its axis is its radius."""
    joints: dict[str, float] = Field(default_factory=dict)
    """Joint positions by name: radians for hinges, metres for slides. Others stay at the
    model's home keyframe, or at its initial position where it has none."""
