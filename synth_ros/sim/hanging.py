"""What a shape at some place would hide, touch or be too near to, without moving the world."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.scene.compiled import ShapePart
from synth_ros.sim.places import Place
from synth_ros.sim.sightlines import Lens, Sightlines
from synth_ros.sim.world import World
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
        dropped = [part.body_id for part in world.scene.dropped]
        self._loose = self._robot | np.isin(model.geom_bodyid, dropped)
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

    def hides(self, shape: ShapePart, lines: Sightlines) -> MaskImage:
        """Which sightlines a shape, where it was put, cuts before their ends, (n,)."""
        model, data, geom = self._model, self._data, shape.geom_id
        kind, size = int(model.geom_type[geom]), model.geom_size[geom]
        centre, turn = data.geom_xpos[geom], data.geom_xmat[geom]
        out = np.zeros(len(lines.directions), np.bool_)
        for i in np.flatnonzero(_passing(lines, centre, float(model.geom_rbound[geom]))).tolist():
            direction = lines.directions[i]
            if kind == _MESH:
                way = mujoco.mj_rayMesh(model, data, geom, lines.origin, direction)
            else:
                way = mujoco.mju_rayGeom(centre, turn, size, lines.origin, direction, kind)
            out[i] = 0 <= way < lines.depths[i]
        return out

    def touches(self, shape: ShapePart, *, surroundings: bool = True) -> bool:
        """Whether a shape, where it was put, reaches into the robot or something that falls.

        Args:
            shape: The shape.
            surroundings: Whether walls and furniture count, too.
        """
        wanted = self._solid if surroundings else self._solid & self._loose
        return self._reaches_any(shape, wanted)

    def touches_robot(self, shape: ShapePart) -> bool:
        """Whether a shape, where it was put, reaches into the robot."""
        return self._reaches_any(shape, self._solid & self._robot)

    def nearest_lens_m(self, shape: ShapePart, lenses: Sequence[Lens]) -> float:
        """Least distance of a shape's bounding ball, where it was put, to any lens."""
        centre = self._data.geom_xpos[shape.geom_id]
        radius = float(self._model.geom_rbound[shape.geom_id])
        ways = [float(np.linalg.norm(lens.origin - centre)) - radius for lens in lenses]
        return min(ways, default=np.inf)

    def _reaches_any(self, shape: ShapePart, wanted: MaskImage) -> bool:
        model, data, one = self._model, self._data, shape.geom_id
        apart = data.geom_xpos[one] - data.geom_xpos
        reach = float(model.geom_rbound[one])
        near = np.einsum('ij,ij->i', apart, apart) <= (reach + model.geom_rbound) ** 2
        # A plane has no bounding ball: its height over the plane counts.
        planes = model.geom_type == _PLANE
        heights = np.einsum('ij,ij->i', data.geom_xmat[:, 2::3], apart)
        near[planes] = heights[planes] < reach
        return any(
            mujoco.mj_geomDistance(model, data, one, other, 0.001, None) < 0
            for other in np.flatnonzero(near & wanted).tolist()
        )


def _passing(lines: Sightlines, centre: FloatArray, radius: float) -> MaskImage:
    """Which lines pass a ball."""
    way = centre - lines.origin
    along = lines.directions @ way
    squared = np.einsum('ij,ij->i', lines.directions, lines.directions)
    # Distance of the centre from each line, squared, times the squared length of its direction.
    off = float(way @ way) * squared - along**2
    return np.asarray((off <= radius**2 * squared) & (along > -radius * np.sqrt(squared)))
