"""Hears all that the simulation node publishes, in the test's own process."""

import threading
import time
from collections import defaultdict

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, QoSProfile
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from std_srvs.srv import SetBool, Trigger
from tf2_msgs.msg import TFMessage

from synth_ros.config.labels import LabelsConfig
from synth_ros.ros import streams
from synth_ros.ros.messages import KINDS
from synth_ros.ros.names import camera_topics

LATCHED = (
    *('/tf_static', '/robot_description', 'labels/label_info', 'labels/panoptic_info'),
    *('/depth_to_color', '/depth_to_infra1', '/depth_to_infra2'),
    *('/depth_to_accel', '/depth_to_gyro'),
)


def topic_types(cameras, labels):
    """Every topic that a config switches on, with its type."""
    types = {'/clock': Clock, '/tf': TFMessage, '/tf_static': TFMessage}
    types |= {'/joint_states': JointState, '/robot_description': String}
    for camera in cameras:
        topics = camera_topics(camera)._asdict()
        types |= {f'/{topics[s]}': KINDS[s].type for s in streams.published(labels)}
    return types


class Listener:
    """Subscribes to everything; ``heard`` holds the messages by topic."""

    def __init__(self, cameras, labels=None):
        self.types = topic_types(cameras, labels or LabelsConfig())
        self.heard = defaultdict(list)
        self._context = rclpy.Context()
        rclpy.init(context=self._context)
        self.node = rclpy.create_node('listener', context=self._context)
        for topic, kind in self.types.items():
            qos = QoSProfile(depth=100)
            if topic.endswith(LATCHED):
                qos.durability = DurabilityPolicy.TRANSIENT_LOCAL
            self.node.create_subscription(kind, topic, self.heard[topic].append, qos)
        self._clients = {}
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._spin)
        self._running = True
        self._thread.start()

    def _spin(self):
        while self._running:
            self._executor.spin_once(timeout_sec=0.05)

    def close(self):
        self._running = False
        self._thread.join()
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)

    def wait_for(self, done, what, *, timeout_s=40):
        deadline = time.monotonic() + timeout_s
        while not done():
            assert time.monotonic() < deadline, f'{what} did not come within {timeout_s} s'
            time.sleep(0.01)

    def wait_for_frames(self, count):
        """Wait until every stream of every camera has so many messages."""
        streams = [t for t in self.types if not t.endswith(LATCHED)]
        self.wait_for(
            lambda: all(len(self.heard[topic]) >= count for topic in streams),
            f'frame {count}',
        )

    def call(self, name, *, data=None, node='sim_node'):
        """The answer of a service of a node."""
        kind = Trigger if data is None else SetBool
        if (node, name) not in self._clients:
            self._clients[node, name] = self.node.create_client(kind, f'/{node}/{name}')
        client = self._clients[node, name]
        assert client.wait_for_service(20), name
        future = client.call_async(kind.Request() if data is None else kind.Request(data=data))
        self.wait_for(future.done, f'the answer of {name}')
        return future.result()
