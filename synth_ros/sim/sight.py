"""What a camera would see of an object, by rays and before anything is rendered."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import mujoco
import numpy as np

from synth_ros.geometry.camera import PixelWindow, project
from synth_ros.geometry.transforms import box_corners, inverse, transform_points
from synth_ros.scene.compiled import ObjectPart
from synth_ros.scene.options import clip_planes_m
from synth_ros.sim.rays import camera_rays, cast, cast_as_drawn, model_for_rays
from synth_ros.sim.world import World
from synth_ros.types import CameraModel, FloatArray, MaskImage

# Rays over an object's 3D box in the image: the visible share is then known to two hundredths
# or so, less where the box is mostly empty.
_RAYS = 400
# How far in front of a given point something may lie that it belongs to, such as a table top.
_POINT_SLACK_M = 0.02


class View(NamedTuple):
    """A camera at a place.

    Attributes:
        camera: Intrinsics.
        world_from_camera: Pose of the optical frame, (4, 4).
    """

    camera: CameraModel
    world_from_camera: FloatArray


class Sight:
    """Casts rays into a scene as it stands when asked.

    Args:
        world: The scene.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._model = model_for_rays(world.model)
        self._clip = clip_planes_m(world.model)

    def visible_share(self, view: View, part: ObjectPart) -> float:
        """How much of an object a camera sees, as labels count it.

        Pixels in which the object is seen, as a share of those that it would cover alone on a
        canvas of three by three images; here by rays that are spread evenly.

        Args:
            view: The camera.
            part: The object.

        Returns:
            From 0 to 1; 0 if it covers nothing at all.
        """
        u, v = self._pixels(view, part)
        if not len(u):
            return 0.0
        origin, directions = camera_rays(view.camera, view.world_from_camera, u=u, v=v)
        alone = self._alone(part, origin, directions)
        covered = np.isfinite(alone)
        if not covered.any():
            return 0.0
        asked = covered & _inside(view.camera, u, v)
        hits = cast_as_drawn(
            self._model,
            self._world.placed,
            origin=origin,
            directions=directions[asked],
            clip=self._clip,
        )
        mine = np.isin(hits.geom_id, part.geom_ids)
        return float(np.count_nonzero(mine) / np.count_nonzero(covered))

    @staticmethod
    def contains(view: View, point_m: FloatArray) -> bool:
        """Whether a point lies in the image, hidden or not."""
        seen = transform_points(inverse(view.world_from_camera), point_m)
        if seen[2] <= 0:
            return False
        u, v = (np.array([c]) for c in project(view.camera, seen))
        return bool(_inside(view.camera, u, v)[0])

    def sees_point(self, view: View, point_m: FloatArray) -> bool:
        """Whether a point is in the image and nothing lies between it and the camera."""
        if not self.contains(view, point_m):
            return False
        seen = transform_points(inverse(view.world_from_camera), point_m)
        u, v = (np.array([c]) for c in project(view.camera, seen))
        origin, directions = camera_rays(view.camera, view.world_from_camera, u=u, v=v)
        hits = cast_as_drawn(
            self._model, self._world.placed, origin=origin, directions=directions, clip=self._clip
        )
        slack = _POINT_SLACK_M / float(np.linalg.norm(directions[0]))
        return bool(hits.geom_id[0] < 0 or hits.distance[0] > seen[2] - slack)

    def is_free(self, point_m: FloatArray, *, clearance_m: float) -> bool:
        """Whether a camera may be at a point: not inside anything and not too near to it.

        Judged by rays in 26 directions, so what is much smaller than the clearance may be missed.

        Args:
            point_m: The camera's centre in the world, (3,).
            clearance_m: Least distance to all surfaces.
        """
        hits = cast(self._model, self._world.placed, origin=point_m, directions=_AROUND)
        met = hits.geom_id >= 0
        near = met & (hits.distance < clearance_m)
        behind = met & (np.sum(hits.normal * _AROUND, axis=1) > 0)
        return not bool((near | behind).any())

    def _pixels(self, view: View, part: ObjectPart) -> tuple[FloatArray, FloatArray]:
        """Points over the object's 3D box in the image, within the canvas of labels."""
        camera = view.camera
        canvas = PixelWindow(-camera.width, -camera.height, 2 * camera.width, 2 * camera.height)
        corners = transform_points(
            inverse(view.world_from_camera)
            @ self._world.world_from_body(part.body_id)
            @ part.object_from_box,
            box_corners(part.size_m),
        )
        low, high = np.array(canvas[:2], float), np.array(canvas[2:], float) - 1
        if corners[:, 2].max() <= self._clip[0]:
            return np.zeros(0), np.zeros(0)
        if corners[:, 2].min() > self._clip[0]:
            pixels = project(camera, corners)
            low, high = (
                np.maximum(low, np.floor(pixels.min(axis=0))),
                np.minimum(high, np.ceil(pixels.max(axis=0))),
            )
        if (low > high).any():
            return np.zeros(0), np.zeros(0)
        u, v = (low - 0.5 + (high - low + 1) * _EVENLY).T
        return u, v

    def _alone(self, part: ObjectPart, origin: FloatArray, directions: FloatArray) -> FloatArray:
        """Distance at which each ray meets the object as if nothing else were there, or inf."""
        out = np.full(len(directions), np.inf)
        for geom in part.geom_ids:
            for k, direction in enumerate(directions):
                way = self._ray(geom, origin, direction)
                if way >= 0:
                    out[k] = min(out[k], way)
        return out

    def _ray(self, geom: int, origin: FloatArray, direction: FloatArray) -> float:
        model, data = self._model, self._world.placed
        kind = int(model.geom_type[geom])
        if kind == mujoco.mjtGeom.mjGEOM_MESH:
            return float(mujoco.mj_rayMesh(model, data, geom, origin, direction, None))
        if kind == mujoco.mjtGeom.mjGEOM_HFIELD:
            return float(mujoco.mj_rayHfield(model, data, geom, origin, direction, None))
        return float(
            mujoco.mju_rayGeom(
                data.geom_xpos[geom],
                data.geom_xmat[geom],
                model.geom_size[geom],
                origin,
                direction,
                kind,
                None,
            )
        )


def _inside(camera: CameraModel, u: FloatArray, v: FloatArray) -> MaskImage:
    """Whether image points lie in the image."""
    inside: MaskImage = (u >= -0.5) & (u < camera.width - 0.5)
    inside &= (v >= -0.5) & (v < camera.height - 0.5)
    return inside


def _around() -> FloatArray:
    """Unit directions to the middles of the faces, edges and corners of a cube, (26, 3)."""
    ways = np.array([w for w in itertools.product((-1.0, 0.0, 1.0), repeat=3) if any(w)])
    unit: FloatArray = ways / np.linalg.norm(ways, axis=1, keepdims=True)
    return unit


_AROUND = _around()


def _evenly() -> FloatArray:
    """Points that fill the unit square evenly and lie in no rows, (n, 2).

    Multiples of the plastic number's inverse powers (Roberts, The unreasonable effectiveness of
    quasirandom sequences, 2018).
    """
    plastic = 1.32471795724474602596
    steps = np.arange(1, _RAYS + 1)[:, None] * np.array([1 / plastic, 1 / plastic**2])
    points: FloatArray = (0.5 + steps) % 1.0
    return points


_EVENLY = _evenly()
