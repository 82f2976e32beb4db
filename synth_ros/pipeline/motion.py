"""The running simulation of one episode: robot and objects move, cameras look."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from functools import partial

from synth_ros.pipeline.commands import Commanded, CommandInbox, Driven
from synth_ros.pipeline.episode import Episode
from synth_ros.pipeline.inertia import Felt, Inertia
from synth_ros.pipeline.instant import Developing, Instant, developed
from synth_ros.pipeline.phases import PhaseScript
from synth_ros.pipeline.script import Script, StillScript, ViewScript
from synth_ros.pipeline.timing import Timing
from synth_ros.randomize.scene import SampledView
from synth_ros.sim.robot import Posture


class RunningEpisode:
    """Lets happen what is to happen in a freshly opened episode.

    What happens is a pure function of (config, seed, episode), except for stamps, which start
    where they are told to; when cameras look, and how many there are, changes nothing of it.

    Args:
        episode: Just opened: nothing but its first view was drawn.
        timing: When frames are due.
        first: The first view, if it was drawn already.
        offset_steps: Time steps that passed before the episode.
        commands: What the robot obeys from its first posture on, in place of what was drawn for
            it; what happens is a function of them, too.

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
        commands: CommandInbox | None = None,
    ) -> None:
        self.episode = episode
        self._world = episode.world
        self._timing = timing
        self._offset_steps = offset_steps
        self._steps = 0
        drawn = episode.find_view(0) if first is None else first
        self._posture: Posture = self._world.postures.of(drawn)
        self._world.set_posture(self._posture)
        self._driven: Driven | None = None
        if commands is not None:
            wheels = episode.config.robot.wheels
            self._driven = Driven(
                commands, self._world, self._posture, wheels=wheels, step=offset_steps
            )
        self._script = _script(episode, timing, drawn, commanded=commands is not None)
        self._leg = self._script.leg(0, self._posture)
        self._inertia = Inertia(episode, timing, offset_steps=offset_steps)
        self._set_time()

    def instants(self, frames: int, *, in_flight: int = 1) -> Generator[Instant]:
        """What the cameras see instant by instant; each is simulated when it is asked for.

        Args:
            frames: How long: the time of so many frames at ``output.live.rate_hz``.
            in_flight: How many are drawn at a time, see ``instant.developed``; the simulation
                is so many frames ahead, less one.
        """
        return developed(self.begin(frames), in_flight=in_flight)

    def begin(
        self, frames: int, *, stays: Callable[[], bool] = lambda: False
    ) -> Iterator[Developing]:
        """The same, each simulated and begun to be drawn when it is asked for.

        Args:
            frames: How long, as for ``instants``.
            stays: Asked at each instant after that time whether the episode goes on.
        """
        script = self._script
        for index, tick in enumerate(self._timing.ticks(frames, stays=stays)):
            self._advance(tick.steps)
            self._world.set_cameras(script.cameras(self._steps))
            if index > 0:
                # A lens or the robot may have come into the place of what hangs in the air.
                self.episode.clutter.make_way()
            notes = tuple(script.notes)
            script.notes.clear()
            begun = self.episode.begin(
                index, script.drawn, due=tick.due, phase=script.phase, notes=notes
            )
            felt = self._inertia.take()
            if felt or self._driven is not None:
                commanded = None if self._driven is None else self._driven.state
                begun = partial(_told, begun, felt=felt, commanded=commanded)
            yield begun

    def _advance(self, target: int) -> None:
        """Simulate until so many time steps have passed."""
        if self._driven is not None:
            self._driven.obey()
        inertia = self._inertia
        inertia.attend(self._steps, self._script.cameras)
        while self._steps < target:
            path, begun, end = self._leg
            stop = min(target, end)
            if self._driven is not None:
                postures = self._driven.advance(stop - self._steps)
                path, begun = postures.__getitem__, self._steps
            with self.episode.clock.measure('posture'):
                self._world.follow(
                    path, stop - self._steps, first=self._steps - begun, each=inertia.each(begun)
                )
            self._posture = path(stop - begun)
            self._steps = stop
            if stop == end:
                self._leg = self._script.leg(stop, self._posture)
        self._set_time()

    def _set_time(self) -> None:
        # From whole steps: summing 0.002 a million times would drift.
        self._world.set_time((self._offset_steps + self._steps) * self._timing.timestep_s)


def _told(begun: Developing, *, felt: Felt, commanded: Commanded | None) -> Instant:
    """An instant, what IMUs felt before it, and how a robot goes that obeys commands."""
    return replace(begun(), felt=felt, commanded=commanded)


def _script(episode: Episode, timing: Timing, drawn: SampledView, *, commanded: bool) -> Script:
    """What happens in an episode: its phases, or one view after another."""
    if episode.config.sequence.phases:
        stock = episode.stage.builder.of(episode.sampled.scenario).sequence
        return PhaseScript(episode, timing, drawn, stock=stock, robot_moves=not commanded)
    if commanded:
        return StillScript(drawn)
    return ViewScript(episode, timing, drawn)
