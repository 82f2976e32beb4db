"""A perception program's place in lockstep: answers every image under its stamp.

    python benchmarks/answer.py TOPIC FRAMES

Ends after so many images, or when none came for a while. Prints one line of JSON: how many
different stamps it saw, and how many of their images were whole.
"""

from __future__ import annotations

import json
import os
import sys
import time

import rclpy
from rclpy.executors import SingleThreadedExecutor
from sensor_msgs.msg import Image
from std_msgs.msg import Header

ANSWERS = '/answers'
_SILENCE_S = 90.0


def main() -> None:
    """Answer and print."""
    topic, frames = sys.argv[1], int(sys.argv[2])
    rclpy.init()
    node = rclpy.create_node('answer')
    publisher = node.create_publisher(Header, ANSWERS, 10)
    seen: dict[tuple[int, int], bool] = {}
    last = time.monotonic()

    def answer(image: Image) -> None:
        nonlocal last
        last = time.monotonic()
        stamp = image.header.stamp
        seen[stamp.sec, stamp.nanosec] = len(image.data) == image.step * image.height
        publisher.publish(image.header)

    node.create_subscription(Image, topic, answer, 10)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    while len(seen) < frames and time.monotonic() - last < _SILENCE_S:
        executor.spin_once(timeout_sec=0.1)
    # The last answer is still on its way.
    time.sleep(2.0)
    print(json.dumps({'seen': len(seen), 'whole': sum(seen.values())}), flush=True)
    rclpy.try_shutdown()
    os._exit(0)


if __name__ == '__main__':
    main()
