"""A camera and a listener in the test's own process, for nodes that look at images."""

import threading
import time

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray, LabelInfo

from synth_ros.ros.convert import stamp_message
from synth_ros.ros.images import image_message

FRAME = 'head_color_optical_frame'


class Camera:
    """Publishes images; ``detections``, ``annotated``, ``names`` and ``statuses`` are heard.

    Used as a context manager.
    """

    def __init__(self, *, best_effort=False, annotated=False):
        self.context = rclpy.Context()
        rclpy.init(context=self.context)
        self.node = rclpy.create_node('camera', context=self.context)
        self.detections, self.annotated, self.names, self.statuses = [], [], [], []
        profile = QoSProfile(depth=10)
        if best_effort:
            profile.reliability = ReliabilityPolicy.BEST_EFFORT
        self._publisher = self.node.create_publisher(Image, 'image', profile)
        listen = self.node.create_subscription
        listen(Detection2DArray, 'detections', self.detections.append, QoSProfile(depth=100))
        listen(DiagnosticArray, '/diagnostics', self._status, QoSProfile(depth=100))
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        listen(LabelInfo, 'detector_node/label_info', self.names.append, latched)
        if annotated:
            listen(Image, 'detector_node/image_annotated', self.annotated.append, profile)
        self._executor = SingleThreadedExecutor(context=self.context)
        self._executor.add_node(self.node)
        self._running = True
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()

    def _status(self, message):
        status = message.status[0]
        values = {pair.key: pair.value for pair in status.values}
        self.statuses.append((status.level, status.message, values))

    def _spin(self):
        while self._running:
            self._executor.spin_once(timeout_sec=0.05)

    def send(self, rgb, stamp_ns, *, encoding='rgb8'):
        """Publish an image; ``rgb`` holds the channels in the order of the encoding."""
        head = Header(stamp=stamp_message(stamp_ns), frame_id=FRAME)
        message = image_message(rgb, 'mono8' if rgb.ndim == 2 else 'rgb8', head)
        message.encoding = encoding
        self._publisher.publish(message)

    def wait_for(self, done, what, *, timeout_s=30):
        deadline = time.monotonic() + timeout_s
        while not done():
            assert time.monotonic() < deadline, f'{what} did not come within {timeout_s} s'
            time.sleep(0.01)

    def wait_for_detector(self):
        """Wait until images and detections find their way."""
        self.wait_for(self._publisher.get_subscription_count, 'a subscriber')
        self.wait_for(lambda: self.node.count_publishers('/detections'), 'the detector')
        # Both ends must know each other before the first message.
        self.wait_for(lambda: self.names and self.statuses, 'the first status')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._running = False
        self._thread.join()
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)
