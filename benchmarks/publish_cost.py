"""What each stream of a camera costs to convert and to publish, in processor time."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import rclpy
from rclpy.node import Node
from scenes import SceneSpec, write_scene

from synth_ros.config.load import load_config
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.live import LiveSession
from synth_ros.render.auto import make_renderer
from synth_ros.ros.messages import KINDS, Instant, StreamOptions
from synth_ros.ros.names import camera_frames, camera_topics
from synth_ros.ros.qos import qos_profile
from synth_ros.ros.streams import recorded
from synth_ros.scene.build import SceneBuilder

HERE = Path(__file__).resolve().parent
_PAUSE_S = 0.02


def print_cost(spec: SceneSpec, folder: Path, *, frames: int) -> None:
    """Publish frames to a receiver, stream by stream under the clock."""
    config = write_scene(folder / 'live', spec)
    loaded = load_config(config)
    builder = SceneBuilder(loaded)
    camera = loaded.config.cameras[0]
    with make_renderer(loaded.config.render, max_size=(camera.width, camera.height)) as renderer:
        session = LiveSession(Stage(loaded, builder, renderer=renderer))
        rclpy.init()
        node = rclpy.create_node('bench_publish')
        receiver = subprocess.Popen(
            [sys.executable, str(HERE / 'receive.py'), str(config), '1'],
            stdout=subprocess.DEVNULL,
        )
        options = StreamOptions('16UC1', 'id', loaded.config.labels, session='bench')
        live = session.advance()
        now = Instant(
            live.samples[0],
            live.run,
            camera_frames(camera.name, builder.robot_links),
            builder.categories,
            options,
        )
        times = _times(node, now, frames)
        receiver.kill()
        receiver.wait()
        node.destroy_node()
        rclpy.try_shutdown()
    _print(times)


def _times(node: Node, now: Instant, frames: int) -> Mapping[str, list[tuple[float, float]]]:
    """Processor seconds of making and of publishing each stream, frame by frame."""
    topics = camera_topics(now.sample.key.camera)._asdict()
    publishers = {
        name: node.create_publisher(KINDS[name].type, topics[name], qos_profile('DEFAULT'))
        for name in recorded(now.options.labels)
        if KINDS[name].make is not None
    }
    while not all(p.get_subscription_count() for p in publishers.values()):
        time.sleep(_PAUSE_S)
    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for _ in range(frames):
        time.sleep(_PAUSE_S)
        for name, publisher in publishers.items():
            make = KINDS[name].make
            assert make is not None
            start = time.thread_time()
            message = make(now)
            made = time.thread_time()
            publisher.publish(message)
            times[name].append((made - start, time.thread_time() - made))
    return times


def _print(times: Mapping[str, list[tuple[float, float]]]) -> None:
    total = 0.0
    print(f'{"stream":<24} {"make":>9} {"publish":>9}   processor time, medians')
    for name, pairs in sorted(times.items()):
        made, sent = (1e3 * statistics.median(values) for values in zip(*pairs, strict=True))
        total += made + sent
        print(f'{name:<24} {made:6.2f} ms {sent:6.2f} ms')
    print(f'{"all, one camera":<24} {total:6.2f} ms')
