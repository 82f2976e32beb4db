"""A program beside the simulator that answers each image of a camera after a while.

Prints a line for each image: its stamp and a checksum of its pixels.
"""

import argparse
import time
import zlib

import rclpy
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--image', default='/head/color/image_raw')
    parser.add_argument('--topic', default='/answers')
    parser.add_argument('--delay', type=float, default=0.0)
    parser.add_argument('--wrong', action='store_true', help='a wrong answer before each')
    parser.add_argument('--die-after', type=int, default=0)
    given = parser.parse_args()
    rclpy.init()
    node = rclpy.create_node('answerer')
    publisher = node.create_publisher(Detection2DArray, given.topic, 10)
    seen = []

    def answer(image):
        seen.append(image)
        stamp = image.header.stamp
        print(stamp.sec * 10**9 + stamp.nanosec, zlib.crc32(image.data), flush=True)
        if len(seen) == given.die_after:
            raise SystemExit(0)
        time.sleep(given.delay)
        if given.wrong:
            message = Detection2DArray()
            message.header.stamp.sec = stamp.sec + 1000
            publisher.publish(message)
        publisher.publish(Detection2DArray(header=image.header))

    node.create_subscription(Image, given.image, answer, 10)
    try:
        rclpy.spin(node)
    finally:
        rclpy.try_shutdown()


if __name__ == '__main__':
    main()
