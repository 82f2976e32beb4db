"""A bag in the place of a node: what publishers send is recorded, without any transport."""

from __future__ import annotations

from rclpy.qos import QoSProfile

from synth_ros.ros.bag_sink import offered
from synth_ros.ros.definitions import definition_text, type_hash
from synth_ros.ros.serialize import serialized
from synth_ros.writers.bag import BagWriter
from synth_ros.writers.bag_metadata import BagTopic


class BagOutlets:
    """Implements ``outlets.Outlets`` with the topics of a bag.

    Args:
        writer: The bag.
        views: Names of topics that a recorder leaves out.

    Attributes:
        now_ns: Log time of all that is published, nanoseconds.
    """

    def __init__(self, writer: BagWriter, *, views: frozenset[str]) -> None:
        self.now_ns = 0
        self._writer = writer
        self._views = views

    def create_publisher(
        self, msg_type: type, topic: str, qos_profile: QoSProfile
    ) -> BagOutlet | _Silent:
        """Add a topic to the bag, as a recorder sees it offered."""
        name = topic if topic.startswith('/') else f'/{topic}'
        if topic in self._views:
            return _Silent(name)
        package = msg_type.__module__.partition('.')[0]
        type_name = f'{package}/msg/{msg_type.__name__}'
        channel = self._writer.add_topic(
            BagTopic(
                name=name,
                type_name=type_name,
                definition=definition_text(type_name),
                type_hash=type_hash(type_name),
                qos=(offered(qos_profile),),
            )
        )
        return BagOutlet(name, channel, self)

    def write(self, channel: int, cdr: bytes) -> None:
        """Record a serialised message at the present time.

        Raises:
            OutputError: The disk is full.
        """
        self._writer.write(channel, cdr, log_ns=self.now_ns, publish_ns=self.now_ns)


class BagOutlet:
    """A topic of a bag.

    Args:
        name: Of the topic.
        channel: In the bag.
        bag: Takes the messages.

    Attributes:
        topic_name: Of the topic.
    """

    def __init__(self, name: str, channel: int, bag: BagOutlets) -> None:
        self.topic_name = name
        self._channel = channel
        self._bag = bag

    def publish(self, msg: object) -> None:
        """Record a message, or its serialised bytes."""
        cdr = msg if isinstance(msg, bytes) else serialized(msg)
        self._bag.write(self._channel, cdr)

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
