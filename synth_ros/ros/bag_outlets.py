"""A bag in the place of a node: what publishers send is recorded, without any transport."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rclpy.qos import QoSProfile
from sensor_msgs.msg import Imu

from synth_ros.ros import streams
from synth_ros.ros.bag_sink import offered
from synth_ros.ros.cdr import leading_stamp_ns
from synth_ros.ros.definitions import definition_text, type_hash
from synth_ros.ros.names import camera_topics
from synth_ros.ros.serialize import serialized_view
from synth_ros.writers.bag import BagWriter
from synth_ros.writers.bag_metadata import BagTopic

Heard = Callable[[BagTopic, int, int], None]
"""Is told of each message: its topic, its length, its log time in nanoseconds."""


def view_topics(cameras: Sequence[str]) -> frozenset[str]:
    """Topics of cameras that a recorder leaves out."""
    names = {stream.name for stream in streams.STREAMS if stream.use == 'view'}
    return frozenset(
        topic
        for camera in cameras
        for name, topic in camera_topics(camera)._asdict().items()
        if name in names
    )


class BagOutlets:
    """Implements ``outlets.Outlets`` with the topics of a bag.

    Args:
        writer: The bag.
        views: Names of topics that a recorder leaves out.
        heard: Is told of each message.

    Attributes:
        now_ns: Log time of all that is published, nanoseconds. Samples of an IMU, which lie
            between instants, have their own stamps.
    """

    def __init__(
        self, writer: BagWriter, *, views: frozenset[str], heard: Heard | None = None
    ) -> None:
        self.now_ns = 0
        self._writer = writer
        self._views = views
        self._heard = heard

    def create_publisher(
        self, msg_type: type, topic: str, qos_profile: QoSProfile
    ) -> BagOutlet | _Silent:
        """Add a topic to the bag, as a recorder sees it offered."""
        name = topic if topic.startswith('/') else f'/{topic}'
        if topic in self._views:
            return _Silent(name)
        package = msg_type.__module__.partition('.')[0]
        type_name = f'{package}/msg/{msg_type.__name__}'
        described = BagTopic(
            name=name,
            type_name=type_name,
            definition=definition_text(type_name),
            type_hash=type_hash(type_name),
            qos=(offered(qos_profile),),
        )
        channel = self._writer.add_topic(described)
        return BagOutlet(described, channel, self, between=msg_type is Imu)

    def write(
        self, topic: BagTopic, channel: int, cdr: bytes | memoryview, *, log_ns: int
    ) -> None:
        """Record a serialised message.

        Raises:
            OutputError: The disk is full.
        """
        self._writer.write(channel, cdr, log_ns=log_ns, publish_ns=log_ns)
        if self._heard is not None:
            self._heard(topic, len(cdr), log_ns)


class BagOutlet:
    """A topic of a bag.

    Args:
        topic: What it is.
        channel: In the bag.
        bag: Takes the messages.
        between: Whether messages lie between instants, at stamps of their own.

    Attributes:
        topic_name: Of the topic.
    """

    def __init__(
        self, topic: BagTopic, channel: int, bag: BagOutlets, *, between: bool = False
    ) -> None:
        self.topic_name = topic.name
        self._topic = topic
        self._channel = channel
        self._bag = bag
        self._between = between

    def publish(self, msg: object) -> None:
        """Record a message, or its serialised bytes."""
        cdr = msg if isinstance(msg, bytes) else serialized_view(msg)
        stamp_ns = leading_stamp_ns(bytes(cdr)) if self._between else None
        log_ns = self._bag.now_ns if stamp_ns is None else stamp_ns
        self._bag.write(self._topic, self._channel, cdr, log_ns=log_ns)

    def get_subscription_count(self) -> int:
        """One: the bag."""
        return 1


class _Silent:
    """A topic that nobody records."""

    def __init__(self, name: str) -> None:
        self.topic_name = name

    def publish(self, msg: object) -> None:
        """Nothing."""

    def get_subscription_count(self) -> int:
        """Nobody."""
        return 0
