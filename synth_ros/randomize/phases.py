"""Draws of what happens in time: phases, ways of the robot, and what moves objects."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from synth_ros.config.sequence import Event, Phase, Push, RobotMotion, SequenceConfig
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.inventory import SurfaceInfo
from synth_ros.randomize.scene import Triple
from synth_ros.types import FloatArray


class JointTrajectory(NamedTuple):
    """Joint positions over time.

    Attributes:
        joints: Their names.
        times_s: Ascending from 0, shape (n,).
        positions: Radians or metres, shape (n, joints).
    """

    joints: tuple[str, ...]
    times_s: FloatArray
    positions: FloatArray


class SequenceStock(NamedTuple):
    """What the phases of a config are made of, beside draws.

    Attributes:
        trajectories: By file, as the config names it.
        drops: Where the objects of each event fall, by its name (``SequenceConfig.drops``).
        belts: Geom of each conveyor belt by its surface's name.
    """

    trajectories: Mapping[str, JointTrajectory]
    drops: Mapping[str, SurfaceInfo]
    belts: Mapping[str, str]


class _Drawn(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class SampledMotion(_Drawn):
    """A way that the robot takes in a phase."""

    attempt: int = 0
    """Which drawing of it."""
    arcs: tuple[tuple[float, float], ...] = ()
    """Forward speed in metres, turning speed in radians a second, of each arc."""
    waypoints: tuple[dict[str, float], ...] = ()
    """Joint positions by name, radians or metres."""
    speed: float = 1.0
    """Factor on the speed of the trajectory."""


class SampledEvent(_Drawn):
    """Something that happens to objects."""

    kind: str
    """``push``, ``drop`` or ``conveyor``."""
    number: int
    """Among the events of the phase."""
    at_s: float
    """From the start of the phase."""
    objects: tuple[str, ...] = ()
    """Whom it happened to, by name."""
    impulse_n_s: Triple | None = None
    """Momentum that each got, world frame; several objects get the same direction."""
    surface: str = ''
    """Belt that was set."""
    speed_m_s: float | None = None
    """Speed of the belt."""


class SampledPhase(_Drawn):
    """A phase that is going on."""

    number: int
    """From 0; goes on counting where phases repeat."""
    name: str
    begin_s: float
    """From the start of the episode."""
    duration_s: float
    motion: SampledMotion | None = None
    """The way that the robot takes; ``None`` where it stays or goes from view to view."""
    refused: tuple[str, ...] = ()
    """Why ways drawn before were not taken."""
    events: tuple[SampledEvent, ...] = ()
    """What has happened in it so far."""


def phase_of(sequence: SequenceConfig, number: int) -> Phase | None:
    """The phase of a number; ``None`` if all are over."""
    count = len(sequence.phases)
    if number < count or sequence.repeat:
        return sequence.phases[number % count]
    return None


def phase_draws(draws: Draws, name: str, played: int) -> Draws:
    """The draws of a phase.

    They go by its name, so that another phase before it shifts nothing.

    Args:
        draws: Of the episode.
        name: Its name.
        played: How often it was played before.
    """
    return draws.below(f'sequence/{name}/{played}/')


def draw_motion(motion: RobotMotion, draws: Draws, attempt: int) -> SampledMotion:
    """Draw a way.

    Args:
        motion: What there is to draw.
        draws: Of the phase.
        attempt: Which drawing of the way.
    """
    mine = draws.below(f'robot/{attempt}/')
    arcs: list[tuple[float, float]] = []
    if motion.drive is not None:
        for k in range(mine.whole(motion.drive.arcs, 'arcs')):
            ahead = mine.number(motion.drive.linear_m_s, f'arc/{k}/linear_m_s')
            turn = mine.number(motion.drive.angular_rad_s, f'arc/{k}/angular_rad_s')
            arcs.append((ahead, turn))
    waypoints = tuple(
        {name: mine.number(at, f'waypoint/{k}/{name}') for name, at in sorted(waypoint.items())}
        for k, waypoint in enumerate(motion.waypoints or ())
    )
    speed = mine.number(motion.trajectory.speed, 'speed') if motion.trajectory else 1.0
    return SampledMotion(attempt=attempt, arcs=tuple(arcs), waypoints=waypoints, speed=speed)


def is_drawn(motion: RobotMotion) -> bool:
    """Whether drawing a way again can give another one."""
    speeds = [motion.drive.linear_m_s, motion.drive.angular_rad_s] if motion.drive else []
    for waypoint in motion.waypoints or ():
        speeds += waypoint.values()
    return any(each.constant is None for each in speeds)


class DrawnPush(NamedTuple):
    """A push as it was drawn.

    Attributes:
        objects: How many are pushed, if there are so many.
        impulse_n_s: Momentum of each, world frame.
        duration_s: How long it lasts.
    """

    objects: int
    impulse_n_s: Triple
    duration_s: float


def draw_push(push: Push, draws: Draws) -> DrawnPush:
    """Draw a push.

    Args:
        push: What there is to draw.
        draws: Of the event.
    """
    size = draws.number(push.impulse_n_s, 'impulse_n_s')
    heading = math.radians(draws.number(push.heading_deg, 'heading_deg'))
    elevation = math.radians(draws.number(push.elevation_deg, 'elevation_deg'))
    level = size * math.cos(elevation)
    return DrawnPush(
        objects=draws.whole(push.count, 'count'),
        impulse_n_s=(
            level * math.cos(heading),
            level * math.sin(heading),
            size * math.sin(elevation),
        ),
        duration_s=draws.number(push.duration_s, 'duration_s'),
    )


def in_drawn_order(names: Sequence[str], draws: Draws) -> list[str]:
    """Names in an order in which one more name leaves all others where they are.

    Args:
        names: Of objects.
        draws: Of the event.
    """
    return sorted(names, key=lambda name: draws.generator(f'order/{name}').random())


def event_draws(draws: Draws, number: int) -> Draws:
    """The draws of an event of a phase.

    Args:
        draws: Of the phase.
        number: Of the event in it.
    """
    return draws.below(f'event/{number}/')


def event_kind(event: Event) -> str:
    """What happens in an event."""
    return next(kind for kind in ('push', 'drop', 'conveyor') if getattr(event, kind) is not None)
