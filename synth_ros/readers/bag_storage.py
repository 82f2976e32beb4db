"""The files of a rosbag2 recording of any program: MCAP or sqlite3, compressed or not.

``ros2 bag record`` compresses whole files (``bag_0.mcap.zstd``) or single messages where it is
told to; both are recognised by their content. A compressed file is unpacked to a temporary one.
"""

from __future__ import annotations

import io
import shutil
import sqlite3
import struct
import tempfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple, Protocol
from urllib.parse import quote

import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.reader import make_reader
from mcap.records import Channel, Schema

from synth_ros.errors import UsageError

_ZSTD = b'\x28\xb5\x2f\xfd'
_MCAP = b'\x89MCAP0\r\n'
_RECORD = struct.Struct('<BQ')
_MESSAGE = struct.Struct('<HIQQ')
_SQLITE = b'SQLite format 3\x00'
# Name of the record in which our bags keep texts of their own.
_CUSTOM = 'synth_ros'
_UNPACK_BYTES = 1 << 20

DAMAGES = (
    McapError,
    ValueError,
    KeyError,
    struct.error,
    EOFError,
    sqlite3.Error,
    zstandard.ZstdError,
)
"""What reading damaged files raises."""


class StoredTopic(NamedTuple):
    """A topic of a file.

    Attributes:
        name: Absolute name.
        type_name: Such as ``sensor_msgs/msg/Image``.
        encoding: Of the definition: ``ros2msg`` where it can be read.
        definition: Of the type, with all it needs.
        latched: Whether a publisher kept its messages for those who came late.
    """

    name: str
    type_name: str
    encoding: str
    definition: bytes
    latched: bool


class StoredMessage(NamedTuple):
    """A message of a file.

    Attributes:
        topic: Of which topic.
        log_ns: When it was received, nanoseconds.
        publish_ns: When it was sent, nanoseconds; the same where the file does not tell.
        data: CDR.
    """

    topic: StoredTopic
    log_ns: int
    publish_ns: int
    data: bytes


class BagStorage(Protocol):
    """One file of a bag."""

    def custom(self) -> dict[str, str]:
        """Texts that our recorder noted in it."""
        ...

    def messages(
        self, topic: str | None = None, *, at_ns: int | None = None
    ) -> Iterator[StoredMessage]:
        """Messages in the order of their log times, always the same.

        Args:
            topic: Of one topic; ``None`` for all.
            at_ns: Of one log time; ``None`` for all.
        """
        ...

    def close(self) -> None:
        """Close the file; closing twice is fine."""
        ...


def open_storage(path: Path) -> BagStorage:
    """A file of a bag.

    Args:
        path: A ``.mcap`` or ``.db3`` file, or one of them with ``.zstd`` behind.

    Raises:
        UsageError: There is no room to unpack it, or it lacks what others need to read it.
        OSError: It cannot be read.
        Exception: One of ``DAMAGES``.
    """
    with path.open('rb') as stream:
        packed = stream.read(len(_ZSTD)) == _ZSTD
    if not packed:
        return _open_plain(path, None)
    unpacked = _unpack(path)
    try:
        return _open_plain(Path(unpacked.name), unpacked)
    except BaseException:
        unpacked.close()
        raise


def _unpack(path: Path) -> IO[bytes]:
    """A temporary file, removed when it is closed."""
    out = tempfile.NamedTemporaryFile(prefix='synth_ros_bag_')  # noqa: SIM115 (kept open)
    try:
        with path.open('rb') as packed:
            reader = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
            shutil.copyfileobj(reader, out, _UNPACK_BYTES)
        out.flush()
    except OSError as error:
        out.close()
        raise UsageError(
            f'{path} cannot be unpacked to {tempfile.gettempdir()}: {error.strerror}. Set TMPDIR '
            'to a folder with more room.'
        ) from None
    except BaseException:
        out.close()
        raise
    return out


def _open_plain(path: Path, unpacked: IO[bytes] | None) -> BagStorage:
    with path.open('rb') as stream:
        is_sqlite = stream.read(len(_SQLITE)) == _SQLITE
    return _Sqlite(path, unpacked) if is_sqlite else _Mcap(path, unpacked)


class _Row(NamedTuple):
    """Where a message of an MCAP file without chunks is; rows sort as messages are read."""

    log_ns: int
    offset: int
    size: int
    topic: StoredTopic
    publish_ns: int


def _read_rows(stream: IO[bytes]) -> list[_Row] | None:
    """Find every message of an MCAP file without chunks, which has no index of them.

    Returns:
        Them in the order of reading; ``None`` if there are chunks.
    """
    stream.seek(len(_MCAP))
    schemas: dict[int, Schema] = {}
    topics: dict[int, StoredTopic] = {}
    rows: list[_Row] = []
    while (head := stream.read(_RECORD.size)) and len(head) == _RECORD.size:
        op, length = _RECORD.unpack(head)
        if op == Opcode.DATA_END:
            break
        start = stream.tell()
        if op == Opcode.CHUNK:
            return None
        if op == Opcode.SCHEMA:
            schema = Schema.read(ReadDataStream(io.BytesIO(stream.read(length))))
            schemas[schema.id] = schema
        elif op == Opcode.CHANNEL:
            channel = Channel.read(ReadDataStream(io.BytesIO(stream.read(length))))
            topics[channel.id] = _topic_of(schemas[channel.schema_id], channel)
        elif op == Opcode.MESSAGE:
            number, _, log_ns, publish_ns = _MESSAGE.unpack(stream.read(_MESSAGE.size))
            size = length - _MESSAGE.size
            rows.append(_Row(log_ns, stream.tell(), size, topics[number], publish_ns))
        stream.seek(start + length)
    return sorted(rows, key=lambda row: (row.log_ns, row.offset))


def _topic_of(schema: Schema, channel: Channel) -> StoredTopic:
    profiles = channel.metadata.get('offered_qos_profiles', '')
    return StoredTopic(
        channel.topic, schema.name, schema.encoding, schema.data, _is_latched(profiles)
    )


def _plain(data: bytes) -> bytes:
    """A message that may be compressed: CDR begins with a zero, packed data does not."""
    if data[:4] != _ZSTD:
        return data
    return zstandard.ZstdDecompressor().decompressobj().decompress(data)


def _is_latched(profiles: str) -> bool:
    """Whether one of the offered profiles is transient local: 1 in bags before Jazzy."""
    return 'transient_local' in profiles or 'durability: 1' in profiles


class _Mcap:
    def __init__(self, path: Path, unpacked: IO[bytes] | None) -> None:
        self._unpacked = unpacked
        self._topics: dict[int, StoredTopic] = {}
        self._stream = path.open('rb')
        try:
            self._reader = make_reader(self._stream)
            summary = self._reader.get_summary()
            # The library would read such a file from its start for each message.
            chunked = summary is not None and summary.chunk_indexes
            self._rows = None if chunked else _read_rows(self._stream)
        except BaseException:
            self._stream.close()
            raise

    def custom(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for note in self._reader.iter_metadata():
            if note.name == _CUSTOM:
                found |= note.metadata
        return found

    def messages(
        self, topic: str | None = None, *, at_ns: int | None = None
    ) -> Iterator[StoredMessage]:
        if self._rows is not None:
            yield from self._loose(self._rows, topic, at_ns=at_ns)
            return
        found = self._reader.iter_messages(
            topics=None if topic is None else [topic], starting_at=at_ns, ending_at=at_ns
        )
        for schema, channel, message in found:
            if schema is None:
                continue
            known = self._topics.get(channel.id)
            if known is None:
                known = self._topics[channel.id] = _topic_of(schema, channel)
            data = _plain(message.data)
            yield StoredMessage(known, message.log_time, message.publish_time, data)

    def _loose(
        self, rows: Sequence[_Row], topic: str | None, *, at_ns: int | None
    ) -> Iterator[StoredMessage]:
        """Messages of a file without chunks."""
        first = 0 if at_ns is None else bisect_left(rows, at_ns, key=lambda row: row.log_ns)
        for row in islice(rows, first, None):
            if at_ns is not None and row.log_ns != at_ns:
                return
            if topic in {None, row.topic.name}:
                self._stream.seek(row.offset)
                data = _plain(self._stream.read(row.size))
                yield StoredMessage(row.topic, row.log_ns, row.publish_ns, data)

    def close(self) -> None:
        self._stream.close()
        if self._unpacked is not None:
            self._unpacked.close()


class _Sqlite:
    def __init__(self, path: Path, unpacked: IO[bytes] | None) -> None:
        self._unpacked = unpacked
        # Threads that read images share it; the library itself locks.
        self._file = sqlite3.connect(
            f'file:{quote(str(path.absolute()))}?mode=ro', uri=True, check_same_thread=False
        )
        try:
            self._topics = self._read_topics(path)
        except BaseException:
            self._file.close()
            raise

    def _read_topics(self, path: Path) -> dict[int, StoredTopic]:
        tables = {name for (name,) in self._file.execute('SELECT name FROM sqlite_master')}
        if 'message_definitions' not in tables:
            raise UsageError(
                f'{path} does not define its message types, as recordings before ROS 2 Iron do. '
                'Write it anew as MCAP where ROS 2 is installed: ros2 bag convert -i BAG -o '
                'out.yaml, with "output_bags: [{uri: new_bag, storage_id: mcap}]" in out.yaml.'
            )
        rows = self._file.execute(
            'SELECT topic_type, encoding, encoded_message_definition FROM message_definitions'
        )
        definitions = {str(kind): (str(encoding), str(text)) for kind, encoding, text in rows}
        rows = self._file.execute('SELECT id, name, type, offered_qos_profiles FROM topics')
        return {
            int(number): StoredTopic(
                str(name),
                str(kind),
                definitions[kind][0] if kind in definitions else '',
                definitions[kind][1].encode('utf-8') if kind in definitions else b'',
                _is_latched(str(profiles)),
            )
            for number, name, kind, profiles in rows
        }

    def custom(self) -> dict[str, str]:
        return {}

    def messages(
        self, topic: str | None = None, *, at_ns: int | None = None
    ) -> Iterator[StoredMessage]:
        numbers = [n for n, known in self._topics.items() if topic in {None, known.name}]
        asked = ','.join('?' * len(numbers))
        when, times = ('', ()) if at_ns is None else (' AND timestamp = ?', (at_ns,))
        rows = self._file.execute(
            f'SELECT topic_id, timestamp, data FROM messages WHERE topic_id IN ({asked}){when} '  # noqa: S608 (question marks alone)
            'ORDER BY timestamp, id',
            (*numbers, *times),
        )
        for number, log_ns, data in rows:
            yield StoredMessage(self._topics[number], log_ns, log_ns, _plain(bytes(data)))

    def close(self) -> None:
        self._file.close()
        if self._unpacked is not None:
            self._unpacked.close()
