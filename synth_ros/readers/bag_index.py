"""Messages of a rosbag2 recording (MCAP), found by topic and stamp, without ROS."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mcap.exceptions import McapError
from mcap.reader import McapReader, make_reader
from mcap.records import Channel, Message
from mcap_ros2.decoder import DecoderFactory

from synth_ros.errors import UsageError
from synth_ros.schema.bag_files import mcap_files

_STAMP = struct.Struct('<iI')
_CDR_HEAD = 4
# Name of the record in which our bags keep texts of their own.
_CUSTOM = 'synth_ros'
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
        self._files = mcap_files(self.path)
        if not self._files:
            raise UsageError(_no_files(self.path))
        self.custom: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.stamped: dict[str, dict[int, Place]] = {}
        self.plain: dict[str, list[Place]] = {}
        self.problems: list[str] = []
        self._kept: set[_Kept] = set()
        self._streams = [file.open('rb') for file in self._files]
        self._readers: list[McapReader] = []
        for number, stream in enumerate(self._streams):
            try:
                reader = make_reader(stream, decoder_factories=[DecoderFactory()])
                self._learn(number, reader)
            except (McapError, ValueError, struct.error, EOFError) as error:
                self.close()
                raise UsageError(
                    f'{self._files[number]} is damaged or was not closed ({error}). Run '
                    f'synth-ros recover {path} first.'
                ) from None
            self._readers.append(reader)

    def close(self) -> None:
        """Close the files; closing twice is fine."""
        for stream in self._streams:
            stream.close()

    def read(self, topic: str, place: Place) -> Any:  # noqa: ANN401 (what the bag defines)
        """A message, decoded by the definition that the bag carries.

        Raises:
            UsageError: It cannot be decoded.
        """
        reader = self._readers[place.file]
        found = reader.iter_decoded_messages(
            topics=[topic], starting_at=place.log_ns, ending_at=place.log_ns
        )
        try:
            for number, (_, _, _, message) in enumerate(found):
                if number == place.sequence:
                    return message
        except (McapError, ValueError, struct.error) as error:
            raise UsageError(f'{self.path}: a message on {topic} is damaged: {error}') from None
        raise UsageError(f'{self.path}: a message on {topic} at {place.log_ns} ns is gone.')

    def all(self, topic: str) -> Iterator[Any]:
        """All messages of a topic, decoded."""
        for reader in self._readers:
            for _, _, _, message in reader.iter_decoded_messages(topics=[topic]):
                yield message

    def _learn(self, number: int, reader: McapReader) -> None:
        """Note the place of every message of a file."""
        counts: dict[tuple[str, int], int] = {}
        for note in reader.iter_metadata():
            if note.name == _CUSTOM:
                self.custom |= note.metadata
        for schema, channel, message in reader.iter_messages(log_time_order=True):
            topic = channel.topic
            if schema is None:
                continue
            self.types[topic] = schema.name
            sequence = counts.get((topic, message.log_time), 0)
            counts[topic, message.log_time] = sequence + 1
            if _is_latched(channel) and self._is_repeated(number, channel, message):
                continue
            place = Place(number, message.log_time, sequence)
            if schema.name in _STAMPED:
                seconds, nanoseconds = _STAMP.unpack_from(message.data, _CDR_HEAD)
                stamp = seconds * 1_000_000_000 + nanoseconds
                places = self.stamped.setdefault(topic, {})
                if stamp in places:
                    self.problems.append(f'{topic}: two messages have the stamp {stamp} ns.')
                places[stamp] = place
            else:
                self.plain.setdefault(topic, []).append(place)

    def _is_repeated(self, number: int, channel: Channel, message: Message) -> bool:
        """Whether a file begins with a message of the files before it, as split bags do."""
        kept = _Kept(channel.topic, message.publish_time, hash(message.data))
        repeated = number > 0 and kept in self._kept
        self._kept.add(kept)
        return repeated


def _is_latched(channel: Channel) -> bool:
    return 'transient_local' in channel.metadata.get('offered_qos_profiles', '')


def _no_files(path: Path) -> str:
    """Why a folder is no bag that can be read."""
    if any(path.glob('*.db3*')):
        advice = (
            'it was recorded as sqlite3. Write it anew as MCAP: ros2 bag convert -i '
            f'{path} -o out.yaml, with "output_bags: [{{uri: new_bag, storage_id: mcap}}]" in '
            'out.yaml.'
        )
    elif any(path.glob('*.mcap.zstd')):
        advice = f'its file is compressed as a whole. Unpack it: zstd -d {path}/*.mcap.zstd.'
    else:
        advice = 'give the folder of a rosbag2 recording.'
    return f'{path} holds no .mcap file: {advice}'
