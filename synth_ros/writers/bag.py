"""A rosbag2 recording (MCAP) that stays readable whatever stops it.

Knows no ROS: it takes serialised messages. ``ros2 bag play``, Foxglove, ``rosbags`` and ``mcap``
read the result. After a kill, :func:`synth_ros.writers.bag_recovery.recover_bag` closes the file;
all that is lost is the chunk in memory, at most ``chunk_bytes`` or what came since ``flush``.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from synth_ros.errors import InternalError, OutputError
from synth_ros.schema.bag_files import REPEATED
from synth_ros.writers.bag_file import BagFile
from synth_ros.writers.bag_latched import LatchedMessages
from synth_ros.writers.bag_metadata import BagTopic, FileSummary, metadata_yaml
from synth_ros.writers.folder import os_errors, replace_file
from synth_ros.writers.mcap_file import Chunk, Compression, Packer

METADATA = 'metadata.yaml'
RESERVE = '.reserve'
# Room for the summary of a bag whose disk ran full; given back when the bag is closed.
_RESERVE_BYTES = 1 << 20


class Split(NamedTuple):
    """When a bag goes on in a new file; 0 is never.

    Attributes:
        size_bytes: Once a file has so many bytes.
        duration_ns: Once a file spans so much log time, nanoseconds.
    """

    size_bytes: int = 0
    duration_ns: int = 0


NO_SPLIT = Split()


class BagWriter:
    """Records messages into ``<path>/<name>_0.mcap`` and describes them in ``metadata.yaml``.

    A bag that is split goes on in ``<name>_1.mcap`` and so on. Each file can be read alone: it
    begins with the last messages of all latched topics, which keep the time when they were sent.

    Use it as a context manager: it closes the bag on errors too, since what was recorded before
    them is true. Not thread-safe.

    Args:
        path: The bag's folder; must not exist.
        compression: Of chunks.
        chunk_bytes: A chunk is written when its messages reach this size.
        custom_data: Texts for ``metadata.yaml``, also kept in each file from its start.
        ros_distro: For ``metadata.yaml``.
        split: When to go on in a new file.
        called: Where it will lie, which messages name; by default where it is written.

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
        split: Split = NO_SPLIT,
        called: Path | None = None,
    ) -> None:
        self.path = Path(path)
        self._called = called or self.path
        self.custom_data = dict(custom_data or {})
        self._packer = Packer(compression)
        self._chunk_bytes = chunk_bytes
        self._ros_distro = ros_distro
        self._split = split
        self._topics: dict[int, BagTopic] = {}
        self._latched = LatchedMessages()
        self._repeated: Counter[str] = Counter()
        self._files: list[FileSummary] = []
        self._ended_bytes = 0
        self._chunk = Chunk()
        self._dropped = 0
        self._closed = False
        self._described = False
        # Log times of the first and the last message since the last split.
        self._first_ns: int | None = None
        self._last_ns = 0
        if self.path.exists():
            raise OutputError(
                f'{self.path} exists already, and a bag never overwrites. Choose another '
                'folder, or remove it.'
            )
        with os_errors(self._called, valid='Nothing was recorded.'):
            self._file = self._begin()

    def _begin(self) -> BagFile:
        self.path.mkdir(parents=True)
        try:
            (self.path / RESERVE).write_bytes(bytes(_RESERVE_BYTES))
            file = BagFile(self.path, 0, custom_data=self.custom_data)
            file.appear()
        except BaseException:
            # A folder without a recording would be in the way of the next attempt.
            shutil.rmtree(self.path, ignore_errors=True)
            raise
        return file

    @property
    def counts(self) -> dict[str, int]:
        """Messages of each topic that are in the files; those in memory are not counted.

        What a split repeats is counted again.
        """
        counts = Counter(self._file.contents.counts)
        for file in self._files:
            counts.update(file.counts)
        return {topic.name: counts[channel] for channel, topic in self._topics.items()}

    @property
    def repeated(self) -> Counter[str]:
        """How many of each topic's messages are those that a split repeats."""
        return Counter(self._repeated)

    @property
    def size_bytes(self) -> int:
        """Length of all files; any thread may ask."""
        return self._ended_bytes + self._file.out.length

    @property
    def topics(self) -> tuple[BagTopic, ...]:
        """All topics, in the order in which they were announced."""
        return tuple(self._topics.values())

    @property
    def files(self) -> int:
        """How many files there are."""
        return len(self._files) + 1

    @property
    def summaries(self) -> tuple[FileSummary, ...]:
        """What is in each file, in order."""
        return (*self._files, self._file.summary())

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
        channel = len(self._topics) + 1
        try:
            self._file.add_topic(channel, topic)
        except OSError as error:
            raise self._failed(error) from error
        self._topics[channel] = topic
        self._latched.add_topic(channel, topic)
        return channel

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
        if self._is_due(log_ns):
            # Should the disk be full now, this message is not written either.
            self._dropped += 1
            self.split()
            self._dropped -= 1
        if self._first_ns is None:
            self._first_ns = log_ns
        self._last_ns = max(self._last_ns, log_ns)
        self._latched.add(channel, cdr, publish_ns=publish_ns)
        self._chunk.add(channel, cdr, log_ns=log_ns, publish_ns=publish_ns)
        if self._chunk.size >= self._chunk_bytes:
            self.flush()

    def _is_due(self, log_ns: int) -> bool:
        """Whether a message of that log time belongs to the next file."""
        size, duration_ns = self._split
        if self._first_ns is None:
            return False
        large = 0 < size <= self._file.out.length
        return large or 0 < duration_ns <= log_ns - self._first_ns

    def split(self) -> bool:
        """Go on in a new file, which begins with the last messages of all latched topics.

        Returns:
            Whether it did: not if nothing was recorded since the last time.

        Raises:
            OutputError: The disk is full; the bag is closed with what it had.
        """
        self._check_open()
        if self._first_ns is None:
            return False
        self.flush()
        try:
            following, repeated = self._next_file()
        except OSError as error:
            raise self._failed(error) from error
        old = self._file
        try:
            self._end_file()
            following.appear()
        except OSError as error:
            following.discard()
            raise self._failed(error) from error
        self._files.append(old.summary())
        self._ended_bytes += old.out.length
        old.close()
        self._file = following
        self._repeated.update(repeated)
        self._first_ns = None
        return True

    def _next_file(self) -> tuple[BagFile, Counter[str]]:
        """The file after this one with its head, and how often it repeats messages of a topic."""
        messages = self._latched.all()
        repeated = Counter(self._topics[message.channel].name for message in messages)
        custom = {**self.custom_data, **_repeats(repeated)}
        file = BagFile(self.path, self.files, custom_data=custom)
        try:
            for channel, topic in self._topics.items():
                file.add_topic(channel, topic)
            chunk = Chunk()
            for channel, cdr, publish_ns in messages:
                chunk.add(channel, cdr, log_ns=self._last_ns, publish_ns=publish_ns)
            if messages:
                file.add_chunk(chunk, self._packer)
        except BaseException:
            file.discard()
            raise
        return file, repeated

    def flush(self) -> None:
        """Hand all messages to the file, so that a kill of this process loses none of them.

        Raises:
            OutputError: The disk is full; the bag is closed with what it had.
        """
        if not self._chunk.count:
            return
        try:
            self._file.add_chunk(self._chunk, self._packer)
        except OSError as error:
            raise self._failed(error) from error
        self._chunk = Chunk()

    def close(self) -> None:
        """Write what is left, the index and ``metadata.yaml``; harmless when repeated.

        Raises:
            OutputError: The disk is full; what was written stays readable or recoverable.
        """
        if self._closed:
            return
        self.flush()
        with os_errors(self._called, valid=self._rescue()):
            self._finish()

    def abort(self) -> None:
        """Let go of the file as it is, without index and without ``metadata.yaml``."""
        self._closed = True
        self._file.close()

    def _finish(self) -> None:
        """Close the file with a summary of what it holds, and describe the whole bag."""
        self._closed = True
        (self.path / RESERVE).unlink(missing_ok=True)
        self.custom_data |= _repeats(self._repeated)
        with self._file.out.file:
            self._end_file()
        self._write_metadata()
        self._described = True

    def note(self, key: str, text: str) -> None:
        """Keep a text in ``metadata.yaml``, also in that of a bag whose disk ran full.

        Args:
            key: Of the text.
            text: It.

        Raises:
            OutputError: The disk is full; the bag is as before.
        """
        self.custom_data[key] = text
        if self._described:
            with os_errors(self._called, valid='The bag is valid as it is.'):
                self._write_metadata()

    def _write_metadata(self) -> None:
        text = metadata_yaml(
            self._topics,
            self.summaries,
            custom_data=self.custom_data,
            ros_distro=self._ros_distro,
        )
        replace_file(self.path / METADATA, text.encode('utf-8'))

    def _end_file(self) -> None:
        self._file.end(self._topics, custom_data=self.custom_data, ros_distro=self._ros_distro)

    def _failed(self, error: OSError) -> OutputError:
        """Close the bag with what it has, and say so."""
        self._dropped += self._chunk.count
        self._chunk = Chunk()
        try:
            self._finish()
        except OSError:
            valid = self._rescue()
        else:
            valid = (
                f'The bag was closed with {self._written} messages and is valid; '
                f'{self._dropped} messages that waited in memory are lost. Free some space, and '
                'record the rest into another bag.'
            )
        try:
            with os_errors(self._called, valid=valid):
                raise error
        except OutputError as told:
            return told

    @property
    def _written(self) -> int:
        """Messages in all files."""
        return sum(self.counts.values())

    def _rescue(self) -> str:
        return (
            f'{self._written} messages are in the file but it has no index: free some space, '
            f'then run synth-ros recover {self._called}.'
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


def _repeats(counts: Mapping[str, int]) -> dict[str, str]:
    """The note on repeated messages; none if there are none."""
    return {REPEATED: json.dumps(dict(sorted(counts.items())))} if counts else {}
