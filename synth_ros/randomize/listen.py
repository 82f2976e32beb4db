"""Finds out what is drawn with which stream, by drawing a few scenes and listening."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from synth_ros.config.root import Config
from synth_ros.randomize.draw import episode_draws
from synth_ros.randomize.exposure import draw_rgb_gain, sensor_stream
from synth_ros.randomize.inventory import Inventory
from synth_ros.randomize.phases import draw_motion, draw_push, event_draws, phase_draws
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.vary import OF_VIEW, draw_values, draws_per_view, scene_items
from synth_ros.randomize.view import sample_view


class Heard(NamedTuple):
    """What was drawn in a few scenes, in their first view and its frames.

    Attributes:
        streams: Full names of the streams of each distribution, by its identity, in the order
            in which they were drawn.
        fewest: Least number of draws of each distribution in a scene that draws it at all.
        most: Greatest number of draws of each in a scene.
        others: Names of the streams that no distribution of the config has drawn from.
    """

    streams: dict[int, tuple[str, ...]]
    fewest: dict[int, int]
    most: dict[int, int]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Listening(Streams):
    """Streams that remember who draws from them."""

    drawn: dict[int, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    names: dict[str, None] = field(default_factory=dict)

    def generator(self, name: str) -> np.random.Generator:
        """See ``Streams``."""
        self.names[name] = None
        return Streams.generator(self, name)

    def shared(self, name: str) -> np.random.Generator:
        """See ``Streams``."""
        self.names[name] = None
        return Streams.shared(self, name)

    def note(self, drawn: object, name: str) -> None:
        """See ``Streams``."""
        self.drawn[id(drawn)][name] = None


def listen(config: Config, inventory: Inventory, *, seed: int, episodes: Sequence[int]) -> Heard:
    """Draw a few scenes and listen.

    Args:
        config: The config; no two of its keys share a distribution.
        inventory: What there is to draw from.
        seed: Of the dataset.
        episodes: Which scenes to draw.
    """
    streams: dict[int, dict[str, None]] = defaultdict(dict)
    counts: dict[int, list[int]] = defaultdict(list)
    names: dict[str, None] = {}
    for episode in episodes:
        here = _Listening(seed, episode)
        _draw_all(config, inventory, here)
        names |= here.names
        for key, own in here.drawn.items():
            streams[key] |= own
            counts[key].append(len(own))
    known = {name for own in streams.values() for name in own}
    return Heard(
        streams={key: tuple(own) for key, own in streams.items()},
        fewest={key: min(each) for key, each in counts.items()},
        most={key: max(each) for key, each in counts.items()},
        others=tuple(name for name in names if name not in known),
    )


def _draw_all(config: Config, inventory: Inventory, streams: Streams) -> None:
    """Everything that is drawn for a scene, its first view, its phases and its first frame.

    What depends on how the scene moves is drawn later, and not here.
    """
    scene = sample_scene(config, inventory, streams=streams)
    sample_view(config, inventory, streams=streams, view=0, objects=scene.objects)
    draws = episode_draws(config, streams)
    vary = config.randomization.vary
    if draws_per_view(vary):
        items = scene_items(scene, inventory)
        draw_values(vary, items, draws=draws.below('view/0/'), which=OF_VIEW)
    for phase in config.sequence.phases:
        of_phase = phase_draws(draws, phase.name, 0)
        draw_motion(phase.robot, of_phase, 0)
        for number, event in enumerate(phase.events):
            if event.push is not None:
                draw_push(event.push, event_draws(of_phase, number))
    for camera in inventory.cameras:
        draw_rgb_gain(config.randomization.sensor, draws=draws, frame=0, camera=camera)
        streams.generator(sensor_stream(0, camera))


def pattern(name: str) -> str:
    """The name of a stream with its numbers left open: ``objects/<n>/scale``, ``mug_<n>``."""
    return re.sub(r'((?<![^/])\d+|(?<=_)\d{2,})(?![^/])', '<n>', name)
