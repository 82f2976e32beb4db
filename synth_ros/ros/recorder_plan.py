"""What a config makes the recorder expect: topics by camera and stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.pipeline.generate import dataset_info
from synth_ros.ros import streams
from synth_ros.ros.messages import has_own_stamps, is_latched
from synth_ros.ros.names import camera_topics
from synth_ros.scene.build import SceneBuilder
from synth_ros.writers.base import DatasetInfo


class Place(NamedTuple):
    """Whose topic it is.

    Attributes:
        camera: Name of the camera.
        stream: Name of the stream.
    """

    camera: str
    stream: str


@dataclass(frozen=True, slots=True)
class ConfigPlan:
    """What a config makes the recorder expect.

    Attributes:
        loaded: The config.
        info: What a dataset of its frames says of itself.
        parts: Streams that a sample is made of.
    """

    loaded: LoadedConfig
    info: DatasetInfo
    parts: frozenset[str]


@dataclass(frozen=True, slots=True)
class RecorderPlan:
    """Topics that are known beforehand; none without a config.

    Attributes:
        of_config: What else the config tells; ``None`` without one.
        places: Topics of the config by absolute name; those of a camera with their place.
        flowing: Those with a message an instant, by camera, and under an empty name all others.
    """

    of_config: ConfigPlan | None = None
    places: Mapping[str, Place | None] = field(default_factory=dict)
    flowing: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def camera_topics(self) -> list[str]:
        """Topics of cameras."""
        return [topic for topic, place in self.places.items() if place is not None]

    def flows(self, topic: str) -> bool:
        """Whether a topic has a message an instant of the simulation."""
        return any(topic in topics for topics in self.flowing.values())


def plan_of(config: str, *, seed: int, resolve: Callable[[str], str]) -> RecorderPlan:
    """What to expect.

    Args:
        config: Path of the config; empty for none.
        seed: That the simulation runs; -1 for the config's.
        resolve: Gives the absolute name of a topic.

    Raises:
        ConfigError: The config file is wrong.
    """
    if not config:
        return RecorderPlan()
    loaded = load_config(Path(config))
    seed = loaded.config.seed if seed < 0 else seed
    info = dataset_info(loaded, SceneBuilder(loaded), seed=seed, renderer='topics')
    places = _places(loaded, resolve)
    return RecorderPlan(
        ConfigPlan(loaded, info, streams.sample_parts(loaded.config.labels)),
        places,
        _flowing(places),
    )


def _places(loaded: LoadedConfig, resolve: Callable[[str], str]) -> dict[str, Place | None]:
    """Topics to record; those of a camera with its name and the stream's."""
    wanted: dict[str, Place | None] = dict.fromkeys(('/tf', '/tf_static', '/clock'))
    wanted[resolve('joint_states')] = None
    for camera in loaded.config.cameras:
        recorded = streams.recorded(loaded.config.labels, streams.devices_of(camera))
        for stream, topic in camera_topics(camera.name)._asdict().items():
            if stream in recorded:
                wanted[resolve(topic)] = Place(camera.name, stream)
    return wanted


def _flowing(places: Mapping[str, Place | None]) -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for topic, place in places.items():
        latched = topic == '/tf_static' if place is None else is_latched(place.stream)
        if not latched and (place is None or not has_own_stamps(place.stream)):
            groups.setdefault('' if place is None else place.camera, set()).add(topic)
    return {group: frozenset(topics) for group, topics in groups.items()}
