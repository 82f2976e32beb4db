"""The evaluator node: ground truth and the answers of a stack, compared while both run."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypedDict

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.topic_endpoint_info import TopicEndpointInfo
from rosgraph_msgs.msg import Clock as ClockMessage
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import String
from std_srvs.srv import Trigger
from vision_msgs.msg import LabelInfo

from synth_ros.errors import RosError, SynthRosError, UsageError
from synth_ros.evaluate.answers import PoseMeaning
from synth_ros.evaluate.classes import read_table
from synth_ros.evaluate.live import LiveEvaluation, LiveOptions, Truth
from synth_ros.evaluate.messages import stamp_of
from synth_ros.evaluate.report import PAGE, write
from synth_ros.evaluate.session import Frozen, SessionOptions
from synth_ros.evaluate.summary import diagnosis, metrics
from synth_ros.evaluate.truth import Leave
from synth_ros.geometry.shapes import MeshSource
from synth_ros.readers.open_recording import open_recording
from synth_ros.ros import annotations
from synth_ros.ros.bag_sink import subscription_qos
from synth_ros.ros.declare import warn_of_unknown
from synth_ros.ros.definitions import message_class
from synth_ros.ros.evaluator_params import EvaluatorParams, declare_evaluator_params
from synth_ros.ros.names import camera_topics
from synth_ros.ros.qos import reliable
from synth_ros.types import Category

_LOOK_S, _JUDGE_S = 0.1, 0.05
_BUSY = 10.0
"""Results are made at most this share of the time: one in so many parts."""
_MOST_HELD = 2000


class _Info(TypedDict):
    """What the middleware says of a message."""

    received_timestamp: int


Receive = Callable[[Any, int], None]


class EvaluatorNode(Node):
    """Compares what a stack publishes with the labels of a camera.

    Raises:
        UsageError: A parameter is missing or wrong.
    """

    def __init__(self) -> None:
        super().__init__('evaluator_node')
        self.params: EvaluatorParams = declare_evaluator_params(self)
        warn_of_unknown(self)
        self._options = live_options(self.params)
        self._meshes = _meshes(self.params.models)
        self._live: LiveEvaluation | None = None
        self._categories: Sequence[Category] = ()
        self._held: deque[tuple[Receive, Any, int]] = deque(maxlen=_MOST_HELD)
        self._heard: dict[str, Receive] = self._sources()
        self._subscribed: set[str] = set()
        self._truth_topic = self.resolve_topic_name(camera_topics(self.params.camera).annotations)
        self._saw_truth = False
        self._next_publish_s = self._next_save_s = time.monotonic()
        self._saving: threading.Thread | None = None
        self._save_error: SynthRosError | None = None
        self._metrics = self.create_publisher(String, '~/metrics', reliable())
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', reliable())
        self.create_service(Trigger, '~/save', self._serve_save)
        self.create_service(Trigger, '~/reset', self._serve_reset)
        # With use_sim_time, timers would stop with the simulation.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(_LOOK_S, self._look, clock=steady)
        self.create_timer(_JUDGE_S, self._judge, clock=steady)
        topics = ', '.join(topic for topic, _, _ in self.params.streams.values())
        self.get_logger().info(f'Evaluating {topics} against {self._truth_topic}.')

    def _sources(self) -> dict[str, Receive]:
        """What to do with messages, by topic."""
        topics = camera_topics(self.params.camera)
        sources: dict[str, Receive] = {
            topics.label_info: self._receive_classes,
            topics.annotations: self._receive_truth,
            topics.color_info: self._receive_info,
            '/clock': self._receive_clock,
        }
        if self._options.mask is not None:
            mask = topics.semantic if self._options.mask == 'semantic' else topics.instance
            sources[mask] = self._receive_mask
        for name, (topic, _, _) in self.params.streams.items():
            sources[topic] = self._answerer(name)
        return {self.resolve_topic_name(topic): receive for topic, receive in sources.items()}

    def _look(self) -> None:
        """Subscribe to what has appeared, with what its publishers offer."""
        for topic, receive in self._heard.items():
            publishers = self.get_publishers_info_by_topic(topic)
            if publishers and topic not in self._subscribed:
                self._subscribe(topic, publishers, receive)
                if len(self._subscribed) == len(self._heard):
                    self.get_logger().info(f'Listening to all {len(self._heard)} topics.')
        self._saw_truth |= self.count_publishers(self._truth_topic) > 0

    def _subscribe(
        self, topic: str, publishers: Sequence[TopicEndpointInfo], receive: Receive
    ) -> None:
        wanted = self._types().get(topic, publishers[0].topic_type)
        given = publishers[0].topic_type
        self._subscribed.add(topic)
        if given != wanted:
            self.get_logger().error(
                f'Topic {topic} carries {given}, not {wanted}: it is NOT evaluated. Give another '
                'topic, or the parameter for that type.'
            )
            return

        def called(message: Any, info: _Info) -> None:  # noqa: ANN401 (any message type)
            receive(message, info['received_timestamp'] or time.time_ns())

        self.create_subscription(
            message_class(wanted), topic, called, subscription_qos(publishers)
        )

    def _types(self) -> dict[str, str]:
        """Message types that topics must have."""
        found = {topic: kind for topic, _, kind in self.params.streams.values()}
        return {self.resolve_topic_name(topic): kind for topic, kind in found.items()}

    def _receive_classes(self, message: LabelInfo, received_ns: int) -> None:
        if self._live is not None:
            return
        self._categories = [
            Category(int(entry.class_id), str(entry.class_name))
            for entry in message.class_map
            if entry.class_id
        ]
        self._begin()
        # What came before the classes were known.
        while self._held:
            receive, held, when = self._held.popleft()
            receive(held, when)

    def _begin(self) -> None:
        self._live = LiveEvaluation(self._categories, self._options, meshes=self._meshes)

    def _receive_clock(self, message: ClockMessage, received_ns: int) -> None:
        if self._live is not None:
            now_ns = message.clock.sec * 1_000_000_000 + message.clock.nanosec
            self._live.clock(now_ns, received_ns)

    def _receive_info(self, message: CameraInfo, received_ns: int) -> None:
        if self._live is None:
            self._held.append((self._receive_info, message, received_ns))
            return
        self._live.begun(stamp_of(message), received_ns, frame_id=message.header.frame_id)

    def _receive_truth(self, message: String, received_ns: int) -> None:
        if self._live is None:
            self._held.append((self._receive_truth, message, received_ns))
            return
        try:
            found = annotations.from_json(message.data)
        except RosError as error:
            self._live.session.nonsense.add('damaged_truth', str(error))
            return
        truth = Truth(found.frame, found.run, found.provenance, found.session)
        self._live.truth(truth, received_ns=received_ns, now_s=time.monotonic())

    def _receive_mask(self, message: Image, received_ns: int) -> None:
        if self._live is None:
            self._held.append((self._receive_mask, message, received_ns))
            return
        self._live.truth_mask(message, now_s=time.monotonic())

    def _answerer(self, stream: str) -> Receive:
        def receive(message: Any, received_ns: int) -> None:  # noqa: ANN401 (any message type)
            if self._live is None:
                self._held.append((receive, message, received_ns))
                return
            self._live.answer(stream, message, received_ns=received_ns, now_s=time.monotonic())

        return receive

    def _judge(self) -> None:
        """Compare what is due; publish and save when it is time."""
        if self._live is None:
            return
        now = time.monotonic()
        self._live.due(now)
        if now >= self._next_publish_s:
            self._publish(self._live.freeze())
            spent = time.monotonic() - now
            self._next_publish_s = now + max(self.params.publish_period_s, _BUSY * spent)
        period = self.params.save_period_s
        if self.params.out and period and now >= self._next_save_s and self._saving is None:
            self._next_save_s = now + period
            self._saving = threading.Thread(target=self._save_aside, args=(self._live.freeze(),))
            self._saving.start()
        if self._saving is not None and not self._saving.is_alive():
            self._saving.join()
            self._saving = None

    def _publish(self, frozen: Frozen) -> None:
        record = frozen.record(details=False)
        self._metrics.publish(String(data=metrics(record)))
        told = diagnosis(record)
        status = DiagnosticStatus(
            level=DiagnosticStatus.WARN if told.doubtful else DiagnosticStatus.OK,
            name=f'{self.get_fully_qualified_name()}: evaluation',
            message=told.message,
            values=[KeyValue(key=key, value=value) for key, value in told.values],
        )
        array = DiagnosticArray(status=[status])
        array.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(array)

    def _save_aside(self, frozen: Frozen) -> None:
        """Save in a thread of its own: messages must not wait for it."""
        try:
            write(frozen.record(), Path(self.params.out))
        except SynthRosError as error:
            self._save_error = error

    def save(self) -> str:
        """Save everything now; says where, or why not.

        Raises:
            OutputError: It cannot be written.
        """
        if self._saving is not None:
            self._saving.join()
            self._saving = None
        if not self.params.out or self._live is None:
            return ''
        _, page = write(self._live.freeze().record(), Path(self.params.out))
        return str(page)

    def _serve_save(
        self, request: Trigger.Request, response: Trigger.Response
    ) -> Trigger.Response:
        try:
            response.message = self.save()
            response.success = bool(response.message)
        except SynthRosError as error:
            response.success, response.message = False, str(error)
        response.message = response.message or 'No labels came yet, or parameter out is empty.'
        return response

    def _serve_reset(
        self, request: Trigger.Request, response: Trigger.Response
    ) -> Trigger.Response:
        if self._categories:
            self._begin()
        response.success, response.message = True, 'All frames and counts are forgotten.'
        return response

    def finished(self) -> bool:
        """Whether the truth has gone and every frame is judged.

        Raises:
            SynthRosError: Results could not be saved.
        """
        if self._save_error is not None:
            raise self._save_error
        if not self.params.stop_with_publishers or not self._saw_truth:
            return False
        waiting = self._live is not None and self._live.waiting > 0
        return not waiting and self.count_publishers(self._truth_topic) == 0

    def close(self) -> None:
        """Judge what is complete, save, and say what was found.

        Raises:
            OutputError: Results cannot be saved.
        """
        log = self.get_logger()
        if self._live is None:
            log.warning('No labels came: nothing was evaluated.')
        else:
            self._live.due(time.monotonic())
            self._publish(self._live.freeze())
            record = self._live.freeze().record(details=False)
            log.info(diagnosis(record).message)
        page = self.save()
        if page:
            log.info(f'Report: {Path(page).parent / PAGE}')


def _meshes(models: str) -> MeshSource | None:
    """Surfaces of models in a recording; ``None`` without one.

    Raises:
        UsageError: It is no recording, or has no meshes.
    """
    if not models:
        return None
    with closing(open_recording(Path(models))) as recording:
        found = recording.shared.meshes
    if found is None:
        raise UsageError(
            f'{models} keeps no meshes. Leave parameter models empty to measure poses on 3D boxes.'
        )
    return found


def live_options(params: EvaluatorParams) -> LiveOptions:
    """The parameters, without ROS.

    Raises:
        UsageError: The class map cannot be read.
    """
    return LiveOptions(
        kinds={name: kind for name, (_, kind, _) in params.streams.items()},
        fit=params.letterbox,
        network=(params.network_width, params.network_height),
        class_map=read_table(params.class_map),
        meaning=PoseMeaning(params.pose_class or None, of_box=params.pose_reference == 'box'),
        leave=Leave(params.min_visibility, params.min_pixels),
        tolerance_ns=params.stamp_tolerance_ns,
        timeout_s=params.timeout_s,
        count_missed=params.count_missed,
        session=SessionOptions(
            truth=f'camera {params.camera}',
            stack=', '.join(topic for topic, _, _ in params.streams.values()),
            min_score=None if params.min_score < 0 else params.min_score,
            most_frames=params.window_frames,
        ),
    )


def evaluate(stop: threading.Event) -> None:
    """Run the node until it is told to stop, or as ``stop_with_publishers`` says.

    Args:
        stop: Set from outside to end it.

    Raises:
        SynthRosError: Results could not be saved.
    """
    node = EvaluatorNode()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        while not stop.is_set() and not node.finished():
            executor.spin_once(timeout_sec=0.1)
    finally:
        try:
            node.close()
        finally:
            executor.shutdown()
            node.destroy_node()
