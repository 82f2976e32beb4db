"""Plays the phases of a sequence: the robot's ways, and what happens to the objects."""

from __future__ import annotations

from synth_ros.config.sequence import Phase
from synth_ros.pipeline.episode import Episode
from synth_ros.pipeline.happenings import Happenings
from synth_ros.pipeline.script import FOR_EVER, Leg, ViewScript
from synth_ros.pipeline.timing import Timing
from synth_ros.randomize.phases import (
    SampledPhase,
    SequenceStock,
    draw_motion,
    is_drawn,
    phase_draws,
    phase_of,
)
from synth_ros.randomize.scene import SampledCamera, SampledView
from synth_ros.sim.paths import still
from synth_ros.sim.robot import Posture
from synth_ros.sim.travel import Way, planned


class PhaseScript:
    """Plays phase after phase; a ``Script``.

    What is drawn in a phase depends on (seed, episode, the phase's name, how often it was played),
    what comes of it also on the state of the world when it begins, and so on all that happened
    before.

    Args:
        episode: The episode; the robot is in its first view.
        timing: Time steps.
        drawn: The first view.
        stock: What its phases are made of.
        robot_moves: Whether the robot goes the ways of its phases; else it is left alone, and
            phases are what happens to the objects.
    """

    def __init__(
        self,
        episode: Episode,
        timing: Timing,
        drawn: SampledView,
        *,
        stock: SequenceStock,
        robot_moves: bool = True,
    ) -> None:
        self.notes: list[str] = []
        self.phase: SampledPhase | None = None
        self._config = episode.config
        self._episode = episode
        self._timing = timing
        self._stock = stock
        self._robot_moves = robot_moves
        self._views = ViewScript(episode, timing, drawn)
        self._happenings = Happenings(episode, timing, stock=stock)
        self._number = -1
        self._plays: Phase | None = None
        self._end = 0
        self._leg: Leg | None = None

    @property
    def drawn(self) -> SampledView:
        """The last view that was drawn."""
        return self._views.drawn

    def cameras(self, steps: int) -> tuple[SampledCamera, ...]:
        """Cameras that views put in their place glide while views are played."""
        return self._views.cameras(steps)

    def leg(self, steps: int, posture: Posture) -> Leg:
        """Go on with the phase, or begin the next one."""
        if steps >= self._end:
            self._begin(steps, posture)
        self._happen(steps)
        leg = self._leg
        if leg is None or steps >= leg.end:
            leg = self._leg = self._views.leg(steps, posture)
            self.notes += self._views.notes
            self._views.notes.clear()
        return leg._replace(end=min(leg.end, self._end, self._happenings.next_step))

    def _begin(self, steps: int, posture: Posture) -> None:
        """Begin the next phase, or the time after the last one."""
        self._number += 1
        self._views.hold(steps)
        sequence = self._config.sequence
        phase = self._plays = phase_of(sequence, self._number)
        self._happenings.forget()
        if phase is None:
            self.phase, self._end = None, FOR_EVER
            self._leg = Leg(still(posture), steps, FOR_EVER)
            return
        count = len(sequence.phases)
        draws = phase_draws(self._episode.draws, phase.name, self._number // count)
        duration_s = draws.number(phase.duration_s, 'duration_s')
        self._end = steps + self._timing.steps_of(duration_s)
        self.phase = SampledPhase(
            number=self._number,
            name=phase.name,
            begin_s=steps * self._timing.timestep_s,
            duration_s=(self._end - steps) * self._timing.timestep_s,
        )
        self._happenings.plan(phase, draws, span=(steps, self._end), first=self._number < count)
        if not self._robot_moves:
            self._leg = Leg(still(posture), steps, self._end)
        elif phase.robot.views:
            self._views.restart(steps)
            self._leg = None
        else:
            self._leg = self._way(phase, steps, posture)

    def _way(self, phase: Phase, steps: int, posture: Posture) -> Leg:
        """The first way drawn on which the robot touches nothing, or none."""
        motion = phase.robot
        stays = Leg(still(posture), steps, self._end)
        if motion.drive is None and motion.trajectory is None and motion.waypoints is None:
            return stays
        assert self.phase is not None
        count = len(self._config.sequence.phases)
        draws = phase_draws(self._episode.draws, phase.name, self._number // count)
        way = Way(
            motion,
            trajectory=self._stock.trajectories.get(motion.trajectory.file)
            if motion.trajectory
            else None,
            steps=self._end - steps,
            timestep_s=self._timing.timestep_s,
            wheels=self._config.robot.wheels,
        )
        attempts = self._config.randomization.robot.max_attempts if is_drawn(motion) else 1
        world = self._episode.world
        refused: list[str] = []
        for attempt in range(attempts):
            drawn = draw_motion(motion, draws, attempt)
            path = planned(way, drawn, world=world, start=posture)
            with self._episode.clock.measure('posture'):
                obstacle = self._episode.finder.obstacle(path, self._end - steps)
            if obstacle is None:
                self.phase = self.phase.model_copy(
                    update={'motion': drawn, 'refused': tuple(refused)}
                )
                return Leg(path, steps, self._end)
            refused.append(obstacle)
            self._episode.refusals[f'way of phase {phase.name}'] += 1
        self.phase = self.phase.model_copy(update={'refused': tuple(refused)})
        self.notes.append(
            f'The robot stays in phase "{phase.name}": it would touch something on all '
            f'{attempts} ways drawn (last: {refused[-1]}).'
        )
        return stays

    def _happen(self, steps: int) -> None:
        """Let happen what is due."""
        for event in self._happenings.due(steps):
            if self.phase is not None:
                events = (*self.phase.events, event)
                self.phase = self.phase.model_copy(update={'events': events})
        self.notes += self._happenings.notes
        self._happenings.notes.clear()
