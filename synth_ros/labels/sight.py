"""Whether one point can be seen, from the depth of the pixels around it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from synth_ros.types import CameraModel, FloatArray, Frame, Keypoint

NEAR_M = 1e-6
"""A point must lie farther than this along the optical axis to be in front of the camera."""
_SLACK_M = 0.002
_SLACK_SHARE = 0.002


def slack_m(camera: CameraModel, z_m: float) -> float:
    """By how much a surface must be nearer than a point to hide it, metres.

    The largest of 2 mm (a point that is declared by hand lies on its surface no better), 0.2 % of
    the depth, and the width of one pixel at that depth: in a crease that opens towards the camera
    all pixels around a visible point are nearer than it, by up to about one pixel's width.
    """
    return max(_SLACK_M, _SLACK_SHARE * z_m, z_m / min(camera.fx, camera.fy))


def keypoint(
    frame: Frame,
    name: str,
    *,
    camera_from_point_m: FloatArray,
    is_own: Callable[[int, int], bool],
) -> Keypoint:
    """Project a point and tell whether it is visible.

    A point in the image is hidden when at every one of the up to four pixels around its sub-pixel
    position a surface is nearer than the point by more than ``slack_m``. *Every one*, because a
    visible point on a slanted surface always has a neighbour that is as far as itself or
    farther: on a plane 1/z is linear in (u, v), so the point's is between those of the four. The
    price is that a point behind an edge counts as visible until the edge is past its last
    neighbour, less than 1.5 pixels away.

    Args:
        frame: What the camera saw.
        name: Name of the point.
        camera_from_point_m: Its position in the optical frame, shape (3,), metres.
        is_own: Whether what is seen at (row, column) cannot hide the point.

    Returns:
        Position, pixel (``None`` unless z is above ``NEAR_M``) and COCO's visibility.
    """
    x, y, z = (float(value) for value in camera_from_point_m)
    if z <= NEAR_M:
        return Keypoint(name, (x, y, z), None, 0)
    camera = frame.camera
    u = camera.fx * x / z + camera.cx
    v = camera.fy * y / z + camera.cy
    visibility = _visibility(frame, (u, v), z_m=z, is_own=is_own)
    return Keypoint(name, (x, y, z), (u, v), visibility)


def _visibility(
    frame: Frame, pixel: tuple[float, float], *, z_m: float, is_own: Callable[[int, int], bool]
) -> Literal[0, 1, 2]:
    camera = frame.camera
    u, v = pixel
    if not (-0.5 <= u < camera.width - 0.5 and -0.5 <= v < camera.height - 0.5):
        return 0
    limit = z_m - slack_m(camera, z_m)
    for row in _around(v, camera.height):
        for column in _around(u, camera.width):
            if not 0 < frame.depth_m.item(row, column) < limit or is_own(row, column):
                return 2
    return 1


def _around(coordinate: float, count: int) -> range:
    """The pixels of a line on both sides of a coordinate; one where it is a pixel's centre."""
    first, last = math.floor(coordinate), math.ceil(coordinate)
    return range(max(first, 0), min(last, count - 1) + 1)
