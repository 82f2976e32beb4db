"""Messages of a rosbag2 recording, found by topic and stamp, without ROS."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mcap.records import Schema
from mcap_ros2.decoder import DecoderFactory

from synth_ros.errors import UsageError
from synth_ros.readers.bag_storage import (
    DAMAGES,
    BagStorage,
    StoredMessage,
    open_storage,
)
from synth_ros.schema.bag_files import storage_files

_STAMP = struct.Struct('<iI')
_CDR_HEAD = 4
# Types that begin with a std_msgs/Header, and so with a stamp.
_STAMPED = frozenset(
    {
        'sensor_msgs/msg/Image',
        'sensor_msgs/msg/CameraInfo',
        'sensor_msgs/msg/PointCloud2',
        'sensor_msgs/msg/JointState',
        'vision_msgs/msg/Detection2DArray',
        'vision_msgs/msg/Detection3DArray',
    }
)


Decoder = Callable[[bytes], Any]


class Place(NamedTuple):
    """Where a message is.

    Attributes:
        file: Which file of the bag.
        log_ns: Its log time.
        sequence: Which of the topic's messages of that log time.
    """

    file: int
    log_ns: int
    sequence: int


class _Kept(NamedTuple):
    """A message that its publisher keeps for late subscribers."""

    topic: str
    publish_ns: int
    content: int


class BagIndex:
    """All messages of a bag.

    Args:
        path: The bag's folder.

    Raises:
        UsageError: It is no bag, or not closed, or damaged.

    Attributes:
        path: The bag's folder.
        types: Message type by topic.
        stamped: Places by topic, then by the stamp in the header, nanoseconds.
        plain: Places by topic of messages without a header, in order.
        problems: Stamps that come twice, a sentence each.
        custom: Texts that our recorder noted.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        files = storage_files(self.path)
        if not files:
            raise UsageError(
                f'{self.path} holds no .mcap or .db3 file: give the folder of a rosbag2 recording.'
            )
        self.custom: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.stamped: dict[str, dict[int, Place]] = {}
        self.plain: dict[str, list[Place]] = {}
        self.problems: list[str] = []
        self._kept: set[_Kept] = set()
        self._files: list[BagStorage] = []
        self._decoders: dict[tuple[str, bytes], Decoder] = {}
        for number, file in enumerate(files):
            try:
                self._files.append(open_storage(file))
                self._learn(number, self._files[-1])
            except (*DAMAGES, OSError) as error:
                self.close()
                raise UsageError(_damaged(file, error)) from None
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Close the files; closing twice is fine."""
        for file in self._files:
            file.close()

    def read(self, topic: str, place: Place) -> Any:  # noqa: ANN401 (what the bag defines)
        """A message, decoded by the definition that the bag carries.

        Raises:
            UsageError: It cannot be decoded.
        """
        try:
            found = self._files[place.file].messages(topic, at_ns=place.log_ns)
            for number, message in enumerate(found):
                if number == place.sequence:
                    return self._decode(message)
        except DAMAGES as error:
            raise UsageError(f'{self.path}: a message on {topic} is damaged: {error}') from None
        raise UsageError(f'{self.path}: a message on {topic} at {place.log_ns} ns is gone.')

    def all(self, topic: str) -> Iterator[Any]:
        """All messages of a topic, decoded."""
        for file in self._files:
            for message in file.messages(topic):
                yield self._decode(message)

    def _decode(self, message: StoredMessage) -> Any:  # noqa: ANN401 (what the bag defines)
        topic = message.topic
        key = topic.type_name, topic.definition
        decoder = self._decoders.get(key)
        if decoder is None:
            # The library keeps decoders by number, which files count anew.
            schema = Schema(1, topic.definition, topic.encoding, topic.type_name)
            made = DecoderFactory().decoder_for('cdr', schema)
            if made is None:
                raise UsageError(
                    f'{self.path}: type {topic.type_name} of {topic.name} is defined as '
                    f'{topic.encoding or "nothing"}, which cannot be read; ros2msg can.'
                )
            decoder = self._decoders[key] = made
        return decoder(message.data)

    def _learn(self, number: int, file: BagStorage) -> None:
        """Note the place of every message of a file."""
        counts: dict[tuple[str, int], int] = {}
        self.custom |= file.custom()
        for message in file.messages():
            topic, name = message.topic, message.topic.name
            self.types[name] = topic.type_name
            sequence = counts.get((name, message.log_ns), 0)
            counts[name, message.log_ns] = sequence + 1
            if topic.latched and self._is_repeated(number, message):
                continue
            place = Place(number, message.log_ns, sequence)
            if topic.type_name in _STAMPED:
                seconds, nanoseconds = _STAMP.unpack_from(message.data, _CDR_HEAD)
                stamp = seconds * 1_000_000_000 + nanoseconds
                places = self.stamped.setdefault(name, {})
                if stamp in places:
                    self.problems.append(f'{name}: two messages have the stamp {stamp} ns.')
                places[stamp] = place
            else:
                self.plain.setdefault(name, []).append(place)

    def _is_repeated(self, number: int, message: StoredMessage) -> bool:
        """Whether a file begins with a message of the files before it, as split bags do."""
        kept = _Kept(message.topic.name, message.publish_ns, hash(message.data))
        repeated = number > 0 and kept in self._kept
        self._kept.add(kept)
        return repeated


def _damaged(file: Path, error: Exception) -> str:
    """What is wrong with a file, and what to do."""
    if file.suffix == '.mcap':
        advice = f'Run synth-ros recover {file.parent} first.'
    else:
        advice = f'Try ros2 bag reindex {file.parent}, or copy it again.'
    return f'{file} is damaged or was not closed ({error}). {advice}'
