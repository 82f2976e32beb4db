"""The messages that a late subscriber would get: each file of a split bag begins with them."""

from __future__ import annotations

from typing import NamedTuple

from synth_ros.writers.bag_metadata import BagTopic

# Each publisher of transforms sends all of its own at once, but who sent which is not known.
_TRANSFORMS = 'tf2_msgs/msg/TFMessage'
_MOST_TRANSFORMS = 256


class LatchedMessage(NamedTuple):
    """A message that its publisher keeps for those who come later.

    Attributes:
        channel: Of its topic in the bag.
        cdr: The serialised message.
        publish_ns: When it was sent, nanoseconds.
    """

    channel: int
    cdr: bytes
    publish_ns: int


class LatchedMessages:
    """The last messages of the topics that are latched (transient local).

    Of a topic, as many are kept as it has publishers; of transforms all that differ, at most 256.
    """

    def __init__(self) -> None:
        self._room: dict[int, int] = {}
        self._kept: dict[int, dict[bytes, int]] = {}

    def add_topic(self, channel: int, topic: BagTopic) -> None:
        """Take note of a topic; its messages are kept if one of its publishers keeps them."""
        if any(profile.durability == 'transient_local' for profile in topic.qos):
            many = topic.type_name == _TRANSFORMS
            self._room[channel] = _MOST_TRANSFORMS if many else len(topic.qos)

    def add(self, channel: int, cdr: bytes | memoryview, *, publish_ns: int) -> None:
        """Take note of a message of any topic."""
        if channel not in self._room:
            return
        kept, data = self._kept.setdefault(channel, {}), bytes(cdr)
        kept.pop(data, None)
        kept[data] = publish_ns
        if len(kept) > self._room[channel]:
            del kept[next(iter(kept))]

    def all(self) -> list[LatchedMessage]:
        """All kept messages, by topic and in the order of their arrival."""
        return [
            LatchedMessage(channel, cdr, publish_ns)
            for channel, kept in sorted(self._kept.items())
            for cdr, publish_ns in kept.items()
        ]
