"""Cameras of other simulators, as a process of its own: one as Gazebo's bridge, one as Isaac Sim.

Publishes a number of frames once all topics that it is told of have subscribers, and ends.
"""

import argparse
import time

import numpy as np
import rclpy
from builtin_interfaces.msg import Time
from geometry_msgs.msg import TransformStamped
from nav_msgs.msg import Odometry
from rclpy.qos import (
    DurabilityPolicy,
    QoSProfile,
    ReliabilityPolicy,
    qos_profile_sensor_data,
)
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header, String
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2D, Detection2DArray, ObjectHypothesisWithPose

from synth_ros.ros.images import image_message

WIDTH, HEIGHT = 64, 48
PERIOD_NS = 50_000_000
LATE_AFTER = 5
RELIABLE = QoSProfile(depth=10)
BEST_EFFORT = qos_profile_sensor_data
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
# A bridge that repeats what others latch offers less than they do.
VOLATILE = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
GAZEBO = ('camera/image', 'camera/depth_image', 'camera/camera_info')
ISAAC = ('rgb', 'depth', 'camera_info')


def color(number):
    return np.full((HEIGHT, WIDTH, 3), number % 256, np.uint8)


def depth(number):
    """Metres; nothing is in the first column, which Gazebo calls infinity and Isaac Sim, too."""
    metres = np.full((HEIGHT, WIDTH), 1.0 + number / 10, np.float32)
    metres[:, 0] = np.inf
    return metres


def calibration(head):
    k = [60.0, 0.0, 32.0, 0.0, 60.0, 24.0, 0.0, 0.0, 1.0]
    return CameraInfo(header=head, width=WIDTH, height=HEIGHT, k=k, distortion_model='plumb_bob')


def boxes(head, number):
    result = ObjectHypothesisWithPose()
    result.hypothesis.class_id, result.hypothesis.score = '3', 1.0
    found = Detection2D(header=head, results=[result], id=str(number))
    found.bbox.center.position.x, found.bbox.center.position.y = 32.0, 24.0
    found.bbox.size_x, found.bbox.size_y = 10.0, 6.0
    return Detection2DArray(header=head, detections=[found])


class Cameras:
    """All publishers."""

    def __init__(self, node):
        self.node = node
        self._sensors = {}
        for names, qos, frame in (
            (GAZEBO, BEST_EFFORT, 'robot/camera_link/camera'),
            (ISAAC, RELIABLE, 'sim_camera'),
        ):
            kinds = (Image, Image, CameraInfo)
            made = [node.create_publisher(k, n, qos) for k, n in zip(kinds, names, strict=True)]
            self._sensors[frame] = made
        self._boxes = node.create_publisher(Detection2DArray, 'camera/boxes', RELIABLE)
        self._noise = node.create_publisher(Header, 'noise/first', RELIABLE)
        self._odometry = node.create_publisher(Odometry, 'odom', RELIABLE)
        self._mixed = [node.create_publisher(String, 'mixed', q) for q in (LATCHED, VOLATILE)]
        self._still = node.create_publisher(TFMessage, 'tf_static', LATCHED)
        self._changing = [node.create_publisher(Header, 'changing', RELIABLE)]
        self._late = None
        edge = TransformStamped(child_frame_id='camera_link')
        edge.header.frame_id = 'world'
        self._still.publish(TFMessage(transforms=[edge]))

    def heard(self, recorders):
        """Whether every topic that must be heard is, those of the second camera by all."""
        first, second = self._sensors.values()
        publishers = [*first, self._boxes, self._still, *self._mixed, *self._changing]
        return all(p.get_subscription_count() for p in publishers) and all(
            p.get_subscription_count() >= recorders for p in second
        )

    def send(self, number):
        seconds, nanoseconds = divmod(10**9 + number * PERIOD_NS, 10**9)
        stamp = Time(sec=seconds, nanosec=nanoseconds)
        for frame, (image, distance, info) in self._sensors.items():
            head = Header(stamp=stamp, frame_id=frame)
            image.publish(image_message(color(number), 'rgb8', head))
            distance.publish(image_message(depth(number), '32FC1', head))
            info.publish(calibration(head))
        head = Header(stamp=stamp, frame_id='robot/camera_link/camera')
        self._boxes.publish(boxes(head, number))
        self._odometry.publish(Odometry(header=head))
        for publisher in (self._noise, self._changing[number % len(self._changing)]):
            publisher.publish(head)
        for publisher in self._mixed:
            publisher.publish(String(data=str(number)))
        if number == LATE_AFTER:
            self._late = self.node.create_publisher(Header, 'later', BEST_EFFORT)
            self._changing.append(self.node.create_publisher(Header, 'changing', VOLATILE))
        if self._late is not None:
            self._late.publish(head)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--frames', type=int, default=30)
    parser.add_argument('--recorders', type=int, default=1)
    given = parser.parse_args()
    rclpy.init()
    cameras = Cameras(rclpy.create_node('foreign_cameras'))
    deadline = time.monotonic() + 30
    while not cameras.heard(given.recorders) and time.monotonic() < deadline:
        time.sleep(0.02)
    for number in range(given.frames):
        cameras.send(number)
        time.sleep(PERIOD_NS * 1e-9)
    time.sleep(0.5)
    rclpy.try_shutdown()


if __name__ == '__main__':
    main()
