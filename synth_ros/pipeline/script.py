"""What the robot does in a running episode: one leg of its way after another."""

from __future__ import annotations

import sys
from typing import NamedTuple, Protocol

from synth_ros.errors import PlacementError
from synth_ros.pipeline.episode import Episode
from synth_ros.pipeline.timing import Timing
from synth_ros.randomize.phases import SampledPhase
from synth_ros.randomize.scene import SampledCamera, SampledView
from synth_ros.sim.eyes import glide
from synth_ros.sim.paths import between, smooth, still
from synth_ros.sim.robot import Path, Posture

FOR_EVER = sys.maxsize


class Leg(NamedTuple):
    """A part of the robot's way, in time steps since the start of the episode.

    Attributes:
        path: Where the robot is, by time steps since ``begun``.
        begun: When the path began.
        end: When to ask for another leg.
    """

    path: Path
    begun: int
    end: int


class Script(Protocol):
    """Decides what happens next."""

    @property
    def drawn(self) -> SampledView:
        """The view that the robot is in or moves to, or the last one."""
        ...

    @property
    def phase(self) -> SampledPhase | None:
        """What is going on, if there are phases."""
        ...

    @property
    def notes(self) -> list[str]:
        """What did not go as drawn; whoever reads them takes them away."""
        ...

    def cameras(self, steps: int) -> tuple[SampledCamera, ...]:
        """What is changed of cameras at an instant of the leg.

        Args:
            steps: Time steps since the start of the episode.
        """
        ...

    def leg(self, steps: int, posture: Posture) -> Leg:
        """Decide what happens from now on.

        Args:
            steps: Time steps since the start of the episode.
            posture: Where the robot is.
        """
        ...


class StillScript:
    """Leaves robot and cameras to others, and everything in its first view; a ``Script``.

    Args:
        drawn: That view.
    """

    def __init__(self, drawn: SampledView) -> None:
        self.drawn = drawn
        self.phase: SampledPhase | None = None
        self.notes: list[str] = []

    def cameras(self, _steps: int) -> tuple[SampledCamera, ...]:
        """Those of the view."""
        return self.drawn.cameras

    def leg(self, steps: int, posture: Posture) -> Leg:
        """Stay."""
        return Leg(still(posture), steps, FOR_EVER)


class _Gliding(NamedTuple):
    """Cameras on their way, in time steps since the start of the episode."""

    start: tuple[SampledCamera, ...]
    end: tuple[SampledCamera, ...]
    begun: int
    stop: int


class ViewScript:
    """Moves the robot from one drawn posture to the next for ever; a ``Script``.

    Args:
        episode: The episode; the robot is in its first view.
        timing: How long a move takes.
        drawn: The first view.
    """

    def __init__(self, episode: Episode, timing: Timing, drawn: SampledView) -> None:
        self.drawn = drawn
        self.phase: SampledPhase | None = None
        self.notes: list[str] = []
        self._episode = episode
        self._timing = timing
        self._view = drawn.view
        self._origin, self._moves = 0, 0
        self._gliding = _Gliding(drawn.cameras, drawn.cameras, 0, 1)

    def cameras(self, steps: int) -> tuple[SampledCamera, ...]:
        """Cameras that views put in their place glide from one to the next, as the robot does."""
        start, end, begun, stop = self._gliding
        return glide(start, end, smooth((steps - begun) / (stop - begun)))

    def hold(self, steps: int) -> None:
        """Let all cameras stay as they are now."""
        here = self.cameras(steps)
        self._gliding = _Gliding(here, here, steps, steps + 1)

    def restart(self, steps: int) -> None:
        """Let the next move begin now, not when the last one would have ended."""
        self._origin, self._moves = steps, 0

    def leg(self, steps: int, posture: Posture) -> Leg:
        """Move to another posture; stay if none was found."""
        self._view += 1
        self._moves += 1
        # From the number of moves: adding up rounded ones would drift.
        period_s = self._timing.view_period_s
        end = self._origin + self._timing.steps_of(self._moves * period_s)
        end = max(end, steps + 1)
        world = self._episode.world
        # A camera does not change while it films: lens and mount are those of the first view.
        here = self.cameras(steps)
        try:
            # They hang before the camera as it is now, and stay there while the robot moves.
            planned = self._episode.hang_planned(self.drawn).planned
            with world.aside():
                drawn = self._episode.find_view(self._view, calibration=here)
                shapes = world.shape_places()
            # The clutter of the view is there from now on.
            for shape, place in shapes:
                world.put_shape(shape, place)
            there = glide(here, drawn.cameras, 1.0)
            self.drawn = drawn.model_copy(update={'cameras': there, 'planned': planned})
            self._gliding = _Gliding(here, there, steps, end)
        except PlacementError as error:
            self.hold(steps)
            # Objects may have moved into every posture's way: the robot stays where it is.
            self.notes.append(f'The robot stays: {error}')
            return Leg(still(posture), steps, end)
        goal = world.postures.of(self.drawn)
        return Leg(between(posture, goal, steps=end - steps), steps, end)
