"""The detector node: images to detections, the newest first, and never silent about the rest."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import NamedTuple, TypedDict

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.clock import Clock, ClockType
from rclpy.event_handler import QoSRequestedIncompatibleQoSInfo, SubscriptionEventCallbacks
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray, LabelInfo

from synth_ros.errors import AssetError, RosError
from synth_ros.perceive.detector import Answer, Detector
from synth_ros.perceive.names import read_names
from synth_ros.perceive.pace import Inbox, Pace
from synth_ros.ros import qos
from synth_ros.ros.convert_found import drawn, found_message, names_message
from synth_ros.ros.declare import warn_of_unknown
from synth_ros.ros.detector_params import (
    declare_detector_params,
    declare_thresholds,
    read_thresholds,
)
from synth_ros.ros.detector_status import Counts, status_of
from synth_ros.ros.images import colour_array, image_message
from synth_ros.ros.loss import SequenceCounter
from synth_ros.types import ByteImage

_REPORT_S = 1.0
_WARN_S = 5.0
_MOST_SENTENCES = 20


class _Info(TypedDict):
    """What the middleware says of a message."""

    publication_sequence_number: int | None


class _Arrived(NamedTuple):
    """An image that waits: its bytes, and when they came, seconds of the steady clock."""

    cdr: bytes
    at_s: float


class DetectorNode(Node):
    """Looks for objects in images.

    The executor's thread takes in images as bytes; another one reads the newest, runs the network
    and publishes, so that images that come faster are skipped at no cost.

    Raises:
        AssetError: The model or the file of names cannot be used.
        UsageError: A parameter is missing or wrong, or onnxruntime is not installed.
    """

    def __init__(self) -> None:
        super().__init__('detector_node')
        self.params = declare_detector_params(self)
        self._keep = declare_thresholds(self)
        warn_of_unknown(self)
        labels = self.params.labels_path
        named = read_names(labels) if labels is not None else None
        self._detector = Detector(self.params.model_path, self.params.options)
        self._names: Mapping[int, str] = self._detector.names if named is None else named
        self.error: Exception | None = None
        self._inbox: Inbox[_Arrived] = Inbox()
        self._counter = SequenceCounter('image')
        self._counts = Counts()
        self._pace = Pace()
        self._told: set[str] = set()
        self._told_skipped = 0
        self._reported = self._warned = time.monotonic()
        self._before = self._counts
        self._open_topics()
        self._thread = threading.Thread(target=self._work, name='detector')
        self._thread.start()
        self._say_ready()

    def _open_topics(self) -> None:
        self._detections = self.create_publisher(
            Detection2DArray,
            'detections',
            qos.qos_profile(self.params.detections_qos, parameter='parameter detections_qos'),
        )
        self._annotated = self.create_publisher(Image, '~/image_annotated', qos.reliable())
        self._label_info = self.create_publisher(LabelInfo, '~/label_info', qos.latched())
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', qos.reliable())
        self._publish_names()
        self._images = self.create_subscription(
            Image,
            'image',
            self._receive,
            qos.qos_profile(self.params.image_qos, parameter='parameter image_qos'),
            event_callbacks=SubscriptionEventCallbacks(
                incompatible_qos=self._deaf, use_default_callbacks=False
            ),
            raw=True,
        )
        self.add_post_set_parameters_callback(self._changed)
        # With use_sim_time, a timer would stand still together with the simulation.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(_REPORT_S, self._report, clock=steady)

    def _say_ready(self) -> None:
        model = self._detector.model
        width, height = model.network
        self.get_logger().info(
            f'Ready: {self._detector.kind} model {model.path} on {model.provider}, '
            f'{width}x{height} {self._detector.fit}, {len(self._names)} named classes; waiting '
            f'for images on {self._images.topic_name}.'
        )

    def _publish_names(self) -> None:
        head = Header(stamp=self.get_clock().now().to_msg())
        self._label_info.publish(names_message(self._names, head, threshold=self._keep.score))

    def _changed(self, _parameters: list[Parameter]) -> None:
        self._keep = read_thresholds(self)
        self._publish_names()

    def _deaf(self, _info: QoSRequestedIncompatibleQoSInfo) -> None:
        self.get_logger().error(
            f'A publisher of {self._images.topic_name} offers less (QoS) than is asked for, so '
            'its images do not arrive. Start the detector with -p image_qos:=SENSOR_DATA.'
        )

    def _receive(self, cdr: bytes, info: _Info) -> None:
        self._counter.count(info['publication_sequence_number'])
        if (self._counter.received - 1) % self.params.every_nth:
            self._counts.passed_over += 1
            return
        self._inbox.put(_Arrived(cdr, time.monotonic()))

    def _work(self) -> None:
        """Answer images until the inbox is closed."""
        try:
            while (arrived := self._inbox.take()) is not None:
                self._answer(arrived)
        except Exception as error:  # noqa: BLE001 (raised by the main thread)
            self.error = error

    def _answer(self, arrived: _Arrived) -> None:
        try:
            message = deserialize_message(arrived.cdr, Image)
            rgb = colour_array(message)
            answer = self._detector.detect(rgb, self._keep)
        except (RosError, AssetError) as error:
            self._counts.refused += 1
            self._tell_once(str(error))
            return
        wanted = self.params.coordinates
        found = answer.in_image() if wanted == 'image' else answer.in_network()
        self._detections.publish(
            found_message(
                found,
                message.header,
                names=self._names,
                class_id_format=self.params.class_id_format,
            )
        )
        self._counts.answered += 1
        self._counts.nonsense += found.nonsense
        self._pace.answered(
            latency_s=time.monotonic() - arrived.at_s,
            network_s=answer.seconds,
            detections=len(found.scores),
        )
        if found.nonsense:
            self._tell_once('The model gives values that are no numbers; they are left out.')
        self._annotate(rgb, answer, message.header)

    def _annotate(self, rgb: ByteImage, answer: Answer, head: Header) -> None:
        if self._annotated.get_subscription_count():
            picture = drawn(rgb, answer.in_image(), names=self._names)
            self._annotated.publish(image_message(picture, 'rgb8', head))

    def _tell_once(self, sentence: str) -> None:
        """Warn of what would come with every image, but once; diagnostics count the rest."""
        if sentence in self._told or len(self._told) > _MOST_SENTENCES:
            return
        self._told.add(sentence)
        log = self.get_logger()
        log.error(sentence)
        if len(self._told) > _MOST_SENTENCES:
            log.error('More kinds of errors are counted, but no longer told.')

    def counts(self) -> Counts:
        """What became of all images so far."""
        self._counts.received = self._counter.received
        self._counts.lost = self._counter.lost
        self._counts.skipped = self._inbox.skipped
        return self._counts.copy()

    def _report(self) -> None:
        now, counts = time.monotonic(), self.counts()
        summary = self._pace.summary(max(now - self._reported, 1e-3))
        self._reported = now
        status: DiagnosticStatus = status_of(
            self._detector, counts, summary, before=self._before, name=self.get_name()
        )
        self._diagnostics.publish(
            DiagnosticArray(header=Header(stamp=self.get_clock().now().to_msg()), status=[status])
        )
        if now - self._warned >= _WARN_S or counts.skipped == self._before.skipped:
            self._warn_of_skipped(counts, now)
        self._before = counts

    def _warn_of_skipped(self, counts: Counts, now: float) -> None:
        new = counts.skipped - self._told_skipped
        if new:
            self.get_logger().warning(
                f'Too slow for the images: skipped {new} in {now - self._warned:.0f} s, '
                f'{counts.skipped} of {counts.received} in all. Lower their rate, raise '
                'every_nth, or take a smaller model.'
            )
        self._told_skipped = counts.skipped
        self._warned = now

    def close(self) -> None:
        """Stop the thread and say what became of the images."""
        self._inbox.close()
        self._thread.join()
        if self.error is None:
            self.get_logger().info(self.counts().sentence())


def detect(stop: threading.Event) -> None:
    """Run the node until it is told to stop.

    Args:
        stop: Set from outside to end it.

    Raises:
        SynthRosError: A parameter or file is wrong.
    """
    node = DetectorNode()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        while not stop.is_set() and node.error is None:
            executor.spin_once(timeout_sec=0.1)
    finally:
        node.close()
        executor.shutdown()
        node.destroy_node()
    if node.error is not None:
        raise node.error
