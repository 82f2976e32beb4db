"""Subscribers that are slow, come late, vanish, come back and die; the simulation goes on."""

import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from listener import Listener
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from ros_processes import ENV, sim, write_config
from sensor_msgs.msg import Image
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import LabelInfo

from synth_ros.ros.convert import stamp_ns

TOPIC = '/head/color/image_raw'
PERIOD_NS = 50_000_000
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


@contextmanager
def node_of_its_own(name, *, nap_s=0.0):
    """A node whose executor rests for a while after everything that it does."""
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node(name, context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    stop = threading.Event()

    def spin():
        while not stop.is_set():
            executor.spin_once(timeout_sec=0.05)
            time.sleep(nap_s)

    thread = threading.Thread(target=spin)
    thread.start()
    try:
        yield node
    finally:
        stop.set()
        thread.join()
        executor.shutdown()
        node.destroy_node()
        rclpy.shutdown(context=context)


@contextmanager
def vanishing(folder):
    """The process, and what it has heard."""
    path = folder / 'vanishing.log'
    program = Path(__file__).with_name('vanishing.py')
    with path.open('wb') as log:
        process = subprocess.Popen([sys.executable, str(program), TOPIC], stdout=log, env=ENV)
    try:
        yield process, lambda: [int(line) for line in path.read_text().splitlines()]
    finally:
        process.kill()
        process.wait()


class Watch:
    """How many subscriptions to a camera the simulator itself knows of."""

    def __init__(self, listener):
        self.counts = []
        listener.node.create_subscription(DiagnosticArray, '/diagnostics', self._hear, 100)

    def _hear(self, message):
        for status in message.status:
            if status.name == 'sim_node: camera head':
                self.counts += [int(p.value) for p in status.values if p.key == 'subscriptions']


@pytest.mark.slow
def test_subscribers_come_and_go_and_no_frame_is_lost(tmp_path):
    listener = Listener(['head', 'chest'])
    watch = Watch(listener)
    steady = listener.heard[TOPIC]
    options = {'real_time_factor': 1.0, 'wait_for_subscribers_s': 60}
    try:
        with (
            vanishing(tmp_path) as (process, heard),
            sim(tmp_path, write_config(tmp_path), **options) as simulator,
            node_of_its_own('slow', nap_s=1.0) as slow,
        ):
            images = []
            slow.create_subscription(Image, TOPIC, images.append, QoSProfile(depth=2))
            listener.wait_for(lambda: len(heard()) > 5 and watch.counts, 'the first images')
            everyone = wait_until_even(listener, watch)
            falls_silent_and_is_found_again(listener, watch, process, heard=heard)
            process.kill()
            before = len(watch.counts)
            listener.wait_for(
                lambda: everyone - 1 in watch.counts[before:], 'that the dead one is gone'
            )
            comes_late(listener)
            slow_ones_get_the_newest(listener, images)
            assert simulator.end() == 0, simulator.text
            assert 'Traceback' not in simulator.text
        stamps = [stamp_ns(message.header.stamp) for message in steady]
    finally:
        listener.close()
    assert stamps == [PERIOD_NS * number for number in range(len(stamps))]


def wait_until_even(listener, watch):
    """The number of subscriptions, once it has been the same for two seconds."""
    listener.wait_for(
        lambda: len(watch.counts) > 2 and len(set(watch.counts[-2:])) == 1, 'all subscriptions'
    )
    return watch.counts[-1]


def falls_silent_and_is_found_again(listener, watch, process, *, heard):
    """Longer than its lease, then it goes on as if nothing had been."""
    everyone, steady = watch.counts[-1], listener.heard[TOPIC]
    process.send_signal(signal.SIGSTOP)
    before, frames = len(watch.counts), len(steady)
    listener.wait_for(lambda: everyone - 1 in watch.counts[before:], 'that it is lost')
    listener.wait_for(lambda: len(steady) > frames + 10, 'frames all the while')
    seen = len(heard())
    process.send_signal(signal.SIGCONT)
    fresh = stamp_ns(steady[-1].header.stamp)
    listener.wait_for(lambda: heard()[-1] > fresh, 'images after the silence')
    listener.wait_for(lambda: len(heard()) > seen + 10, 'more of them')
    before = len(watch.counts)
    listener.wait_for(lambda: everyone in watch.counts[before:], 'that it is found again')
    assert heard() == sorted(set(heard()))


def comes_late(listener):
    """Latched topics arrive at once, images with either quality of service."""
    with node_of_its_own('late') as late:
        latched, images, reliable = {}, [], []
        for topic, kind in (
            ('/tf_static', TFMessage),
            ('/robot_description', String),
            ('/head/labels/label_info', LabelInfo),
        ):
            late.create_subscription(
                kind, topic, lambda message, topic=topic: latched.update({topic: message}), LATCHED
            )
        late.create_subscription(Image, TOPIC, images.append, qos_profile_sensor_data)
        late.create_subscription(Image, TOPIC, reliable.append, 10)
        listener.wait_for(lambda: len(latched) == 3, 'what is latched')
        listener.wait_for(lambda: min(len(images), len(reliable)) > 5, 'images')
        for stamps in ([stamp_ns(m.header.stamp) for m in heard] for heard in (images, reliable)):
            assert stamps == sorted(set(stamps))
        assert [c.class_name for c in latched['/head/labels/label_info'].class_map] == [
            'background',
            'block',
            'ball',
        ]


def slow_ones_get_the_newest(listener, images):
    """What does not fit into its queue is gone; what comes is not old."""
    stamps = [stamp_ns(m.header.stamp) for m in images]
    assert stamps == sorted(set(stamps))
    total = len(listener.heard[TOPIC])
    assert 2 < len(stamps) < 0.7 * total
    behind = stamp_ns(listener.heard[TOPIC][-1].header.stamp) - stamps[-1]
    assert behind < 5_000_000_000
