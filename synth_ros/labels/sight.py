"""Whether points can be seen, from the depth of the pixels around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.camera import project
from synth_ros.types import CameraModel, FloatArray, Frame, MaskImage

NEAR_M = 1e-6
"""A point must lie farther than this along the optical axis to be in front of the camera."""
_SLACK_M = 0.002
_SLACK_SHARE = 0.002


class Sight(NamedTuple):
    """A point as a camera sees it; the fields of ``types.Keypoint`` but its name."""

    camera_from_point_m: tuple[float, float, float]
    pixel: tuple[float, float] | None
    visibility: Literal[0, 1, 2]


def slack_m(camera: CameraModel, z_m: float) -> float:
    """By how much a surface must be nearer than a point to hide it, metres.

    The largest of 2 mm (a point that is declared by hand lies on its surface no better), 0.2 % of
    the depth, and the width of one pixel at that depth: in a crease that opens towards the camera
    all pixels around a visible point are nearer than it, by up to about one pixel's width.
    """
    return max(_SLACK_M, _SLACK_SHARE * z_m, z_m / min(camera.fx, camera.fy))


class Pixels(NamedTuple):
    """The up to four pixels around each of some points; repeated where there are fewer.

    Attributes:
        row: Shape (n, 4), within the image.
        column: Shape (n, 4).
    """

    row: NDArray[np.intp]
    column: NDArray[np.intp]


def sight(
    frame: Frame,
    camera_from_point_m: FloatArray,
    *,
    is_own: Callable[[Pixels], MaskImage],
) -> list[Sight]:
    """Project points and tell which are visible.

    A point in the image is hidden when at every one of the up to four pixels around its sub-pixel
    position a surface is nearer than the point by more than ``slack_m``. *Every one*, because a
    visible point on a slanted surface always has a neighbour that is as far as itself or
    farther: on a plane 1/z is linear in (u, v), so the point's is between those of the four. The
    price is that a point behind an edge counts as visible until the edge is past its last
    neighbour, less than 1.5 pixels away.

    Args:
        frame: What the camera saw.
        camera_from_point_m: Positions in the optical frame, shape (n, 3), metres.
        is_own: Whether what is seen at a pixel cannot hide its point, shape (n, 4).

    Returns:
        Position, pixel (``None`` unless z is above ``NEAR_M``) and COCO's visibility of each.
    """
    camera, z = frame.camera, camera_from_point_m[:, 2]
    front = z > NEAR_M
    u, v = project(camera, np.where(front[:, None], camera_from_point_m, (0.0, 0.0, 1.0))).T
    inside = front & (u >= -0.5) & (u < camera.width - 0.5)
    inside &= (v >= -0.5) & (v < camera.height - 0.5)
    columns, rows = _around(u, inside, camera.width), _around(v, inside, camera.height)
    around = Pixels(rows[:, [0, 0, 1, 1]], columns[:, [0, 1, 0, 1]])
    depth = frame.depth_m[around.row, around.column].astype(np.float64)
    limit = z - np.maximum(np.maximum(_SLACK_M, _SLACK_SHARE * z), z / min(camera.fx, camera.fy))
    clear = ~((depth > 0) & (depth < limit[:, None])) | is_own(around)
    visibility = np.where(inside, 1 + clear.any(axis=1), 0)
    table = zip(
        camera_from_point_m.tolist(),
        front.tolist(),
        np.stack([u, v], axis=1).tolist(),
        visibility.tolist(),
        strict=True,
    )
    return [
        Sight((x, y, z), (u, v) if ahead else None, shown)
        for (x, y, z), ahead, (u, v), shown in table
    ]


def _around(coordinate: FloatArray, inside: MaskImage, count: int) -> NDArray[np.intp]:
    """The pixels of a line on both sides of a coordinate, shape (n, 2); 0 for points outside."""
    at = np.where(inside, coordinate, 0)
    both = np.stack([np.floor(at), np.ceil(at)], axis=1)
    return np.asarray(np.minimum(np.maximum(both, 0), count - 1), np.intp)
