"""What a shape at some place would hide, touch or be too near to, without moving the world."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.scene.compiled import ShapePart
from synth_ros.sim.world import Place, World
from synth_ros.types import FloatArray, MaskImage

_MESH = mujoco.mjtGeom.mjGEOM_MESH.value
_PLANE = mujoco.mjtGeom.mjGEOM_PLANE.value
_HFIELD = mujoco.mjtGeom.mjGEOM_HFIELD.value


class Tester:
    """Tries shapes at places.

    Args:
        world: The scene; only read.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._model = world.model
        self._data = mujoco.MjData(world.model)
        model = world.model
        shapes = np.zeros(model.ngeom, np.bool_)
        shapes[[shape.geom_id for shape in world.scene.shapes]] = True
        solid = (model.geom_contype != 0) | (model.geom_conaffinity != 0)
        # Height fields have no distance to other shapes in MuJoCo.
        self._solid = solid & ~shapes & (model.geom_type != _HFIELD)
        self._robot = np.zeros(model.ngeom, np.bool_)
        self._robot[list(world.scene.robot.geom_ids)] = True
        self._dropped = np.isin(model.geom_bodyid, [part.body_id for part in world.scene.dropped])
        self.update()

    @property
    def state(self) -> mujoco.MjData:
        """The state of the last update, to cast rays into."""
        return self._data

    def update(self) -> None:
        """Take over the world as it stands."""
        mujoco.mj_copyData(self._data, self._model, self._world.data)

    def put(self, shape: ShapePart, place: Place) -> None:
        """Let a shape be somewhere for rays and distances, until the next update."""
        model, data, geom = self._model, self._data, shape.geom_id
        rotation = matrix_from_quat_wxyz(np.asarray(place.quat_wxyz))
        local = matrix_from_quat_wxyz(model.geom_quat[geom])
        data.geom_xpos[geom] = rotation @ model.geom_pos[geom] + place.position_m
        data.geom_xmat[geom] = (rotation @ local).ravel()

    def hides(
        self, shape: ShapePart, origin: FloatArray, directions: FloatArray, limits: FloatArray
    ) -> MaskImage:
        """Which rays meet a shape, where it was put, before they have gone all their way.

        Args:
            shape: The shape.
            origin: Of all rays, world frame, (3,).
            directions: World frame, (n, 3).
            limits: How far each ray goes, in lengths of its direction, (n,).
        """
        model, data, geom = self._model, self._data, shape.geom_id
        centre, radius = data.geom_xpos[geom], float(model.geom_rbound[geom])
        out = np.zeros(len(directions), np.bool_)
        for i in np.flatnonzero(_near(origin, directions, centre, radius)).tolist():
            if int(model.geom_type[geom]) == _MESH:
                way = mujoco.mj_rayMesh(model, data, geom, origin, directions[i])
            else:
                way = mujoco.mju_rayGeom(
                    centre,
                    data.geom_xmat[geom],
                    model.geom_size[geom],
                    origin,
                    directions[i],
                    int(model.geom_type[geom]),
                )
            out[i] = 0 <= way < limits[i]
        return out

    def touches(self, shape: ShapePart, *, robot_only: bool = False) -> bool:
        """Whether a shape, where it was put, reaches into something solid.

        Args:
            shape: The shape.
            robot_only: Whether only the robot counts; else all that falls and the surroundings
                count, too.
        """
        wanted = self._solid & self._robot if robot_only else self._solid
        return any(self._reaches(shape.geom_id, int(geom)) for geom in np.flatnonzero(wanted))

    def touches_things(self, shape: ShapePart) -> bool:
        """Whether it reaches into the robot or into what falls; surroundings do not count."""
        wanted = self._solid & (self._robot | self._dropped)
        return any(self._reaches(shape.geom_id, int(geom)) for geom in np.flatnonzero(wanted))

    def nearest_lens_m(self, shape: ShapePart, lenses_m: Sequence[FloatArray]) -> float:
        """Least distance of a shape's bounding ball, where it was put, to any lens."""
        centre = self._data.geom_xpos[shape.geom_id]
        radius = float(self._model.geom_rbound[shape.geom_id])
        ways = [float(np.linalg.norm(lens - centre)) - radius for lens in lenses_m]
        return min(ways, default=np.inf)

    def _reaches(self, one: int, other: int) -> bool:
        model, data = self._model, self._data
        apart = data.geom_xpos[one] - data.geom_xpos[other]
        reach = float(model.geom_rbound[one])
        if int(model.geom_type[other]) == _PLANE:
            return float(data.geom_xmat[other].reshape(3, 3)[:, 2] @ apart) < reach
        if float(np.linalg.norm(apart)) > reach + float(model.geom_rbound[other]):
            return False
        return bool(mujoco.mj_geomDistance(model, data, one, other, 0.001, None) < 0)


def _near(
    origin: FloatArray, directions: FloatArray, centre: FloatArray, radius: float
) -> NDArray[np.bool_]:
    """Which rays pass a ball."""
    way = centre - origin
    along = directions @ way
    squared = np.einsum('ij,ij->i', directions, directions)
    # Distance of the centre from each line, squared, times the squared length of its direction.
    off = float(way @ way) * squared - along**2
    return np.asarray((off <= radius**2 * squared) & (along > -radius * np.sqrt(squared)))
