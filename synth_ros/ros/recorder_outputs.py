"""Where the recorder's messages go: a bag, a dataset, and the memory for snapshots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rclpy.impl.rcutils_logger import RcutilsLogger

from synth_ros.errors import OutputError
from synth_ros.pipeline.packing import pack_formats
from synth_ros.report.recording.records import BackPressure
from synth_ros.ros import loss
from synth_ros.ros.acknowledge import Held
from synth_ros.ros.bag_sink import BagNote, BagSink
from synth_ros.ros.bag_snapshots import BagSnapshots
from synth_ros.ros.dataset_sink import DatasetSink
from synth_ros.ros.recorder_params import RecorderParams
from synth_ros.ros.recorder_plan import ConfigPlan, Place
from synth_ros.ros.recorder_topics import MessageInfo
from synth_ros.writers.bag_metadata import BagTopic
from synth_ros.writers.coco import CocoWriter
from synth_ros.writers.formats.registry import check_wanted, is_packed


class RecorderOutputs:
    """The outputs that the parameters ask for.

    Args:
        params: Of the recorder node.
        plan: What the config tells; ``None`` without one, and then there is no dataset.
        log: Is told of results.

    Raises:
        OutputError: An output exists or cannot be written.
        UsageError: A format of the dataset does not fit the config.

    Attributes:
        bag: The bag; ``None`` without one.
        snapshots: The memory for snapshots; ``None`` without it.
        dataset: The dataset; ``None`` without one.
    """

    def __init__(
        self, params: RecorderParams, plan: ConfigPlan | None, *, log: RcutilsLogger
    ) -> None:
        self.bag: BagSink | None = None
        self.snapshots: BagSnapshots | None = None
        self.dataset: DatasetSink | None = None
        self._params = params
        self._plan = plan
        self._parts = frozenset[str]() if plan is None else plan.parts
        self._log = log
        self._limit_bytes = params.queue_limit_mb * 10**6
        self._coco: CocoWriter | None = None
        self._open()

    def _open(self) -> None:
        params, plan = self._params, self._plan
        if params.bag and Path(params.bag).exists():
            # Before the dataset's folder is made.
            raise OutputError(
                f'{params.bag} exists already, and a bag never overwrites. Choose another folder, '
                'or remove it.'
            )
        note = None
        if plan is not None:
            note = BagNote(plan.info, plan.loaded.config.output.dataset)
        if plan is not None and params.dataset:
            config = plan.loaded.config
            # Before hours of recording, not after them.
            for name in config.output.dataset.formats:
                check_wanted(name, motion='sequence', labels=config.labels)
            self._coco = CocoWriter(Path(params.dataset), plan.info, config.output.dataset)
        if params.bag:
            self.bag = BagSink(
                Path(params.bag), compression=params.compression, note=note, split=params.split
            )
        if params.snapshot.duration_ns:
            self.snapshots = BagSnapshots(
                params.snapshot, compression=params.compression, note=note
            )
        if plan is not None and self._coco is not None:
            cameras = [camera.name for camera in plan.loaded.config.cameras]
            self.dataset = DatasetSink(self._coco.episodes, cameras, parts=plan.parts)

    @property
    def failed(self) -> bool:
        """Whether the dataset failed."""
        return self.dataset is not None and self.dataset.error is not None

    @property
    def has_room(self) -> bool:
        """Whether what waits to be written is below its limit; the bag is written at once."""
        if self.dataset is None:
            return True
        return self.dataset.waiting_bytes <= self._limit_bytes

    @property
    def backlog(self) -> int:
        """Messages that wait to be written."""
        return 0 if self.dataset is None else self.dataset.backlog

    def add_topic(self, topic: BagTopic) -> None:
        """Announce a topic.

        Raises:
            OutputError: The disk is full; what was recorded is valid.
        """
        if self.bag is not None:
            self.bag.add_topic(topic)
        if self.snapshots is not None:
            self.snapshots.add_topic(topic)

    def remember(self, topic: str, cdr: bytes, info: MessageInfo, *, place: Place | None) -> None:
        """Keep a message for snapshots, recorded or not."""
        if self.snapshots is None:
            return
        received_ns, sent_ns = info['received_timestamp'], info['source_timestamp']
        self.snapshots.add(topic, cdr, received_ns=received_ns, sent_ns=sent_ns)
        if place is not None and place.stream == 'annotations':
            self.snapshots.note_models(cdr)

    def store(self, topic: str, cdr: bytes, info: MessageInfo, *, place: Place | None) -> None:
        """Take in a message.

        Raises:
            OutputError: The disk is full; what was recorded is valid.
        """
        if self.bag is not None:
            received_ns, sent_ns = info['received_timestamp'], info['source_timestamp']
            self.bag.write(topic, cdr, received_ns=received_ns, sent_ns=sent_ns)
            if place is not None and place.stream == 'annotations':
                self.bag.note_models(cdr)
        if self.dataset is not None and place is not None and place.stream in self._parts:
            self.dataset.put(place.camera, place.stream, cdr)

    def hold(self, topic: str, cdr: bytes, info: MessageInfo) -> None:
        """Take note of a message that came while recording was stopped."""
        if self.bag is not None:
            self.bag.hold(topic, cdr, sent_ns=info['source_timestamp'])

    def flush(self) -> None:
        """Keep the bag's file current.

        Raises:
            OutputError: The disk is full; what was recorded is valid.
        """
        if self.bag is not None:
            self.bag.flush()

    def close(self, reports: Sequence[loss.TopicReport]) -> None:
        """Finish all outputs, even if one of them fails.

        Args:
            reports: What became of each topic's messages.

        Raises:
            SynthRosError: Something could not be written; what was written stays valid.
        """
        steps: list[Callable[[], None]] = []
        if self.snapshots is not None:
            steps.append(self.snapshots.close)
        if self.bag is not None:
            bag = self.bag
            steps.append(lambda: bag.close(reports))
        if self.dataset is not None:
            steps.append(self.dataset.close)
        if self._coco is not None:
            coco = self._coco
            steps += [lambda: coco.__exit__(None, None, None), self._pack]
        errors = [error for step in steps if (error := _attempt(step)) is not None]
        if errors:
            raise errors[0]

    def _pack(self) -> None:
        """Make the formats that are packed from the finished dataset."""
        if self._plan is None:
            return
        formats = self._plan.loaded.config.output.dataset.formats
        names = tuple(name for name in formats if is_packed(name))
        if names and self.dataset is not None and self.dataset.samples:
            self._log.info(f'Packing {", ".join(names)}.')
            pack_formats(Path(self._params.dataset), names, progress=lambda _: lambda *_: None)

    def pressure(self, held: Held) -> BackPressure:
        """How often the simulation was held.

        Args:
            held: What the acknowledger counted.
        """
        return BackPressure(
            held=held.instants,
            held_s=held.total_s,
            longest_s=held.longest_s,
            most_waiting_bytes=0 if self.dataset is None else self.dataset.most_waiting_bytes,
            limit_bytes=self._limit_bytes,
        )

    def say(self) -> None:
        """Say what the outputs hold."""
        if self.bag is not None:
            self._log.info(f'Bag: {self._params.bag}')
        if self.dataset is not None:
            self._log.info(f'Dataset: {self._params.dataset} ({self.dataset.samples} images)')
            for sentence in self.dataset.incomplete:
                self._log.warning(f'Not in the dataset: {sentence}.')
        if self.failed and self.bag is not None:
            self._log.warning(
                'The dataset ends before the bag does. To make one of all that was recorded: '
                f'synth-ros bag2dataset {self._params.bag} OUT'
            )


def _attempt(step: Callable[[], None]) -> Exception | None:
    try:
        step()
    except Exception as error:  # noqa: BLE001 (raised when all outputs are closed)
        return error
    return None
