"""What a part of a node needs to go away without the node: its own end, and its own things."""

from __future__ import annotations

import threading

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.service import Service
from rclpy.subscription import Subscription
from rclpy.timer import Timer

Belonging = Publisher | Service | Subscription | Timer
"""Something that is created on a node."""


class LinkedEvent(threading.Event):
    """An event that is set when another one is, too.

    Waiting for it does not end early when the other one is set: wait for short times.

    Args:
        other: The other one.
    """

    def __init__(self, other: threading.Event) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        """Whether either is set."""
        return super().is_set() or self._other.is_set()


def belongings(node: Node) -> set[Belonging]:
    """Everything that was created on a node."""
    return {*node.publishers, *node.services, *node.subscriptions, *node.timers}


def destroy(node: Node, item: Belonging) -> None:
    """Take something off its node."""
    match item:
        case Publisher():
            node.destroy_publisher(item)
        case Service():
            node.destroy_service(item)
        case Subscription():
            node.destroy_subscription(item)
        case Timer():
            node.destroy_timer(item)
