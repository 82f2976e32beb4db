"""A rosbag2 recording (MCAP) that stays readable whatever stops it.

Knows no ROS: it takes serialised messages. ``ros2 bag play``, Foxglove, ``rosbags`` and ``mcap``
read the result. After a kill, :func:`synth_ros.writers.bag_recovery.recover_bag` closes the file;
all that is lost is the chunk in memory, at most ``chunk_bytes`` or what came since ``flush``.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from synth_ros.errors import InternalError, OutputError
from synth_ros.writers.bag_metadata import BagTopic, metadata_yaml, qos_yaml
from synth_ros.writers.folder import os_errors, replace_file
from synth_ros.writers.mcap_file import (
    MAGIC,
    Appender,
    Channel,
    Chunk,
    Compression,
    Contents,
    MetadataInfo,
    Packer,
    Schema,
    channel_record,
    header_record,
    metadata_record,
    schema_record,
)

METADATA = 'metadata.yaml'
RESERVE = '.reserve'
LIBRARY = 'synth_ros'
CUSTOM = 'synth_ros'
# Room for the summary of a bag whose disk ran full; given back when the bag is closed.
_RESERVE_BYTES = 1 << 20


class BagWriter:
    """Records messages into ``<path>/<name>_0.mcap`` and describes them in ``metadata.yaml``.

    Use it as a context manager: it closes the bag on errors too, since what was recorded before
    them is true. Not thread-safe.

    Args:
        path: The bag's folder; must not exist.
        compression: Of chunks.
        chunk_bytes: A chunk is written when its messages reach this size.
        custom_data: Texts for ``metadata.yaml``, also kept in the file from its start.
        ros_distro: For ``metadata.yaml``.

    Raises:
        OutputError: The folder exists or cannot be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        compression: Compression = 'zstd',
        chunk_bytes: int = 1 << 20,
        custom_data: Mapping[str, str] | None = None,
        ros_distro: str = 'jazzy',
    ) -> None:
        self.path = Path(path)
        self.custom_data = dict(custom_data or {})
        self._packer = Packer(compression)
        self._chunk_bytes = chunk_bytes
        self._ros_distro = ros_distro
        self._topics: dict[int, BagTopic] = {}
        self._contents = Contents()
        self._chunk = Chunk()
        self._dropped = 0
        self._closed = False
        if self.path.exists():
            raise OutputError(
                f'{self.path} exists already, and a bag never overwrites. Choose another '
                'folder, or remove it.'
            )
        with os_errors(self.path, valid='Nothing was recorded.'):
            self._out = self._begin()

    def _begin(self) -> Appender:
        self.path.mkdir(parents=True)
        try:
            return self._create()
        except BaseException:
            # A folder without a recording would be in the way of the next attempt.
            shutil.rmtree(self.path, ignore_errors=True)
            raise

    def _create(self) -> Appender:
        (self.path / RESERVE).write_bytes(bytes(_RESERVE_BYTES))
        file = (self.path / mcap_name(self.path)).open('xb', buffering=0)
        # A recovery must not touch a file that is still growing.
        fcntl.flock(file, fcntl.LOCK_EX)
        out = Appender(file)
        out.append(MAGIC + header_record(LIBRARY))
        append_metadata(out, self._contents, name=CUSTOM, values=self.custom_data)
        return out

    @property
    def counts(self) -> dict[str, int]:
        """Messages of each topic that are in the file; those in memory are not counted."""
        counts = self._contents.counts
        return {topic.name: counts.get(channel, 0) for channel, topic in self._topics.items()}

    @property
    def dropped(self) -> int:
        """Messages that could not be written because the disk failed."""
        return self._dropped

    def add_topic(self, topic: BagTopic) -> int:
        """Announce a topic.

        Returns:
            The channel for :meth:`write`.

        Raises:
            OutputError: The disk is full or the bag is closed.
        """
        self._check_open()
        if topic.name in {known.name for known in self._topics.values()}:
            raise InternalError(f'Topic {topic.name} was added to {self.path} twice.')
        contents = self._contents
        schema = next((s for s in contents.schemas.values() if s.name == topic.type_name), None)
        parts = []
        if schema is None:
            definition = topic.definition.encode('utf-8')
            schema = Schema(len(contents.schemas) + 1, topic.type_name, 'ros2msg', definition)
            parts.append(schema_record(schema))
        texts = {'offered_qos_profiles': qos_yaml(topic), 'topic_type_hash': topic.type_hash}
        channel = Channel(len(self._topics) + 1, schema.id, topic.name, 'cdr', texts)
        parts.append(channel_record(channel))
        self._append(b''.join(parts))
        contents.schemas[schema.id] = schema
        contents.channels[channel.id] = channel
        self._topics[channel.id] = topic
        return channel.id

    def write(
        self, channel: int, cdr: bytes | memoryview, *, log_ns: int, publish_ns: int
    ) -> None:
        """Record a message.

        Args:
            channel: From :meth:`add_topic`.
            cdr: The serialised message with its encapsulation header; must not change before
                the next :meth:`flush`.
            log_ns: When it was received, nanoseconds; players and readers go by it.
            publish_ns: When it was sent, nanoseconds.

        Raises:
            OutputError: The disk is full; the bag is closed with what it had.
        """
        self._check_open()
        self._chunk.add(channel, cdr, log_ns=log_ns, publish_ns=publish_ns)
        if self._chunk.size >= self._chunk_bytes:
            self.flush()

    def flush(self) -> None:
        """Hand all messages to the file, so that a kill of this process loses none of them.

        Raises:
            OutputError: The disk is full; the bag is closed with what it had.
        """
        if not self._chunk.count:
            return
        chunk = self._chunk
        data, info = chunk.encode(self._out.length, self._packer)
        self._append(data)
        self._contents.add_chunk(info, chunk.entries)
        self._chunk = Chunk()

    def close(self) -> None:
        """Write what is left, the index and ``metadata.yaml``; harmless when repeated.

        Raises:
            OutputError: The disk is full; what was written stays readable or recoverable.
        """
        if self._closed:
            return
        self.flush()
        with os_errors(self.path, valid=self._rescue()):
            self._finish()

    def abort(self) -> None:
        """Let go of the file as it is, without index and without ``metadata.yaml``."""
        self._closed = True
        self._out.file.close()

    def _finish(self) -> None:
        """Close the file with a summary of what it holds."""
        self._closed = True
        (self.path / RESERVE).unlink(missing_ok=True)
        with self._out.file:
            finish_file(
                self._out,
                self._contents,
                path=self.path,
                topics=self._topics,
                custom_data=self.custom_data,
                ros_distro=self._ros_distro,
            )

    def _append(self, data: bytes) -> None:
        """Append to the file, or close the bag with what it has."""
        try:
            self._out.append(data)
        except OSError:
            self._dropped += self._chunk.count
            self._chunk = Chunk()
            try:
                self._finish()
            except OSError:
                valid = self._rescue()
            else:
                valid = (
                    f'The bag was closed with {self._contents.message_count} messages and is '
                    f'valid; {self._dropped} messages that waited in memory are lost.'
                )
            with os_errors(self.path, valid=valid):
                raise

    def _rescue(self) -> str:
        return (
            f'{self._contents.message_count} messages are in the file but it has no index: free '
            f'some space, then run synth-ros recover {self.path}.'
        )

    def _check_open(self) -> None:
        if self._closed:
            raise OutputError(f'The bag {self.path} is closed; nothing more can be recorded.')

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the bag, whatever ended the recording."""
        self.close()


def mcap_name(bag: Path) -> str:
    """Name of the bag's only file, as rosbag2 names it."""
    return f'{bag.name}_0.mcap'


def append_metadata(
    out: Appender, contents: Contents, *, name: str, values: Mapping[str, str]
) -> None:
    """Append a metadata record and note where it is.

    Raises:
        OSError: It could not be written; nothing changed.
    """
    data = metadata_record(name, values)
    info = MetadataInfo(out.length, len(data), name)
    out.append(data)
    contents.metadata.append(info)


def finish_file(
    out: Appender,
    contents: Contents,
    *,
    path: Path,
    topics: Mapping[int, BagTopic],
    custom_data: Mapping[str, str],
    ros_distro: str,
) -> None:
    """Append the end of the file, then write ``metadata.yaml``.

    Raises:
        OSError: It could not be written; the file can still be recovered.
    """
    text = metadata_yaml(
        topics,
        contents,
        file_name=mcap_name(path),
        custom_data=custom_data,
        ros_distro=ros_distro,
    )
    # rosbag2 falls back to this copy when metadata.yaml is missing.
    append_metadata(out, contents, name='rosbag2', values={'serialized_metadata': text})
    out.append(contents.ending(out.length))
    os.fsync(out.file.fileno())
    replace_file(path / METADATA, text.encode('utf-8'))
