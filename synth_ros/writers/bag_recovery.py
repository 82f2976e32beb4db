"""Making a recording valid after its process was killed."""

from __future__ import annotations

import fcntl
import io
import json
import mmap
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import zstandard
from isal import isal_zlib

from synth_ros.errors import OutputError
from synth_ros.schema.bag_files import REPEATED, mcap_files, mcap_name
from synth_ros.writers.bag import METADATA, RESERVE
from synth_ros.writers.bag_file import CUSTOM, LIBRARY, finish_file, hidden_name
from synth_ros.writers.bag_metadata import (
    BagTopic,
    FileSummary,
    file_summary,
    metadata_yaml,
    topic_from_channel,
)
from synth_ros.writers.folder import os_errors, replace_file
from synth_ros.writers.mcap_file import (
    MAGIC,
    Appender,
    Channel,
    ChunkInfo,
    Contents,
    Entries,
    MetadataInfo,
    Op,
    Schema,
    message_indexes,
)

_HEAD = 9
"""Bytes before a record's content: kind and length."""
_CHUNK_HEAD = _HEAD + 28 + 4 + 8 + 8
"""Bytes before a chunk's messages, at most: times, size, checksum, compression, packed size."""
_LARGEST_NOTE = 1 << 20
"""No record but a chunk is larger."""


class Recovered(NamedTuple):
    """The outcome of a recovery.

    Attributes:
        message_count: Messages in the bag now.
        cut_bytes: Bytes of unfinished records that were cut off the end.
        was_complete: The bag was valid; nothing was changed.
    """

    message_count: int
    cut_bytes: int
    was_complete: bool


class _Scan(NamedTuple):
    """What a file holds up to its first unfinished record."""

    contents: Contents
    custom_data: dict[str, str]
    end: int
    missing_index: bytes
    finished: bool


def recover_bag(path: Path, *, ros_distro: str = 'jazzy') -> Recovered:
    """Close a recording that was killed: cut the unfinished end, write index and metadata.

    Works in place and needs room for the index alone. A valid bag is left as it is, and so are
    the files of a split bag that were closed.

    Args:
        path: The bag's folder.
        ros_distro: For ``metadata.yaml``.

    Raises:
        OutputError: There is no recording of ours, it is still being written, it is damaged
            inside, or the disk is full.
    """
    path = Path(path)
    files = mcap_files(path)
    if not (path / mcap_name(path)).is_file():
        raise OutputError(f'{path} is not a bag of synth_ros: it has no {mcap_name(path)}.')
    valid = 'The recording was not changed, or only its end was cut.'
    with os_errors(path, valid=valid), ExitStack() as stack:
        # All of them first, so that nothing is touched while the last one grows.
        opened = [stack.enter_context(_locked(file)) for file in files]
        scans = [_scan(file, name) for file, name in zip(opened, files, strict=True)]
        count = sum(scan.contents.message_count for scan in scans)
        if all(scan.finished for scan in scans) and (path / METADATA).is_file():
            return Recovered(count, 0, was_complete=True)
        (path / RESERVE).unlink(missing_ok=True)
        hidden_name(path / mcap_name(path, len(files))).unlink(missing_ok=True)
        custom = _custom_data(scans)
        cut = 0
        for number, (file, scan) in enumerate(zip(opened, scans, strict=True)):
            if scan.finished and number + 1 < len(files):
                continue
            cut += _mend(file, scan, files[number].name, custom_data=custom, distro=ros_distro)
        _describe(path, files, scans, custom_data=custom, distro=ros_distro)
    return Recovered(count, cut, was_complete=False)


def _mend(
    file: io.FileIO, scan: _Scan, name: str, *, custom_data: dict[str, str], distro: str
) -> int:
    """Cut the unfinished end of a file and close it; how many bytes were cut."""
    cut = file.seek(0, io.SEEK_END) - scan.end
    file.truncate(scan.end)
    file.seek(scan.end)
    out = Appender(file, scan.end)
    out.append(scan.missing_index)
    finish_file(
        out,
        scan.contents,
        name=name,
        topics=_topics(scan.contents),
        custom_data=custom_data,
        ros_distro=distro,
    )
    return cut


def _describe(
    path: Path,
    files: Sequence[Path],
    scans: Sequence[_Scan],
    *,
    custom_data: dict[str, str],
    distro: str,
) -> None:
    """Write ``metadata.yaml`` of the whole bag."""
    held: list[FileSummary] = [
        file_summary(file.name, scan.contents) for file, scan in zip(files, scans, strict=True)
    ]
    # A later file knows all topics of those before.
    topics = _topics(scans[-1].contents)
    text = metadata_yaml(topics, held, custom_data=custom_data, ros_distro=distro)
    replace_file(path / METADATA, text.encode('utf-8'))


def _custom_data(scans: Sequence[_Scan]) -> dict[str, str]:
    """Texts of the recorder, and how many messages all files together repeat."""
    repeated = Counter[str]()
    for scan in scans:
        repeated.update(json.loads(scan.custom_data.get(REPEATED, '{}')))
    custom = dict(scans[0].custom_data)
    if repeated:
        custom[REPEATED] = json.dumps(dict(sorted(repeated.items())))
    return {**custom, 'recovered': 'true'}


@contextmanager
def _locked(path: Path) -> Iterator[io.FileIO]:
    with path.open('r+b', buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(
                f'{path} is still being recorded. Stop the recorder first.'
            ) from None
        yield file


def _scan(file: io.FileIO, path: Path) -> _Scan:
    """Read all whole records.

    Raises:
        OutputError: The file is not ours, or damaged before its end.
    """
    start = file.read(len(MAGIC))
    if start != MAGIC:
        raise OutputError(
            f'{path} holds no messages: its head is '
            f'{"missing" if MAGIC.startswith(start) else "not that of an MCAP file"}. '
            'There is nothing to recover.'
        )
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _Scanner(data, path).run()


class _Scanner:
    """Walks the records of a file."""

    def __init__(self, data: mmap.mmap, path: Path) -> None:
        self._data = data
        self._path = path
        self._contents = Contents()
        self._custom: dict[str, str] = {}

    def run(self) -> _Scan:
        data, position = self._data, len(MAGIC)
        missing = b''
        while position + _HEAD <= len(data):
            op, length = struct.unpack_from('<BQ', data, position)
            end = position + _HEAD + length
            if op in {Op.DATA_END, Op.FOOTER} or self._is_blank(position):
                break
            if end > len(data):
                self._check_unfinished(position)
                break
            body = io.BytesIO(data[position + _HEAD : end])
            if op == Op.METADATA and self._is_closing(body):
                break
            if op == Op.CHUNK:
                info, entries = self._chunk(body.getvalue(), position)
                index, offsets = message_indexes(entries, end)
                whole = data[end : end + len(index)] == index
                missing = b'' if whole else index
                self._contents.add_chunk(
                    info._replace(index_offsets=offsets, index_length=len(index)), entries
                )
                if not whole:
                    self._check_is_last(end, len(index))
                    position = end
                    break
                end += len(index)
            else:
                self._note(op, body, position)
            position = end
        finished = data[-len(MAGIC) :] == MAGIC and position + _HEAD <= len(data)
        return _Scan(self._contents, self._custom, position, missing, finished)

    def _is_blank(self, position: int) -> bool:
        """After a power loss some file systems leave zeros where data was to come."""
        return self._data[position] == 0 and not any(self._data[position:])

    def _check_unfinished(self, position: int) -> None:
        """Tell an unfinished record from one whose length was damaged: cutting loses data."""
        op, length = struct.unpack_from('<BQ', self._data, position)
        rest = len(self._data) - position
        if op != Op.CHUNK:
            if rest > _LARGEST_NOTE:
                raise self._damaged(position)
        elif rest >= _CHUNK_HEAD:
            # The chunk says its length twice: around its content, and of its content.
            (name_size,) = struct.unpack_from('<I', self._data, position + _HEAD + 28)
            body = io.BytesIO(self._data[position + _HEAD + 32 + min(name_size, 8) :][:8])
            if length != 40 + name_size + _number(body, '<Q'):
                raise self._damaged(position)

    def _is_closing(self, body: io.BytesIO) -> bool:
        """The copy of metadata.yaml begins the end of a file."""
        name = _text(body)
        body.seek(0)
        return name == 'rosbag2'

    def _note(self, op: int, body: io.BytesIO, position: int) -> None:
        """Take in a record that is not a chunk."""
        contents, size = self._contents, len(body.getvalue())
        if op == Op.HEADER:
            _, library = _text(body), _text(body)
            if not library.startswith(LIBRARY):
                raise OutputError(
                    f'{self._path} was written by {library!r}, not by synth_ros. Use '
                    '"mcap recover" and "ros2 bag reindex" for it.'
                )
        elif op == Op.SCHEMA:
            number = _number(body, '<H')
            name, encoding = _text(body), _text(body)
            contents.schemas[number] = Schema(number, name, encoding, _sized(body))
        elif op == Op.CHANNEL:
            number, schema = _number(body, '<H'), _number(body, '<H')
            topic, encoding = _text(body), _text(body)
            contents.channels[number] = Channel(number, schema, topic, encoding, _map(body))
        elif op == Op.METADATA:
            name = _text(body)
            contents.metadata.append(MetadataInfo(position, _HEAD + size, name))
            if name == CUSTOM:
                self._custom = _map(body)
        else:
            raise self._damaged(position)

    def _chunk(self, body: bytes, position: int) -> tuple[ChunkInfo, Entries]:
        """Check and unpack a chunk."""
        first_ns, last_ns, size, checksum = struct.unpack_from('<QQQI', body)
        rest = io.BytesIO(body[28:])
        compression = _text(rest)
        packed = rest.read(_number(rest, '<Q'))
        try:
            records = (
                zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
                if compression == 'zstd'
                else packed
            )
        except zstandard.ZstdError:
            raise self._damaged(position) from None
        if len(records) != size or isal_zlib.crc32(records) != checksum:
            raise self._damaged(position)
        info = ChunkInfo(
            offset=position,
            length=_HEAD + len(body),
            index_offsets={},
            index_length=0,
            first_ns=first_ns,
            last_ns=last_ns,
            compression=compression,
            packed_size=len(packed),
            size=size,
        )
        return info, _entries(records)

    def _check_is_last(self, end: int, index_length: int) -> None:
        """Only the last chunk may lack its index."""
        if len(self._data) - end > index_length:
            raise self._damaged(end)

    def _damaged(self, position: int) -> OutputError:
        return OutputError(
            f'{self._path} is damaged at byte {position}: the disk lost or changed data. '
            'Copy what is whole with "mcap recover".'
        )


def _entries(records: bytes) -> Entries:
    """Log time and offset of each message in a chunk, by channel."""
    entries: Entries = {}
    position = 0
    while position < len(records):
        _, length, channel, _, log_ns = struct.unpack_from('<BQHIQ', records, position)
        entries.setdefault(channel, []).append((log_ns, position))
        position += _HEAD + length
    return entries


def _topics(contents: Contents) -> dict[int, BagTopic]:
    topics = {}
    for number, channel in contents.channels.items():
        schema = contents.schemas[channel.schema_id]
        topics[number] = topic_from_channel(
            channel.topic,
            schema.name,
            definition=schema.data.decode('utf-8'),
            texts=channel.metadata,
        )
    return topics


def _number(body: io.BytesIO, kind: str) -> int:
    value: int = struct.unpack(kind, body.read(struct.calcsize(kind)))[0]
    return value


def _sized(body: io.BytesIO) -> bytes:
    return body.read(_number(body, '<I'))


def _text(body: io.BytesIO) -> str:
    return _sized(body).decode('utf-8')


def _map(body: io.BytesIO) -> dict[str, str]:
    inner = io.BytesIO(_sized(body))
    values = {}
    while inner.tell() < len(inner.getvalue()):
        key = _text(inner)
        values[key] = _text(inner)
    return values
