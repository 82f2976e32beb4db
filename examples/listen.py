"""Listen to a camera and its ground truth, paired by exact stamp.

ros2 launch synth_ros simulate.launch.py     in one terminal, or:
    sim_node --ros-args -p config:=config/tabletop.yaml
python examples/listen.py head               in another
"""

from __future__ import annotations

import sys

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray


class Listener(Node):
    """Prints what the detector should have seen in each image."""

    def __init__(self, camera: str) -> None:
        super().__init__('listener')
        self._images: dict[tuple[int, int], Image] = {}
        self.create_subscription(Image, f'/{camera}/color/image_raw', self._on_image, 10)
        self.create_subscription(
            Detection2DArray, f'/{camera}/labels/detections_2d', self._on_truth, 10
        )

    def _on_image(self, message: Image) -> None:
        stamp = message.header.stamp
        self._images[(stamp.sec, stamp.nanosec)] = message

    def _on_truth(self, message: Detection2DArray) -> None:
        # The simulation publishes the image before its labels, under the same stamp.
        stamp = message.header.stamp
        image = self._images.pop((stamp.sec, stamp.nanosec), None)
        if image is None:
            return
        self._images.clear()
        self.get_logger().info(
            f'{stamp.sec}.{stamp.nanosec:09d}: {image.width} x {image.height}, '
            f'{len(message.detections)} objects: '
            + ', '.join(d.results[0].hypothesis.class_id for d in message.detections)
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
