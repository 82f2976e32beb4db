"""What is drawn for each frame of a camera."""

from __future__ import annotations

from synth_ros.config.randomization import SensorNoise
from synth_ros.randomize.draw import Draws


def draw_rgb_gain(noise: SensorNoise, *, draws: Draws, frame: int, camera: str) -> float:
    """The exposure factor of a frame.

    Args:
        noise: Says what to draw from.
        draws: Of the episode.
        frame: Number of the frame among the camera's own of the episode.
        camera: Name of the camera.
    """
    return draws.number(noise.rgb_gain, f'{sensor_stream(frame, camera)}/rgb_gain')


def infra_stream(frame: int, camera: str) -> str:
    """Name of the stream of the noise of a frame's stereo pair."""
    return f'infra/{frame}/{camera}'


def sensor_stream(frame: int, camera: str) -> str:
    """Name of the stream of a frame's noise."""
    return f'sensor/{frame}/{camera}'
