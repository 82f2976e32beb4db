"""What somebody or nobody asks for at the moment, so that nothing is computed in vain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from synth_ros.config.cameras import CameraConfig
from synth_ros.config.labels import Annotation
from synth_ros.sensors.infra import NO_EYES, Eye

Idle = Callable[[str], frozenset[Annotation]]
"""Annotations of a camera, by its name, that nobody wants of its next frame."""


Eyes = Callable[[str], frozenset[Eye]]
"""Eyes of a stereo camera, by its name, whose images somebody wants of its next frame."""


Feels = Callable[[str], bool]
"""Whether somebody wants what the IMU of a camera measures, by the camera's name."""


def nothing_idle(_camera: str) -> frozenset[Annotation]:
    """Everything is wanted."""
    return frozenset()


def no_eyes(_camera: str) -> frozenset[Eye]:
    """No image of a stereo pair is wanted."""
    return NO_EYES


def no_feeling(_camera: str) -> bool:
    """No IMU is wanted."""
    return False


class Wanted(NamedTuple):
    """What is made of cameras beside colour, depth and labels.

    Attributes:
        eyes: Images of stereo pairs; asked for each frame.
        feels: Samples of IMUs; asked from frame to frame.
    """

    eyes: Eyes = no_eyes
    feels: Feels = no_feeling


def baselines_m(cameras: Sequence[CameraConfig], eyes: Eyes) -> tuple[float | None, ...]:
    """How far the right eyes that are wanted are from the left ones, metres.

    Args:
        cameras: The cameras.
        eyes: Which eyes are wanted.

    Returns:
        One for each camera; ``None`` where no right eye is wanted.
    """
    return tuple(
        camera.stereo.baseline_m
        if camera.stereo is not None and 'infra2' in eyes(camera.name)
        else None
        for camera in cameras
    )
