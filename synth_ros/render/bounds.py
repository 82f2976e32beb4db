"""Where geoms can appear on the pixel grid: bounds of their projection, near plane included."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np
from numpy.typing import NDArray

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


def project_windows(
    state: tuple[mujoco.MjModel, mujoco.MjData],
    viewpoint: Viewpoint,
    geom_groups: Sequence[Sequence[int]],
    *,
    near_m: float,
) -> list[PixelWindow | None]:
    """Pixels of the canvas outside of which each group of geoms draws nothing.

    Args:
        state: The model and its data, kinematics up to date.
        viewpoint: The camera.
        geom_groups: Geom ids of each group.
        near_m: Near plane, metres; what lies before it is not drawn.

    Returns:
        ``None`` for a group that is empty, wholly outside the canvas or before the near plane.
    """
    sizes = np.array([len(group) for group in geom_groups], np.intp)
    out: list[PixelWindow | None] = [None] * len(sizes)
    filled = np.flatnonzero(sizes)
    if not filled.size:
        return out
    geoms = np.concatenate([np.asarray(geom_groups[i], np.intp) for i in filled.tolist()])
    lows, highs = _geom_bounds(*state, viewpoint, geoms=geoms, near_m=near_m)
    starts = np.concatenate([[0], np.cumsum(sizes[filled])[:-1]])
    low = np.minimum.reduceat(lows, starts, axis=0)
    high = np.maximum.reduceat(highs, starts, axis=0)
    whole = canvas(viewpoint.camera)
    somewhere = (low <= high).all(axis=1)
    # Clip before astype(): bounds may be infinite.
    low = np.clip(np.floor(low) - _MARGIN_PX, whole[:2], whole[2:]).astype(np.int64)
    high = np.clip(np.ceil(high) + 1 + _MARGIN_PX, whole[:2], whole[2:]).astype(np.int64)
    somewhere &= (low < high).all(axis=1)
    corners = np.concatenate([low, high], axis=1).tolist()
    for group, inside, (x0, y0, x1, y1) in zip(filled.tolist(), somewhere, corners, strict=True):
        out[group] = PixelWindow(x0, y0, x1, y1) if inside else None
    return out


def _geom_bounds(
    model: mujoco.MjModel,
    data: mujoco.MjData,
    viewpoint: Viewpoint,
    *,
    geoms: NDArray[np.intp],
    near_m: float,
) -> tuple[FloatArray, FloatArray]:
    """Least and greatest (u, v) of each geom, each (n, 2); infinite for infinite ones."""
    box = model.geom_aabb[geoms]
    world_from_geom = (data.geom_xmat[geoms].reshape(-1, 3, 3), data.geom_xpos[geoms])
    corners = _corners_in_camera(box, world_from_geom, viewpoint.world_from_camera)
    low, high = _pixel_bounds(viewpoint.camera, corners, near_m)
    unbounded = (np.abs(box[:, 3:]).max(axis=1) > _UNBOUNDED_M) | (
        model.geom_type[geoms] == mujoco.mjtGeom.mjGEOM_PLANE.value
    )
    low[unbounded], high[unbounded] = -np.inf, np.inf
    return low, high


def _corners_in_camera(
    box: FloatArray, world_from_geom: tuple[FloatArray, FloatArray], world_from_camera: FloatArray
) -> FloatArray:
    """Corners of bounding boxes (n, 6) in the optical frame, (n, 8, 3), metres."""
    rotation, position = world_from_geom
    local = box[:, None, :3] + _SIGNS * box[:, None, 3:]
    world = np.einsum('gij,gkj->gki', rotation, local)
    world += position[:, None]
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
