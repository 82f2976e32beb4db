"""What statistics see of an image: its annotations, what its pixels say, what only we record."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from synth_ros.readers.plain.types import PlainImage, PlainObject
from synth_ros.report.statistics.tally import Counts, Side
from synth_ros.schema.records import FrameRecord
from synth_ros.types import ByteImage, DepthImage, FloatArray

HUES = 36
"""Steps of the colour circle."""
HASH_BITS = 128

_SMALL = 96
_DEPTH_PIXELS = 4096
# Below these a colour has no hue worth the name.
_LEAST_SATURATION, _LEAST_VALUE = 0.15, 0.15
_WHITE, _BLACK = 253, 2
# sRGB to CIE XYZ, IEC 61966-2-1.
_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float64
)
# J. Immerkaer, "Fast Noise Variance Estimation" (1996): blind to edges and slopes.
_NOISE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
# Median of the absolute value of a unit Gaussian, times the norm of the mask above.
_NOISE_SCALE = 0.6745 * 6
# Grey levels by which a half must be lighter to set a bit, so that flat areas set none.
_HASH_STEP = 1.5


class PixelFacts(NamedTuple):
    """What the pixels of an image say.

    Attributes:
        brightness: Mean grey level, 0 to 255.
        contrast: Standard deviation of grey levels.
        saturation: Mean, 0 to 1.
        temperature_k: Colour temperature of the mean colour; NaN where it has none.
        sharpness: Variance of the Laplacian of grey levels.
        noise: Standard deviation of pixel noise, grey levels.
        over: Share of pixels with a channel at its top.
        under: Share of pixels that are black.
        hues: Pixels of a thumbnail by hue, from red, (HUES,).
        bits: Perceptual hash, (2,), uint64.
        spread: Standard deviation of the hash's own thumbnail, grey levels: without any, all
            images look alike.
    """

    brightness: float
    contrast: float
    saturation: float
    temperature_k: float
    sharpness: float
    noise: float
    over: float
    under: float
    hues: Counts
    bits: NDArray[np.uint64]
    spread: float


class DepthFacts(NamedTuple):
    """What a depth image says.

    Attributes:
        values_m: Depth of some thousand pixels that have one, evenly spread, metres.
        missing: Share of pixels without depth.
    """

    values_m: FloatArray
    missing: float


class Seen(NamedTuple):
    """An image as statistics see it.

    Attributes:
        image: Size, split, group.
        objects: Those that count: no ignored regions, classes under their common names.
        side: In which cuts its group is in the first half.
        pixels: ``None`` where they were not read.
        record: What only a recording of ours has; ``None`` elsewhere.
        depth: ``None`` where it was not read or recorded.
    """

    image: PlainImage
    objects: tuple[PlainObject, ...]
    side: Side
    pixels: PixelFacts | None = None
    record: FrameRecord | None = None
    depth: DepthFacts | None = None


def pixel_facts(rgb: ByteImage) -> PixelFacts:
    """Measure an image, (height, width, 3), uint8."""
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    small, top = _shrink(rgb), np.maximum(np.maximum(rgb[..., 0], rgb[..., 1]), rgb[..., 2])
    saturation, hues = _colours(small)
    bits, spread = perceptual_hash(grey)
    mean, deviation = cv2.meanStdDev(grey)
    laplacian = cv2.Laplacian(grey, cv2.CV_32F)
    return PixelFacts(
        brightness=float(mean[0, 0]),
        contrast=float(deviation[0, 0]),
        saturation=saturation,
        temperature_k=temperature_k(small),
        sharpness=float(cv2.meanStdDev(laplacian)[1][0, 0] ** 2),
        noise=_noise(grey),
        over=float((top >= _WHITE).mean()),
        under=float((top <= _BLACK).mean()),
        hues=hues,
        bits=bits,
        spread=spread,
    )


def depth_facts(depth_m: DepthImage) -> DepthFacts:
    """Measure a depth image, (height, width), metres, 0 invalid."""
    valid = depth_m > 0
    step = max(1, int(np.sqrt(depth_m.size / _DEPTH_PIXELS)))
    some = depth_m[step // 2 :: step, step // 2 :: step]
    return DepthFacts(some[some > 0].astype(np.float64), float(1 - valid.mean()))


def perceptual_hash(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint64], float]:
    """Difference hash: whether each cell of a thumbnail is lighter than its neighbour.

    64 bits for neighbours to the right and 64 for those below (N. Krawetz, "Kind of Like That",
    2013, who takes the first half alone). It holds through JPEG, scaling and changes of exposure.

    Args:
        grey: (height, width), uint8.

    Returns:
        The bits, (2,), uint64, and the standard deviation of the thumbnail, grey levels.
    """
    cells = cv2.resize(grey, (9, 9), interpolation=cv2.INTER_AREA).astype(np.float32)
    right = cells[:8, 1:] - cells[:8, :8] > _HASH_STEP
    below = cells[1:, :8] - cells[:8, :8] > _HASH_STEP
    bits = np.packbits(np.stack([right.ravel(), below.ravel()]), axis=1).view('>u8')
    return bits.ravel().astype(np.uint64), float(cells.std())


def temperature_k(rgb: ByteImage) -> float:
    """Correlated colour temperature of an image's mean colour, kelvin, 1000 to 25000.

    What the light is like if the scene is grey on average. Formula: C. S. McCamy, "Correlated
    color temperature as an explicit function of chromaticity coordinates" (1992).

    Args:
        rgb: (height, width, 3), uint8, sRGB.
    """
    levels = np.arange(256) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    x, y, z = _XYZ @ linear[rgb].reshape(-1, 3).mean(axis=0)
    if x + y + z < 1e-3:
        return float('nan')
    u, v = x / (x + y + z), y / (x + y + z)
    if abs(v - 0.1858) < 1e-3:
        return float('nan')
    n = (u - 0.3320) / (0.1858 - v)
    return float(np.clip(449 * n**3 + 3525 * n**2 + 6823.3 * n + 5520.33, 1000, 25000))


def _colours(rgb: ByteImage) -> tuple[float, Counts]:
    """Mean saturation, and pixels by hue."""
    hsv = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
    hue, saturation, value = np.moveaxis(hsv.reshape(-1, 3), 1, 0)
    coloured = (saturation > _LEAST_SATURATION) & (value > _LEAST_VALUE)
    places = np.floor(hue[coloured] * (HUES / 360)).astype(np.int64) % HUES
    return float(saturation.mean()), np.bincount(places, minlength=HUES)


def _noise(grey: NDArray[np.uint8]) -> float:
    """Pixel noise by the median, which the texture of a part of the image does not move."""
    if min(grey.shape) < 3:
        return float('nan')
    inner = cv2.filter2D(grey, cv2.CV_32F, _NOISE)[1:-1, 1:-1]
    counts = np.bincount(np.abs(inner).astype(np.int64).ravel())
    # Values are whole numbers; each stands for those that round to it.
    reached = np.concatenate(([0], np.cumsum(counts)))
    edges = np.concatenate(([0], np.arange(len(counts)) + 0.5))
    return float(np.interp(reached[-1] / 2, reached, edges) / _NOISE_SCALE)


def _shrink(rgb: ByteImage) -> ByteImage:
    """A thumbnail, no larger than the image."""
    height, width = rgb.shape[:2]
    scale = min(1.0, _SMALL / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
