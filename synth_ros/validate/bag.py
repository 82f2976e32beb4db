"""rosbag2 recordings: MCAP files and their metadata."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Annotated, NamedTuple

import yaml
from mcap.reader import make_reader
from mcap.records import Channel, Chunk, Footer, Message
from mcap.stream_reader import StreamReader
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synth_ros.errors import UsageError
from synth_ros.readers.bag import read_bag_summary
from synth_ros.readers.bag_storage import open_storage
from synth_ros.readers.layouts.folders import is_file
from synth_ros.schema.bag_files import storage_files
from synth_ros.validate.base import Rule
from synth_ros.validate.common import problems
from synth_ros.validate.inspection import Inspection

ANNOTATIONS = '/labels/annotations'
_STORAGES = frozenset({'mcap', 'sqlite3'})
_MAGIC = b'\x89MCAP0\r\n'
RULES = (
    Rule(
        'bag.no-metadata',
        'error',
        'a bag has its metadata.yaml',
        'The recording was not closed: run synth-ros recover BAG. For a bag that was: '
        'ros2 bag reindex BAG.',
    ),
    Rule(
        'bag.metadata',
        'error',
        'metadata.yaml is that of rosbag2',
        'Write it again: synth-ros recover BAG after you removed it, or ros2 bag reindex BAG.',
    ),
    Rule(
        'bag.unfinished',
        'error',
        'MCAP files are closed: index and end are there',
        'Run synth-ros recover BAG: it keeps every whole chunk.',
    ),
    Rule(
        'bag.damaged',
        'error',
        'the files can be read, and the checksums of MCAP hold',
        'Copy the file again; synth-ros recover BAG helps only where the end is missing.',
    ),
    Rule(
        'bag.count',
        'error',
        'metadata.yaml counts the messages that are in the files',
        'Remove metadata.yaml and write it again: ros2 bag reindex BAG.',
    ),
    Rule(
        'bag.lost',
        'warning',
        'no message was lost while recording, as far as the recorder can tell',
        'Record again with less load; synth-ros report --bag shows the topics.',
    ),
    Rule(
        'bag.storage',
        'warning',
        'the bag is MCAP or sqlite3',
        'Only metadata.yaml was checked. Convert it: ros2 bag convert -i BAG -o OPTIONS.yaml.',
    ),
    Rule(
        'bag.frame',
        'error',
        'every frame of a recording of ours has all its messages, whole and of one stamp',
        'Record again; synth-ros audit BAG says more.',
    ),
)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra='ignore')


class _Information(_Record):
    storage_identifier: str
    relative_file_paths: Annotated[list[str], Field(min_length=1)]


class _Metadata(_Record):
    rosbag2_bagfile_information: _Information


class _Contents(NamedTuple):
    """What is in a file.

    Attributes:
        topics: Messages by topic.
        whole: Whether all of it could be read.
    """

    topics: Counter[str]
    whole: bool


def check(run: Inspection) -> None:
    """Check metadata, files, and what a recording of ours promises."""
    metadata = _metadata(run)
    files = [path for path in storage_files(run.root) if is_file(path)]
    if metadata is not None:
        for name in metadata.relative_file_paths:
            run.located(run.root, name, file='metadata.yaml', at='relative_file_paths')
        if metadata.storage_identifier not in _STORAGES:
            message = f'its storage is {metadata.storage_identifier[:20]!r}'
            run.add('bag.storage', 'metadata.yaml', message)
            return
    topics: Counter[str] = Counter()
    whole = bool(files)
    for file in files:
        if file.suffix != '.mcap':
            found = _stored(run, file)
        else:
            found = _fast(run, file) if run.fast else _thorough(run, file)
        topics += found.topics
        whole = whole and found.whole
    run.counts.other['messages'] = sum(topics.values())
    run.counts.other['topics'] = len(topics)
    if metadata is not None and whole:
        _compare(run, topics)
    if whole and any(topic.endswith(ANNOTATIONS) for topic in topics):
        _frames(run)


def _metadata(run: Inspection) -> _Information | None:
    path = run.root / 'metadata.yaml'
    if not is_file(path):
        run.add('bag.no-metadata', 'metadata.yaml', 'there is no such file')
        return None
    text = run.text(path)
    if text is None:
        return None
    try:
        return _Metadata.model_validate(yaml.safe_load(text)).rosbag2_bagfile_information
    except ValidationError as error:
        for below, message in problems(error):
            run.add('bag.metadata', 'metadata.yaml', message, at=below.lstrip('.'))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        message = f'it is no YAML: {" ".join(str(error).split())[:200]}'
        run.add('bag.metadata', 'metadata.yaml', message)
    return None


def _fast(run: Inspection, path: Path) -> _Contents:
    """Counts from the file's own summary."""
    file = run.name(path)
    try:
        with path.open('rb') as stream:
            summary = make_reader(stream).get_summary()
    except Exception as error:  # noqa: BLE001 (the library raises anything on damaged bytes)
        run.add('bag.unfinished', file, f'its summary cannot be read: {error}'[:300])
        return _Contents(Counter(), whole=False)
    if summary is None or summary.statistics is None:
        run.add('bag.unfinished', file, 'it has no summary')
        return _Contents(Counter(), whole=False)
    counts = summary.statistics.channel_message_counts
    topics: Counter[str] = Counter()
    for number, channel in summary.channels.items():
        topics[channel.topic] += counts.get(number, 0)
    return _Contents(topics, whole=True)


def _thorough(run: Inspection, path: Path) -> _Contents:
    """Read every record, checksums included."""
    file = run.name(path)
    run.progress.begin(f'records of {file}', None)
    channels: dict[int, str] = {}
    topics: Counter[str] = Counter()
    ended = False
    try:
        with path.open('rb') as stream:
            reader = StreamReader(
                stream, validate_crcs=True, record_size_limit=max(path.stat().st_size, 1)
            )
            for record in reader.records:
                if isinstance(record, Channel):
                    channels[record.id] = record.topic
                elif isinstance(record, Message):
                    topics[channels[record.channel_id]] += 1
                    run.progress.step()
                ended = ended or isinstance(record, Footer)
                assert not isinstance(record, Chunk)
    except Exception as error:  # noqa: BLE001 (the library raises anything on damaged bytes)
        if _closed(path):
            message = f'after {topics.total()} messages: {str(error) or type(error).__name__}'
            run.add('bag.damaged', file, message[:300])
        else:
            message = f'it ends inside a record, after {topics.total()} whole messages'
            run.add('bag.unfinished', file, message)
        return _Contents(topics, whole=False)
    if not ended:
        run.add('bag.unfinished', file, f'it ends after {topics.total()} whole messages')
        return _Contents(topics, whole=False)
    summary = _fast(run, path)
    if summary.whole and summary.topics != topics:
        message = f'its index knows {summary.topics.total()} messages, it has {topics.total()}'
        run.add('bag.damaged', file, message)
    return _Contents(topics, whole=summary.whole)


def _stored(run: Inspection, path: Path) -> _Contents:
    """Read every message of a file that is compressed, or no MCAP."""
    topics: Counter[str] = Counter()
    file = run.name(path)
    run.progress.begin(f'messages of {file}', None)
    try:
        with closing(open_storage(path)) as storage:
            for message in storage.messages():
                topics[message.topic.name] += 1
                run.progress.step()
    except Exception as error:  # noqa: BLE001 (the libraries raise anything on damaged bytes)
        told = f'after {topics.total()} messages: {str(error) or type(error).__name__}'
        run.add('bag.damaged', file, told[:300])
        return _Contents(topics, whole=False)
    return _Contents(topics, whole=True)


def _closed(path: Path) -> bool:
    """Whether a file ends as a closed one does; damage is then no missing end."""
    with path.open('rb') as stream:
        stream.seek(max(path.stat().st_size - len(_MAGIC), 0))
        return stream.read() == _MAGIC


def _compare(run: Inspection, topics: Counter[str]) -> None:
    """Counts of metadata against those of the files, and the recorder's proof."""
    try:
        summary = read_bag_summary(run.root)
    except UsageError as error:
        run.add('bag.metadata', 'metadata.yaml', str(error)[:300])
        return
    stated = {topic.name: topic.messages for topic in summary.topics}
    for topic in sorted({*stated, *topics}):
        if stated.get(topic, 0) != topics[topic]:
            message = f'it says {stated.get(topic, 0)}, the files have {topics[topic]}'
            run.add('bag.count', 'metadata.yaml', message, at=topic[:80])
    for entry in summary.topics:
        if entry.lost:
            run.add('bag.lost', entry.name, f'{entry.lost} messages are missing')


def _frames(run: Inspection) -> None:
    """Every frame of a recording of ours."""
    # Imported here: it needs the decoder of messages.
    from synth_ros.readers.recording_bag import BagRecording

    try:
        recording = BagRecording(run.root)
    except Exception as error:  # noqa: BLE001 (messages of others may be anything)
        run.add('bag.frame', '.', f'{error}'[:300])
        return
    with closing(recording):
        for problem in recording.problems:
            run.add('bag.frame', '.', problem[:300])
        for category in recording.categories:
            run.counts.classes[category.name] += 0
        run.progress.begin('frames', len(recording.frames))
        for key in recording.frames:
            run.counts.images += 1
            try:
                record = recording.record(key) if run.fast else recording.read(key).record
                classes = {item.instance_id: item.class_name for item in record.instances}
                for label in record.labels:
                    run.counts.object(classes.get(label.instance_id, 'object'))
            except Exception as error:  # noqa: BLE001 (messages of others may be anything)
                run.add('bag.frame', key.stem, f'{error}'[:300])
            run.progress.step()
