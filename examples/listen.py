"""Listen to a camera and its ground truth, paired by exact stamp: boxes and keypoints.

ros2 launch synth_ros simulate.launch.py     in one terminal, or:
    sim_node --ros-args -p config:=config/tabletop.yaml
python examples/listen.py head               in another
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray

TRUTH = ('detections_2d', 'keypoints')


class Listener(Node):
    """Prints what a detector should have seen in each image."""

    def __init__(self, camera: str) -> None:
        super().__init__('listener')
        self._parts: dict[tuple[int, int], dict[str, Image | Detection2DArray]] = {}
        topics = {'image': (Image, f'/{camera}/color/image_raw')}
        topics |= {name: (Detection2DArray, f'/{camera}/labels/{name}') for name in TRUTH}
        for name, (kind, topic) in topics.items():
            self.create_subscription(kind, topic, partial(self._take, name), 10)

    def _take(self, name: str, message: Image | Detection2DArray) -> None:
        # Everything of one instant carries one stamp: equality is all it takes.
        stamp = message.header.stamp
        parts = self._parts.setdefault((stamp.sec, stamp.nanosec), {})
        parts[name] = message
        if len(parts) == 1 + len(TRUTH):
            self._parts.clear()
            self._show(**parts)

    def _show(
        self, image: Image, detections_2d: Detection2DArray, keypoints: Detection2DArray
    ) -> None:
        stamp = image.header.stamp
        points = Counter(point.id.split('/')[0] for point in keypoints.detections)
        self.get_logger().info(
            f'{stamp.sec}.{stamp.nanosec:09d}: {image.width} x {image.height}, '
            f'{len(detections_2d.detections)} objects: '
            + ', '.join(
                f'{box.results[0].hypothesis.class_id} with {points[box.id]} keypoints'
                for box in detections_2d.detections
            )
            + f'; {points["robot"]} joints'
        )


def main() -> None:
    """Spin until interrupted."""
    rclpy.init()
    node = Listener(sys.argv[1] if len(sys.argv) > 1 else 'head')
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


if __name__ == '__main__':
    main()
