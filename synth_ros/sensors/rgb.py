"""Exposure and noise of a colour sensor."""

from __future__ import annotations

import numpy as np

from synth_ros.sensors.gaussian import normal
from synth_ros.types import ByteImage


def sense_rgb(
    rgb: ByteImage, *, gain: float, noise_levels: float, rng: np.random.Generator
) -> ByteImage:
    """What the sensor reads: ``round(gain * value + noise)``, held within 0..255.

    Args:
        rgb: Clean image, shape (height, width, 3), uint8.
        gain: Exposure factor on the sRGB values, 0 or more.
        noise_levels: Standard deviation of independent Gaussian noise on each channel, in
            grey levels of 255.
        rng: Source of randomness; not used without noise.

    Returns:
        Shape (height, width, 3), uint8; the clean image itself when nothing changes.
    """
    if noise_levels == 0:
        return rgb if gain == 1 else np.take(_gain_table(gain), rgb)
    read = normal(rng, rgb.shape)
    read *= np.float32(noise_levels)
    read += rgb if gain == 1 else np.multiply(rgb, np.float32(gain), dtype=np.float32)
    np.rint(read, out=read)
    # Clip before the conversion: a float out of a byte's range has no defined byte.
    np.clip(read, 0, 255, out=read)
    return read.astype(np.uint8)


def _gain_table(gain: float) -> ByteImage:
    """The byte that each byte becomes under a gain, shape (256,)."""
    table: ByteImage = np.clip(np.rint(np.arange(256) * gain), 0, 255).astype(np.uint8)
    return table
