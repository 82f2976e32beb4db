"""The other end: takes every topic of a config's cameras and says whether all of it arrived.

    python benchmarks/receive.py CONFIG FRAMES

Ends when each topic had its last message, or nothing came for a while. Prints JSON: messages by
topic, how many the middleware lost, instants of which every topic with a stamp arrived, how many
of those came in the order of their stamps, and when each colour image did.
"""

from __future__ import annotations

import json
import struct
import sys
import time
from array import array
from collections import Counter
from pathlib import Path

from synth_ros.ros.runtime import prepare_environment

prepare_environment()

import rclpy
from rclpy.executors import SingleThreadedExecutor

from synth_ros.config.load import load_config
from synth_ros.ros import loss, streams
from synth_ros.ros.messages import KINDS
from synth_ros.ros.names import camera_topics
from synth_ros.ros.qos import qos_profile

_STAMP = struct.Struct('<iI')
_SILENCE_S = 20.0
_NO_STAMP = {'annotations'}


class Receiver:
    """Counts what arrives; decodes nothing but the stamp.

    Args:
        config: The config that the simulation runs.
        frames: Frames of each camera to wait for.
    """

    def __init__(self, config: Path, frames: int) -> None:
        loaded = load_config(config).config
        self._frames = frames
        self._node = rclpy.create_node('bench_receiver')
        self._counters: dict[str, loss.SequenceCounter] = {}
        # Of instants that are not whole yet; the others are only counted, however long it takes.
        self._stamps: Counter[int] = Counter()
        self._whole = self._in_order = 0
        self._last_whole_ns = -1
        self._stamped = 0
        self._color_ns = array('q')
        self._last = time.monotonic()
        for camera in loaded.cameras:
            topics = camera_topics(camera.name)._asdict()
            for stream in sorted(streams.recorded(loaded.labels)):
                if KINDS[stream].group != 'latched':
                    self._subscribe(topics[stream], stream)
        for topic, kind in _shared_topics():
            self._subscribe(topic, '', kind)

    def _subscribe(self, topic: str, stream: str, kind: type | None = None) -> None:
        counter = self._counters[topic] = loss.SequenceCounter(topic)
        stamped = bool(stream) and stream not in _NO_STAMP
        self._stamped += stamped

        def receive(cdr: bytes, info: dict[str, int]) -> None:
            self._last = time.monotonic()
            counter.count(info['publication_sequence_number'])
            if stamped:
                seconds, nanoseconds = _STAMP.unpack_from(cdr, 4)
                self._see(seconds * 1_000_000_000 + nanoseconds)
            if stream == 'color':
                self._color_ns.append(info['received_timestamp'])

        profile = qos_profile('DEFAULT')
        profile.depth = 200
        kind = kind or KINDS[stream].type
        self._node.create_subscription(kind, topic, receive, profile, raw=True)

    def _see(self, stamp_ns: int) -> None:
        self._stamps[stamp_ns] += 1
        if self._stamps[stamp_ns] < self._stamped:
            return
        del self._stamps[stamp_ns]
        self._whole += 1
        self._in_order += stamp_ns > self._last_whole_ns
        self._last_whole_ns = stamp_ns

    def run(self) -> dict[str, object]:
        """Receive until all is there or nothing comes any more."""
        executor = SingleThreadedExecutor()
        executor.add_node(self._node)
        while not self._done() and time.monotonic() - self._last < _SILENCE_S:
            executor.spin_once(timeout_sec=0.1)
        executor.shutdown()
        self._node.destroy_node()
        return {
            'received': {topic: c.received for topic, c in self._counters.items()},
            'lost': sum(c.lost + c.before for c in self._counters.values()),
            'whole_instants': self._whole,
            'in_order': self._in_order,
            'color_ns': self._color_ns.tolist(),
        }

    def _done(self) -> bool:
        return all(counter.received >= self._frames for counter in self._counters.values())


def _shared_topics() -> list[tuple[str, type]]:
    from rosgraph_msgs.msg import Clock
    from sensor_msgs.msg import JointState
    from tf2_msgs.msg import TFMessage

    return [('/clock', Clock), ('/tf', TFMessage), ('/joint_states', JointState)]


def main() -> None:
    """Receive and print."""
    rclpy.init()
    try:
        print(json.dumps(Receiver(Path(sys.argv[1]), int(sys.argv[2])).run()))
    finally:
        rclpy.try_shutdown()


if __name__ == '__main__':
    main()
