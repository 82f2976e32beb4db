"""What is solid in an environment, as boxes, and how much room surfaces have."""

from __future__ import annotations

import math

import mujoco
import numpy as np

from synth_ros.geometry.boxes import Boxes, distance_along
from synth_ros.randomize.inventory import SurfaceInfo
from synth_ros.types import FloatArray

# Rays start this far above a surface, so that its own thickness is not met.
_LIFT_M = 0.004
_LEVEL_M = 0.01
_TALLEST_WALL_M = 1.0
# A wall stands at the edge of a bin's floor, or a little way off.
_WALL_REACH_M = 0.06
_SLAB_M = 0.5
_PLANE_HALF_SIZE_M = 40.0


def solid_boxes(model: mujoco.MjModel, data: mujoco.MjData) -> Boxes:
    """A box around each geom that collides.

    Args:
        model: Any model.
        data: Its state; kinematics are current.
    """
    solid = np.flatnonzero((model.geom_contype != 0) | (model.geom_conaffinity != 0))
    rotation = data.geom_xmat[solid].reshape(-1, 3, 3)
    middle, half = model.geom_aabb[solid, :3].copy(), model.geom_aabb[solid, 3:].copy()
    plane = model.geom_type[solid] == int(mujoco.mjtGeom.mjGEOM_PLANE)
    if plane.any():
        # Everything below a plane is solid.
        sides = model.geom_size[solid][plane, :2]
        half[plane, :2] = np.where(sides > 0, sides, _PLANE_HALF_SIZE_M)
        half[plane, 2] = _SLAB_M
        middle[plane] = (0.0, 0.0, -_SLAB_M)
    center = data.geom_xpos[solid] + np.einsum('nij,nj->ni', rotation, middle)
    return Boxes(center, half, rotation)


def measured(surface: SurfaceInfo, solids: Boxes) -> SurfaceInfo:
    """A surface with the room above it and the walls around it.

    Args:
        surface: The rectangle.
        solids: Everything that may stand over or around it.
    """
    return surface._replace(
        clear_height_m=_clear_height(surface, solids), rim_m=_rim(surface, solids)
    )


def surface_rotation(surface: SurfaceInfo) -> FloatArray:
    """World from surface, (3, 3)."""
    c, s = math.cos(surface.yaw_rad), math.sin(surface.yaw_rad)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _clear_height(surface: SurfaceInfo, solids: Boxes) -> float:
    """Least height of what is above any of 5 x 5 points."""
    turn = surface_rotation(surface)
    half_x, half_y = surface.half_size_m
    lowest = math.inf
    for x in np.linspace(-0.98, 0.98, 5) * half_x:
        for y in np.linspace(-0.98, 0.98, 5) * half_y:
            start = turn @ (x, y, _LIFT_M) + surface.center_m
            lowest = min(lowest, distance_along(start, (0.0, 0.0, 1.0), solids))
    return lowest + _LIFT_M


def _rim(surface: SurfaceInfo, solids: Boxes) -> float:
    """Height up to which there is a wall in all four directions."""
    turn = surface_rotation(surface)
    rim = 0.0
    for level in np.arange(_LEVEL_M, _TALLEST_WALL_M, _LEVEL_M):
        x, y, z = surface.center_m
        start = (x, y, z + float(level))
        for axis, half in enumerate(surface.half_size_m):
            for side in (-1.0, 1.0):
                if distance_along(start, side * turn[:, axis], solids) > half + _WALL_REACH_M:
                    return rim
        rim = float(level)
    return 0.0
