"""One instant of an episode, and the instants around it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, NamedTuple

from synth_ros.errors import SynthRosError
from synth_ros.pipeline.commands import Commanded
from synth_ros.pipeline.demand import EVERYTHING, FramePart
from synth_ros.randomize.phases import SampledPhase
from synth_ros.randomize.scene import SampledView
from synth_ros.sim.places import LoosePose
from synth_ros.types import (
    FloatArray,
    Frame,
    Glimpse,
    ImuSample,
    Instance,
    JointState,
    LinkPose,
)

Motion = Literal['views', 'sequence']


class Course(NamedTuple):
    """How an episode goes on after its scene has settled.

    Attributes:
        motion: ``views`` looks at the settled scene from one drawn posture after another;
            ``sequence`` lets the simulation run while the robot moves between them.
        frames: Frames of each camera in the episode; in a ``sequence``, of one that takes
            ``output.live.rate_hz`` frames a second. The last one has no frame after it.
    """

    motion: Motion
    frames: int


class Taken(NamedTuple):
    """A frame that a camera took.

    Attributes:
        camera: Number of the camera, in config order.
        number: Of the frame among the camera's own frames of the episode.
        frame: The clean frame.
        parts: What is to be made of it.
    """

    camera: int
    number: int
    frame: Frame
    parts: frozenset[FramePart] = EVERYTHING


class Glimpsed(NamedTuple):
    """What a camera took to look at, not to label.

    Attributes:
        camera: Number of the camera, in config order.
        number: As of a frame that is taken.
        frame: What it saw.
        parts: What is to be made of it.
    """

    camera: int
    number: int
    frame: Glimpse
    parts: frozenset[FramePart]


@dataclass(frozen=True, slots=True)
class Instant:
    """One state of the world as the cameras saw it whose frames are due then.

    Attributes:
        index: Number of the instant within the episode.
        stamp_ns: Simulated time, nanoseconds.
        drawn: The view that the robot is in or moves to.
        taken: Frames to be labelled, in config order of their cameras.
        world_from_cameras: Poses of all cameras' optical frames, in config order, (4, 4).
        links: World poses of the robot's bodies, parents first.
        joints: Joint states of the robot.
        phase: What is going on, if there are phases.
        notes: What did not go as drawn since the instant before, a sentence each.
        unlabelled: Where all is that can move and is never labelled.
        felt: Samples of IMUs since the instant before, by camera.
        commanded: How the robot goes, if it obeys commands.
        glimpsed: What other cameras took, in config order.
        rested: Numbers of cameras of which nobody wanted the frame that was due.
        instances: All labelled objects that are there, by ascending id.
        late: Frames before those that are taken, by number of the camera, where they were not
            taken when they were due.
    """

    index: int
    stamp_ns: int
    drawn: SampledView
    taken: tuple[Taken, ...]
    world_from_cameras: tuple[FloatArray, ...]
    links: tuple[LinkPose, ...]
    joints: tuple[JointState, ...]
    phase: SampledPhase | None = None
    notes: tuple[str, ...] = ()
    unlabelled: tuple[LoosePose, ...] = ()
    felt: Mapping[str, tuple[ImuSample, ...]] = field(default_factory=dict)
    commanded: Commanded | None = None
    glimpsed: tuple[Glimpsed, ...] = ()
    rested: tuple[int, ...] = ()
    instances: tuple[Instance, ...] = ()
    late: Mapping[int, Frame] = field(default_factory=dict)

    @property
    def due(self) -> tuple[int, ...]:
        """Numbers of the cameras whose frames are due, in config order; at least one."""
        taken = [one.camera for one in self.taken]
        glimpsed = [one.camera for one in self.glimpsed]
        return tuple(sorted((*taken, *glimpsed, *self.rested)))


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
    """An instant between its neighbours.

    Attributes:
        now: The instant to be labelled.
        before: For each frame taken, the frame before of the same camera; ``None`` for the first,
            and where nobody needs the one before.
        after: The same for the frame after; ``None`` for the last, or if nothing needs it.
    """

    now: Instant
    before: tuple[Frame | None, ...]
    after: tuple[Frame | None, ...]


def windows(instants: Iterable[Instant], *, ahead: bool) -> Iterator[Window]:
    """Each instant of an episode, in order, with the neighbours of its frames.

    Args:
        instants: In order. The frame before is known whenever there was one, as it costs nothing.
        ahead: Whether to take the frame after, too. The simulation is then ahead of what is
            handed out, until the next frame of every camera of the instant is due. So it is by
            as much whoever looks.
    """
    last: dict[int, Frame] = {}
    waiting: deque[_Waiting] = deque()
    for now in instants:
        for held in waiting:
            held.see(now)
        known = {**last, **now.late}
        before = tuple(known.get(taken.camera) for taken in now.taken)
        waiting.append(_Waiting(now, before))
        for camera in now.due:
            last.pop(camera, None)
        last |= {taken.camera: taken.frame for taken in now.taken}
        while waiting and (not ahead or waiting[0].complete):
            yield waiting.popleft().window(ahead=ahead)
    while waiting:
        yield waiting.popleft().window(ahead=ahead)


class _Waiting:
    """An instant of whose cameras not all had their next frame."""

    def __init__(self, now: Instant, before: tuple[Frame | None, ...]) -> None:
        self._now = now
        self._before = before
        # The next of each camera that had one: its frame, or that it was not taken.
        self._after: dict[int, Frame | None] = {}

    @property
    def complete(self) -> bool:
        """Whether the next frame of every camera was due."""
        return len(self._after) == len(self._now.due)

    def see(self, later: Instant) -> None:
        """Take the next frames that a later instant has."""
        frames = {taken.camera: taken.frame for taken in later.taken}
        for camera in later.due:
            if camera in self._now.due:
                self._after.setdefault(camera, frames.get(camera))

    def window(self, *, ahead: bool) -> Window:
        """The instant with its neighbours."""
        found = self._after if ahead else {}
        after = tuple(found.get(taken.camera) for taken in self._now.taken)
        return Window(self._now, self._before, after)
