"""Surfaces that move while their geoms stand still: conveyor belts, and a base that is set.

MuJoCo's friction acts on the speed at which two surfaces slide on each other. It knows the speed
of what has joints. A belt has none, and a robot's base is put from place to place: what lies on
them would slip. ``geom_surfacevel`` says how their surfaces move.
"""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np

from synth_ros.scene.compiled import RobotPart
from synth_ros.types import FloatArray


class _Ramp(NamedTuple):
    """A belt on its way to another speed.

    Attributes:
        end_m_s: That speed.
        rise_m_s: What each time step adds.
        left: Time steps that are left.
    """

    end_m_s: float
    rise_m_s: float
    left: int


class SurfaceSpeeds:
    """Sets the surface speeds of a simulated model.

    Args:
        model: The simulated model; changed.
        robot: Which geoms go with the base.
    """

    def __init__(self, model: mujoco.MjModel, robot: RobotPart) -> None:
        self._model = model
        geoms = np.array(sorted(robot.geom_ids), np.intp)
        solid = (model.geom_contype[geoms] != 0) | (model.geom_conaffinity[geoms] != 0)
        self._geoms = geoms[solid]
        self._root = robot.root_body_id
        self._driving = False
        self._ramps: dict[int, _Ramp] = {}

    def set_belt(self, geom: int, speed_m_s: float, *, steps: int = 1) -> None:
        """Let the surface of a geom run along the geom's own x axis, and stop all else of it.

        Args:
            geom: Its id.
            speed_m_s: Speed to come to.
            steps: Time steps in which it comes to it, steadily.
        """
        before = float(self._model.geom_surfacevel[geom, 0])
        self._ramps[geom] = _Ramp(speed_m_s, (speed_m_s - before) / steps, steps)

    def step(self) -> None:
        """Let a time step pass."""
        for geom, ramp in list(self._ramps.items()):
            left = ramp.left - 1
            speed = ramp.end_m_s - left * ramp.rise_m_s
            self._model.geom_surfacevel[geom] = (speed, 0.0, 0.0, 0.0, 0.0, 0.0)
            self._ramps[geom] = ramp._replace(left=left)
            if not left:
                del self._ramps[geom]
            self._flag()

    def set_base(self, data: mujoco.MjData, velocity_m_s: FloatArray, yaw_rad_s: float) -> None:
        """Let the robot's surfaces move as a base does that is set from place to place.

        The speed of a point is v + w x (p - root): what the joints add, MuJoCo adds by itself.

        Args:
            data: Where the geoms are.
            velocity_m_s: Of the root, world frame, (3,).
            yaw_rad_s: Turning speed about the vertical.
        """
        driving = bool(yaw_rad_s or velocity_m_s.any())
        if not driving and not self._driving:
            return
        self._driving = driving
        turning = np.array([0.0, 0.0, yaw_rad_s])
        arms = data.geom_xpos[self._geoms] - data.xpos[self._root]
        geom_from_world = data.geom_xmat[self._geoms].reshape(-1, 3, 3).transpose(0, 2, 1)
        self._model.geom_surfacevel[self._geoms, :3] = np.einsum(
            'nij,nj->ni', geom_from_world, velocity_m_s + np.cross(turning, arms)
        )
        self._model.geom_surfacevel[self._geoms, 3:] = geom_from_world @ turning
        self._flag()

    def _flag(self) -> None:
        self._model.flg_surfacevel = bool(self._model.geom_surfacevel.any())
