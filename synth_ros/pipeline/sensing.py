"""What the sensors of a camera give of a clean frame, from streams named after the frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_ros.config.randomization import SensorNoise
from synth_ros.pipeline.demand import FramePart, eyes_of
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.exposure import draw_rgb_gain, infra_stream, sensor_stream
from synth_ros.randomize.streams import Streams
from synth_ros.scene.compiled import CameraPart
from synth_ros.sensors.apply import Sensed, sense, sense_color, sense_depth
from synth_ros.sensors.infra import StereoPair, sense_pair
from synth_ros.types import ByteImage, DepthImage, Glimpse


class Chance(NamedTuple):
    """Where the randomness of sensors comes from.

    Attributes:
        noise: How strong each effect is.
        draws: Of the episode.
        streams: Of the episode.
    """

    noise: SensorNoise
    draws: Draws
    streams: Streams


class Images(NamedTuple):
    """What a camera gives of a frame, of the parts that are wanted.

    Attributes:
        rgb: As in ``Seen``.
        depth_m: As in ``Seen``.
        pair: Of a stereo camera.
    """

    rgb: ByteImage | None
    depth_m: DepthImage | None
    pair: StereoPair


class Sensors:
    """The sensors of one camera at one frame.

    What they give is a pure function of the frame and of its number; what is left out changes
    nothing of the rest.

    Args:
        clean: The frame.
        part: The camera.
        number: Of the frame among the camera's own; when others look changes none of its noise.
        chance: Where the randomness comes from.
    """

    def __init__(self, clean: Glimpse, part: CameraPart, *, number: int, chance: Chance) -> None:
        self._clean, self._part, self._number, self._chance = clean, part, number, chance
        name = part.model.name
        self._gain = draw_rgb_gain(chance.noise, draws=chance.draws, frame=number, camera=name)

    def all(self) -> Sensed:
        """Colour and depth."""
        return sense(
            self._clean,
            self._chance.noise,
            gain=self._gain,
            depth_range_m=self._part.depth_range_m,
            rng=self._rng(),
        )

    def some(self, parts: frozenset[FramePart]) -> Images:
        """What is wanted, the same as if all was."""
        noise, range_m = self._chance.noise, self._part.depth_range_m
        rgb, depth_m = None, None
        if 'color' in parts:
            rgb = sense_color(self._clean, noise, gain=self._gain, rng=self._rng())
        if 'depth' in parts:
            depth_m = sense_depth(self._clean, noise, depth_range_m=range_m, rng=self._rng())
        return Images(rgb, depth_m, self.pair(parts))

    def pair(self, parts: frozenset[FramePart]) -> StereoPair:
        """The stereo pair, of the eyes that are wanted."""
        eyes = eyes_of(parts)
        if not eyes:
            return StereoPair()
        name = infra_stream(self._number, self._part.model.name)
        return sense_pair(
            self._clean,
            eyes,
            gain=self._gain,
            noise_levels=self._chance.noise.rgb_noise,
            rng=self._chance.streams.generator(name),
        )

    def _rng(self) -> np.random.Generator:
        """The stream of the frame's sensors, from its beginning."""
        name = sensor_stream(self._number, self._part.model.name)
        return self._chance.streams.generator(name)
