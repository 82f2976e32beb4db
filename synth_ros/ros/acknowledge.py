"""Says which instants are recorded, so that a simulation can wait for them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from builtin_interfaces.msg import Time
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_msgs.msg import Header

from synth_ros.ros.instants import Instants
from synth_ros.ros.qos import reliable

TOPIC = '~/recorded'
_LOOK_S = 0.02
# So long nothing more of an instant came: something was lost, or is no longer published.
_PATIENCE_S = 1.0


class Held(NamedTuple):
    """How often instants were acknowledged late for want of room.

    Attributes:
        instants: How many.
        total_s: How long one of them waited, real seconds.
        longest_s: The longest time on end.
    """

    instants: int
    total_s: float
    longest_s: float


class Acknowledger:
    """Publishes the stamp of each instant once all of it is taken in and there is room for more.

    Args:
        node: Publishes ``~/recorded``.
        topics: Topics with a message an instant, by camera.
        has_room: Whether what waits to be written is little enough.
    """

    def __init__(
        self, node: Node, topics: dict[str, frozenset[str]], *, has_room: Callable[[], bool]
    ) -> None:
        self._publisher = node.create_publisher(Header, TOPIC, reliable())
        self._instants = Instants(topics, patience_s=_PATIENCE_S)
        self._has_room = has_room
        self._whole: deque[int] = deque()
        # So many of those that wait are counted already, from the first one on.
        self._counted = 0
        self._held = Held(0, 0.0, 0.0)
        self._waiting_since_s: float | None = None
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        node.create_timer(_LOOK_S, self._look, clock=steady)

    def see(self, topic: str, stamp_ns: int, *, now_s: float) -> None:
        """Take note of a message that was handed to the outputs.

        Args:
            topic: Its topic.
            stamp_ns: Its stamp, nanoseconds.
            now_s: Steady time, seconds.
        """
        if self._instants.see(topic, stamp_ns, now_s=now_s):
            self._whole.append(stamp_ns)
            self._publish()

    def _look(self) -> None:
        self._whole += self._instants.overdue(time.monotonic())
        self._publish()

    def _publish(self) -> None:
        while self._whole and self._has_room():
            seconds, nanoseconds = divmod(self._whole.popleft(), 10**9)
            self._publisher.publish(Header(stamp=Time(sec=seconds, nanosec=nanoseconds)))
            self._counted = max(self._counted - 1, 0)
        self._note_waiting(time.monotonic())

    def _note_waiting(self, now_s: float) -> None:
        """Count the instants that have to wait, and for how long there are some."""
        late = len(self._whole) - self._counted
        self._counted = len(self._whole)
        if self._whole and self._waiting_since_s is None:
            self._waiting_since_s = now_s
        elif not self._whole:
            self._held, self._waiting_since_s = self.held(now_s), None
        self._held = self._held._replace(instants=self._held.instants + late)

    def held(self, now_s: float) -> Held:
        """How often instants were acknowledged late so far.

        Args:
            now_s: Steady time, seconds.
        """
        if self._waiting_since_s is None:
            return self._held
        waited_s = now_s - self._waiting_since_s
        instants, total_s, longest_s = self._held
        return Held(instants, total_s + waited_s, max(longest_s, waited_s))
