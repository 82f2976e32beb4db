"""One instant of an episode, and the instants around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from synth_ros.randomize.scene import SampledView
from synth_ros.types import Frame, JointState, LinkPose

Motion = Literal['views', 'sequence']


class Course(NamedTuple):
    """How an episode goes on after its scene has settled.

    Attributes:
        motion: ``views`` looks at the settled scene from one drawn posture after another;
            ``sequence`` lets the simulation run while the robot moves between them.
        frames: Frames of each camera in the episode. The last one has no frame after it.
    """

    motion: Motion
    frames: int


@dataclass(frozen=True, slots=True)
class Instant:
    """One state of the world as all cameras saw it.

    Attributes:
        index: Number of the frame within the episode.
        stamp_ns: Simulated time, nanoseconds.
        drawn: The view that the robot is in or moves to.
        frames: One clean frame per camera, in config order.
        links: World poses of the robot's bodies, parents first.
        joints: Joint states of the robot.
        notes: What did not go as drawn since the instant before, a sentence each.
    """

    index: int
    stamp_ns: int
    drawn: SampledView
    frames: tuple[Frame, ...]
    links: tuple[LinkPose, ...]
    joints: tuple[JointState, ...]
    notes: tuple[str, ...] = ()


class Window(NamedTuple):
    """An instant between its neighbours; at most three are held at a time.

    Attributes:
        now: The instant to be labelled.
        before: The one before; ``None`` for the first.
        after: The one after; ``None`` for the last, or if nothing needs it.
    """

    now: Instant
    before: Instant | None = None
    after: Instant | None = None


def windows(instants: Iterable[Instant], *, ahead: bool) -> Iterator[Window]:
    """Each instant of an episode with its neighbours.

    Args:
        instants: In order. The one before is known whenever there was one, as it costs nothing.
        ahead: Whether to take the instant after, too. The simulation then is one instant ahead
            of what is handed out.
    """
    source = iter(instants)
    before: Instant | None = None
    now = next(source, None)
    while now is not None:
        after = next(source, None) if ahead else None
        yield Window(now, before, after)
        before = now
        now = after if ahead else next(source, None)
