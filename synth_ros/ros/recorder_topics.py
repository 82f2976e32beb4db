"""Finds the topics to record in the graph and subscribes to them as their publishers offer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.subscription import Subscription
from rclpy.topic_endpoint_info import TopicEndpointInfo

from synth_ros.errors import RosError
from synth_ros.ros.acknowledge import TOPIC
from synth_ros.ros.bag_sink import bag_topic, subscription_qos
from synth_ros.ros.definitions import message_class
from synth_ros.ros.loss import SequenceCounter, TopicReport
from synth_ros.ros.recorder_plan import RecorderPlan
from synth_ros.ros.topic_choice import TopicChoice
from synth_ros.writers.bag_metadata import BagTopic


class MessageInfo(TypedDict):
    """What the middleware says of a message."""

    source_timestamp: int
    received_timestamp: int
    publication_sequence_number: int | None


Receive = Callable[[bytes, MessageInfo], None]


@dataclass(slots=True)
class _Heard:
    type_name: str
    counter: SequenceCounter
    receive: Receive
    qos: QoSProfile
    subscription: Subscription


class TopicWatch:
    """Subscribes to wanted topics once somebody publishes them.

    Args:
        node: Subscribes.
        plan: Topics that are known beforehand.
        choice: Others, of absolute names.
        begin: Called with each topic before its first message and the count of its messages;
            gives what takes its messages in.

    Attributes:
        unrecorded: Topics that cannot be recorded, and why.
    """

    def __init__(
        self,
        node: Node,
        plan: RecorderPlan,
        choice: TopicChoice,
        *,
        begin: Callable[[BagTopic, SequenceCounter], Receive],
    ) -> None:
        self.unrecorded: dict[str, str] = {}
        self._node = node
        self._choice = choice
        self._named = dict.fromkeys((*plan.places, *choice.names))
        # Who publishes is not known from the first moment, so it is told by its name.
        self._own = node.resolve_topic_name(TOPIC)
        self._begin = begin
        self._heard: dict[str, _Heard] = {}
        self._said_all = False

    @property
    def topics(self) -> frozenset[str]:
        """Topics that are being recorded."""
        return frozenset(self._heard)

    @property
    def counters(self) -> dict[str, SequenceCounter]:
        """The count of each topic's messages."""
        return {topic: heard.counter for topic, heard in self._heard.items()}

    @property
    def missing(self) -> list[str]:
        """Topics that are wanted by name and were never published."""
        return sorted(self._named.keys() - self._heard.keys() - self.unrecorded.keys())

    def reports(self) -> list[TopicReport]:
        """What became of each topic's messages so far."""
        return [heard.counter.report() for heard in self._heard.values()]

    def waits_for(self) -> str:
        """What is waited for, in words."""
        words = [f'{len(self._named)} topics'] if self._named else []
        return ' and '.join([*words, *filter(None, [self._choice.told()])])

    def published(self, topics: Sequence[str] = ()) -> bool:
        """Whether somebody publishes one of some topics, or by default of those recorded."""
        return any(self._node.count_publishers(topic) for topic in topics or self._heard)

    def look(self) -> None:
        """Subscribe to wanted topics that have appeared, and see who publishes the others.

        Raises:
            OutputError: The disk is full.
        """
        for topic in self._wanted():
            publishers = self._node.get_publishers_info_by_topic(topic)
            if publishers and topic not in self._heard:
                self._subscribe(topic, publishers)
            if publishers and topic in self._heard:
                self._follow(topic, publishers)
        if self._named and not self.missing and not self._said_all:
            self._said_all = True
            count = len(self._named.keys() & self._heard.keys())
            self._node.get_logger().info(f'Recording all {count} topics.')

    def _wanted(self) -> list[str]:
        topics = list(self._named)
        if self._choice.any:
            present = (topic for topic, _ in self._node.get_topic_names_and_types())
            known = {*self._named, self._own}
            topics += [t for t in present if t not in known and self._choice.wants(t)]
        hopeless = self.unrecorded.keys() - self._heard.keys()
        return [topic for topic in topics if topic not in hopeless]

    def _subscribe(self, topic: str, publishers: Sequence[TopicEndpointInfo]) -> None:
        type_name = publishers[0].topic_type
        try:
            message_class(type_name)
            described = bag_topic(topic, type_name, publishers=publishers)
        except RosError as error:
            self.unrecorded[topic] = str(error)
            self._node.get_logger().warning(f'{topic} is NOT recorded: {error}')
            return
        counter = SequenceCounter(topic)
        receive, qos = self._begin(described, counter), subscription_qos(publishers)
        self._heard[topic] = _Heard(
            type_name, counter, receive, qos, self._listen(topic, type_name, receive, qos=qos)
        )
        if topic not in self._named:
            self._node.get_logger().info(f'Recording {topic} ({type_name}, {in_words(qos)}).')

    def _listen(
        self, topic: str, type_name: str, receive: Receive, *, qos: QoSProfile
    ) -> Subscription:
        def doubt(_info: object) -> None:
            self._heard[topic].counter.doubt()

        return self._node.create_subscription(
            message_class(type_name),
            topic,
            receive,
            qos,
            event_callbacks=SubscriptionEventCallbacks(
                incompatible_qos=doubt, use_default_callbacks=False
            ),
            raw=True,
        )

    def _follow(self, topic: str, publishers: Sequence[TopicEndpointInfo]) -> None:
        """Take note of who publishes now; listen anew where one offers less than those before."""
        heard = self._heard[topic]
        heard.counter.see_publishers({bytes(info.endpoint_gid) for info in publishers})
        others = {info.topic_type for info in publishers} - {heard.type_name}
        if others and topic not in self.unrecorded:
            heard.counter.doubt()
            self.unrecorded[topic] = (
                f'it is published as {", ".join(sorted(others))}, too; only '
                f'{heard.type_name} is recorded'
            )
            self._node.get_logger().error(f'{topic}: {self.unrecorded[topic]}.')
        qos = subscription_qos([info for info in publishers if info.topic_type not in others])
        if _weaker(qos, heard.qos):
            heard.counter.doubt()
            self._node.get_logger().warning(
                f'A new publisher of {topic} offers less (QoS) than those before. Listening '
                f'{in_words(qos)} from now on; what it sent until now is not recorded.'
            )
            self._node.destroy_subscription(heard.subscription)
            heard.qos = qos
            heard.subscription = self._listen(topic, heard.type_name, heard.receive, qos=qos)


def _weaker(qos: QoSProfile, than: QoSProfile) -> bool:
    """Whether a profile asks for less in one thing; more is never asked for later."""
    reliable, latched = ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL
    return (qos.reliability != reliable and than.reliability == reliable) or (
        qos.durability != latched and than.durability == latched
    )


def in_words(qos: QoSProfile) -> str:
    """Reliability and durability."""
    reliable = qos.reliability == ReliabilityPolicy.RELIABLE
    latched = qos.durability == DurabilityPolicy.TRANSIENT_LOCAL
    return f'{"reliable" if reliable else "best effort"}, {"latched" if latched else "volatile"}'
