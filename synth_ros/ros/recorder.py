"""The recorder node: topics to a bag and to a dataset, with proof that nothing is missing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

from rclpy.clock import Clock, ClockType
from rclpy.event_handler import QoSRequestedIncompatibleQoSInfo, SubscriptionEventCallbacks
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.topic_endpoint_info import TopicEndpointInfo

from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.errors import OutputError
from synth_ros.pipeline.generate import dataset_info
from synth_ros.pipeline.packing import pack_formats
from synth_ros.ros import loss, streams
from synth_ros.ros.acknowledge import Acknowledger
from synth_ros.ros.bag_sink import BagSink, bag_topic, subscription_qos
from synth_ros.ros.bag_snapshots import BagSnapshots
from synth_ros.ros.dataset_sink import DatasetSink
from synth_ros.ros.definitions import message_class
from synth_ros.ros.messages import has_own_stamps, is_latched
from synth_ros.ros.names import camera_topics
from synth_ros.ros.params import warn_of_unknown
from synth_ros.ros.recorder_params import RecorderParams, declare_recorder_params
from synth_ros.ros.recorder_services import offer
from synth_ros.ros.recording_switch import RecordingSwitch
from synth_ros.ros.stamps import StampOf, stamp_reader
from synth_ros.scene.build import SceneBuilder
from synth_ros.writers.coco import CocoWriter
from synth_ros.writers.formats.registry import check_wanted, is_packed

_LOOK_S = 0.1
_DRAIN_S = 0.5
_LOG_PERIOD_S = 10.0


class _Info(TypedDict):
    """What the middleware says of a message."""

    source_timestamp: int
    received_timestamp: int
    publication_sequence_number: int | None


class RecorderNode(Node):
    """Records the topics of the config's cameras, transforms, clock and joint states.

    Images are stored as the bytes that arrived; nothing is decoded for the bag.

    Raises:
        ConfigError: The config file is wrong.
        OutputError: An output exists or cannot be written.
        UsageError: A parameter is missing or wrong.
    """

    def __init__(self) -> None:
        super().__init__('recorder_node')
        self.params: RecorderParams = declare_recorder_params(self)
        warn_of_unknown(self)
        self._loaded: LoadedConfig = load_config(Path(self.params.config))
        self._parts = streams.sample_parts(self._loaded.config.labels)
        self._wanted = self._topics()
        self._counters: dict[str, loss.SequenceCounter] = {}
        self._bag: BagSink | None = None
        self._snapshots: BagSnapshots | None = None
        self._coco: CocoWriter | None = None
        self._dataset: DatasetSink | None = None
        self._last_message = time.monotonic()
        self._switch = RecordingSwitch(on=self.params.start_recording)
        self._flowing = self._flowing_topics()
        self._open_outputs()
        self._acknowledger = Acknowledger(self, self._flowing, has_room=self._has_room)
        offer(self, '~/start', self._start)
        offer(self, '~/stop', self._stop)
        offer(self, '~/split', self._split)
        offer(self, '~/snapshot', self._snapshot)
        # With use_sim_time, timers would wait for a clock that waits for this recorder.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(_LOOK_S, self._look, clock=steady)
        self.create_timer(_LOG_PERIOD_S, self._log, clock=steady)
        self.get_logger().info(f'Waiting for {len(self._wanted)} topics.')

    def _open_outputs(self) -> None:
        bag, config = Path(self.params.bag), self._loaded.config
        if self.params.bag and bag.exists():
            # Before the dataset's folder is made.
            raise OutputError(
                f'{bag} exists already, and a bag never overwrites. Choose another folder, or '
                'remove it.'
            )
        seed = config.seed if self.params.seed < 0 else self.params.seed
        info = dataset_info(self._loaded, SceneBuilder(self._loaded), seed=seed, renderer='topics')
        options = config.output.dataset
        if self.params.dataset:
            # Before hours of recording, not after them.
            for name in config.output.dataset.formats:
                check_wanted(name, motion='sequence', labels=config.labels)
            self._coco = CocoWriter(Path(self.params.dataset), info, options)
        if self.params.bag:
            self._bag = BagSink(
                bag,
                compression=self.params.compression,
                info=info,
                options=options,
                split=self.params.split,
            )
        if self.params.snapshot.duration_ns:
            self._snapshots = BagSnapshots(
                self.params.snapshot,
                compression=self.params.compression,
                info=info,
                options=options,
            )
        if self._coco is not None:
            cameras = [camera.name for camera in config.cameras]
            self._dataset = DatasetSink(self._coco.episodes, cameras, parts=self._parts)

    def _topics(self) -> dict[str, tuple[str, str] | None]:
        """Topics to record; those of a camera with its name and the stream's."""
        wanted: dict[str, tuple[str, str] | None] = dict.fromkeys(('/tf', '/tf_static', '/clock'))
        wanted[self.resolve_topic_name('joint_states')] = None
        for camera in self._loaded.config.cameras:
            recorded = streams.recorded(self._loaded.config.labels, streams.devices_of(camera))
            for stream, topic in camera_topics(camera.name)._asdict().items():
                if stream in recorded:
                    wanted[self.resolve_topic_name(topic)] = (camera.name, stream)
        return wanted

    def _flowing_topics(self) -> dict[str, frozenset[str]]:
        """Topics with a message an instant: by camera, and under an empty name all others."""
        groups: dict[str, set[str]] = {}
        for topic, place in self._wanted.items():
            latched = topic == '/tf_static' if place is None else is_latched(place[1])
            if not latched and (place is None or not has_own_stamps(place[1])):
                groups.setdefault('' if place is None else place[0], set()).add(topic)
        return {group: frozenset(topics) for group, topics in groups.items()}

    def _look(self) -> None:
        """Subscribe to wanted topics that have appeared, and keep the bag's file current."""
        for topic in self._wanted:
            publishers = self.get_publishers_info_by_topic(topic)
            if publishers and topic not in self._counters:
                self._subscribe(topic, publishers)
            if topic in self._counters:
                ids = {bytes(info.endpoint_gid) for info in publishers}
                self._counters[topic].see_publishers(ids)
        if self._bag is not None:
            self._bag.flush()

    def _subscribe(self, topic: str, publishers: Sequence[TopicEndpointInfo]) -> None:
        type_name = publishers[0].topic_type
        kind = message_class(type_name)
        described = bag_topic(topic, type_name, publishers=publishers)
        if self._bag is not None:
            self._bag.add_topic(described)
        if self._snapshots is not None:
            self._snapshots.add_topic(described)
        self._counters[topic] = loss.SequenceCounter(topic)
        self.create_subscription(
            kind,
            topic,
            self._receiver(topic),
            subscription_qos(publishers),
            event_callbacks=SubscriptionEventCallbacks(
                incompatible_qos=self._deaf_to_some(topic), use_default_callbacks=False
            ),
            raw=True,
        )
        if len(self._counters) == len(self._wanted):
            self.get_logger().info(f'Recording all {len(self._wanted)} topics.')

    def _deaf_to_some(self, topic: str) -> Callable[[QoSRequestedIncompatibleQoSInfo], None]:
        def note(_info: QoSRequestedIncompatibleQoSInfo) -> None:
            self._counters[topic].doubt()
            self.get_logger().error(
                f'A new publisher of {topic} offers less (QoS) than the first one did, so its '
                'messages are NOT recorded. Start the recorder anew for it.'
            )

        return note

    def _receiver(self, topic: str) -> Callable[[bytes, _Info], None]:
        counter, stamp_of = self._counters[topic], self._stamp_reader(topic)

        def receive(cdr: bytes, info: _Info) -> None:
            now_s = self._last_message = time.monotonic()
            stamp_ns = stamp_of(cdr)
            if self._snapshots is not None:
                self._remember(topic, cdr, info)
            kept = self._switch.allows(stamp_ns, now_s=now_s)
            counter.count(info['publication_sequence_number'], kept=kept)
            if kept:
                self._store(topic, cdr, info)
            elif self._bag is not None:
                self._bag.hold(topic, cdr, sent_ns=info['source_timestamp'])
            if stamp_ns is not None:
                self._acknowledger.see(topic, stamp_ns, now_s=now_s)

        return receive

    def _has_room(self) -> bool:
        """Whether what waits to be written is below its limit; the bag is written at once."""
        if self._dataset is None:
            return True
        return self._dataset.waiting_bytes <= self.params.queue_limit_mb * 10**6

    def _stamp_reader(self, topic: str) -> StampOf:
        """How to find the instant of a topic's messages; latched ones belong to none."""
        place = self._wanted[topic]
        if topic == '/tf_static' or (place is not None and is_latched(place[1])):
            return lambda _cdr: None
        return stamp_reader(self.get_publishers_info_by_topic(topic)[0].topic_type)

    def _remember(self, topic: str, cdr: bytes, info: _Info) -> None:
        """Keep a message for snapshots, recorded or not."""
        snapshots, place = self._snapshots, self._wanted[topic]
        assert snapshots is not None
        received_ns, sent_ns = info['received_timestamp'], info['source_timestamp']
        snapshots.add(topic, cdr, received_ns=received_ns, sent_ns=sent_ns)
        if place is not None and place[1] == 'annotations':
            snapshots.note_models(cdr)

    def _store(self, topic: str, cdr: bytes, info: _Info) -> None:
        """Hand a message to the outputs."""
        place = self._wanted[topic]
        if self._bag is not None:
            self._bag.write(
                topic,
                cdr,
                received_ns=info['received_timestamp'],
                sent_ns=info['source_timestamp'],
            )
            if place is not None and place[1] == 'annotations':
                self._bag.note_models(cdr)
        if self._dataset is not None and place is not None and place[1] in self._parts:
            self._dataset.put(place[0], place[1], cdr)

    def _start(self) -> tuple[bool, str]:
        if not self._switch.turn(on=True, now_s=time.monotonic()):
            return True, 'Recording already.'
        if self._bag is not None:
            for topic, count in self._bag.release(time.time_ns()).items():
                self._counters[topic].fetch(count)
        return True, 'Recording.'

    def _stop(self) -> tuple[bool, str]:
        if not self._switch.turn(on=False, now_s=time.monotonic()):
            return True, 'Stopped already.'
        return True, 'Stopped; ~/start goes on in the same bag and dataset.'

    def _split(self) -> tuple[bool, str]:
        if self._bag is None:
            return False, 'There is no bag to split: parameter bag is empty.'
        name = self._bag.split()
        if name is None:
            return False, 'Nothing was recorded since the last file was begun.'
        return True, f'Going on in {name}.'

    def _snapshot(self) -> tuple[bool, str]:
        if self._snapshots is None:
            return False, 'Nothing is kept for snapshots: parameter snapshot_s is 0.'
        log = self.get_logger()
        return self._snapshots.take(done=log.info, failed=log.error)

    def finished(self) -> bool:
        """Whether the outputs failed, or all publishers have gone and nothing more comes."""
        if self._dataset is not None and self._dataset.error is not None:
            return True
        if not self.params.stop_with_publishers or not self._saw_cameras():
            return False
        gone = not any(self.count_publishers(topic) for topic in self._camera_topics())
        return gone and time.monotonic() - self._last_message > _DRAIN_S

    def _camera_topics(self) -> list[str]:
        return [topic for topic, place in self._wanted.items() if place is not None]

    def _saw_cameras(self) -> bool:
        return any(topic in self._counters for topic in self._camera_topics())

    def _log(self) -> None:
        received = sum(counter.received for counter in self._counters.values())
        lost = sum(counter.lost for counter in self._counters.values())
        backlog = self._dataset.backlog if self._dataset is not None else 0
        self.get_logger().info(
            f'{received} messages, {lost} lost, {backlog} waiting to be written.'
        )

    def close_outputs(self) -> None:
        """Finish bag and dataset and say what they hold.

        Both are closed even if one of them fails; the first error is raised.

        Raises:
            SynthRosError: Something could not be written; what was written stays valid.
        """
        reports = [counter.report() for counter in self._counters.values()]
        steps: list[Callable[[], None]] = []
        if self._snapshots is not None:
            steps.append(self._snapshots.close)
        if self._bag is not None:
            bag = self._bag
            steps.append(lambda: bag.close(reports))
        if self._dataset is not None:
            steps.append(self._dataset.close)
        if self._coco is not None:
            coco = self._coco
            steps += [lambda: coco.__exit__(None, None, None), self._pack]
        errors = [error for step in steps if (error := _attempt(step)) is not None]
        self._say_result(reports)
        if errors:
            raise errors[0]

    def _pack(self) -> None:
        """Make the formats that are packed from the finished dataset."""
        formats = self._loaded.config.output.dataset.formats
        names = tuple(name for name in formats if is_packed(name))
        if names and self._dataset is not None and self._dataset.samples:
            self.get_logger().info(f'Packing {", ".join(names)}.')
            pack_formats(Path(self.params.dataset), names, progress=lambda _: lambda *_: None)

    def _say_result(self, reports: list[loss.TopicReport]) -> None:
        log = self.get_logger()
        complete = all(report.complete for report in reports)
        (log.info if complete else log.error)(loss.summary(reports))
        if self._bag is not None:
            log.info(f'Bag: {self.params.bag}')
        if self._dataset is not None:
            log.info(f'Dataset: {self.params.dataset} ({self._dataset.samples} images)')
            for sentence in self._dataset.incomplete:
                log.warning(f'Not in the dataset: {sentence}.')
        missing = sorted(set(self._wanted) - set(self._counters))
        if missing:
            log.warning(f'Never published: {", ".join(missing)}.')


def _attempt(step: Callable[[], None]) -> Exception | None:
    try:
        step()
    except Exception as error:  # noqa: BLE001 (raised when all outputs are closed)
        return error
    return None


def record(stop: threading.Event) -> None:
    """Run the node until it is told to stop, or as ``stop_with_publishers`` says.

    Args:
        stop: Set from outside to end it.

    Raises:
        SynthRosError: Something could not be recorded; what was recorded is valid.
    """
    node = RecorderNode()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        while not stop.is_set() and not node.finished():
            executor.spin_once(timeout_sec=0.1)
        # What was sent before the wish to stop is still under way.
        deadline = time.monotonic() + _DRAIN_S
        while time.monotonic() < deadline:
            executor.spin_once(timeout_sec=0.05)
    finally:
        try:
            node.close_outputs()
        finally:
            executor.shutdown()
            node.destroy_node()
