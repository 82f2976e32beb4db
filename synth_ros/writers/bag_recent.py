"""The last seconds of all topics in memory, to become a bag when something has happened."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from synth_ros.writers.bag import BagWriter
from synth_ros.writers.bag_latched import LatchedMessage, LatchedMessages
from synth_ros.writers.bag_metadata import BagTopic
from synth_ros.writers.mcap_file import Compression


class RecentMessage(NamedTuple):
    """A message that is kept.

    Attributes:
        channel: Of its topic.
        cdr: The serialised message.
        log_ns: When it was received, nanoseconds.
        publish_ns: When it was sent, nanoseconds.
    """

    channel: int
    cdr: bytes
    log_ns: int
    publish_ns: int


class Excerpt(NamedTuple):
    """What is kept at one time.

    Attributes:
        topics: By channel.
        latched: The last messages of latched topics from before.
        messages: All messages since.
    """

    topics: Mapping[int, BagTopic]
    latched: tuple[LatchedMessage, ...]
    messages: tuple[RecentMessage, ...]

    @property
    def duration_ns(self) -> int:
        """From the first to the last message."""
        return self.messages[-1].log_ns - self.messages[0].log_ns if self.messages else 0


class RecentMessages:
    """Keeps the messages of the last seconds, and the last ones of latched topics.

    Args:
        duration_ns: How long a message is kept, by log time, nanoseconds.
        max_bytes: So much is kept at most; then the oldest go earlier.
    """

    def __init__(self, duration_ns: int, *, max_bytes: int) -> None:
        self._duration_ns = duration_ns
        self._max_bytes = max_bytes
        self._topics: dict[int, BagTopic] = {}
        self._latched = LatchedMessages()
        self._messages: deque[RecentMessage] = deque()
        self._bytes = 0

    def add_topic(self, topic: BagTopic) -> int:
        """Announce a topic.

        Returns:
            The channel for :meth:`add`.
        """
        channel = len(self._topics) + 1
        self._topics[channel] = topic
        self._latched.add_topic(channel, topic)
        return channel

    def add(self, channel: int, cdr: bytes, *, log_ns: int, publish_ns: int) -> None:
        """Keep a message.

        Args:
            channel: From :meth:`add_topic`.
            cdr: The serialised message.
            log_ns: When it was received, nanoseconds.
            publish_ns: When it was sent, nanoseconds.
        """
        self._messages.append(RecentMessage(channel, cdr, log_ns, publish_ns))
        self._bytes += len(cdr)
        oldest_ns = log_ns - self._duration_ns
        while self._messages[0].log_ns < oldest_ns or self._bytes > self._max_bytes:
            gone = self._messages.popleft()
            self._bytes -= len(gone.cdr)
            self._latched.add(gone.channel, gone.cdr, publish_ns=gone.publish_ns)
            if not self._messages:
                break

    def excerpt(self) -> Excerpt:
        """What is kept now; it does not change any more."""
        return Excerpt(dict(self._topics), tuple(self._latched.all()), tuple(self._messages))


def write_excerpt(
    path: Path,
    excerpt: Excerpt,
    *,
    compression: Compression,
    custom_data: Mapping[str, str],
) -> None:
    """Make a bag of what was kept; it begins with what is latched.

    Args:
        path: The bag's folder; must not exist.
        excerpt: What was kept; at least one message.
        compression: Of the bag.
        custom_data: Texts for ``metadata.yaml``.

    Raises:
        OutputError: The folder exists, or the disk is full.
    """
    start_ns = excerpt.messages[0].log_ns
    with BagWriter(path, compression=compression, custom_data=custom_data) as writer:
        channels = {old: writer.add_topic(topic) for old, topic in excerpt.topics.items()}
        for channel, cdr, publish_ns in excerpt.latched:
            writer.write(channels[channel], cdr, log_ns=start_ns, publish_ns=publish_ns)
        for old, cdr, log_ns, publish_ns in excerpt.messages:
            writer.write(channels[old], cdr, log_ns=log_ns, publish_ns=publish_ns)
