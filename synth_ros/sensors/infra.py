"""The grey images of a stereo pair."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import cv2
import numpy as np

from synth_ros.sensors.rgb import sense_rgb
from synth_ros.types import ByteImage, Glimpse

Eye = Literal['infra1', 'infra2']
EYES: tuple[Eye, ...] = get_args(Eye)
NO_EYES: frozenset[Eye] = frozenset()


class StereoPair(NamedTuple):
    """What the eyes of a stereo camera would have given, of those that are wanted.

    Attributes:
        infra1: Of the left eye, shape (height, width), uint8, read-only.
        infra2: The same of the right eye.
    """

    infra1: ByteImage | None = None
    infra2: ByteImage | None = None


def grey(rgb: ByteImage) -> ByteImage:
    """The luma of ITU-R BT.601: 0.299 red, 0.587 green, 0.114 blue, to the nearest level.

    Args:
        rgb: Shape (height, width, 3), uint8, sRGB.

    Returns:
        Shape (height, width), uint8.
    """
    luma: ByteImage = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    return luma


def sense_pair(
    frame: Glimpse,
    eyes: frozenset[Eye],
    *,
    gain: float,
    noise_levels: float,
    rng: np.random.Generator,
) -> StereoPair:
    """Apply a camera's gain and noise to its stereo pair, as to its colour image.

    Each eye has a stream of its own: who looks at the other changes nothing.

    Args:
        frame: The clean frame; the right eye needs its ``right_rgb``.
        eyes: Those that are wanted.
        gain: Exposure factor of this frame; both eyes share it.
        noise_levels: Standard deviation of Gaussian noise, in grey levels of 255.
        rng: Source of randomness of this pair.
    """
    clean = {'infra1': frame.rgb, 'infra2': frame.right_rgb}
    pair = StereoPair()
    for (eye, rgb), stream in zip(clean.items(), rng.spawn(2), strict=True):
        if eye in eyes and rgb is not None:
            sensed = sense_rgb(grey(rgb), gain=gain, noise_levels=noise_levels, rng=stream)
            sensed.flags.writeable = False
            pair = pair._replace(**{eye: sensed})
    return pair
