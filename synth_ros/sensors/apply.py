"""The sensed images of a clean frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_ros.config.randomization import SensorNoise
from synth_ros.sensors.depth import add_noise, dropout, limit_range
from synth_ros.sensors.rgb import sense_rgb
from synth_ros.types import ByteImage, DepthImage, Glimpse


class Sensed(NamedTuple):
    """What a real RGB-D camera would have given; read-only arrays.

    Attributes:
        rgb: Shape (height, width, 3), uint8.
        depth_m: Shape (height, width), float32, metres; 0 where the sensor has no depth.
    """

    rgb: ByteImage
    depth_m: DepthImage


class _Streams(NamedTuple):
    """One for each effect."""

    rgb: np.random.Generator
    depth: np.random.Generator
    dropout: np.random.Generator


def sense(
    frame: Glimpse,
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
    streams = _streams(rng)
    return Sensed(
        _color(frame, noise, gain=gain, streams=streams),
        _depth(frame, noise, depth_range_m=depth_range_m, streams=streams),
    )


def sense_color(
    frame: Glimpse, noise: SensorNoise, *, gain: float, rng: np.random.Generator
) -> ByteImage:
    """The colour image of ``sense`` alone, given the same ``rng``."""
    return _color(frame, noise, gain=gain, streams=_streams(rng))


def sense_depth(
    frame: Glimpse,
    noise: SensorNoise,
    *,
    depth_range_m: tuple[float, float],
    rng: np.random.Generator,
) -> DepthImage:
    """The depth of ``sense`` alone, given the same ``rng``."""
    return _depth(frame, noise, depth_range_m=depth_range_m, streams=_streams(rng))


def _streams(rng: np.random.Generator) -> _Streams:
    _, *streams = rng.spawn(4)
    return _Streams(*streams)


def _color(frame: Glimpse, noise: SensorNoise, *, gain: float, streams: _Streams) -> ByteImage:
    rgb = sense_rgb(frame.rgb, gain=gain, noise_levels=noise.rgb_noise, rng=streams.rgb)
    rgb.flags.writeable = False
    return rgb


def _depth(
    frame: Glimpse, noise: SensorNoise, *, depth_range_m: tuple[float, float], streams: _Streams
) -> DepthImage:
    measured = frame.depth_m
    if noise.depth_noise_m > 0:
        measured = add_noise(measured, noise_m=noise.depth_noise_m, rng=streams.depth)
    depth_m = limit_range(measured, depth_range_m)
    if noise.depth_dropout > 0:
        lost = dropout(frame.depth_m, share=noise.depth_dropout, rng=streams.dropout)
        np.putmask(depth_m, lost, 0)
    depth_m.flags.writeable = False
    return depth_m
