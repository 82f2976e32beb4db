"""The recorder node: topics to a bag and to a dataset, with proof that nothing is missing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rclpy.clock import Clock, ClockType
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from synth_ros.errors import OutputError, SynthRosError
from synth_ros.report.recording.tally import RecordingTally
from synth_ros.ros import loss
from synth_ros.ros.acknowledge import Acknowledger
from synth_ros.ros.declare import warn_of_unknown
from synth_ros.ros.recorder_outputs import RecorderOutputs
from synth_ros.ros.recorder_params import RecorderParams, declare_recorder_params
from synth_ros.ros.recorder_plan import plan_of
from synth_ros.ros.recorder_services import offer
from synth_ros.ros.recorder_topics import MessageInfo, Receive, TopicWatch
from synth_ros.ros.recording_report import Absent, recording_report
from synth_ros.ros.recording_switch import RecordingSwitch
from synth_ros.ros.stamps import stamp_reader
from synth_ros.writers.bag_metadata import BagTopic

_LOOK_S = 0.1
_DRAIN_S = 0.5
_LOG_PERIOD_S = 10.0


class RecorderNode(Node):
    """Records the topics of the config's cameras, transforms, clock and joint states, or others.

    Messages are stored as the bytes that arrived; nothing is decoded for the bag.

    Raises:
        ConfigError: The config file is wrong.
        OutputError: An output exists or cannot be written.
        UsageError: A parameter is missing or wrong.
    """

    def __init__(self) -> None:
        super().__init__('recorder_node')
        self.params: RecorderParams = declare_recorder_params(self)
        warn_of_unknown(self)
        resolve = self.resolve_topic_name
        self._plan = plan_of(self.params.config, seed=self.params.seed, resolve=resolve)
        choice = self.params.choice.resolved(resolve, namespace=self.get_namespace())
        self._topics = TopicWatch(self, self._plan, choice, begin=self._begin)
        self._tally = RecordingTally()
        self._last_message = time.monotonic()
        self._switch = RecordingSwitch(on=self.params.start_recording)
        self._outputs = RecorderOutputs(self.params, self._plan.of_config, log=self.get_logger())
        self._acknowledger = Acknowledger(
            self, dict(self._plan.flowing), has_room=lambda: self._outputs.has_room
        )
        # Whether the robot has anything that moves is not known, so topics of no camera may be
        # silent for good.
        flowing = self._plan.flowing.items()
        self._ends = loss.Ends([topics for camera, topics in flowing if camera])
        offer(self, '~/start', self._start)
        offer(self, '~/stop', self._stop)
        offer(self, '~/split', self._split)
        offer(self, '~/snapshot', self._snapshot)
        # With use_sim_time, timers would wait for a clock that waits for this recorder.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(_LOOK_S, self._look, clock=steady)
        self.create_timer(_LOG_PERIOD_S, self._log, clock=steady)
        self.get_logger().info(f'Waiting for {self._topics.waits_for()}.')

    def _look(self) -> None:
        """Subscribe to wanted topics that have appeared, and keep the bag's file current."""
        self._topics.look()
        self._outputs.flush()

    def _begin(self, topic: BagTopic, counter: loss.SequenceCounter) -> Receive:
        """Take note of a topic; gives what takes in its messages."""
        self._outputs.add_topic(topic)
        self._tally.begin(topic.name, topic.type_name)
        name, place = topic.name, self._plan.places.get(topic.name)
        # Latched messages and those of others belong to no instant of the simulation.
        flows, stamp_of = self._plan.flows(name), stamp_reader(topic.type_name)

        def receive(cdr: bytes, info: MessageInfo) -> None:
            now_s = self._last_message = time.monotonic()
            stamp_ns = stamp_of(cdr)
            instant_ns = stamp_ns if flows else None
            self._outputs.remember(name, cdr, info, place=place)
            kept = self._switch.allows(instant_ns, now_s=now_s)
            lost = counter.lost
            counter.count(info['publication_sequence_number'], kept=kept)
            if counter.lost > lost:
                self._tally.lose(name, now_ns=info['received_timestamp'])
            if kept:
                self._count(name, cdr, info, stamp_ns=stamp_ns)
                self._outputs.store(name, cdr, info, place=place)
            else:
                self._tally.skip(name)
                self._outputs.hold(name, cdr, info)
            if instant_ns is not None:
                self._ends.see(name, instant_ns)
                self._acknowledger.see(name, instant_ns, now_s=now_s)

        return receive

    def _count(self, topic: str, cdr: bytes, info: MessageInfo, *, stamp_ns: int | None) -> None:
        received_ns = info['received_timestamp']
        self._tally.add(topic, len(cdr), now_ns=received_ns, stamp_ns=stamp_ns)

    def _start(self) -> tuple[bool, str]:
        if not self._switch.turn(on=True, now_s=time.monotonic()):
            return True, 'Recording already.'
        if self._outputs.bag is not None:
            counters = self._topics.counters
            for topic, count in self._outputs.bag.release(time.time_ns()).items():
                counters[topic].fetch(count)
        return True, 'Recording.'

    def _stop(self) -> tuple[bool, str]:
        if not self._switch.turn(on=False, now_s=time.monotonic()):
            return True, 'Stopped already.'
        return True, 'Stopped; ~/start goes on in the same bag and dataset.'

    def _split(self) -> tuple[bool, str]:
        if self._outputs.bag is None:
            return False, 'There is no bag to split: parameter bag is empty.'
        name = self._outputs.bag.split()
        if name is None:
            return False, 'Nothing was recorded since the last file was begun.'
        return True, f'Going on in {name}.'

    def _snapshot(self) -> tuple[bool, str]:
        if self._outputs.snapshots is None:
            return False, 'Nothing is kept for snapshots: parameter snapshot_s is 0.'
        log = self.get_logger()
        return self._outputs.snapshots.take(done=log.info, failed=log.error)

    def finished(self) -> bool:
        """Whether the outputs failed, or all publishers have gone and nothing more comes."""
        if self._outputs.failed:
            return True
        # Of a simulation, transforms and the clock may have other publishers, too.
        cameras = self._plan.camera_topics
        seen = self._topics.topics.intersection(cameras) if cameras else self._topics.topics
        if not self.params.stop_with_publishers or not seen:
            return False
        gone = not self._topics.published(cameras)
        return gone and time.monotonic() - self._last_message > _DRAIN_S

    def _log(self) -> None:
        counters = self._topics.counters.values()
        received = sum(counter.received for counter in counters)
        lost = sum(counter.lost for counter in counters)
        self.get_logger().info(
            f'{received} messages, {lost} lost, {self._outputs.backlog} waiting to be written.'
        )

    def close_outputs(self) -> None:
        """Finish bag and dataset and say what they hold.

        Both are closed even if one of them fails; the first error is raised.

        Raises:
            SynthRosError: Something could not be written; what was written stays valid.
        """
        reports = [
            report._replace(silent=self._ends.silent(report.topic))
            for report in self._topics.reports()
        ]
        try:
            self._outputs.close(reports)
        finally:
            self._say_result(reports)
            self._describe(reports)

    def _describe(self, reports: list[loss.TopicReport]) -> None:
        """Write the report of the recording; without room for it, the bag is no worse."""
        bag = self._outputs.bag
        if bag is None:
            return
        # Imported here: drawing takes long to load, and frames may be on their way already.
        from synth_ros.report.recording.html import write

        held = self._acknowledger.held(time.monotonic())
        record = recording_report(
            self._tally,
            reports,
            bag.written(),
            absent=Absent(self._topics.unrecorded, self._topics.missing),
            pressure=self._outputs.pressure(held),
        )
        try:
            self.get_logger().info(f'Report: {write(record, Path(self.params.bag))}')
        except OutputError as error:
            self.get_logger().error(f'There is no report of the recording: {error}')

    def _say_result(self, reports: list[loss.TopicReport]) -> None:
        log = self.get_logger()
        complete = all(report.complete for report in reports)
        (log.info if complete else log.error)(loss.summary(reports))
        self._outputs.say()
        if self._topics.missing:
            log.warning(f'Never published: {", ".join(self._topics.missing)}.')
        for topic, reason in sorted(self._topics.unrecorded.items()):
            log.warning(f'NOT recorded: {topic}: {reason.rstrip(".")}.')


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
    failures: list[SynthRosError] = []
    try:
        with _noted(failures):
            while not stop.is_set() and not node.finished():
                executor.spin_once(timeout_sec=0.1)
            # What was sent before the wish to stop is still under way.
            deadline = time.monotonic() + _DRAIN_S
            while time.monotonic() < deadline:
                executor.spin_once(timeout_sec=0.05)
    finally:
        try:
            with _noted(failures):
                node.close_outputs()
        finally:
            executor.shutdown()
            node.destroy_node()
    if failures:
        # What comes after it follows from it.
        raise failures[0]


@contextmanager
def _noted(failures: list[SynthRosError]) -> Iterator[None]:
    try:
        yield
    except SynthRosError as error:
        failures.append(error)
