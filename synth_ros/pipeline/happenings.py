"""What happens to objects in a running episode: pushes, falls, belts."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator

import numpy as np

from synth_ros.config.sequence import Conveyor, Drop, Phase, Push
from synth_ros.pipeline.episode import Episode
from synth_ros.pipeline.script import FOR_EVER
from synth_ros.pipeline.timing import Timing
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.falling import SPOTS_TRIED, falling_poses
from synth_ros.randomize.phases import (
    SampledEvent,
    SequenceStock,
    draw_push,
    event_draws,
    event_kind,
    in_drawn_order,
)
from synth_ros.scene.compiled import ObjectPart
from synth_ros.scene.mjspec import ENVIRONMENT_PREFIX

_Action = Callable[[int], SampledEvent | None]


class Happenings:
    """Does what events ask for, when it is due.

    Args:
        episode: Whose objects it happens to.
        timing: Time steps.
        stock: Belts and surfaces.

    Attributes:
        notes: What could not happen; whoever reads them takes them away.
    """

    def __init__(self, episode: Episode, timing: Timing, *, stock: SequenceStock) -> None:
        self.notes: list[str] = []
        self._world = episode.world
        self._refusals = episode.refusals
        self._timing = timing
        self._stock = stock
        self._upright_probability = episode.config.objects.placement.upright_probability
        # (step, order of asking, belongs to the phase, action)
        self._queue: list[tuple[int, int, bool, _Action]] = []
        self._asked = 0

    @property
    def next_step(self) -> int:
        """When the next thing is due, in time steps since the start of the episode."""
        return self._queue[0][0] if self._queue else FOR_EVER

    def forget(self) -> None:
        """Drop what has not happened when its phase is over; what has begun will end."""
        self._queue = [item for item in self._queue if not item[2]]
        heapq.heapify(self._queue)

    def plan(self, phase: Phase, draws: Draws, *, span: tuple[int, int], first: bool) -> None:
        """Take up the events of a phase.

        Args:
            phase: The phase.
            draws: Its draws.
            span: When it begins and ends, in time steps since the start of the episode.
            first: Whether it is played for the first time.
        """
        begin, end = span
        for number, event in enumerate(phase.events):
            mine = event_draws(draws, number)
            at_s = mine.number(event.at_s, 'at_s')
            step = begin + round(at_s / self._timing.timestep_s)
            if step >= end:
                continue
            told = SampledEvent(kind=event_kind(event), number=number, at_s=at_s)
            if event.drop is not None and first:
                self._let_fall(event.drop, mine, told, name=f'{phase.name}/{number}', step=step)
            if event.push is not None:
                self._ask(step, self._pushing(event.push, mine, told))
            elif event.conveyor is not None:
                self._ask(step, self._setting(event.conveyor, mine, told))

    def due(self, steps: int) -> Iterator[SampledEvent]:
        """Let happen what is due.

        Args:
            steps: Time steps since the start of the episode.

        Yields:
            What happened.
        """
        while self._queue and self._queue[0][0] <= steps:
            action = heapq.heappop(self._queue)[3]
            event = action(steps)
            if event is not None:
                yield event

    def _ask(self, step: int, action: _Action, *, of_phase: bool = True) -> None:
        self._asked += 1
        heapq.heappush(self._queue, (step, self._asked, of_phase, action))

    def _pushing(self, push: Push, draws: Draws, told: SampledEvent) -> _Action:
        def begin(steps: int) -> SampledEvent:
            drawn = draw_push(push, draws)
            parts = {
                part.name: part
                for part in self._world.present
                if part.is_free
                if not push.classes or part.class_name in push.classes
            }
            chosen = in_drawn_order(list(parts), draws)[: drawn.objects]
            if len(chosen) < drawn.objects:
                wanted = ' or '.join(push.classes) or 'objects'
                self.notes.append(
                    f'{len(chosen)} of {drawn.objects} {wanted} were there to be pushed.'
                )
            span = max(1, round(drawn.duration_s / self._timing.timestep_s))
            force_n = np.array(drawn.impulse_n_s) / (span * self._timing.timestep_s)
            for name in chosen:
                self._world.push(parts[name], force_n)

            def end(_steps: int) -> None:
                for name in chosen:
                    self._world.push(parts[name], -force_n)

            self._ask(steps + span, end, of_phase=False)
            return told.model_copy(
                update={'objects': tuple(chosen), 'impulse_n_s': drawn.impulse_n_s}
            )

        return begin

    def _let_fall(
        self, drop: Drop, draws: Draws, told: SampledEvent, *, name: str, step: int
    ) -> None:
        """Let the objects of an event fall one after another, also when the phase is over."""
        wait_s = 0.0
        for part in self._world.waiting(name):
            own = draws.below(f'{part.name}/')
            late = told.model_copy(update={'at_s': told.at_s + wait_s, 'objects': (part.name,)})
            at = step + round(wait_s / self._timing.timestep_s)
            self._ask(at, self._falling(drop, own, part=part, told=late), of_phase=False)
            wait_s += own.number(drop.interval_s, 'interval_s')

    def _falling(
        self, drop: Drop, draws: Draws, *, part: ObjectPart, told: SampledEvent
    ) -> _Action:
        def begin(_steps: int) -> SampledEvent | None:
            surface = self._stock.drops[part.waits]
            poses = falling_poses(
                drop,
                surface,
                part.size_m / 2,
                upright_probability=self._upright_probability,
                draws=draws,
            )
            for pose in poses:
                if self._world.has_room(part, pose):
                    self._world.let_fall(part, pose)
                    return told
            self._refusals['no room to fall in'] += 1
            self.notes.append(
                f'{part.name} did not fall onto {surface.name}: something was in the way at all '
                f'{SPOTS_TRIED} spots drawn. Let it fall from higher up (drop.from_height_m), or '
                'onto a larger surface.'
            )
            return None

        return begin

    def _setting(self, conveyor: Conveyor, draws: Draws, told: SampledEvent) -> _Action:
        geom = self._world.model.geom(ENVIRONMENT_PREFIX + self._stock.belts[conveyor.surface]).id

        def begin(_steps: int) -> SampledEvent:
            speed_m_s = draws.number(conveyor.speed_m_s, 'speed_m_s')
            ramp_s = draws.number(conveyor.ramp_s, 'ramp_s')
            steps = self._timing.steps_of(ramp_s)
            self._world.surface_speeds.set_belt(geom, speed_m_s, steps=steps)
            return told.model_copy(update={'surface': conveyor.surface, 'speed_m_s': speed_m_s})

        return begin
