"""Where geoms can appear on the pixel grid: bounds of their projection, near plane included."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from synth_ros.geometry.camera import PixelWindow, project
from synth_ros.geometry.transforms import inverse
from synth_ros.render.base import Viewpoint
from synth_ros.types import CameraModel, FloatArray

_SIGNS = np.array([[x, y, z] for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)], np.float64)
# The twelve edges of a box: pairs of corners that differ in one sign.
_EDGES = np.array(
    [(i, j) for i in range(8) for j in range(i + 1, 8) if (i ^ j) in (1, 2, 4)], np.intp
)
# A geom without a finite box (an infinite plane) can be anywhere.
_UNBOUNDED_M = 1e4
# Rasterizers snap vertices to a fraction of a pixel; one pixel is ample.
_MARGIN_PX = 1


def canvas(camera: CameraModel) -> PixelWindow:
    """The image and one image size around it on each side."""
    return PixelWindow(-camera.width, -camera.height, 2 * camera.width, 2 * camera.height)


def intersection(a: PixelWindow, b: PixelWindow) -> PixelWindow | None:
    """The pixels that both windows share; ``None`` if there are none."""
    both = PixelWindow(max(a.x0, b.x0), max(a.y0, b.y0), min(a.x1, b.x1), min(a.y1, b.y1))
    return both if both.width > 0 and both.height > 0 else None


def tile_parts(camera: CameraModel, window: PixelWindow) -> list[tuple[PixelWindow, PixelWindow]]:
    """Cut a canvas window along the borders of the image.

    The canvas is nine image-sized tiles, the image in the middle. A part within the image can
    be drawn with the very frustum of the image.

    Returns:
        (tile, part of the window inside it) of each tile that the window touches.
    """
    width, height = camera.width, camera.height
    parts: list[tuple[PixelWindow, PixelWindow]] = []
    for row in range(window.y0 // height, (window.y1 - 1) // height + 1):
        for column in range(window.x0 // width, (window.x1 - 1) // width + 1):
            x0, y0 = column * width, row * height
            tile = PixelWindow(x0, y0, x0 + width, y0 + height)
            part = intersection(tile, window)
            assert part is not None
            parts.append((tile, part))
    return parts


class Projection:
    """Pixel bounds of every geom of a state in one view.

    Args:
        model: The model.
        data: The state, kinematics up to date.
        viewpoint: The camera.
        near_m: Near plane, metres; what lies before it is not drawn.
    """

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        viewpoint: Viewpoint,
        *,
        near_m: float,
    ) -> None:
        self._camera = viewpoint.camera
        corners = _corners_in_camera(model, data, viewpoint.world_from_camera)
        self._low, self._high = _pixel_bounds(viewpoint.camera, corners, near_m)
        unbounded = (np.abs(model.geom_aabb[:, 3:]).max(axis=1, initial=0) > _UNBOUNDED_M) | (
            model.geom_type == mujoco.mjtGeom.mjGEOM_PLANE.value
        )
        self._low[unbounded], self._high[unbounded] = -np.inf, np.inf

    def window(self, geom_ids: Sequence[int]) -> PixelWindow | None:
        """Pixels outside of which the geoms draw nothing, on the canvas.

        Returns:
            ``None`` if they are wholly outside the canvas or before the near plane.
        """
        ids = np.asarray(geom_ids, np.intp)
        if not ids.size:
            return None
        low, high = self._low[ids].min(axis=0), self._high[ids].max(axis=0)
        if not (low <= high).all():
            return None
        whole = canvas(self._camera)
        # Clip before int(): bounds may be infinite.
        low = np.clip(np.floor(low) - _MARGIN_PX, whole[:2], whole[2:])
        high = np.clip(np.ceil(high) + 1 + _MARGIN_PX, whole[:2], whole[2:])
        window = PixelWindow(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
        return intersection(window, whole)


def _corners_in_camera(
    model: mujoco.MjModel, data: mujoco.MjData, world_from_camera: FloatArray
) -> FloatArray:
    """Corners of each geom's bounding box in the optical frame, (ngeom, 8, 3), metres."""
    box = model.geom_aabb
    local = box[:, None, :3] + _SIGNS * box[:, None, 3:]
    world = np.einsum('gij,gkj->gki', data.geom_xmat.reshape(-1, 3, 3), local)
    world += data.geom_xpos[:, None]
    camera_from_world = inverse(world_from_camera)
    corners: FloatArray = world @ camera_from_world[:3, :3].T + camera_from_world[:3, 3]
    return corners


def _pixel_bounds(
    camera: CameraModel, corners: FloatArray, near_m: float
) -> tuple[FloatArray, FloatArray]:
    """Least and greatest (u, v) of each box cut at the near plane, each (ngeom, 2).

    A box wholly before the near plane has least = inf, greatest = -inf.
    """
    a, b = corners[:, _EDGES[:, 0]], corners[:, _EDGES[:, 1]]
    crosses = (a[..., 2] >= near_m) != (b[..., 2] >= near_m)
    rise = np.where(crosses, b[..., 2] - a[..., 2], 1.0)
    cut = a + ((near_m - a[..., 2]) / rise)[..., None] * (b - a)
    points = np.concatenate([corners, cut], axis=1)
    valid = np.concatenate([corners[..., 2] >= near_m, crosses], axis=1)[..., None]
    pixels = project(camera, np.where(valid, points, (0.0, 0.0, 1.0)))
    return (
        np.where(valid, pixels, np.inf).min(axis=1),
        np.where(valid, pixels, -np.inf).max(axis=1),
    )
