"""Rays into a simulated scene: which geom each meets, how far away, and its normal there."""

from __future__ import annotations

import copy
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.scene.mjspec import LAST_VISIBLE_GROUP
from synth_ros.scene.soft import has_soft, hide_soft, soft_surfaces
from synth_ros.scene.surfaces import is_drawn
from synth_ros.sim.soft_rays import cast_soft
from synth_ros.types import CameraModel, FloatArray, MaskImage

# Behind a surface that is left, the next ray starts this share of the way further.
_STEP = 1e-9
_MAX_SURFACES = 64
_ENDLESS_M = 1e6
_PLANE_HALF_HEIGHT_M = 1e-9

_SHOWN = (np.arange(mujoco.mjNGROUP) <= LAST_VISIBLE_GROUP).astype(np.uint8)
_FLAT = (
    mujoco.mjtGeom.mjGEOM_PLANE.value,
    mujoco.mjtGeom.mjGEOM_HFIELD.value,
    mujoco.mjtGeom.mjGEOM_BOX.value,
    mujoco.mjtGeom.mjGEOM_MESH.value,
)


class Hits(NamedTuple):
    """What rays meet; one entry a ray.

    Attributes:
        geom_id: Surface, which is a geom or, beyond those, something soft; -1 for nothing, int32.
        distance: In lengths of the ray's direction, 0 for nothing.
        normal: Outward unit normal, world frame, (n, 3); 0 for nothing.
    """

    geom_id: NDArray[np.int32]
    distance: FloatArray
    normal: FloatArray


def model_for_rays(model: mujoco.MjModel) -> mujoco.MjModel:
    """A copy of which rays meet the geoms that are drawn and no others.

    MuJoCo's rays judge opacity by the material where there is one, its renderers by the geom's
    own colour where it has one. Its rays pass a plane from below, its renderers draw both sides:
    planes become boxes of no height to speak of.
    """
    own = copy.copy(model)
    hide_soft(own)
    own.geom_group[~is_drawn(model)] = mujoco.mjNGROUP - 1
    own.geom_rgba[:, 3] = 1
    own.mat_rgba[:, 3] = 1
    planes = own.geom_type == mujoco.mjtGeom.mjGEOM_PLANE.value
    own.geom_type[planes] = mujoco.mjtGeom.mjGEOM_BOX.value
    sizes = own.geom_size[planes]
    own.geom_size[planes, :2] = np.where(sizes[:, :2] > 0, sizes[:, :2], _ENDLESS_M)
    own.geom_size[planes, 2] = _PLANE_HALF_HEIGHT_M
    return own


def camera_rays(
    camera: CameraModel, world_from_camera: FloatArray, *, u: FloatArray, v: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Rays through image points; integers are pixel centres.

    Args:
        camera: Intrinsics.
        world_from_camera: Pose of the optical frame, (4, 4).
        u: Columns, (n,).
        v: Rows, (n,).

    Returns:
        Origin (3,), and directions (n, 3) of depth 1, so that a distance along them is the
        planar depth; world frame.
    """
    rays = np.stack([(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, np.ones(len(u))], 1)
    directions = np.ascontiguousarray(rays @ world_from_camera[:3, :3].T)
    return np.ascontiguousarray(world_from_camera[:3, 3]), directions


def cast(
    model: mujoco.MjModel, data: mujoco.MjData, *, origin: FloatArray, directions: FloatArray
) -> Hits:
    """The first drawn surface on each ray, from whatever side.

    Args:
        model: The model; geoms in hidden groups and wholly transparent ones are not met.
        data: The state; kinematics must be current.
        origin: World frame, (3,).
        directions: World frame, (n, 3), of any length.
    """
    out = _nothing(len(directions))
    for i, direction in enumerate(directions):
        # Not mj_multiRay: it skips geoms by their angular bounds and misses some that are hit.
        out.distance[i] = mujoco.mj_ray(
            model, data, origin, direction, _SHOWN, 1, -1, out.geom_id[i : i + 1], out.normal[i]
        )
    missed = out.geom_id < 0
    out.distance[missed], out.normal[missed] = 0, 0
    return _with_soft(out, model, data, origin=origin, directions=directions)


def cast_as_drawn(
    model: mujoco.MjModel,
    data: mujoco.MjData,
    *,
    origin: FloatArray,
    directions: FloatArray,
    clip: tuple[float, float],
) -> Hits:
    """The first surface on each ray that a renderer draws: none from behind, none too near.

    Args:
        model: As for :func:`cast`.
        data: As for :func:`cast`.
        origin: World frame, (3,).
        directions: World frame, (n, 3).
        clip: Nearest and farthest distance that is drawn, in lengths of the direction.
    """
    out = _nothing(len(directions))
    geom = np.full(1, -1, np.int32)
    normal = np.zeros(3)
    for i, direction in enumerate(directions):
        start = clip[0]
        for _ in range(_MAX_SURFACES):
            way = mujoco.mj_ray(
                model, data, origin + start * direction, direction, _SHOWN, 1, -1, geom, normal
            )
            start += way
            if geom[0] < 0 or start > clip[1]:
                break
            if normal @ direction < 0:
                out.geom_id[i], out.distance[i], out.normal[i] = geom[0], start, normal
                break
            start *= 1 + _STEP
    return _with_soft(out, model, data, origin=origin, directions=directions, clip=clip)


def _with_soft(
    hits: Hits,
    model: mujoco.MjModel,
    data: mujoco.MjData,
    *,
    origin: FloatArray,
    directions: FloatArray,
    clip: tuple[float, float] | None = None,
) -> Hits:
    """Put in what bends where it is nearer than all geoms; without clip from either side."""
    if not has_soft(model):
        return hits
    reach = clip or (0.0, np.inf)
    soft = cast_soft(
        model, data, origin=origin, directions=directions, clip=reach, backs=clip is None
    )
    nearer = (soft.surface >= 0) & ((hits.geom_id < 0) | (soft.distance < hits.distance))
    hits.geom_id[nearer] = soft.surface[nearer]
    hits.distance[nearer] = soft.distance[nearer]
    hits.normal[nearer] = soft.normal[nearer]
    return hits


def _nothing(count: int) -> Hits:
    return Hits(np.full(count, -1, np.int32), np.zeros(count), np.zeros((count, 3)))


def drawn_exactly(model: mujoco.MjModel) -> MaskImage:
    """Which surfaces are drawn as what they are, not as polygons within: (surfaces,), bool."""
    soft = [surface.tubes == 0 for surface in soft_surfaces(model)]
    return np.append(np.isin(model.geom_type, _FLAT), np.array(soft, np.bool_))
