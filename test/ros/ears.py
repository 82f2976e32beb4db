"""Hears a few topics in the test's own process."""

import threading
from collections import defaultdict

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile, ReliabilityPolicy


class Ears:
    """Hears topics with the quality that a graph asks for."""

    def __init__(self, wanted):
        self.heard = defaultdict(list)
        self._context = rclpy.Context()
        rclpy.init(context=self._context)
        self._node = rclpy.create_node('ears', context=self._context)
        for topic, kind, asked in wanted:
            profile = QoSProfile(depth=100)
            if asked == 'sensor data':
                profile.reliability = ReliabilityPolicy.BEST_EFFORT
            self._node.create_subscription(kind, topic, self.heard[topic].append, profile)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._running = True
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()

    def _spin(self):
        while self._running:
            self._executor.spin_once(timeout_sec=0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._running = False
        self._thread.join()
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)
