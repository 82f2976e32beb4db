"""Tells once a second on ``/diagnostics`` how the simulation does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.node import Node

from synth_ros.pipeline.clock import Tally
from synth_ros.pipeline.commands import CommandInbox
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.live import LiveFrame
from synth_ros.pipeline.lockstep import Lockstep
from synth_ros.pipeline.timing import Timing
from synth_ros.pipeline.vital_signs import Rates, VitalSigns, milliseconds, resident_bytes
from synth_ros.ros.sim_thread import Doing, SimThread
from synth_ros.schema.profile import Step, Wait
from synth_ros.sim.commanded import EVENTS

_PERIOD_S = 1.0
# Slower than this part of what was asked for is worth a warning.
_KEEPS_UP = 0.9
_WORDS: Mapping[Doing, str] = {
    'starting': 'Starting',
    'inactive': 'Inactive: waits to be activated',
    'paused': 'Paused: waits for ~/step or ~/pause',
    'held': 'Waits for subscribers',
    'pacing': 'Running',
    'in lockstep': 'Waits for answers (lockstep)',
    'drawing': 'Running',
    'ended': 'Ended',
}


def _nothing(_camera: str) -> Mapping[str, object]:
    return {}


class Watched(NamedTuple):
    """What is told about.

    Attributes:
        thread: The simulation.
        signs: What was published.
        lockstep: Whose answers frames wait for, if anybody's.
        stage: The stage, once there is one.
        last: The last frame that was published, if any.
        subscribers: Subscriptions to the streams of each camera.
        made: What is made of a camera's frames, and how its devices do, by what is told.
        commands: What the robot obeys, if it obeys commands.
    """

    thread: SimThread
    signs: VitalSigns
    lockstep: Lockstep | None
    stage: Callable[[], Stage | None]
    last: Callable[[], LiveFrame | None]
    subscribers: Callable[[], Mapping[str, int]]
    made: Callable[[str], Mapping[str, object]] = _nothing
    commands: CommandInbox | None = None


class Diagnostics:
    """Publishes a ``DiagnosticArray`` once a real second, paused or not.

    Args:
        node: Publishes; its name begins those of all statuses.
        watched: What is told about.
    """

    def __init__(self, node: Node, watched: Watched) -> None:
        self._node = node
        self._name = node.get_name()
        self._watched = watched
        self._before: Mapping[Step | Wait, Tally] = {}
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        node.create_timer(_PERIOD_S, self._tell, clock=steady)

    def _tell(self) -> None:
        message = DiagnosticArray(status=self.statuses())
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)

    def statuses(self) -> list[DiagnosticStatus]:
        """How everything does now."""
        if self._watched.thread.doing in ('inactive', 'paused', 'held'):
            self._watched.signs.rest()
        rates, stage = self._watched.signs.rates(), self._watched.stage()
        told = [self._simulation(rates)]
        if stage is not None:
            told += [self._renderer(stage), *self._cameras(stage, rates)]
        if self._watched.lockstep is not None:
            told.append(self._lockstep(self._watched.lockstep))
        if self._watched.commands is not None:
            told.append(self._commands(self._watched.commands))
        return told

    def _simulation(self, rates: Rates) -> DiagnosticStatus:
        thread, last = self._watched.thread, self._watched.last()
        asked, reached = thread.real_time_factor, rates.real_time_factor
        words, slow = _WORDS[thread.doing], False
        if self._watched.lockstep is None and reached is not None:
            slow = reached < asked * _KEEPS_UP
        if slow:
            words = f'Runs at {reached:.2f} instead of {asked:g} times real time'
        values: dict[str, object] = {
            'real-time factor asked': f'{asked:g}' if asked > 0 else 'as fast as possible',
            'real-time factor reached': _number(reached),
            'instants per real second': _number(rates.instants_per_s),
            'instants published': thread.frames,
            'instants under way': thread.drawn - thread.frames,
            # Nothing between drawing and publishing can lose one.
            'dropped': 0,
            'requests waiting': thread.requests,
            'memory MB': round(resident_bytes() / 1e6),
        }
        if last is not None:
            values |= {
                'simulated time s': f'{last.stamp_ns * 1e-9:.3f}',
                'episode': last.episode,
                'frame of the episode': last.index,
                'scenario': last.scenario or '-',
            }
        return self._status('simulation', words, values, warn=slow)

    def _renderer(self, stage: Stage) -> DiagnosticStatus:
        now = stage.clock.tallies()
        spent, self._before = milliseconds(now, self._before), now
        values: dict[str, object] = {'device': stage.renderer.device}
        values |= {f'{step} ms': f'{mean:.2f}' for step, mean in spent.items()}
        return self._status('renderer', stage.renderer.name, values)

    def _cameras(self, stage: Stage, rates: Rates) -> list[DiagnosticStatus]:
        frames, subscribers = self._watched.signs.frames, self._watched.subscribers()
        wanted = Timing(stage.config, stage.steering).rates_hz
        names = [camera.name for camera in stage.config.cameras]
        return [
            self._status(
                f'camera {name}',
                f'{frames.get(name, 0)} frames',
                {
                    'frames per simulated second wanted': _number(rate_hz),
                    'frames per simulated second': _number(rates.camera_hz.get(name)),
                    'frames': frames.get(name, 0),
                    'subscriptions': subscribers.get(name, 0),
                    **self._watched.made(name),
                },
            )
            for name, rate_hz in zip(names, wanted, strict=True)
        ]

    def _lockstep(self, lockstep: Lockstep) -> DiagnosticStatus:
        counts, waiting = lockstep.counts, lockstep.in_flight
        stamps = ', '.join(f'{stamp_ns * 1e-9:.3f}' for stamp_ns in waiting)
        return self._status(
            'lockstep',
            f'{counts.answered} of {counts.expected} frames answered',
            {
                **{name.replace('_', ' '): value for name, value in counts._asdict().items()},
                'in flight': len(waiting),
                'unanswered stamps s': stamps or '-',
            },
            warn=bool(counts.given_up or counts.unknown),
        )

    def _commands(self, inbox: CommandInbox) -> DiagnosticStatus:
        counts = inbox.counts
        accepted, refused = sum(counts.accepted.values()), sum(counts.refused.values())
        values: dict[str, object] = {
            **{f'accepted on {kind}': count for kind, count in counts.accepted.items()},
            **{
                f'refused on {kind}: {reason}': count
                for (kind, reason), count in counts.refused.items()
            },
            **{event: counts.events.get(event, 0) for event in EVENTS},
            'twists with more than a base can do': counts.ignored,
            'let go as too many waited': counts.overtaken,
            'lost to a new scene': counts.dropped,
        }
        return self._status(
            'commands', f'{accepted} accepted, {refused} refused', values, warn=refused > 0
        )

    def _status(
        self, name: str, message: str, values: Mapping[str, object], *, warn: bool = False
    ) -> DiagnosticStatus:
        return DiagnosticStatus(
            level=DiagnosticStatus.WARN if warn else DiagnosticStatus.OK,
            name=f'{self._name}: {name}',
            message=message,
            hardware_id='synth_ros',
            values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
        )


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:.3g}'
