"""Noise, missing pixels and range of a stereo-like depth sensor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_ros.sensors.gaussian import normal
from synth_ros.types import DepthImage, MaskImage

EDGE_STEP = 0.03
"""Smallest jump between neighbours, relative to the farther depth, that counts as an edge."""

EDGE_WEIGHT = 10.0
"""How many times likelier a pixel is to lack depth at an edge than elsewhere."""


def add_noise(depth_m: DepthImage, *, noise_m: float, rng: np.random.Generator) -> DepthImage:
    """Gaussian noise with standard deviation ``noise_m * z**2``.

    A stereo camera measures disparity ``d = f b / z`` with an error that does not depend on
    z, so its depth error is ``dz = z**2 / (f b) * dd``.

    Args:
        depth_m: Clean depth, shape (height, width), float32, metres; 0 stays 0.
        noise_m: Standard deviation at 1 m, metres.
        rng: Source of randomness.

    Returns:
        New array like ``depth_m``; values may be negative, which no range limit lets pass.
    """
    noisy = normal(rng, depth_m.shape)
    noisy *= np.float32(noise_m)
    noisy *= depth_m
    noisy *= depth_m
    noisy += depth_m
    return noisy


def depth_edges(depth_m: DepthImage) -> MaskImage:
    """Pixels on either side of a jump in depth.

    Two neighbours in a row or column form an edge when they differ by more than ``EDGE_STEP``
    of the farther one; a pixel with nothing (0) beside a pixel with depth always does.

    Args:
        depth_m: Clean depth, shape (height, width), float32, metres.

    Returns:
        Shape (height, width), bool.
    """
    edges = np.zeros(depth_m.shape, np.bool_)
    jump = _jumps(depth_m[:, 1:], depth_m[:, :-1])
    edges[:, 1:] |= jump
    edges[:, :-1] |= jump
    jump = _jumps(depth_m[1:], depth_m[:-1])
    edges[1:] |= jump
    edges[:-1] |= jump
    return edges


def dropout(depth_m: DepthImage, *, share: float, rng: np.random.Generator) -> MaskImage:
    """Pixels whose depth is lost, each independently.

    Edge pixels are ``EDGE_WEIGHT`` times likelier to be lost, or certain to be when that
    exceeds 1; the chances are scaled so that ``share`` of the pixels with depth is expected
    to be lost.

    Args:
        depth_m: Clean depth, shape (height, width), float32, metres; 0 has no depth to lose.
        share: Expected share of lost pixels, in [0, 1).
        rng: Source of randomness.

    Returns:
        Shape (height, width), bool.
    """
    edges = depth_edges(depth_m)
    valid = depth_m > 0
    count = int(np.count_nonzero(valid))
    edge_share = int(np.count_nonzero(edges & valid)) / max(count, 1)
    at_edge, elsewhere = dropout_chances(share, edge_share)
    draw = rng.random(depth_m.shape, dtype=np.float32)
    lost: MaskImage = draw < np.float32(elsewhere)
    # One draw decides both: an edge pixel is lost in every case that loses another pixel.
    lost |= edges & (draw < np.float32(at_edge))
    return lost


def dropout_chances(share: float, edge_share: float) -> tuple[float, float]:
    """Chances (at an edge, elsewhere) that give ``share`` on average.

    Args:
        share: Wanted average, in [0, 1).
        edge_share: Share of the pixels that are at an edge, in [0, 1].
    """
    elsewhere = share / (1 + edge_share * (EDGE_WEIGHT - 1))
    at_edge = EDGE_WEIGHT * elsewhere
    if at_edge <= 1:
        return at_edge, elsewhere
    # Edges alone cannot carry their part: lose them all and spread what is left.
    return 1.0, (share - edge_share) / (1 - edge_share)


def limit_range(depth_m: NDArray[np.float32], depth_range_m: tuple[float, float]) -> DepthImage:
    """Depth outside the sensor's range becomes 0, which means invalid.

    Args:
        depth_m: Measured depth, shape (height, width), float32, metres.
        depth_range_m: Nearest and farthest valid depth, both still valid.

    Returns:
        New array like ``depth_m``.
    """
    near, far = np.float32(depth_range_m[0]), np.float32(depth_range_m[1])
    inside = (depth_m >= near) & (depth_m <= far)
    # A product would turn an infinite depth into NaN.
    return np.where(inside, depth_m, np.float32(0))


def _jumps(a: DepthImage, b: DepthImage) -> MaskImage:
    """Where two depths differ by more than ``EDGE_STEP`` of the larger one."""
    step = np.subtract(a, b)
    np.abs(step, out=step)
    farther = np.maximum(a, b)
    farther *= np.float32(EDGE_STEP)
    jump: MaskImage = step > farther
    return jump
