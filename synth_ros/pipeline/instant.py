"""One instant of an episode, and the instants around it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

from synth_ros.errors import SynthRosError
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


Developing = Callable[[], Instant]
"""An instant whose pictures are being drawn; the call waits for them."""


class InFlight(Iterator[Instant]):
    """Instants in order, some of them being drawn while the one before is waited for.

    Args:
        begun: Poses the world and begins to draw, one instant each time it is advanced.

    Attributes:
        most: How many are drawn at a time, the one waited for included; 1 waits for each before
            the world moves on. May be changed at any time.
    """

    def __init__(self, begun: Iterable[Developing], *, most: int = 1) -> None:
        self.most = most
        self._begun = iter(begun)
        self._pending: deque[Developing] = deque()

    def __next__(self) -> Instant:
        """Wait for the next instant, when as many as wanted have been begun."""
        while len(self._pending) < self.most:
            wait = next(self._begun, None)
            if wait is None:
                break
            self._pending.append(wait)
        if not self._pending:
            raise StopIteration
        return self._pending.popleft()()

    def settle(self) -> None:
        """Wait for all pictures that were begun, so that the renderer can load another scene."""
        instants = [wait() for wait in self._pending]
        self._pending = deque(partial(_same, instant) for instant in instants)

    def drop(self) -> None:
        """Wait for all pictures that were begun, and forget them, failed or not."""
        while self._pending:
            with suppress(SynthRosError):
                self._pending.popleft()()


def _same(instant: Instant) -> Instant:
    return instant


def developed(begun: Iterable[Developing], *, in_flight: int) -> Generator[Instant]:
    """Instants in order, some of them being drawn while the one before is waited for.

    Whatever ends the iteration, all pictures that were begun are waited for, so that the
    renderer can go on with another scene.

    Args:
        begun: Poses the world and begins to draw, one instant each time it is advanced.
        in_flight: How many are drawn at a time, see ``InFlight``.
    """
    instants = InFlight(begun, most=in_flight)
    try:
        yield from instants
    finally:
        instants.drop()


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
