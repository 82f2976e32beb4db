"""What publishers write to: topics of a running node, or those of a bag."""

from __future__ import annotations

from typing import Protocol

from rclpy.qos import QoSProfile


class Outlet(Protocol):
    """One topic; rclpy's ``Publisher`` is one."""

    @property
    def topic_name(self) -> str:
        """Absolute name of the topic."""
        ...

    def publish(self, msg: object) -> None:
        """Send a message, or its serialised bytes."""
        ...

    def get_subscription_count(self) -> int:
        """How many take the messages."""
        ...


class Outlets(Protocol):
    """Makes topics; rclpy's ``Node`` does."""

    def create_publisher(self, msg_type: type, topic: str, qos_profile: QoSProfile) -> Outlet:
        """Announce a topic."""
        ...
