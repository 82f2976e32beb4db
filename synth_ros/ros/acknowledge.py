"""Says which instants are recorded, so that a simulation can wait for them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

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
