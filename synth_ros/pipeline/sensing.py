"""What the sensors of a camera give of a clean frame, from streams named after the frame."""

from __future__ import annotations

from typing import NamedTuple

from synth_ros.config.randomization import SensorNoise
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.exposure import draw_rgb_gain, infra_stream, sensor_stream
from synth_ros.randomize.streams import Streams
from synth_ros.scene.compiled import CameraPart
from synth_ros.sensors.apply import Sensed, sense
from synth_ros.sensors.infra import Eye, StereoPair, sense_pair
from synth_ros.types import Frame


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


def sense_all(
    clean: Frame, part: CameraPart, *, number: int, eyes: frozenset[Eye], chance: Chance
) -> tuple[Sensed, StereoPair]:
    """What a camera gives of a frame: a pure function of it and of its number.

    Args:
        clean: The frame.
        part: The camera.
        number: Of the frame among the camera's own; when others look changes none of its noise.
        eyes: Images of the stereo pair that are wanted.
        chance: Where the randomness comes from.
    """
    noise, name = chance.noise, part.model.name
    gain = draw_rgb_gain(noise, draws=chance.draws, frame=number, camera=name)
    sensed = sense(
        clean,
        noise,
        gain=gain,
        depth_range_m=part.depth_range_m,
        rng=chance.streams.generator(sensor_stream(number, name)),
    )
    if not eyes:
        return sensed, StereoPair()
    rng = chance.streams.generator(infra_stream(number, name))
    pair = sense_pair(clean, eyes, gain=gain, noise_levels=noise.rgb_noise, rng=rng)
    return sensed, pair
