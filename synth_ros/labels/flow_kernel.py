"""The compiled loops of ``labels.flow``."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.labels.compiled import helper, kernel
from synth_ros.labels.picture import Picture, Rays
from synth_ros.types import DepthImage, FloatArray, FlowState

FRONT_M = 1e-6
"""A point counts as in front of the camera from this depth on."""
TOLERANCE_M = 0.002
TOLERANCE_SHARE = 0.003
"""A surface hides only what lies farther behind it than the larger of these two."""

_INVALID, _VISIBLE = int(FlowState.INVALID), int(FlowState.VISIBLE)
_OCCLUDED, _OUTSIDE = int(FlowState.OCCLUDED), int(FlowState.OUTSIDE)


class Motions(NamedTuple):
    """Two pictures, and how each surface moves from the one camera's frame to the other's.

    Attributes:
        here: Where the pixels are.
        rays: Through them.
        there: Where they go.
        there_from_here: Of each rigid surface by geom id, shape (n, 3, 4), metres.
        bent: Points of what bends in the other camera's frame, shape (height, width, 3), 0 for
            the rest; (0, 0, 3) if nothing bends.
    """

    here: Picture
    rays: Rays
    there: Picture
    there_from_here: FloatArray
    bent: FloatArray


class Followed(NamedTuple):
    """What is filled in; see ``types.Flow``.

    Attributes:
        flow_px: Shape (height, width, 2).
        state: Shape (height, width).
        motion_m: Shape (height, width, 3), or (0, 0, 3) where it is not wanted.
    """

    flow_px: NDArray[np.float32]
    state: NDArray[np.uint8]
    motion_m: NDArray[np.float32]


class _Shown(NamedTuple):
    """What a picture shows, for points that may be hidden behind it.

    Attributes:
        inverse_depth: 0 where nothing is, shape (height, width).
        across: Its change from the column before, shape (height, width + 1); infinite from
            surface to surface and at the image's edge.
        down: Its change from the row before, shape (height + 1, width); likewise.
    """

    inverse_depth: DepthImage
    across: NDArray[np.float32]
    down: NDArray[np.float32]


@helper
def _beside(step: float, other: float, offset_px: float) -> float:
    """The change of inverse depth from a pixel's centre to a point beside it.

    Args:
        step: To the next pixel; infinite where that shows another surface.
        other: From the one before; likewise.
        offset_px: Of the point, towards the next pixel.
    """
    small = step if abs(step) < abs(other) else other
    if math.isinf(small):
        small = 0.0
    side = step if offset_px > 0 else other
    if math.isinf(side):
        side = small
    return min(small * offset_px, side * offset_px)


@helper
def _continued(shown: _Shown, target: tuple[float, float]) -> float:
    """Inverse depth of the surface in the pixel around an image point, continued to that point.

    Inverse depth is linear in the image on a plane: it is continued by the step to the next pixel
    of the same surface on the point's side, or by the smaller of the steps on both sides,
    whichever leads farther away. So neither a crease nor an outline next to the point hides it.
    """
    values, across, down = shown
    height, width = values.shape
    # A point on the outermost pixel edge may round to the pixel beyond.
    u = min(max(int(np.rint(target[0])), 0), width - 1)
    v = min(max(int(np.rint(target[1])), 0), height - 1)
    right, left = np.float64(across[v, u + 1]), np.float64(across[v, u])
    below, above = np.float64(down[v + 1, u]), np.float64(down[v, u])
    return (
        np.float64(values[v, u])
        + _beside(right, left, target[0] - u)
        + _beside(below, above, target[1] - v)
    )


@helper
def _show(picture: Picture) -> _Shown:
    depth_m, ids = picture.depth_m, picture.geom_id
    height, width = ids.shape
    # Single precision is a ten-thousandth of the tolerance.
    values = np.zeros((height, width), np.float32)
    across = np.full((height, width + 1), np.float32(np.inf))
    down = np.full((height + 1, width), np.float32(np.inf))
    for v in range(height):
        for u in range(width):
            values[v, u] = np.float32(1) / depth_m[v, u] if depth_m[v, u] > 0 else np.float32(0)
        for u in range(1, width):
            same = ids[v, u] == ids[v, u - 1]
            across[v, u] = values[v, u] - values[v, u - 1] if same else np.float32(np.inf)
        if v > 0:
            for u in range(width):
                same = ids[v, u] == ids[v - 1, u]
                down[v, u] = values[v, u] - values[v - 1, u] if same else np.float32(np.inf)
    return _Shown(values, across, down)


class _Row(NamedTuple):
    """Points of one row in the other camera's frame, shape (width,) each; 0 where nothing is."""

    x: FloatArray
    y: FloatArray
    z: FloatArray


@helper
def _carry(pair: Motions, row: int, points: _Row) -> None:
    # Arrays that stay in tuples would be counted in and out at every pixel.
    depth_m, geom_id, m = pair.here.depth_m, pair.here.geom_id, pair.there_from_here
    ray_x, ray_y = pair.rays.x, pair.rays.y[row]
    there_x, there_y, there_z = points
    bent, rigid = pair.bent, m.shape[0]
    for column in range(depth_m.shape[1]):
        k, z = geom_id[row, column], np.float64(depth_m[row, column])
        there_x[column] = there_y[column] = there_z[column] = 0
        if k >= rigid:
            there_x[column] = bent[row, column, 0]
            there_y[column] = bent[row, column, 1]
            there_z[column] = bent[row, column, 2]
        elif k >= 0 and z > 0:
            x, y = ray_x[column] * z, ray_y * z
            there_x[column] = m[k, 0, 0] * x + m[k, 0, 1] * y + m[k, 0, 2] * z + m[k, 0, 3]
            there_y[column] = m[k, 1, 0] * x + m[k, 1, 1] * y + m[k, 1, 2] * z + m[k, 1, 3]
            there_z[column] = m[k, 2, 0] * x + m[k, 2, 1] * y + m[k, 2, 2] * z + m[k, 2, 3]


@helper
def _move(pair: Motions, points: _Row, motion_m: NDArray[np.float32], row: int) -> None:
    depth_m, geom_id, ray_x = pair.here.depth_m, pair.here.geom_id, pair.rays.x
    ray_y = pair.rays.y[row]
    there_x, there_y, there_z = points
    for column in range(depth_m.shape[1]):
        z = np.float64(depth_m[row, column]) if geom_id[row, column] >= 0 else 0.0
        motion_m[row, column, 0] = there_x[column] - ray_x[column] * z
        motion_m[row, column, 1] = there_y[column] - ray_y * z
        motion_m[row, column, 2] = there_z[column] - z


@helper
def _judge(there: Picture, shown: _Shown, points: _Row, out: Followed, row: int) -> None:
    ids, flow_px, state = there.geom_id, out.flow_px, out.state
    there_x, there_y, there_z = points
    right, bottom = ids.shape[1] - 0.5, ids.shape[0] - 0.5
    for column in range(there_z.size):
        z = there_z[column]
        if not z > FRONT_M:
            flow_px[row, column, 0] = flow_px[row, column, 1] = 0
            state[row, column] = _INVALID
            continue
        u = there.fx * there_x[column] / z + there.cx
        v = there.fy * there_y[column] / z + there.cy
        flow_px[row, column, 0] = u - column
        flow_px[row, column, 1] = v - row
        if -0.5 <= u < right and -0.5 <= v < bottom:
            nearest_m = z - max(TOLERANCE_M, TOLERANCE_SHARE * z)
            behind = _continued(shown, (u, v)) * nearest_m > 1
            state[row, column] = _OCCLUDED if behind else _VISIBLE
        else:
            state[row, column] = _OUTSIDE


@kernel
def follow(pair: Motions, out: Followed) -> None:
    """Follow the point that each pixel shows."""
    height, width = pair.here.depth_m.shape
    shown = _show(pair.there)
    points = _Row(np.empty(width), np.empty(width), np.empty(width))
    for row in range(height):
        _carry(pair, row, points)
        _judge(pair.there, shown, points, out, row)
        if out.motion_m.shape[0]:
            _move(pair, points, out.motion_m, row)
