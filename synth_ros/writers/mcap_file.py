"""MCAP files, appended chunk by chunk, valid up to the last whole chunk at any moment.

Written after the MCAP specification (https://mcap.dev/spec). The libraries at hand either
leave a file without an index after an error, or copy each image several times; here a chunk and
its message index reach the file in one append that is undone if it fails, and the same summary
code serves the writer and the recovery of a killed recording.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, NamedTuple

import zstandard
from isal import isal_zlib

MAGIC = b'\x89MCAP0\r\n'
_RECORD_HEAD = struct.Struct('<BQ')
Compression = Literal['none', 'zstd']
# Level 1: images are recorded at camera rate, and higher levels gain little on them.
_ZSTD_LEVEL = 1


class Packer:
    """Compresses chunks, one after another; not thread-safe.

    It is kept for a whole file: taking the compressor's memory anew for each chunk would cost as
    much as compressing it. What a chunk becomes does not depend on those before.

    Args:
        compression: How.
    """

    def __init__(self, compression: Compression) -> None:
        self.name = '' if compression == 'none' else compression
        self._zstd = zstandard.ZstdCompressor(level=_ZSTD_LEVEL) if self.name else None

    def pack(self, records: bytes) -> bytes:
        """The bytes to store."""
        return records if self._zstd is None else self._zstd.compress(records)


class Op(IntEnum):
    """Record kinds."""

    HEADER = 0x01
    FOOTER = 0x02
    SCHEMA = 0x03
    CHANNEL = 0x04
    MESSAGE = 0x05
    CHUNK = 0x06
    MESSAGE_INDEX = 0x07
    CHUNK_INDEX = 0x08
    STATISTICS = 0x0B
    METADATA = 0x0C
    METADATA_INDEX = 0x0D
    SUMMARY_OFFSET = 0x0E
    DATA_END = 0x0F


class Schema(NamedTuple):
    """A message type and its definition text."""

    id: int
    name: str
    encoding: str
    data: bytes


class Channel(NamedTuple):
    """A topic."""

    id: int
    schema_id: int
    topic: str
    message_encoding: str
    metadata: Mapping[str, str]


class ChunkInfo(NamedTuple):
    """Where a chunk lies and what it holds.

    Attributes:
        offset: Of the chunk record in the file.
        length: Of the chunk record with its head.
        index_offsets: Offset of each message index record, by channel.
        index_length: Of all message index records.
        first_ns: Earliest log time.
        last_ns: Latest log time.
        compression: As the file names it: empty or ``zstd``.
        packed_size: Bytes of compressed records.
        size: Bytes of records.
    """

    offset: int
    length: int
    index_offsets: Mapping[int, int]
    index_length: int
    first_ns: int
    last_ns: int
    compression: str
    packed_size: int
    size: int


class MetadataInfo(NamedTuple):
    """Where a metadata record lies."""

    offset: int
    length: int
    name: str


Entries = dict[int, list[tuple[int, int]]]
"""Log time and offset inside the chunk of each message, by channel."""


@dataclass
class Contents:
    """What a file holds so far; the source of its summary."""

    schemas: dict[int, Schema] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    chunks: list[ChunkInfo] = field(default_factory=list)
    metadata: list[MetadataInfo] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)

    def add_chunk(self, info: ChunkInfo, entries: Entries) -> None:
        """Count a chunk that is in the file."""
        self.chunks.append(info)
        for channel, messages in entries.items():
            self.counts[channel] = self.counts.get(channel, 0) + len(messages)

    @property
    def message_count(self) -> int:
        """All messages."""
        return sum(self.counts.values())

    @property
    def first_ns(self) -> int:
        """Earliest log time; 0 without messages."""
        return min((chunk.first_ns for chunk in self.chunks), default=0)

    @property
    def last_ns(self) -> int:
        """Latest log time; 0 without messages."""
        return max((chunk.last_ns for chunk in self.chunks), default=0)

    def ending(self, offset: int) -> bytes:
        """All that closes a file: end of data, summary, footer, magic.

        Args:
            offset: Length of the file before.
        """
        data_end = record(Op.DATA_END, struct.pack('<I', 0))
        start = offset + len(data_end)
        groups = [
            (Op.SCHEMA, b''.join(schema_record(s) for s in self.schemas.values())),
            (Op.CHANNEL, b''.join(channel_record(c) for c in self.channels.values())),
            (Op.STATISTICS, self._statistics()),
            (Op.CHUNK_INDEX, b''.join(_chunk_index(c) for c in self.chunks)),
            (Op.METADATA_INDEX, b''.join(_metadata_index(m) for m in self.metadata)),
        ]
        offsets, position = [], start
        for op, group in groups:
            if group:
                offsets.append(
                    record(Op.SUMMARY_OFFSET, struct.pack('<BQQ', op, position, len(group)))
                )
            position += len(group)
        summary = b''.join([*(group for _, group in groups), *offsets])
        # The checksum covers the summary and the footer up to itself.
        foot = struct.pack('<BQQQ', Op.FOOTER, 20, start, position)
        checksum = struct.pack('<I', isal_zlib.crc32(foot, isal_zlib.crc32(summary)))
        return b''.join([data_end, summary, foot, checksum, MAGIC])

    def _statistics(self) -> bytes:
        head = struct.pack(
            '<QHIIIIQQI',
            self.message_count,
            len(self.schemas),
            len(self.channels),
            0,
            len(self.metadata),
            len(self.chunks),
            self.first_ns,
            self.last_ns,
            10 * len(self.counts),
        )
        counts = (struct.pack('<HQ', *item) for item in sorted(self.counts.items()))
        return record(Op.STATISTICS, b''.join([head, *counts]))


class Chunk:
    """Messages that wait to be written together."""

    def __init__(self) -> None:
        self.size = 0
        self.entries: Entries = {}
        self._parts: list[bytes | memoryview] = []
        self._first_ns = 2**64 - 1
        self._last_ns = 0

    @property
    def count(self) -> int:
        """Messages in it."""
        return sum(len(messages) for messages in self.entries.values())

    def add(self, channel: int, data: bytes | memoryview, *, log_ns: int, publish_ns: int) -> None:
        """Append a message; ``data`` must not change until the chunk is written."""
        head = struct.pack('<BQHIQQ', Op.MESSAGE, 22 + len(data), channel, 0, log_ns, publish_ns)
        self.entries.setdefault(channel, []).append((log_ns, self.size))
        self._parts += (head, data)
        self.size += len(head) + len(data)
        self._first_ns = min(self._first_ns, log_ns)
        self._last_ns = max(self._last_ns, log_ns)

    def encode(self, offset: int, packer: Packer) -> tuple[bytes, ChunkInfo]:
        """The bytes to append at ``offset``, index included, and their description."""
        records = b''.join(self._parts)
        packed = packer.pack(records)
        head = struct.pack(
            '<QQQI', self._first_ns, self._last_ns, self.size, isal_zlib.crc32(records)
        )
        head += _text(packer.name) + struct.pack('<Q', len(packed))
        length = _RECORD_HEAD.size + len(head) + len(packed)
        index, offsets = message_indexes(self.entries, offset + length)
        info = ChunkInfo(
            offset=offset,
            length=length,
            index_offsets=offsets,
            index_length=len(index),
            first_ns=self._first_ns,
            last_ns=self._last_ns,
            compression=packer.name,
            packed_size=len(packed),
            size=self.size,
        )
        begin = _RECORD_HEAD.pack(Op.CHUNK, len(head) + len(packed))
        # Joined once: what is in it is large.
        return b''.join([begin, head, packed, index]), info


class Appender:
    """A file that grows by whole pieces: a piece that does not fit leaves no trace.

    Args:
        file: Open for writing, unbuffered.
        length: Its length.
    """

    def __init__(self, file: io.FileIO, length: int = 0) -> None:
        self.file = file
        self.length = length

    def append(self, data: bytes) -> None:
        """Append all of ``data``.

        Raises:
            OSError: It could not be written; the file is as before.
        """
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self.file.write(rest) :]
        except OSError:
            os.ftruncate(self.file.fileno(), self.length)
            self.file.seek(self.length)
            raise
        self.length += len(data)


def record(op: Op, body: bytes) -> bytes:
    """One record."""
    return _RECORD_HEAD.pack(op, len(body)) + body


def header_record(library: str) -> bytes:
    """The first record of a ROS 2 file."""
    return record(Op.HEADER, _text('ros2') + _text(library))


def schema_record(schema: Schema) -> bytes:
    """A message type."""
    names = _text(schema.name) + _text(schema.encoding)
    data = struct.pack('<I', len(schema.data)) + schema.data
    return record(Op.SCHEMA, struct.pack('<H', schema.id) + names + data)


def channel_record(channel: Channel) -> bytes:
    """A topic."""
    head = struct.pack('<HH', channel.id, channel.schema_id)
    names = _text(channel.topic) + _text(channel.message_encoding)
    return record(Op.CHANNEL, head + names + _map(channel.metadata))


def metadata_record(name: str, values: Mapping[str, str]) -> bytes:
    """Named texts."""
    return record(Op.METADATA, _text(name) + _map(values))


def message_indexes(entries: Entries, offset: int) -> tuple[bytes, dict[int, int]]:
    """The message index records that follow a chunk.

    Args:
        entries: The chunk's messages.
        offset: Where the first record will lie.

    Returns:
        Their bytes, and the offset of each channel's record.
    """
    records: list[bytes] = []
    offsets: dict[int, int] = {}
    for channel, messages in sorted(entries.items()):
        offsets[channel] = offset + sum(len(r) for r in records)
        pairs = b''.join(struct.pack('<QQ', *message) for message in messages)
        records.append(record(Op.MESSAGE_INDEX, struct.pack('<HI', channel, len(pairs)) + pairs))
    return b''.join(records), offsets


def _chunk_index(info: ChunkInfo) -> bytes:
    head = struct.pack('<QQQQ', info.first_ns, info.last_ns, info.offset, info.length)
    pairs: Sequence[bytes] = [struct.pack('<HQ', *item) for item in info.index_offsets.items()]
    body = [
        head,
        struct.pack('<I', 10 * len(pairs)),
        *pairs,
        struct.pack('<Q', info.index_length),
        _text(info.compression),
        struct.pack('<QQ', info.packed_size, info.size),
    ]
    return record(Op.CHUNK_INDEX, b''.join(body))


def _metadata_index(info: MetadataInfo) -> bytes:
    return record(
        Op.METADATA_INDEX, struct.pack('<QQ', info.offset, info.length) + _text(info.name)
    )


def _text(value: str) -> bytes:
    data = value.encode('utf-8')
    return struct.pack('<I', len(data)) + data


def _map(values: Mapping[str, str]) -> bytes:
    body = b''.join(_text(key) + _text(value) for key, value in values.items())
    return struct.pack('<I', len(body)) + body
