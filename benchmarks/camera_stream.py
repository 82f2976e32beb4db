"""One end of a measured camera stream: colour and depth, as the simulation node publishes them.

    python benchmarks/camera_stream.py send --rate 30 --frames 150 [--compressed] ...
    python benchmarks/camera_stream.py receive --frames 150 [--compressed] ...

Each image carries its number and a checksum of its bytes in ``frame_id``, and the sender's
monotonic clock as its stamp, which both ends share, also across network namespaces of one machine.
Both print one line of JSON when they are done. Whoever starts them chooses the middleware's
settings; none of ours are made here.
"""

from __future__ import annotations

import argparse
import array
import json
import os
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image

PICTURE = Path(__file__).resolve().parent.parent / 'docs' / 'images' / 'room.jpg'
COLOR, DEPTH = 'camera/color/image_raw', 'camera/depth/image_rect_raw'
# Pictures that differ, so that no end meets the same bytes twice in a row.
_PICTURES = 4
_JPEG_QUALITY = 95
_MATCH_S = 25.0
_SILENCE_S = 4.0
# What is on its way when the last image was handed over may have to be sent again.
_LINGER_S = 2.5

Payload = tuple[array.array, int]
"""Bytes and their checksum."""


def topics(options: argparse.Namespace) -> dict[str, type]:
    """What is sent, with its type."""
    if options.compressed:
        found: dict[str, type] = {f'{COLOR}/compressed': CompressedImage}
    else:
        found = {COLOR: Image}
    return found if options.color_only else {**found, DEPTH: Image}


def qos(options: argparse.Namespace) -> QoSProfile:
    """As our nodes have it: reliable with ten, best effort with five."""
    if options.best_effort:
        return QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
    return QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)


def pictures(width: int, height: int) -> list[np.ndarray]:
    """A rendered room with sensor noise, of which JPEG makes what it makes of a camera's image."""
    image = cv2.resize(cv2.imread(str(PICTURE)), (width, height), interpolation=cv2.INTER_AREA)
    random = np.random.default_rng(1)
    noisy = [image + random.normal(0, 2, image.shape) for _ in range(_PICTURES)]
    return [np.clip(picture, 0, 255).astype(np.uint8) for picture in noisy]


def payload(data: bytes) -> Payload:
    """What only has to be handed over."""
    # rclpy copies anything but an array element by element.
    filled = array.array('B')
    filled.frombytes(data)
    return filled, zlib.crc32(data)


def send(options: argparse.Namespace) -> dict[str, object]:
    """Publish at a steady rate; a frame that is late delays those behind it, none is left out."""
    width, height = options.size
    colours = pictures(width, height)
    raw = [payload(picture.tobytes()) for picture in colours]
    depth = [payload(bytes(p[..., :2].tobytes())) for p in colours]
    node = rclpy.create_node('stream_sender')
    outlets = {n: node.create_publisher(k, n, qos(options)) for n, k in topics(options).items()}
    deadline = time.monotonic() + _MATCH_S
    while any(not outlet.get_subscription_count() for outlet in outlets.values()):
        if time.monotonic() > deadline:
            return {'sent': 0, 'fault': 'no subscriber was found'}
        time.sleep(0.05)
    # The other end has found us as well by then, and whatever connects has connected.
    time.sleep(1.0)
    start, cpu, blocked = time.monotonic(), time.process_time(), 0.0
    for number in range(options.frames):
        time.sleep(max(0.0, start + number / options.rate - time.monotonic()))
        for name, outlet in outlets.items():
            k = number % _PICTURES
            stamp_ns = time.monotonic_ns()
            if name.endswith('compressed'):
                _, jpeg = cv2.imencode(
                    '.jpg', colours[k], [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
                )
                data, checksum = payload(jpeg.tobytes())
                message = CompressedImage(format='rgb8; jpeg compressed bgr8', data=data)
            else:
                data, checksum = raw[k] if name == COLOR else depth[k]
                encoding, size = ('rgb8', 3) if name == COLOR else ('16UC1', 2)
                message = Image(height=height, width=width, encoding=encoding, step=size * width)
                message.data = data
            message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 10**9)
            message.header.frame_id = f'{number} {checksum}'
            before = time.monotonic()
            outlet.publish(message)
            blocked += time.monotonic() - before
    seconds = time.monotonic() - start
    spent = time.process_time() - cpu
    time.sleep(_LINGER_S)
    node.destroy_node()
    return {
        'sent': options.frames,
        'seconds': seconds,
        'cpu_s': spent,
        'publish_ms': 1e3 * blocked / options.frames,
    }


class Receiver:
    """Takes what comes and checks it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._frames = options.frames
        self._node = rclpy.create_node('stream_receiver')
        self._seen: dict[str, set[int]] = defaultdict(set)
        self._latency_ns: list[int] = []
        self._broken = 0
        self._last = 0.0
        self._first_cpu = 0.0
        self._names = list(topics(options))
        for name, kind in topics(options).items():
            self._node.create_subscription(
                kind, name, lambda message, name=name: self._take(name, message), qos(options)
            )

    def _take(self, name: str, message: Image | CompressedImage) -> None:
        now = time.monotonic_ns()
        if not self._last:
            self._first_cpu = time.process_time()
        self._last = now / 1e9
        stamp = message.header.stamp
        number, checksum = map(int, message.header.frame_id.split())
        self._latency_ns.append(now - stamp.sec * 10**9 - stamp.nanosec)
        self._broken += zlib.crc32(message.data) != checksum
        self._seen[name].add(number)

    def run(self) -> dict[str, object]:
        """Receive until the last frame came, or nothing does any more."""
        executor = SingleThreadedExecutor()
        executor.add_node(self._node)
        began = time.monotonic()
        while not self._done():
            patience = _SILENCE_S if self._last else _MATCH_S + 5
            if time.monotonic() - (self._last or began) > patience:
                break
            executor.spin_once(timeout_sec=0.1)
        executor.shutdown()
        self._node.destroy_node()
        whole = set.intersection(*(self._seen[name] for name in self._names))
        return {
            'whole': len(whole),
            'received': {name: len(self._seen[name]) for name in self._names},
            'broken': self._broken,
            'cpu_s': time.process_time() - self._first_cpu,
            'latency_ns': self._latency_ns,
        }

    def _done(self) -> bool:
        return all(len(self._seen[name]) == self._frames for name in self._names)


def size(text: str) -> tuple[int, int]:
    """Width and height of ``1280x720``."""
    width, _, height = text.partition('x')
    return int(width), int(height)


def main(arguments: Sequence[str] | None = None) -> None:
    """Send or receive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('end', choices=['send', 'receive'])
    parser.add_argument('--size', type=size, default=(1280, 720))
    parser.add_argument('--rate', type=float, default=30.0)
    parser.add_argument('--frames', type=int, default=150)
    parser.add_argument('--compressed', action='store_true')
    parser.add_argument('--color-only', action='store_true')
    parser.add_argument('--best-effort', action='store_true')
    options = parser.parse_args(arguments)
    rclpy.init()
    try:
        told = send(options) if options.end == 'send' else Receiver(options).run()
    finally:
        rclpy.try_shutdown()
    print(json.dumps(told))
    sys.stdout.flush()
    # Some settings leave threads that abort while the interpreter takes itself apart.
    os._exit(0)


if __name__ == '__main__':
    main()
