"""A running simulation, frame by frame in simulated time, without any transport."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from synth_ros.errors import PlacementError
from synth_ros.pipeline.commands import Commanded, CommandInbox
from synth_ros.pipeline.demand import Idle, nothing_idle
from synth_ros.pipeline.episode import Episode, Stage
from synth_ros.pipeline.instant import Course, InFlight, Window, windows
from synth_ros.pipeline.looking import seen
from synth_ros.pipeline.motion import RunningEpisode
from synth_ros.pipeline.steering import BY_CONFIG, Steering
from synth_ros.pipeline.timing import Timing
from synth_ros.randomize.scene import SampledView
from synth_ros.sim.world import World
from synth_ros.types import (
    FloatArray,
    ImuSample,
    Instance,
    JointState,
    LinkPose,
    Sample,
    Seen,
)

# In a row; more means that the config asks for what cannot be.
_MAX_SKIPPED = 10
# Frames of an episode that lasts until it is told otherwise.
_ENDLESS = 10**9


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """Everything of one instant.

    Attributes:
        stamp_ns: Simulated time, nanoseconds; grows through resets and new scenes.
        run: Scenes that the session had opened before, resets included.
        episode: Number of the episode.
        index: Number of the instant within the episode.
        seen: What the cameras gave whose frames were due, in config order, as far as somebody
            wanted it when it was drawn; by default, samples of all of them.
        world_from_cameras: Poses of all cameras' optical frames, in config order, (4, 4).
        links: World poses of the robot's bodies, parents first.
        joints: Joint states of the robot.
        notes: What did not go as drawn since the frame before, a sentence each.
        scenario: Of the episode; empty without scenarios.
        felt: Samples of IMUs since the frame before, by camera.
        commanded: How the robot goes, if it obeys commands.
        instances: All labelled objects that are there, by ascending id.
    """

    stamp_ns: int
    run: int
    episode: int
    index: int
    seen: tuple[Seen, ...]
    world_from_cameras: tuple[FloatArray, ...]
    links: tuple[LinkPose, ...]
    joints: tuple[JointState, ...]
    notes: tuple[str, ...] = ()
    scenario: str = ''
    felt: Mapping[str, tuple[ImuSample, ...]] = field(default_factory=dict)
    commanded: Commanded | None = None
    instances: tuple[Instance, ...] = ()

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Of the cameras whose frames are labelled."""
        return tuple(one for one in self.seen if isinstance(one, Sample))


class DrawnFrame(NamedTuple):
    """An instant that is drawn but not labelled yet.

    Attributes:
        stamp_ns: Simulated time, nanoseconds.
        label: Makes the frame; to be called once, on any thread, while the session goes on.
        cameras: Names of the cameras whose frames are due, whether somebody wants them or not.
    """

    stamp_ns: int
    label: Callable[[], LiveFrame]
    cameras: tuple[str, ...] = ()


class ScenePlan(NamedTuple):
    """How scenes are made.

    Attributes:
        seed: The seed in use.
        steering: What was told against the config.
        period_s: How long a scene lasts, simulated time; ``None``: the config's.
    """

    seed: int
    steering: Steering = BY_CONFIG
    period_s: float | None = None


class Extent(NamedTuple):
    """Where a session ends by itself.

    Attributes:
        last_episode: Number of the last episode; ``None``: no end.
        end_ns: Simulated time from which on there is no frame, nanoseconds; ``None``: no end.
    """

    last_episode: int | None = None
    end_ns: int | None = None


ENDLESS = Extent()
"""A session that goes on until it is left."""


class SessionOver(Exception):  # noqa: N818 (an end, not an error)
    """All frames of a session's extent were drawn."""


class LiveSession:
    """Plays episode after episode.

    The robot moves from one drawn posture to the next while physics goes on; after the
    configured time the next episode is drawn. Frame k of a camera in an episode is a pure
    function of (config, seed, episode, k), except for its stamp, which keeps growing.

    When labels need the frame after (flow), the simulation is ahead of what ``advance`` returns,
    within the episode, until all cameras of the instant have taken their next frame. Flow of the
    last frame of a whole episode has no frame to go to. A frame that is ahead when the episode is
    left early is never returned; the stamps go on as if it had not been made. So it is with
    ``draw(ahead=True)``.

    Args:
        stage: Makes the episodes; bound to its renderer's thread, and so is the session.
        first_episode: Where to start.
        plan: How scenes are made, from the first one on.
        stays: Whether to stay in the episode when its time is over.
        idle: Annotations that nobody wants; asked when a frame is labelled.
        commands: What the robot obeys, in place of what is drawn for it. It begins each episode
            in its first drawn posture, and commands are taken whenever a frame is due, before it
            is drawn. No frame is begun ahead then.
        extent: Where the session ends by itself.

    Attributes:
        plan: The same for scenes that are opened from now on; a reset keeps that of its scene.
        stays: May be changed at any time; what is drawn ahead may be over already.
        begun: Whether a frame of the running scene was drawn.
        notes: What did not go as drawn since the last frame, a sentence each.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        first_episode: int = 0,
        plan: ScenePlan | None = None,
        stays: bool = False,
        idle: Idle = nothing_idle,
        commands: CommandInbox | None = None,
        extent: Extent = ENDLESS,
    ) -> None:
        self._stage = stage
        self._extent = extent
        self._commands = commands
        self._idle = idle
        self.plan = plan or ScenePlan(stage.seed)
        self.stays = stays
        self._played = self.plan
        self._follow(self.plan)
        self._offset_steps = 0
        self._steps = 0
        self._run = 0
        self.notes: list[str] = []
        self._play(stage.open(first_episode))

    @property
    def episode(self) -> int:
        """Number of the running episode."""
        return self._episode.sampled.episode

    @property
    def world(self) -> World:
        """The running scene; its state may be ahead of the last frame returned, two at most."""
        return self._episode.world

    @property
    def current(self) -> Episode:
        """The running episode."""
        return self._episode

    def restart(self) -> None:
        """Begin the running episode again from its first frame; time keeps growing."""
        self._open(self.episode, self._played)

    def next_episode(self, episode: int | None = None) -> None:
        """Draw another episode; the following one by default.

        Raises:
            PlacementError: It came to no valid rest; the running episode goes on.
        """
        self._open(self.episode + 1 if episode is None else episode, self.plan)

    def _open(self, number: int, plan: ScenePlan) -> None:
        """Open an episode and put it on.

        Raises:
            PlacementError: It came to no valid rest; the running episode goes on.
        """
        # The renderer forgets what it is drawing when it takes another scene.
        self._in_flight.settle()
        before = self._played
        self._obey(plan)
        try:
            opened = self._stage.open(number)
            drawn = opened.find_view(0)
        except PlacementError:
            # The renderer may hold the model of the episode that was given up.
            self._stage.renderer.load(self.world.scene.model)
            self._obey(before)
            raise
        self._leave()
        self._follow(plan)
        self._play(opened, drawn)

    def _obey(self, plan: ScenePlan) -> None:
        """Let the stage make scenes by a plan."""
        self._stage.seed, self._stage.steering = plan.seed, plan.steering

    def _follow(self, plan: ScenePlan) -> None:
        """Play the next scene by a plan."""
        self._obey(plan)
        self._played = plan
        self._timing = Timing(self._stage.config, plan.steering)
        self._course = live_course(self._stage, period_s=plan.period_s)

    def advance(self) -> LiveFrame:
        """Simulate until a frame is due and label what its cameras see then: one instant.

        Raises:
            PlacementError: Ten episodes in a row came to no valid rest.
        """
        return self.draw().label()

    def draw(self, *, ahead: bool = False) -> DrawnFrame:
        """Simulate until a frame is due and draw what its cameras see then; labels can wait.

        Args:
            ahead: Begin with the next frame of the episode before waiting for the pictures of
                this one. It keeps what draws busy, and makes the way of a frame longer by the
                time that the next one takes to begin.

        Raises:
            PlacementError: Ten episodes in a row came to no valid rest.
            SessionOver: There is no further frame within the session's extent.
        """
        self.begun = True
        # A robot that is commanded shall not be ahead of what its commander has seen.
        most = 2 if ahead and self._commands is None else 1
        self._in_flight.most = most
        window = next(self._windows, None)
        if window is None:
            # It lasted to the end of its time, not just to the last frame of a slow camera.
            whole = self._timing.steps_until(self._course.frames) - 1
            self._steps = max(self._steps, whole)
            self._next_valid_episode()
            self._in_flight.most = most
            window = next(self._windows)
            self.begun = True
        end_ns = self._extent.end_ns
        if end_ns is not None and window.now.stamp_ns >= end_ns:
            raise SessionOver
        stamp_s = window.now.stamp_ns * 1e-9
        self._steps = round(stamp_s / self._timing.timestep_s) - self._offset_steps
        notes, self.notes = tuple(self.notes), []
        label = partial(_labelled, self._episode, window, run=self._run, notes=notes)
        course = self._course
        if self.stays or self._steps >= self._timing.steps_until(course.frames):
            # Where it ends is not known yet, and nothing that is drawn depends on it.
            course = course._replace(frames=_ENDLESS)
        parts = self.world.scene.cameras
        cameras = tuple(parts[camera].model.name for camera in window.now.due)
        return DrawnFrame(
            window.now.stamp_ns, partial(label, course=course, idle=self._idle), cameras
        )

    def _next_valid_episode(self) -> None:
        """Draw the following episode that comes to a valid rest; tell of those skipped."""
        number, end = self.episode + 1, self._extent.last_episode
        for last in range(number, number + _MAX_SKIPPED):
            if end is not None and last > end:
                raise SessionOver
            try:
                self.next_episode(last)
            except PlacementError as error:
                self.notes.append(f'Skipped: {error}')
                if last == number + _MAX_SKIPPED - 1:
                    raise
            else:
                return

    def _play(self, episode: Episode, drawn: SampledView | None = None) -> None:
        """Put an episode on at its first frame."""
        running = RunningEpisode(
            episode,
            self._timing,
            first=drawn,
            offset_steps=self._offset_steps,
            commands=self._commands,
        )
        self._episode = episode
        self.begun = False
        self._steps = 0
        self._in_flight: InFlight = InFlight(
            running.begin(self._course.frames, stays=lambda: self.stays)
        )
        self._windows: Iterator[Window] = windows(self._in_flight, ahead=self._stage.needs_after)

    def _leave(self) -> None:
        # The next episode begins when the next frame would have been due: no stamp comes twice.
        self._offset_steps += self._timing.steps_after(self._steps)
        self._run += 1


def _labelled(
    episode: Episode,
    window: Window,
    *,
    run: int,
    notes: tuple[str, ...],
    course: Course,
    idle: Idle,
) -> LiveFrame:
    now = window.now
    return LiveFrame(
        stamp_ns=now.stamp_ns,
        run=run,
        episode=episode.sampled.episode,
        index=now.index,
        seen=seen(episode, window, course, idle=idle),
        world_from_cameras=now.world_from_cameras,
        links=now.links,
        joints=now.joints,
        notes=notes + now.notes,
        scenario=episode.sampled.scenario,
        felt=now.felt,
        commanded=now.commanded,
        instances=now.instances,
    )


def live_course(stage: Stage, *, period_s: float | None = None) -> Course:
    """How each episode of a live session goes on.

    Args:
        stage: Makes it.
        period_s: How long it lasts, simulated time; the config's by default.
    """
    live = stage.config.output.live
    lasts_s = live.randomize_period_s if period_s is None else period_s
    rate_hz = Timing(stage.config, stage.steering).rate_hz
    return Course('sequence', max(1, round(lasts_s * rate_hz)))
