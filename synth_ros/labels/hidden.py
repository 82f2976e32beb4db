"""Whether a frame hides a point: its depth against the depth of the pixel that would show it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.labels.lookup import known_scene
from synth_ros.types import FloatArray, Frame, IdImage, MaskImage

TOLERANCE_M = 0.002
TOLERANCE_SHARE = 0.003
"""A surface hides only what lies farther behind it than the larger of these two."""


def hidden(frame: Frame, target: FloatArray, depth_m: FloatArray) -> MaskImage:
    """Which points are hidden.

    A point is hidden when the surface that the pixel around it shows is nearer than the point,
    by more than the tolerance. That surface is continued from the pixel's centre to the point in
    inverse depth, which is linear in the image on a plane: by the step to the next pixel of the
    same surface on the point's side, or by the smaller of the steps on both sides, whichever
    leads farther away. So neither a crease nor an outline next to the point hides it.

    Args:
        frame: The frame that would show the points, with its surface ids.
        target: Image points inside the image, shape (n, 2).
        depth_m: Their depth, shape (n,), metres.

    Returns:
        Shape (n,).
    """
    geom_id, _ = known_scene(frame)
    # Single precision is a ten-thousandth of the tolerance.
    inverse_depth = np.zeros(frame.depth_m.shape, np.float32)
    np.divide(1.0, frame.depth_m, out=inverse_depth, where=frame.depth_m > 0)
    u, v = np.rint(target).astype(np.intp).T
    # A point on the outermost pixel edge may round to the pixel beyond.
    u = np.minimum(np.maximum(u, 0), frame.camera.width - 1)
    v = np.minimum(np.maximum(v, 0), frame.camera.height - 1)
    pixel = v * frame.camera.width + u
    there = inverse_depth.ravel()[pixel].astype(np.float64)
    there += _continued(_steps(inverse_depth, geom_id), pixel, target[:, 0] - u)
    down = _steps(inverse_depth.T, geom_id.T)
    there += _continued(_Steps(down.ahead.T, down.behind.T), pixel, target[:, 1] - v)
    nearest_m = depth_m - np.maximum(TOLERANCE_M, TOLERANCE_SHARE * depth_m)
    behind: MaskImage = there * nearest_m > 1
    return behind


class _Steps(NamedTuple):
    """Change to the next column and from the one before; infinite to another surface."""

    ahead: NDArray[np.float32]
    behind: NDArray[np.float32]


def _steps(values: NDArray[np.float32], geom_id: IdImage) -> _Steps:
    step = np.diff(values, axis=1)
    step[geom_id[:, 1:] != geom_id[:, :-1]] = np.inf
    side = np.full((len(step), 1), np.inf, np.float32)
    return _Steps(np.hstack([step, side]), np.hstack([side, step]))


def _continued(steps: _Steps, pixel: NDArray[np.intp], offset_px: FloatArray) -> FloatArray:
    """Change from pixels' centres to points beside them, shape (n,)."""
    ahead, behind = steps.ahead.ravel()[pixel], steps.behind.ravel()[pixel]
    small = np.where(np.abs(ahead) < np.abs(behind), ahead, behind)
    small[np.isinf(small)] = 0
    side = np.where(offset_px > 0, ahead, behind)
    side = np.where(np.isinf(side), small, side)
    return np.asarray(np.minimum(small * offset_px, side * offset_px))
