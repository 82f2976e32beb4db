"""The sensed images of a clean frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_ros.config.randomization import SensorNoise
from synth_ros.sensors.depth import add_noise, dropout, limit_range
from synth_ros.sensors.rgb import sense_rgb
from synth_ros.types import ByteImage, DepthImage, Frame


class Sensed(NamedTuple):
    """What a real RGB-D camera would have given; read-only arrays.

    Attributes:
        rgb: Shape (height, width, 3), uint8.
        depth_m: Shape (height, width), float32, metres; 0 where the sensor has no depth.
    """

    rgb: ByteImage
    depth_m: DepthImage


def sense(
    frame: Frame,
    noise: SensorNoise,
    *,
    gain: float,
    depth_range_m: tuple[float, float],
    rng: np.random.Generator,
) -> Sensed:
    """Apply a camera's gain, noise, missing pixels and depth range.

    Each effect draws from a stream of its own, spawned from ``rng`` in a fixed order, so
    turning one on or off changes no other. Without any noise the clean images come back, but
    for the range limits.

    Args:
        frame: The clean frame; it is not changed.
        noise: How strong each effect is.
        gain: Exposure factor of this frame, drawn from ``noise.rgb_gain``.
        depth_range_m: Nearest and farthest valid depth of this camera, metres.
        rng: Source of randomness of this frame.
    """
    _, rgb_rng, depth_rng, dropout_rng = rng.spawn(4)
    rgb = sense_rgb(
        frame.rgb,
        gain=gain,
        noise_levels=noise.rgb_noise,
        rng=rgb_rng,
    )
    measured = frame.depth_m
    if noise.depth_noise_m > 0:
        measured = add_noise(measured, noise_m=noise.depth_noise_m, rng=depth_rng)
    depth_m = limit_range(measured, depth_range_m)
    if noise.depth_dropout > 0:
        lost = dropout(frame.depth_m, share=noise.depth_dropout, rng=dropout_rng)
        np.putmask(depth_m, lost, 0)
    rgb.flags.writeable = False
    depth_m.flags.writeable = False
    return Sensed(rgb, depth_m)
