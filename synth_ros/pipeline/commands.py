"""Commands on their way from whoever gives them to the robot of the running episode."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from synth_ros.geometry.planar import PlanarPose, Twist
from synth_ros.sim.commanded import CommandedRobot, Event
from synth_ros.sim.commands import Command, Kind, Reason, Refusal, TwistCommand
from synth_ros.sim.joint_rules import Limits
from synth_ros.sim.robot import Posture
from synth_ros.sim.world import World

# A program that sends nonsense does it many times a second.
_TOLD_AGAIN_S = 10.0
# Commands that can wait at once, while no time passes.
_ROOM = 1000
_NOTES_KEPT = 100


class Commanded(NamedTuple):
    """How a robot goes that obeys commands, at one instant.

    Attributes:
        accepted: Commands that it was given since its episode began.
        pose: Of its base.
        twist: Of its base in the time step before, in the base's frame.
    """

    accepted: int
    pose: PlanarPose
    twist: Twist


@dataclass(frozen=True, slots=True)
class CommandCounts:
    """What became of all that came.

    Attributes:
        accepted: Commands that were obeyed, by the topic that they came on.
        refused: Those that were not, by topic and reason.
        events: What became of those that were obeyed.
        overtaken: Let go because very many came after them before the simulation took any.
        dropped: Lost to a new scene before it took them.
        ignored: Twists that asked for more than a base in the plane can do.
    """

    accepted: Mapping[Kind, int] = field(default_factory=dict)
    refused: Mapping[tuple[Kind, Reason], int] = field(default_factory=dict)
    events: Mapping[Event, int] = field(default_factory=dict)
    overtaken: int = 0
    dropped: int = 0
    ignored: int = 0


class CommandInbox:
    """Holds commands until the simulation takes them; any thread may call it.

    Args:
        limits: What commands may do.
        now_s: Real time, for what is told again and again.
    """

    def __init__(
        self, limits: Limits | None = None, *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self.limits = limits or Limits()
        self._now_s = now_s
        self._lock = threading.Lock()
        self._waiting: deque[Command] = deque()
        self._accepted: Counter[Kind] = Counter()
        self._refused: Counter[tuple[Kind, Reason]] = Counter()
        self._events: Counter[Event] = Counter()
        self._overtaken = self._dropped = self._ignored = 0
        self._told: dict[tuple[Kind, Reason], tuple[float, int]] = {}
        self._notes: deque[str] = deque(maxlen=_NOTES_KEPT)

    @property
    def counts(self) -> CommandCounts:
        """What became of all that came so far."""
        with self._lock:
            return CommandCounts(
                dict(self._accepted),
                dict(self._refused),
                dict(self._events),
                self._overtaken,
                self._dropped,
                self._ignored,
            )

    def give(self, command: Command | Refusal) -> None:
        """Leave a command for the simulation; what is none is counted and noted."""
        if isinstance(command, Refusal):
            self.refuse(command)
            return
        with self._lock:
            if len(self._waiting) == _ROOM:
                self._waiting.popleft()
                self._overtaken += 1
            self._waiting.append(command)

    def take(self) -> list[Command]:
        """What waits, in order; it waits no longer."""
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
            return taken

    def forget(self) -> None:
        """Drop what waits: it was meant for another scene."""
        with self._lock:
            self._dropped += len(self._waiting)
            self._waiting.clear()

    def refuse(self, refusal: Refusal) -> None:
        """Count what is no command; say why, once in a while."""
        with self._lock:
            key = (refusal.kind, refusal.reason)
            self._refused[key] += 1
            now_s, count = self._now_s(), self._refused[key]
            then_s, before = self._told.get(key, (-_TOLD_AGAIN_S, 0))
            if now_s - then_s < _TOLD_AGAIN_S:
                return
            self._told[key] = (now_s, count)
            more = count - before - 1
            also = f' ({more} more like it since the last warning.)' if more else ''
            self._notes.append(f'Refused a message on {refusal.kind}: {refusal.text}{also}')

    def accept(self, command: Command) -> None:
        """Count a command that is obeyed."""
        with self._lock:
            self._accepted[command.kind] += 1
            self._ignored += isinstance(command, TwistCommand) and command.ignored

    def count(self, event: Event) -> None:
        """Count what became of a command."""
        with self._lock:
            self._events[event] += 1

    def take_notes(self) -> list[str]:
        """What the user should know since the last call, a sentence each."""
        with self._lock:
            notes = list(self._notes)
            self._notes.clear()
            return notes


class Driven:
    """The robot of a running episode that obeys commands.

    Args:
        inbox: Where they come from; what waits in it was meant for another scene.
        world: The episode's.
        posture: Where the robot stands.
        wheels: Joints that roll while the base drives.
        step: Time steps that have passed since time 0.
    """

    def __init__(
        self,
        inbox: CommandInbox,
        world: World,
        posture: Posture,
        *,
        wheels: tuple[str, ...],
        step: int,
    ) -> None:
        inbox.forget()
        self._inbox = inbox
        self._accepted = 0
        self._robot = CommandedRobot(
            world,
            posture,
            limits=inbox.limits,
            wheels=wheels,
            step=step,
            count=inbox.count,
        )

    def obey(self) -> None:
        """Take the commands that came; they hold from this instant on."""
        for command in self._inbox.take():
            refusal = self._robot.take(command)
            if refusal is not None:
                self._inbox.refuse(refusal)
                continue
            self._accepted += 1
            self._inbox.accept(command)

    def advance(self, steps: int) -> list[Posture]:
        """Let time steps pass; the posture now, and after each of them."""
        return self._robot.advance(steps)

    @property
    def state(self) -> Commanded:
        """How it goes."""
        return Commanded(self._accepted, self._robot.pose, self._robot.twist)
