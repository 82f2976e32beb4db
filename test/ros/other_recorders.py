"""Writes the messages of a bag as other recorders do, ``ros2 bag record`` of Jazzy above all."""

import shutil
from typing import NamedTuple

import yaml
from mcap.writer import CompressionType
from mcap.writer import Writer as McapWriter
from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

# Programs hear topics at different times: so much later than sent, by topic, nanoseconds.
_LATE_NS = 1_300_000


class Topic(NamedTuple):
    """A topic as it is announced."""

    name: str
    type_name: str
    definition: str
    type_hash: str
    qos: list


def hear(bag):
    """Topics of a bag of ours by number, and (topic, time of arrival, message) in order."""
    with AnyReader([bag]) as reader:
        topics = {}
        for c in reader.connections:
            definition, _ = reader.typestore.generate_msgdef(c.msgtype, ros_version=2)
            digest = reader.typestore.hash_rihs01(c.msgtype)
            qos = c.ext.offered_qos_profiles
            topics[c.id] = Topic(c.topic, c.msgtype, definition, digest, qos)
        heard = sorted(
            (sent_ns + _LATE_NS * (1 + c.id % 5), number, c.id, data)
            for number, (c, sent_ns, data) in enumerate(reader.messages())
        )
    return topics, [(number, log_ns, data) for log_ns, _, number, data in heard]


def record(heard, out, *, storage='MCAP', mode='NONE', part=slice(None)):
    """Messages in a bag without texts and files of ours.

    Args:
        heard: From ``hear``.
        out: The new bag.
        storage: ``MCAP`` or ``SQLITE3``.
        mode: What is compressed: ``NONE``, ``FILE``, ``MESSAGE`` or, inside MCAP, ``STORAGE``.
        part: Which messages, in order.
    """
    topics, messages = heard
    writer = Writer(out, version=9, storage_plugin=StoragePlugin[storage])
    writer.set_compression(CompressionMode[mode], CompressionFormat.ZSTD)
    with writer:
        connections = {
            number: writer.add_connection(
                topic.name,
                topic.type_name,
                msgdef=topic.definition,
                rihs01=topic.type_hash,
                offered_qos_profiles=topic.qos,
            )
            for number, topic in topics.items()
        }
        for number, log_ns, data in messages[part]:
            writer.write(connections[number], log_ns, data)
    return out


def record_in_two(heard, out, **options):
    """The same in two files, as ``--max-bag-size`` makes them: what is latched comes once."""
    halves = [out.parent / name / out.name for name in ('first', 'second')]
    for half, part in zip(halves, (slice(0, 60), slice(60, None)), strict=True):
        record(heard, half, part=part, **options)
    out.mkdir()
    texts = []
    for number, half in enumerate(halves):
        [file] = half.glob(f'{out.name}*')
        ending = file.name.removeprefix(out.name).replace('_0', '')
        shutil.move(file, out / f'{out.name}_{number}{ending}')
        texts.append(yaml.safe_load((half / 'metadata.yaml').read_text()))
    whole, other = (text['rosbag2_bagfile_information'] for text in texts)
    for topic, more in zip(
        whole['topics_with_message_count'], other['topics_with_message_count'], strict=True
    ):
        topic['message_count'] += more['message_count']
    whole['message_count'] += other['message_count']
    whole['relative_file_paths'] = sorted(path.name for path in out.iterdir())
    (out / 'metadata.yaml').write_text(yaml.safe_dump(texts[0]))
    return out


def record_mcap(heard, out, *, chunked, compression='NONE'):
    """A bag whose MCAP has no chunks (``fastwrite``), or chunks that are packed otherwise."""
    topics, messages = heard
    out.mkdir(parents=True)
    with (out / f'{out.name}_0.mcap').open('wb') as file:
        packed = CompressionType[compression]
        writer = McapWriter(file, chunk_size=50_000, compression=packed, use_chunking=chunked)
        writer.start(profile='ros2', library='libmcap 1.3.0')
        channels = {}
        for number, topic in topics.items():
            schema = writer.register_schema(topic.type_name, 'ros2msg', topic.definition.encode())
            channels[number] = writer.register_channel(topic.name, 'cdr', schema)
        for number, log_ns, data in messages:
            writer.add_message(channels[number], log_ns, data, log_ns)
        writer.finish()
    return out
