"""The running simulation of one episode: the robot moves while physics goes on."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from synth_ros.errors import PlacementError
from synth_ros.pipeline.episode import Episode
from synth_ros.pipeline.instant import Developing, Instant, developed
from synth_ros.pipeline.timing import Timing
from synth_ros.randomize.scene import SampledView
from synth_ros.sim.paths import between
from synth_ros.sim.world import Posture


class RunningEpisode:
    """Moves the robot of a freshly opened episode from one drawn posture to the next.

    What happens is a pure function of (config, seed, episode), except for stamps, which start
    where they are told to; when cameras look, and how many there are, changes nothing of it.

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
        self._posture: Posture = self._world.posture(self._drawn)
        self._aim(0)
        self._set_time()

    def instants(self, frames: int, *, in_flight: int = 1) -> Generator[Instant]:
        """What the cameras see instant by instant; each is simulated when it is asked for.

        Args:
            frames: How long: the time of so many frames at ``output.live.rate_hz``.
            in_flight: How many are drawn at a time, see ``instant.developed``; the simulation
                is so many frames ahead, less one.
        """
        return developed(self._begin(frames), in_flight=in_flight)

    def _begin(self, frames: int) -> Iterator[Developing]:
        for index, tick in enumerate(self._timing.ticks(frames)):
            self._advance(tick.steps)
            notes, self._notes = tuple(self._notes), []
            yield self.episode.begin(index, self._drawn, due=tick.due, notes=notes)

    def _aim(self, view: int) -> None:
        """Draw the posture to reach at the end of a view's period."""
        here, there = self._posture, self._posture
        try:
            with self._world.aside():
                self._drawn = self.episode.find_view(view + 1)
            there = self._world.posture(self._drawn)
        except PlacementError as error:
            # Objects may have moved into every posture's way: the robot stays where it is.
            self._notes.append(f'The robot stays: {error}')
        self._world.set_posture(here)
        self._view, self._begun = view, self._steps
        self._end = self._timing.steps_of((view + 1) * self._timing.view_period_s)
        self._path = between(here, there, steps=self._end - self._begun)

    def _advance(self, target: int) -> None:
        """Simulate until so many time steps have passed."""
        while self._steps < target:
            stop = min(target, self._end)
            with self.episode.clock.measure('posture'):
                self._world.follow(self._path, stop - self._steps, first=self._steps - self._begun)
            self._posture = self._path(stop - self._begun)
            self._steps = stop
            if stop == self._end:
                self._aim(self._view + 1)
        self._set_time()

    def _set_time(self) -> None:
        # From whole steps: summing 0.002 a million times would drift.
        self._world.set_time((self._offset_steps + self._steps) * self._timing.timestep_s)
