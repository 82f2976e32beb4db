"""What happens in time: phases in which the robot and the objects move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from synth_ros.config.base import Fault, Name, NonNegative, Section, Text, repeated_names
from synth_ros.config.distributions import (
    Distribution,
    Drawn,
    DrawnCount,
    DrawnNonNegative,
    DrawnPositive,
    WholeDistribution,
    WholeOnly,
    constant,
    drawn,
    uniform,
    whole_uniform,
)
from synth_ros.config.placement import Region

DrawnElevation = Annotated[Distribution, drawn(low=-90, high=90)]
DrawnArcs = Annotated[WholeDistribution, WholeOnly, drawn(whole=True, low=1, high=100)]
DrawnDuration = Annotated[Distribution, drawn(above=0, high=3600)]


class Drive(Section):
    """The robot's base drives along arcs.

    A way that would lead through the furniture is drawn again, as often as
    ``randomization.robot.max_attempts`` says; then the robot stays where it is.
    """

    linear_m_s: Drawn = constant(0.0)
    """Speed forward; below 0 it backs up."""
    angular_rad_s: Drawn = constant(0.0)
    """Turning speed; to the left above 0."""
    arcs: DrawnArcs = whole_uniform(1, 1)
    """Arcs in the phase, one after another and equally long; each has speeds of its own."""
    ramp_s: NonNegative = 0.2
    """Time to come to speed, to another one and to rest."""


class Trajectory(Section):
    """The robot's joints follow a log."""

    file: Text
    """CSV file, relative to the config: a column ``time_s`` that grows, and one for each joint, by
    its name, in radians or metres. Other joints stay as they are."""
    speed: DrawnPositive = constant(1.0)
    """Factor on the speed at which it is played."""
    blend_s: NonNegative = 0.3
    """Time to get onto the log from where the joints are."""


class RobotMotion(Section):
    """How the robot moves in a phase; it stands still if nothing is given.

    A way on which it would touch the furniture or itself is drawn again or, in the end, not taken.
    Objects may be in the way: they are pushed.
    """

    views: bool = False
    """Move from one drawn posture to the next, as it does without phases."""
    drive: Drive | None = None
    """Drive; may be combined with trajectory or waypoints."""
    trajectory: Trajectory | None = None
    """Move the joints as a log says."""
    waypoints: Annotated[tuple[dict[str, Drawn], ...], Field(min_length=1)] | None = None
    """Move the joints smoothly through postures, which take equal shares of the phase: joint
    positions by name, in radians or metres. Joints that are not named stay where they are."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults for motions that exclude each other."""
        others = ('drive', 'trajectory', 'waypoints')
        given = [key for key in others if getattr(self, key) is not None]
        if self.views and given:
            yield Fault(('views',), f'give views or {given[0]}, not both')
        if self.trajectory is not None and self.waypoints is not None:
            yield Fault(('waypoints',), 'give trajectory or waypoints, not both')


class Push(Section):
    """Objects are pushed from outside, at their centres of mass."""

    classes: tuple[Name, ...] = ()
    """Classes to choose from; all if empty."""
    count: DrawnCount = whole_uniform(1, 1)
    """How many objects; all there are if there are fewer."""
    impulse_n_s: DrawnNonNegative
    """Momentum that each gets: 0.1 N s gives an object of 0.2 kg a speed of 0.5 m/s."""
    heading_deg: Drawn = uniform(-180.0, 180.0)
    """Direction about the vertical, from the world's x axis to the left."""
    elevation_deg: DrawnElevation = constant(0.0)
    """Angle above the horizon."""
    duration_s: DrawnNonNegative = constant(0.0)
    """How long the push lasts, with a steady force; a single time step if 0."""


class Drop(Section):
    """More objects fall in; until then they are nowhere, and have no label."""

    classes: tuple[Name, ...] = ()
    """Classes to draw from, by their weights; all if empty."""
    count: DrawnCount = whole_uniform(1, 1)
    """How many objects, beyond ``objects.count``."""
    from_height_m: DrawnPositive = uniform(0.1, 0.3)
    """Height of an object's lowest point above the surface when it is let go; up to 0.5 m higher
    if something is in the way."""
    surface: Text | None = None
    """Surface of the environment to fall on; the one of ``objects.placement`` by default."""
    region: Region | None = None
    """Or a rectangle of your own."""
    interval_s: DrawnNonNegative = constant(0.25)
    """Time between one object and the next."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for two places to fall on."""
        if self.surface is not None and self.region is not None:
            yield Fault(('region',), 'give surface or region, not both')


class Conveyor(Section):
    """A belt runs at a speed until another event changes it; it stands at first."""

    surface: Text
    """The environment's belt: NAME for its geom ``conveyor_NAME``, a box that runs along its own x
    axis."""
    speed_m_s: Drawn
    """Speed of the belt; below 0 it runs backwards."""
    ramp_s: DrawnNonNegative = constant(0.5)
    """Time to come to this speed. What lies on a belt that jerks slips and hops."""


class Event(Section):
    """Something that happens: exactly one of push, drop and conveyor."""

    at_s: DrawnNonNegative = constant(0.0)
    """When, from the start of the phase; not at all if the phase is over by then."""
    push: Push | None = None
    """Push objects."""
    drop: Drop | None = None
    """Let more objects fall in."""
    conveyor: Conveyor | None = None
    """Set the speed of a belt."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault unless there is exactly one thing that happens."""
        kinds = ('push', 'drop', 'conveyor')
        given = [key for key in kinds if getattr(self, key) is not None]
        if not given:
            yield Fault((), 'nothing happens; give one of push, drop, conveyor')
        for other in given[1:]:
            yield Fault((other,), f'give one thing that happens; "{given[0]}" is given already')


class Phase(Section):
    """A stretch of time."""

    name: Name
    """Name in the provenance and in messages."""
    duration_s: DrawnDuration = constant(1.0)
    """How long it lasts."""
    robot: RobotMotion = RobotMotion()
    """How the robot moves."""
    events: tuple[Event, ...] = ()
    """What happens to the objects."""


class SequenceConfig(Section):
    """What happens in the live node and in ``motion: sequence``.

    Without phases the robot moves from drawn posture to drawn posture for ever. With phases they
    come one after another; after the last one the robot stays, and the simulation goes on.
    """

    phases: tuple[Phase, ...] = ()
    """Phases in order."""
    repeat: bool = False
    """Begin again after the last phase, with new draws. Objects fall in the first time only."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults for phases that share a name."""
        yield from repeated_names('phases', [phase.name for phase in self.phases])

    def drops(self) -> Iterator[tuple[str, Drop]]:
        """Yield what falls in, with its name in the random streams."""
        for phase in self.phases:
            for number, event in enumerate(phase.events):
                if event.drop is not None:
                    yield f'{phase.name}/{number}', event.drop
