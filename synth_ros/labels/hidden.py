"""Whether something in a frame hides a point: its depth against the depth image around it."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from synth_ros.labels.lookup import known_scene
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
    around = _InverseDepth(frame)
    nearest_allowed = depth_m - np.maximum(TOLERANCE_M, TOLERANCE_SHARE * depth_m)
    limit = 1 / np.maximum(nearest_allowed, 1e-9)
    # The nearest pixel settles most; only what it hides asks the others.
    asked = np.arange(len(target))
    corner = np.floor(target).astype(np.int64)
    first = target - corner >= 0.5
    for other_u, other_v in ((False, False), (True, False), (False, True), (True, True)):
        pixel = corner[asked] + (first[asked] != (other_u, other_v))
        asked = asked[around.at(pixel, target[asked]) > limit[asked]]
    behind = np.zeros(len(target), np.bool_)
    behind[asked] = True
    return behind


class _InverseDepth:
    """Inverse depth of a frame with its slopes, read at pixels and between them.

    Single precision: a ten-thousandth of the tolerance.
    """

    def __init__(self, frame: Frame) -> None:
        geom_id, _ = known_scene(frame)
        values = np.zeros(frame.depth_m.shape, np.float32)
        np.divide(1.0, frame.depth_m, out=values, where=frame.depth_m > 0)
        self._camera = frame.camera
        self._values = values.ravel()
        self._slope_u = _slope(values, geom_id, axis=1).ravel()
        self._slope_v = _slope(values, geom_id, axis=0).ravel()

    def at(self, pixel: NDArray[np.int64], target: FloatArray) -> FloatArray:
        """The surface of each pixel (n, 2), the nearest in the image, continued to a target."""
        width, height = self._camera.width, self._camera.height
        u = np.clip(pixel[:, 0], 0, width - 1)
        v = np.clip(pixel[:, 1], 0, height - 1)
        index = v * width + u
        value: FloatArray = self._values[index] + (
            self._slope_u[index] * (target[:, 0] - u) + self._slope_v[index] * (target[:, 1] - v)
        )
        return value


def _slope(
    values: NDArray[np.float32], geom_id: IdImage, *, axis: Literal[0, 1]
) -> NDArray[np.float32]:
    """Change per pixel on the same surface: the smaller of both sides, 0 if there is none."""
    if axis == 0:
        return _slope(values.T, geom_id.T, axis=1).T
    step = np.diff(values, axis=1)
    step[geom_id[:, 1:] != geom_id[:, :-1]] = np.inf
    side = np.full((len(step), 1), np.inf, np.float32)
    ahead, behind = np.hstack([step, side]), np.hstack([side, step])
    smaller = np.where(np.abs(ahead) < np.abs(behind), ahead, behind)
    smaller[np.isinf(smaller)] = 0
    return smaller
