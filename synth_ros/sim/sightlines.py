"""Lines from lenses to what they see."""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np
import scipy.spatial
from numpy.typing import NDArray

from synth_ros.geometry.camera import project
from synth_ros.geometry.transforms import box_corners, inverse, make_transform, transform_points
from synth_ros.scene.compiled import ObjectPart
from synth_ros.scene.options import FAR_M
from synth_ros.sim.rays import Hits, camera_rays, cast_as_drawn
from synth_ros.types import CameraModel, FloatArray

# Nearer surfaces are not drawn; see render/model.py.
NEAR_M = 0.02


class Lens(NamedTuple):
    """A camera where it stands.

    Attributes:
        camera: Intrinsics.
        world_from_camera: Pose of the optical frame, (4, 4).
    """

    camera: CameraModel
    world_from_camera: FloatArray

    @property
    def origin(self) -> FloatArray:
        """The lens in the world, (3,)."""
        return np.ascontiguousarray(self.world_from_camera[:3, 3])


class Sightlines(NamedTuple):
    """Lines from one lens.

    Attributes:
        origin: The lens, world frame, (3,).
        directions: Of depth 1 along the optical axis, world frame, (n, 3).
        depths: Where each ends, in lengths of its direction, (n,).
    """

    origin: FloatArray
    directions: FloatArray
    depths: FloatArray


class Region(NamedTuple):
    """Part of an image, columns and rows, and the depths that something in it may have.

    Attributes:
        low: First column and row, sub-pixel, (2,).
        high: Last column and row, (2,).
        outline: Sides of the convex outline: unit normal to the outside and offset, (n, 3).
        nearest_m: Least depth.
        farthest_m: Largest depth.
    """

    low: FloatArray
    high: FloatArray
    outline: FloatArray
    nearest_m: float
    farthest_m: float


def region_of(lens: Lens, part: ObjectPart, state: mujoco.MjData) -> Region | None:
    """Where the box of an object is in an image; ``None`` if it is not wholly before the lens.

    Its corners span it: what is convex and before the lens stays convex in the picture.
    """
    body = make_transform(state.xmat[part.body_id].reshape(3, 3), state.xpos[part.body_id])
    pose = inverse(lens.world_from_camera) @ body @ part.object_from_box
    corners = transform_points(pose, box_corners(part.size_m))
    depths = corners[:, 2]
    if depths.min() <= NEAR_M:
        return None
    pixels = project(lens.camera, corners)
    return Region(
        pixels.min(axis=0),
        pixels.max(axis=0),
        outline=scipy.spatial.ConvexHull(pixels).equations,
        nearest_m=float(depths.min()),
        farthest_m=float(depths.max()),
    )


def sightlines_to(
    lens: Lens,
    part: ObjectPart,
    *,
    model: mujoco.MjModel,
    state: mujoco.MjData,
    across: int,
) -> Sightlines:
    """Lines to points of an object that a camera sees, through centres of pixels on a grid.

    Args:
        lens: The camera.
        part: The object.
        model: From ``rays.model_for_rays``.
        state: Its state.
        across: Most columns and rows of the grid over the object's box.
    """
    region = region_of(lens, part, state)
    if region is None:
        return Sightlines(lens.origin, np.zeros((0, 3)), np.zeros(0))
    camera = lens.camera
    limit = np.array([camera.width - 1, camera.height - 1])
    low, high = np.ceil(np.maximum(region.low, 0)), np.floor(np.minimum(region.high, limit))
    if (low > high).any():
        return Sightlines(lens.origin, np.zeros((0, 3)), np.zeros(0))
    columns, rows = (
        np.unique(np.rint(np.linspace(a, b, across))) for a, b in zip(low, high, strict=True)
    )
    u, v = (axis.ravel() for axis in np.meshgrid(columns, rows))
    directions, hits = _hits(lens, u, v, model=model, state=state)
    mine = np.isin(hits.geom_id, part.geom_ids)
    return Sightlines(lens.origin, directions[mine], hits.distance[mine])


class Backdrop(NamedTuple):
    """What a camera sees on a grid over its image.

    Attributes:
        lines: Through the middles of the grid's cells; a line that meets nothing is endless.
        geom_id: What each meets, -1 for nothing, (n,).
    """

    lines: Sightlines
    geom_id: NDArray[np.int32]


def look_around(
    lens: Lens, *, model: mujoco.MjModel, state: mujoco.MjData, cells: tuple[int, int]
) -> Backdrop:
    """What a camera sees through the middles of some columns and rows of cells."""
    camera = lens.camera
    columns = (np.arange(cells[0]) + 0.5) / cells[0] * camera.width - 0.5
    rows = (np.arange(cells[1]) + 0.5) / cells[1] * camera.height - 0.5
    u, v = (axis.ravel() for axis in np.meshgrid(np.rint(columns), np.rint(rows)))
    directions, hits = _hits(lens, u, v, model=model, state=state)
    depths = np.where(hits.geom_id >= 0, hits.distance, np.inf)
    return Backdrop(Sightlines(lens.origin, directions, depths), hits.geom_id)


def _hits(
    lens: Lens, u: FloatArray, v: FloatArray, *, model: mujoco.MjModel, state: mujoco.MjData
) -> tuple[FloatArray, Hits]:
    origin, directions = camera_rays(lens.camera, lens.world_from_camera, u=u, v=v)
    hits = cast_as_drawn(model, state, origin=origin, directions=directions, clip=(NEAR_M, FAR_M))
    return directions, hits
