"""One MCAP file of a bag, from its head to its index."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path

from synth_ros.schema.bag_files import mcap_name
from synth_ros.writers.bag_metadata import (
    BagTopic,
    FileSummary,
    file_summary,
    metadata_yaml,
    qos_yaml,
)
from synth_ros.writers.mcap_file import (
    MAGIC,
    Appender,
    Channel,
    Chunk,
    Contents,
    MetadataInfo,
    Packer,
    Schema,
    channel_record,
    header_record,
    metadata_record,
    schema_record,
)

LIBRARY = 'synth_ros'
CUSTOM = 'synth_ros'


class BagFile:
    """A file that grows; it appears under its name with :meth:`appear`, its head whole.

    Args:
        bag: The bag's folder.
        number: Of the file, from 0.
        custom_data: Texts for its head.

    Raises:
        OSError: It cannot be written; nothing is left of it.

    Attributes:
        name: Of the file.
        out: Takes whole pieces.
        contents: What is in it.
    """

    def __init__(self, bag: Path, number: int, *, custom_data: Mapping[str, str]) -> None:
        self.name = mcap_name(bag, number)
        self.contents = Contents()
        self._ended = False
        self._path = bag / self.name
        self._hidden = hidden_name(self._path)
        file = self._hidden.open('wb', buffering=0)
        # A recovery must not touch a file that is still growing.
        fcntl.flock(file, fcntl.LOCK_EX)
        self.out = Appender(file)
        try:
            self.out.append(MAGIC + header_record(LIBRARY))
            append_metadata(self.out, self.contents, name=CUSTOM, values=custom_data)
        except BaseException:
            self.discard()
            raise

    def add_topic(self, channel: int, topic: BagTopic) -> None:
        """Announce a topic.

        Args:
            channel: Its number in the whole bag.
            topic: What it is.

        Raises:
            OSError: There is no room; the file is as before.
        """
        contents, parts = self.contents, []
        schema = next((s for s in contents.schemas.values() if s.name == topic.type_name), None)
        if schema is None:
            definition = topic.definition.encode('utf-8')
            schema = Schema(len(contents.schemas) + 1, topic.type_name, 'ros2msg', definition)
            parts.append(schema_record(schema))
        texts = {'offered_qos_profiles': qos_yaml(topic), 'topic_type_hash': topic.type_hash}
        record = Channel(channel, schema.id, topic.name, 'cdr', texts)
        parts.append(channel_record(record))
        self.out.append(b''.join(parts))
        contents.schemas[schema.id] = schema
        contents.channels[channel] = record

    def add_chunk(self, chunk: Chunk, packer: Packer) -> None:
        """Append messages.

        Raises:
            OSError: There is no room; the file is as before.
        """
        data, info = chunk.encode(self.out.length, packer)
        self.out.append(data)
        self.contents.add_chunk(info, chunk.entries)

    def end(
        self, topics: Mapping[int, BagTopic], *, custom_data: Mapping[str, str], ros_distro: str
    ) -> None:
        """Append the index; harmless when repeated.

        Args:
            topics: All topics of the bag, by channel.
            custom_data: Free texts.
            ros_distro: Name of the ROS distribution.

        Raises:
            OSError: There is no room; the file can still be recovered.
        """
        if self._ended:
            return
        finish_file(
            self.out,
            self.contents,
            name=self.name,
            topics=topics,
            custom_data=custom_data,
            ros_distro=ros_distro,
        )
        self._ended = True

    def appear(self) -> None:
        """Take the file's own name.

        Raises:
            OSError: It could not be renamed.
        """
        self._hidden.rename(self._path)

    def close(self) -> None:
        """Let go of the file as it is."""
        self.out.file.close()

    def discard(self) -> None:
        """Remove a file that has not appeared."""
        self.out.file.close()
        self._hidden.unlink(missing_ok=True)

    def summary(self) -> FileSummary:
        """What is in the file."""
        return file_summary(self.name, self.contents)


def hidden_name(file: Path) -> Path:
    """Where a file of a bag lies until its head is whole."""
    return file.with_name(f'.{file.name}.partial')


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
    name: str,
    topics: Mapping[int, BagTopic],
    custom_data: Mapping[str, str],
    ros_distro: str,
) -> None:
    """Append the end of a file: its own ``metadata.yaml`` and the index.

    Raises:
        OSError: It could not be written; the file can still be recovered.
    """
    summary = file_summary(name, contents)
    text = metadata_yaml(topics, [summary], custom_data=custom_data, ros_distro=ros_distro)
    # rosbag2 falls back to this copy when metadata.yaml is missing.
    append_metadata(out, contents, name='rosbag2', values={'serialized_metadata': text})
    out.append(contents.ending(out.length))
    os.fsync(out.file.fileno())
