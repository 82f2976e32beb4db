"""What a live session gains while nobody subscribes, or to colour alone: frames a second.

    python benchmarks/bench_publish.py --rest

One process, no transport: messages are made for stand-ins of topics, which say how many subscribe.
Physics and drawing run on one thread, labels and messages on another, as in the simulation node.
The three cases take turns in one session.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rclpy.qos import QoSProfile
from results import Row

from synth_ros.config.load import load_config
from synth_ros.pipeline.demand import Wanted
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.live import DrawnFrame, LiveSession
from synth_ros.render.auto import make_renderer
from synth_ros.ros.messages import StreamOptions
from synth_ros.ros.names import camera_topics
from synth_ros.ros.publishers import SimPublishers
from synth_ros.ros.streams import recorded
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.compiled import CompiledScene

_UNTIMED = 3
Subscribed = Callable[[str], bool]


class Setting(NamedTuple):
    """What is measured on, as rows name it.

    Attributes:
        scene: What is seen.
        backend: The renderer.
        quality: How it draws.
    """

    scene: str
    backend: str
    quality: str


class _Topic:
    """A topic with a subscriber, or without."""

    def __init__(self, topic: str) -> None:
        self.topic_name = topic
        self.count = 0

    def publish(self, msg: object) -> None:
        """Nothing: what was made is thrown away."""

    def get_subscription_count(self) -> int:
        """As it was told."""
        return self.count


class _Topics:
    """Makes topics."""

    def __init__(self) -> None:
        self.made: list[_Topic] = []

    def create_publisher(self, _type: type, topic: str, _qos: QoSProfile) -> _Topic:
        """Announce a topic."""
        self.made.append(_Topic(topic))
        return self.made[-1]


class _Live:
    """A session that publishes to stand-ins."""

    def __init__(self, stage: Stage) -> None:
        self._topics = _Topics()
        labels = stage.config.labels
        self._streams = SimPublishers(
            self._topics,
            [camera.name for camera in stage.config.cameras],
            links=stage.builder.robot_links,
            categories=stage.builder.categories,
            options=StreamOptions('16UC1', 'id', labels, session='bench'),
        )
        stage.wanted = Wanted(self._streams.parts, self._streams.feels)
        self._session = LiveSession(stage, idle=self._streams.idle)

    def turn(self, subscribed: Subscribed, frames: int) -> float:
        """Seconds a frame, with subscribers of some topics."""
        for topic in self._topics.made:
            topic.count = int(subscribed(topic.topic_name))
        with ThreadPoolExecutor(1) as pool:
            self._run(pool, _UNTIMED)
            start = time.perf_counter()
            self._run(pool, frames)
        return (time.perf_counter() - start) / frames

    def _run(self, pool: ThreadPoolExecutor, frames: int) -> None:
        under_way: list[Future[None]] = []
        for _ in range(frames):
            drawn, scene = self._session.draw(ahead=True), self._session.world.scene
            under_way.append(pool.submit(self._hand_on, drawn, scene))
            while len(under_way) > 2:
                under_way.pop(0).result()
        for future in under_way:
            future.result()

    def _hand_on(self, drawn: DrawnFrame, scene: CompiledScene) -> None:
        self._streams.publish(drawn.label(), scene)


@contextmanager
def _live(config: Path) -> Iterator[_Live]:
    loaded = load_config(config)
    camera = loaded.config.cameras[0]
    with make_renderer(loaded.config.render, max_size=(camera.width, camera.height)) as renderer:
        yield _Live(Stage(loaded, SceneBuilder(loaded), renderer=renderer))


def measure_rest(config: Path, setting: Setting, *, frames: int, rounds: int) -> list[Row]:
    """The rates with no subscriber, with those of colour alone, and with all that are recorded.

    Args:
        config: A live config.
        setting: What rows say of it.
        frames: Of each turn.
        rounds: Turns of each case.
    """
    loaded = load_config(config)
    cameras = [camera.name for camera in loaded.config.cameras]
    taken = {
        camera_topics(camera)._asdict()[stream]
        for camera in cameras
        for stream in recorded(loaded.config.labels)
    }
    cases: dict[str, Subscribed] = {
        'nobody': lambda _topic: False,
        'colour': lambda topic: topic.endswith(('/color/image_raw', '/color/camera_info')),
        'all that is recorded': taken.__contains__,
    }
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    with _live(config) as live:
        for _ in range(rounds):
            for name, subscribed in cases.items():
                seconds[name].append(live.turn(subscribed, frames))
    return [
        Row(
            section='resting',
            scene=setting.scene,
            name=f'{name}: {setting.backend}',
            quality=setting.quality,
            seconds=tuple(mine),
            baseline=tuple(seconds['all that is recorded']),
            notes={'load': round(os.getloadavg()[0], 1)},
        )
        for name, mine in seconds.items()
    ]
