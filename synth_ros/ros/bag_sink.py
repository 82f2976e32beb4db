"""Writes received messages to a bag and keeps the count that proves none was lost."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.topic_endpoint_info import TopicEndpointInfo

from synth_ros.config.output import DatasetConfig
from synth_ros.pipeline.bag_note import note_of
from synth_ros.report.recording.records import FileFigures
from synth_ros.ros.definitions import definition_text
from synth_ros.ros.loss import TopicReport
from synth_ros.ros.qos import BURST
from synth_ros.ros.recorder_params import Compression
from synth_ros.ros.recording_report import Written
from synth_ros.ros.seen_models import SeenModels
from synth_ros.schema.bag_files import LOSS, mcap_name
from synth_ros.schema.bag_note import DATASET
from synth_ros.writers.bag import NO_SPLIT, BagWriter, Split
from synth_ros.writers.bag_latched import LatchedMessages
from synth_ros.writers.bag_meshes import write_bag_meshes
from synth_ros.writers.bag_metadata import BagTopic, QosProfile
from synth_ros.writers.base import DatasetInfo

_FLUSH_S = 1.0


class BagNote(NamedTuple):
    """What a recording says of the dataset that it can become.

    Attributes:
        info: What a dataset of these frames says of itself.
        options: How its files would be stored.
    """

    info: DatasetInfo
    options: DatasetConfig


def custom_data(note: BagNote | None) -> dict[str, str]:
    """Texts that are kept with the messages; none without a config."""
    return {} if note is None else {DATASET: note_of(*note).model_dump_json()}


class BagSink:
    """A bag that is being recorded.

    Args:
        path: The bag's folder; must not exist.
        compression: Of its chunks.
        note: What it says of the dataset that it can become; ``None`` without a config.
        split: When it goes on in a new file.

    Raises:
        OutputError: The folder exists or cannot be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        compression: Compression,
        note: BagNote | None,
        split: Split = NO_SPLIT,
    ) -> None:
        self._writer = BagWriter(
            path, compression=compression, custom_data=custom_data(note), split=split
        )
        self._meshes = None if note is None else note.info.meshes
        self._models = SeenModels()
        self._channels: dict[str, int] = {}
        self._topics: dict[str, BagTopic] = {}
        self._held = LatchedMessages()
        self._flushed = time.monotonic()
        self._writing_s = 0.0

    def add_topic(self, topic: BagTopic) -> None:
        """Announce a topic."""
        name = topic.name
        self._topics[name] = topic
        self._channels[name] = self._writer.add_topic(topic)
        self._held.add_topic(self._channels[name], topic)

    def write(self, topic: str, cdr: bytes, *, received_ns: int, sent_ns: int) -> None:
        """Record a serialised message.

        Raises:
            OutputError: The disk is full; what was recorded is valid.
        """
        channel = self._channels[topic]
        with self._at_work():
            self._writer.write(channel, cdr, log_ns=received_ns, publish_ns=sent_ns)

    def hold(self, topic: str, cdr: bytes, *, sent_ns: int) -> None:
        """Take note of a message that came while recording was stopped, should it be latched."""
        self._held.add(self._channels[topic], cdr, publish_ns=sent_ns)

    def release(self, now_ns: int) -> Counter[str]:
        """Record the latched messages that came while recording was stopped.

        Args:
            now_ns: Their log time.

        Returns:
            How many by topic.

        Raises:
            OutputError: The disk is full; what was recorded is valid.
        """
        names = {channel: name for name, channel in self._channels.items()}
        messages, self._held = self._held.all(), LatchedMessages()
        for name, topic in self._topics.items():
            self._held.add_topic(self._channels[name], topic)
        with self._at_work():
            for channel, cdr, sent_ns in messages:
                self._writer.write(channel, cdr, log_ns=now_ns, publish_ns=sent_ns)
        return Counter(names[message.channel] for message in messages)

    def split(self) -> str | None:
        """Go on in a new file.

        Returns:
            Its name; ``None`` if nothing came since the last one was begun.

        Raises:
            OutputError: The disk is full; what was recorded is valid.
        """
        with self._at_work():
            if not self._writer.split():
                return None
        return mcap_name(self._writer.path, self._writer.files - 1)

    def note_models(self, annotations: bytes) -> None:
        """Remember which models a serialised annotations message names."""
        self._models.note(annotations)

    def flush(self) -> None:
        """Hand everything to the file, at most once a second."""
        now = time.monotonic()
        if now - self._flushed >= _FLUSH_S:
            self._flushed = now
            with self._at_work():
                self._writer.flush()

    def close(self, reports: Sequence[TopicReport]) -> None:
        """Close the bag with the proof of completeness in its custom data.

        Raises:
            OutputError: The disk is full; what was written stays readable or recoverable.
        """
        proof = {report.topic: report._asdict() for report in reports}
        self._writer.note(LOSS, json.dumps(proof, sort_keys=True))
        with self._at_work():
            self._writer.close()
        write_bag_meshes(self._writer.path, self._meshes, self._models.names)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Counts the time that writing takes."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._writing_s += time.perf_counter() - began

    def written(self) -> Written:
        """What it has become so far."""
        path = self._writer.path
        return Written(
            name=path.name,
            files=tuple(
                FileFigures(
                    name=file.name,
                    size_bytes=(path / file.name).stat().st_size,
                    messages=file.message_count,
                )
                for file in self._writer.summaries
            ),
            writing_s=self._writing_s,
            not_written=self._writer.dropped,
        )


def bag_topic(name: str, type_name: str, *, publishers: Sequence[TopicEndpointInfo]) -> BagTopic:
    """A topic as its publishers offer it.

    Args:
        name: Its name.
        type_name: Its type.
        publishers: At least one.
    """
    return BagTopic(
        name=name,
        type_name=type_name,
        definition=definition_text(type_name),
        type_hash=str(publishers[0].topic_type_hash),
        qos=tuple(offered(info.qos_profile) for info in publishers),
    )


def subscription_qos(publishers: Sequence[TopicEndpointInfo]) -> QoSProfile:
    """A profile that every publisher of a topic can serve, as strict as that allows."""
    profiles = [info.qos_profile for info in publishers]
    reliable = all(p.reliability == ReliabilityPolicy.RELIABLE for p in profiles)
    latched = all(p.durability == DurabilityPolicy.TRANSIENT_LOCAL for p in profiles)
    return QoSProfile(
        # Deep, since images of several cameras arrive in one burst, and samples of an IMU.
        depth=BURST if publishers[0].topic_type == 'sensor_msgs/msg/Imu' else 200,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=(DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE),
    )


def offered(profile: QoSProfile) -> QosProfile:
    """A publisher's quality of service as a bag has it."""
    reliable = profile.reliability == ReliabilityPolicy.RELIABLE
    latched = profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
    # The graph does not tell the history; rosbag2 writes it as unknown too.
    return QosProfile(
        history='unknown',
        depth=0,
        reliability='reliable' if reliable else 'best_effort',
        durability='transient_local' if latched else 'volatile',
    )
