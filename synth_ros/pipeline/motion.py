"""The running simulation of one episode: the robot moves while physics goes on."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from synth_ros.config.root import Config
from synth_ros.errors import PlacementError
from synth_ros.pipeline.episode import Episode
from synth_ros.pipeline.instant import Developing, Instant, developed
from synth_ros.randomize.scene import SampledView
from synth_ros.sim.eyes import between
from synth_ros.sim.world import Posture, interpolate


class Timing:
    """Which time steps frames fall on; the same in live runs and datasets.

    Args:
        config: Rate and time step.
    """

    def __init__(self, config: Config) -> None:
        self.rate_hz = config.output.live.rate_hz
        self.view_period_s = config.output.live.view_period_s
        self.timestep_s = config.physics.timestep_s

    def steps_until(self, index: int) -> int:
        """Time steps from the start of an episode to a frame, without drift."""
        return round(index / self.rate_hz / self.timestep_s)


class RunningEpisode:
    """Moves the robot of a freshly opened episode from one drawn posture to the next.

    Frame k is a pure function of (config, seed, episode, k), except for its stamp, which starts
    where it is told to.

    Args:
        episode: Just opened: nothing but its first view was drawn.
        timing: When frames are due.
        first: The first view, if it was drawn already.
        offset_steps: Time steps that passed before the episode.

    Raises:
        PlacementError: The first posture was not found.
    """

    def __init__(
        self,
        episode: Episode,
        timing: Timing,
        *,
        first: SampledView | None = None,
        offset_steps: int = 0,
    ) -> None:
        self.episode = episode
        self._world = episode.world
        self._timing = timing
        self._offset_steps = offset_steps
        self._steps = 0
        self._notes: list[str] = []
        self._drawn: SampledView = episode.find_view(0) if first is None else first
        self._from: Posture = self._world.posture(self._drawn)
        self._to: Posture = self._from
        self._cameras_from = self._cameras_to = self._drawn.cameras
        self._aim(0)
        self._set_time()

    def instants(self, count: int, *, in_flight: int = 1) -> Generator[Instant]:
        """What the cameras see frame by frame; each is simulated when it is asked for.

        Args:
            count: Number of frames.
            in_flight: How many are drawn at a time, see ``instant.developed``; the simulation
                is so many frames ahead, less one.
        """
        return developed(self.begin(count), in_flight=in_flight)

    def begin(self, count: int) -> Iterator[Developing]:
        """The same, each simulated and begun to be drawn when it is asked for.

        Args:
            count: Number of frames.
        """
        for index in range(count):
            if index > 0:
                self._move(index)
            notes, self._notes = tuple(self._notes), []
            yield self.episode.begin(index, self._drawn, notes=notes)

    def _aim(self, view: int) -> None:
        """Draw the posture to reach at the end of a view's period."""
        here = self._from if view == 0 else self._to
        eyes = self._cameras_from if view == 0 else self._cameras_to
        self._view, self._from, self._cameras_from = view, here, eyes
        try:
            self._drawn = self.episode.find_view(view + 1)
            self._to = self._world.posture(self._drawn)
            self._cameras_to = between(eyes, self._drawn.cameras, 1.0)
            # A camera does not change while it films: its lens and mount are those of the start.
            self._drawn = self._drawn.model_copy(update={'cameras': self._cameras_to})
        except PlacementError as error:
            # Objects may have moved into every posture's way: the robot stays where it is.
            self._notes.append(f'The robot stays: {error}')
            self._to, self._cameras_to = here, eyes
        self._world.set_posture(here)
        self._world.set_cameras(eyes)

    def _move(self, index: int) -> None:
        """Simulate until a frame is due."""
        timing = self._timing
        target = timing.steps_until(index)
        elapsed_s = target * timing.timestep_s
        view = int(elapsed_s / timing.view_period_s + 1e-9)
        if view != self._view:
            self._aim(view)
        share = elapsed_s / timing.view_period_s - view
        posture = interpolate(self._from, self._to, _smooth(share))
        self._world.set_cameras(between(self._cameras_from, self._cameras_to, _smooth(share)))
        with self.episode.clock.measure('posture'):
            self._world.step_to(posture, (target - self._steps) * timing.timestep_s)
        self._steps = target
        self._set_time()

    def _set_time(self) -> None:
        # From whole steps: summing 0.002 a million times would drift.
        self._world.set_time((self._offset_steps + self._steps) * self._timing.timestep_s)


def _smooth(share: float) -> float:
    """Smoothstep: 0 to 1 with zero speed at both ends."""
    s = min(max(share, 0.0), 1.0)
    return s * s * (3 - 2 * s)
