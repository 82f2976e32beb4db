"""Whether something in a frame hides a point: its depth against the depth image around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import FloatArray, Frame, IdImage, MaskImage

TOLERANCE_M = 0.002
TOLERANCE_SHARE = 0.003
"""A surface hides only what lies farther behind it than the larger of these two."""


def hidden(frame: Frame, target: FloatArray, depth_m: FloatArray) -> MaskImage:
    """Which points are hidden.

    A point is hidden when at each of the up to four pixels around it the surface there lies
    nearer than the point, by more than the tolerance. Surfaces are continued from the pixel's
    centre to the point by their slope: inverse depth is linear in the image on a plane, so the
    difference to the next pixel of the same surface tells the slope exactly on flat faces.

    Args:
        frame: The frame that would show the points, ``geom_id`` included.
        target: Image points inside the image, shape (n, 2).
        depth_m: Their depth, shape (n,).

    Returns:
        Shape (n,).
    """
    assert frame.geom_id is not None
    inverse_depth = np.zeros(frame.depth_m.shape)
    np.divide(1.0, frame.depth_m, out=inverse_depth, where=frame.depth_m > 0)
    width, height = frame.camera.width, frame.camera.height
    slope_u = _slope(inverse_depth, frame.geom_id, axis=1)
    slope_v = _slope(inverse_depth, frame.geom_id, axis=0)
    limit = 1 / np.maximum(depth_m - np.maximum(TOLERANCE_M, TOLERANCE_SHARE * depth_m), 1e-9)
    corner = np.floor(target).astype(np.int64)
    result = np.ones(len(target), np.bool_)
    for step_u in (0, 1):
        for step_v in (0, 1):
            u = np.clip(corner[:, 0] + step_u, 0, width - 1)
            v = np.clip(corner[:, 1] + step_v, 0, height - 1)
            q = v * width + u
            there = inverse_depth.ravel()[q]
            there = there + slope_u.ravel()[q] * (target[:, 0] - u)
            there += slope_v.ravel()[q] * (target[:, 1] - v)
            result &= there > limit
    return result


def _slope(values: FloatArray, geom_id: IdImage, *, axis: int) -> FloatArray:
    """Change per pixel on the same surface: the smaller of both sides, 0 if there is none."""
    step = np.diff(values, axis=axis)
    step[np.diff(geom_id, axis=axis) != 0] = np.inf
    edge = [(0, 0), (0, 0)]
    edge[axis] = (1, 1)
    padded = np.pad(step, edge, constant_values=np.inf)
    ahead, behind = (padded[1:], padded[:-1]) if axis == 0 else (padded[:, 1:], padded[:, :-1])
    smaller = np.where(np.abs(ahead) < np.abs(behind), ahead, behind)
    result: NDArray[np.float64] = np.where(np.isinf(smaller), 0.0, smaller)
    return result
