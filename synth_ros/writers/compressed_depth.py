"""Depth as the transport ``compressedDepth`` sends it: a header of 12 bytes and a 16-bit PNG.

The header is a 32-bit integer, 0 for inverse depth, and two 32-bit floats A and B, little-endian.
Depth of floats is stored as ``A / depth + B``, and a receiver computes ``A / (stored - B)``;
0 is invalid. Depth of integers is stored as it is.
"""

from __future__ import annotations

import math
import struct

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import DepthImage
from synth_ros.writers.codecs import MAX_ID, encode_png

_HEADER = struct.Struct('<iff')
_INVERSE_DEPTH = 0
# The transport's default precision: A = q (q + 1). A step is depth^2 / A metres wide.
_A = 100.0 * 101.0
# The transport's default range; images that reach farther get a longer one.
_LEAST_RANGE_M = 10.0


def pack_millimetres(depth_mm: NDArray[np.uint16]) -> bytes:
    """Depth in millimetres; nothing is lost.

    Args:
        depth_mm: Shape (height, width), uint16, 0 invalid.
    """
    return _HEADER.pack(_INVERSE_DEPTH, 0.0, 0.0) + encode_png(depth_mm)


def pack_inverse_depth(depth_m: DepthImage) -> bytes:
    """Depth in metres, rounded to the nearest step of inverse depth.

    At 1 m it is exact to 0.05 mm, at 10 m to 5 mm. What is nearer than 0.16 m does not fit 16
    bits and becomes invalid.

    Args:
        depth_m: Shape (height, width), float32, metres along the optical axis, 0 invalid.
    """
    farthest = float(depth_m.max(initial=0.0))
    b = 1.0 - _A / max(_LEAST_RANGE_M, math.ceil(farthest))
    valid = depth_m > 0
    steps = np.zeros(depth_m.shape, np.float64)
    np.divide(_A, depth_m, out=steps, where=valid)
    steps = np.rint(steps + b)
    fits = valid & (steps >= 1) & (steps <= MAX_ID)
    stored = np.where(fits, steps, 0).astype(np.uint16)
    return _HEADER.pack(_INVERSE_DEPTH, _A, b) + encode_png(stored)
