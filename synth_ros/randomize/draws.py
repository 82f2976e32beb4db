"""Small draws that several randomizers share."""

from __future__ import annotations

import math

import numpy as np

from synth_ros.types import FloatArray


def uniform(rng: np.random.Generator, bounds: tuple[float, float]) -> float:
    """A number drawn uniformly within [low, high]."""
    low, high = bounds
    return float(low + (high - low) * rng.random())


def uniform_quat_wxyz(rng: np.random.Generator) -> FloatArray:
    """A rotation uniform on SO(3): a normalised 4D Gaussian (Muller 1959)."""
    while True:
        quat = rng.standard_normal(4)
        norm = float(np.linalg.norm(quat))
        if norm > 1e-6:
            return np.asarray(quat / norm)


def yaw_quat_wxyz(yaw_rad: float) -> FloatArray:
    """Quaternion of a rotation about z."""
    return np.array([math.cos(yaw_rad / 2), 0.0, 0.0, math.sin(yaw_rad / 2)])


def triple(values: FloatArray) -> tuple[float, float, float]:
    """Three floats from an array of shape (3,)."""
    x, y, z = (float(v) for v in values)
    return x, y, z


def quadruple(values: FloatArray) -> tuple[float, float, float, float]:
    """Four floats from an array of shape (4,)."""
    a, b, c, d = (float(v) for v in values)
    return a, b, c, d
