"""A bag of a live simulation, made in the simulation's own process: no node, no transport."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from synth_ros.config.load import LoadedConfig
from synth_ros.pipeline.live import LiveFrame
from synth_ros.report.recording.records import FileFigures
from synth_ros.report.recording.tally import RecordingTally
from synth_ros.ros.aside import Asides
from synth_ros.ros.bag_outlets import BagOutlets, view_topics
from synth_ros.ros.bag_sink import BagNote, custom_data
from synth_ros.ros.loss import TopicReport
from synth_ros.ros.publishers import SimPublishers
from synth_ros.ros.recorder_params import Compression
from synth_ros.ros.recording_report import Absent, Written, recording_report
from synth_ros.ros.stream_options import config_options
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.compiled import CompiledScene
from synth_ros.schema.bag_files import LOSS
from synth_ros.writers.bag import NO_SPLIT, BagWriter, Split
from synth_ros.writers.bag_meshes import write_bag_meshes
from synth_ros.writers.bag_metadata import BagTopic
from synth_ros.writers.base import DatasetInfo


class Progress(NamedTuple):
    """How far a bag is.

    Attributes:
        instants: That are in it.
        images: Of all cameras.
        size_bytes: Of its files.
        stamp_ns: Simulated time of the last instant.
        episode: Number of its episode.
    """

    instants: int = 0
    images: int = 0
    size_bytes: int = 0
    stamp_ns: int = 0
    episode: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """What is recorded.

    Attributes:
        loaded: The config.
        builder: Of its scenes.
        info: What a dataset of the frames says of itself.
    """

    loaded: LoadedConfig
    builder: SceneBuilder
    info: DatasetInfo


@dataclass(frozen=True, slots=True)
class Storing:
    """How a bag is stored.

    Attributes:
        compression: Of its chunks.
        split: When it goes on in a new file; durations are simulated time.
    """

    compression: Compression = 'zstd'
    split: Split = NO_SPLIT


class LiveBag:
    """What the simulation node and the recorder node make of a run.

    A thread of its own makes messages of frames, compresses and writes them, while who publishes
    labels the next one; at most two frames wait. Any thread may look at the figures meanwhile.

    Args:
        source: What is recorded.
        path: The bag's folder; must not exist.
        called: Where it will lie, for messages.
        session: Name of the run, for the annotations.
        storing: How.

    Attributes:
        publishers: Of the run.
        progress: How far it is.

    Raises:
        RosError: A message package is not installed.
        OutputError: The folder cannot be written.
    """

    def __init__(
        self, source: Source, path: Path, *, called: Path, session: str, storing: Storing
    ) -> None:
        loaded, cameras = source.loaded, [camera.name for camera in source.loaded.config.cameras]
        self.progress = Progress()
        self._writing = Asides()
        self._source = source
        self._tally = RecordingTally()
        self._models: set[str] = set()
        self._writer = BagWriter(
            path,
            compression=storing.compression,
            custom_data=custom_data(BagNote(source.info, loaded.config.output.dataset)),
            split=storing.split,
            called=called,
        )
        self._outlets = BagOutlets(self._writer, views=view_topics(cameras), heard=self._count)
        try:
            self.publishers = SimPublishers(
                self._outlets,
                cameras,
                links=source.builder.robot_links,
                categories=source.builder.categories,
                options=config_options(loaded, session=session),
            )
        except BaseException:
            self._writer.abort()
            raise
        for topic in self._writer.topics:
            self._begin(topic)

    @property
    def messages(self) -> int:
        """Messages that were recorded."""
        return sum(topic.messages for topic in self._tally.topics.values())

    def publish(self, frame: LiveFrame, scene: CompiledScene) -> None:
        """Have one instant recorded; log times are its stamp. Waits for room.

        Raises:
            OutputError: The disk was full before; what was recorded is valid.
        """
        self._writing.do('bag', partial(self._record, frame, scene))

    def _record(self, frame: LiveFrame, scene: CompiledScene) -> None:
        self._outlets.now_ns = frame.stamp_ns
        for sample in frame.samples:
            self._models |= {item.model_name for item in sample.frame.instances}
        self.publishers.publish(frame, scene)
        self.progress = Progress(
            self.progress.instants + 1,
            self.progress.images + len(frame.samples),
            self._writer.size_bytes,
            frame.stamp_ns,
            frame.episode,
        )

    def _count(self, topic: BagTopic, size: int, log_ns: int) -> None:
        self._begin(topic)
        latched = topic.qos[0].durability == 'transient_local'
        self._tally.add(topic.name, size, now_ns=log_ns, stamp_ns=None if latched else log_ns)

    def _begin(self, topic: BagTopic) -> None:
        if topic.name not in self._tally.topics:
            self._tally.begin(topic.name, topic.type_name)

    def close(self) -> None:
        """Close the bag, with the proof of completeness and a report, as the recorder does.

        Raises:
            OutputError: The disk is full; what was written stays valid or recoverable. Or any
                other error that a frame had on its way.
        """
        failed: Exception | None = None
        try:
            self._writing.close()
            self._writer.flush()
        except Exception as error:  # noqa: BLE001 (raised when the bag is closed)
            failed = error
        proofs = self._proofs()
        proof = {report.topic: report._asdict() for report in proofs}
        self._writer.note(LOSS, json.dumps(proof, sort_keys=True))
        self._writer.close()
        path = self._writer.path
        write_bag_meshes(path, self._source.info.meshes, self._models)
        # Imported here: drawing takes long to load, and frames may be on their way already.
        from synth_ros.report.recording.html import write

        write(
            recording_report(
                self._tally, proofs, self._written(), absent=Absent({}, ()), pressure=None
            ),
            path,
        )
        self.progress = self.progress._replace(size_bytes=self._writer.size_bytes)
        if failed is not None:
            raise failed

    def _proofs(self) -> list[TopicReport]:
        """What is in the files: nothing was on its way, so nothing can be lost before its end."""
        counts, repeated = self._writer.counts, self._writer.repeated
        return [
            TopicReport(
                name, counts[name] - repeated[name], lost=0, before=0, restarts=0, provable=True
            )
            for name in self._tally.topics
        ]

    def _written(self) -> Written:
        path = self._writer.path
        files = tuple(
            FileFigures(
                name=file.name,
                size_bytes=(path / file.name).stat().st_size,
                messages=file.message_count,
            )
            for file in self._writer.summaries
        )
        return Written(path.name, files, writing_s=None, not_written=self._writer.dropped)
