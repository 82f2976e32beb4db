"""A running simulation, frame by frame in simulated time, without any transport."""

from __future__ import annotations

from dataclasses import dataclass

from synth_ros.errors import PlacementError
from synth_ros.pipeline.episode import Episode, Stage
from synth_ros.randomize.scene import SampledView
from synth_ros.sim.world import Posture, World, interpolate
from synth_ros.types import JointState, LinkPose, Sample

# In a row; more means that the config asks for what cannot be.
_MAX_SKIPPED = 10


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """Everything of one instant.

    Attributes:
        stamp_ns: Simulated time, nanoseconds; grows through resets and new scenes.
        run: Scenes that the session had opened before, resets included.
        episode: Number of the episode.
        index: Number of the frame within the episode.
        samples: One per camera, all of this instant.
        links: World poses of the robot's bodies, parents first.
        joints: Joint states of the robot.
        notes: What did not go as drawn since the frame before, a sentence each.
    """

    stamp_ns: int
    run: int
    episode: int
    index: int
    samples: tuple[Sample, ...]
    links: tuple[LinkPose, ...]
    joints: tuple[JointState, ...]
    notes: tuple[str, ...] = ()


class LiveSession:
    """Plays episode after episode.

    The robot moves from one drawn posture to the next while physics goes on; after the
    configured time the next episode is drawn. Frame k of an episode is a pure
    function of (config, seed, episode, k), except for its stamp, which keeps growing.

    Args:
        stage: Makes the episodes; bound to its renderer's thread, and so is the session.
        first_episode: Where to start.
    """

    def __init__(self, stage: Stage, *, first_episode: int = 0) -> None:
        self._stage = stage
        self._live = stage.config.output.live
        self._timestep_s = stage.config.physics.timestep_s
        self._offset_steps = 0
        self._run = 0
        self._notes: list[str] = []
        self._play(stage.open(first_episode))

    @property
    def episode(self) -> int:
        """Number of the running episode."""
        return self._episode.sampled.episode

    @property
    def world(self) -> World:
        """The running scene."""
        return self._episode.world

    @property
    def current(self) -> Episode:
        """The running episode."""
        return self._episode

    def restart(self) -> None:
        """Begin the running episode again from its first frame; time keeps growing."""
        self.next_episode(self.episode)

    def next_episode(self, episode: int | None = None) -> None:
        """Draw another episode; the following one by default.

        Raises:
            PlacementError: It came to no valid rest; the running episode goes on.
        """
        number = self.episode + 1 if episode is None else episode
        try:
            opened = self._stage.open(number)
            drawn = opened.find_view(0)
        except PlacementError:
            # The renderer may hold the model of the episode that was given up.
            self._stage.renderer.load(self.world.scene.model)
            raise
        self._leave()
        self._play(opened, drawn)

    def advance(self) -> LiveFrame:
        """Simulate one frame period and capture what all cameras see then.

        Raises:
            PlacementError: Ten episodes in a row came to no valid rest.
        """
        if self._index >= self._frames_per_episode():
            self._next_valid_episode()
        if self._index > 0:
            self._move()
        frame = self._capture()
        self._index += 1
        return frame

    def _next_valid_episode(self) -> None:
        """Draw the following episode that comes to a valid rest; tell of those skipped."""
        number = self.episode + 1
        for last in range(number, number + _MAX_SKIPPED):
            try:
                self.next_episode(last)
            except PlacementError as error:
                self._notes.append(f'Skipped: {error}')
                if last == number + _MAX_SKIPPED - 1:
                    raise
            else:
                return

    def _play(self, episode: Episode, drawn: SampledView | None = None) -> None:
        """Put an episode on at its first frame."""
        self._episode = episode
        self._index = 0
        self._steps = 0
        self._view = 0
        self._drawn: SampledView = episode.find_view(0) if drawn is None else drawn
        self._from: Posture = self.world.posture(self._drawn)
        self._to: Posture = self._from
        self._aim(0)
        self.world.set_posture(self._from)
        self._set_time()

    def _leave(self) -> None:
        # One frame period passes between episodes, so that no stamp comes twice.
        self._offset_steps += self._steps + self._steps_until(1)
        self._run += 1

    def _steps_until(self, index: int) -> int:
        """Time steps from the start of the episode to a frame, without drift."""
        return round(index / self._live.rate_hz / self._timestep_s)

    def _frames_per_episode(self) -> int:
        return max(1, round(self._live.randomize_period_s * self._live.rate_hz))

    def _aim(self, view: int) -> None:
        """Draw the posture to reach at the end of a view's period."""
        here = self.world.posture(self._drawn) if view == 0 else self._to
        self._view, self._from = view, here
        try:
            self._drawn = self._episode.find_view(view + 1)
            self._to = self.world.posture(self._drawn)
        except PlacementError as error:
            # Objects may have moved into every posture's way: the robot stays where it is.
            self._notes.append(f'The robot stays: {error}')
            self._to = here
        self.world.set_posture(here)

    def _move(self) -> None:
        target = self._steps_until(self._index)
        elapsed_s = target * self._timestep_s
        view = int(elapsed_s / self._live.view_period_s + 1e-9)
        if view != self._view:
            self._aim(view)
        share = elapsed_s / self._live.view_period_s - view
        posture = interpolate(self._from, self._to, _smooth(share))
        steps = target - self._steps
        self.world.step_to(posture, steps * self._timestep_s)
        self._steps = target
        self._set_time()

    def _set_time(self) -> None:
        # From whole steps: summing 0.002 a million times would drift.
        self.world.set_time((self._offset_steps + self._steps) * self._timestep_s)

    def _capture(self) -> LiveFrame:
        samples = self._episode.capture(self._index, self._drawn)
        notes, self._notes = tuple(self._notes), []
        return LiveFrame(
            stamp_ns=self.world.stamp_ns,
            run=self._run,
            episode=self.episode,
            index=self._index,
            samples=tuple(samples),
            links=self.world.links(),
            joints=self.world.joints(),
            notes=notes,
        )


def _smooth(share: float) -> float:
    """Smoothstep: 0 to 1 with zero speed at both ends."""
    s = min(max(share, 0.0), 1.0)
    return s * s * (3 - 2 * s)
