"""Scripted scenes: what the user says, where the user says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from synth_ros.config.base import Fault, Positive, Section, Text, Vector3


class ScriptedObject(Section):
    """One labelled object."""

    class_name: Text
    """One of ``objects.classes``."""
    variant: Text | None = None
    """Its variant, such as ``blue_stripe`` or ``mug.xml``; drawn if left out."""
    position_m: Vector3
    """Of the centre of its 3D box in the world."""
    rpy_deg: Vector3 = (0.0, 0.0, 0.0)
    """Fixed-axis roll, pitch, yaw of the object in the world."""
    scale: Positive | None = None
    """Factor on its size; drawn from ``objects.scale`` if left out."""


class ScriptedView(Section):
    """One posture of the robot."""

    x_m: float = 0.0
    """Offset of the robot along the world's x axis."""
    y_m: float = 0.0
    """Offset along the world's y axis."""
    yaw_deg: float = 0.0
    """Offset of the heading."""
    joints: dict[str, float] = Field(default_factory=dict)
    """Joint positions by name, radians or metres; the others keep the configured ones."""


class ScriptConfig(Section):
    """A scene that is told instead of drawn, for edge cases.

    What it leaves out is drawn as usual: lamps, materials, sensor noise.
    """

    objects: Annotated[tuple[ScriptedObject, ...], Field(min_length=1)] | None = None
    """Take the place of drawn objects."""
    settle: bool = True
    """Let the objects fall from where they are told; false: they hang exactly there."""
    views: Annotated[tuple[ScriptedView, ...], Field(min_length=1)] | None = None
    """Take the place of drawn postures, one after the other and again from the first."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for objects that hang where none are told."""
        if self.objects is None and not self.settle:
            yield Fault(('settle',), 'only scripted objects can hang: list objects')
