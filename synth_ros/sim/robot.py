"""The robot of a running scene: its postures, and how its state is set or pulled to them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.scene.compiled import RobotPart
from synth_ros.types import FloatArray


class Posture(NamedTuple):
    """Where the robot stands and how it is posed.

    Attributes:
        x_m: Root position in the world.
        y_m: Root position in the world.
        z_m: Root position in the world.
        yaw_rad: Root heading.
        qpos: The robot's entries of qpos, in the order of ``RobotPart.qpos_addresses``.
    """

    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float
    qpos: FloatArray


Path = Callable[[int], Posture]
"""Where the robot is so many time steps after the start of a way."""


class RobotState:
    """Writes postures into the state of a simulated model.

    Joints that physics moves have servos, which are told where to pull them; the others are
    put where they shall be.

    Args:
        model: The simulated model.
        part: The robot in it.
    """

    def __init__(self, model: mujoco.MjModel, part: RobotPart) -> None:
        self._model = model
        self._part = part
        moved_qpos = [joint.qpos_address for joint in part.driven]
        moved_dofs = [joint.dof_address for joint in part.driven]
        self._posed_qpos = ~np.isin(part.qpos_addresses, moved_qpos)
        self._posed_dofs = ~np.isin(part.dof_addresses, moved_dofs)
        served = [joint for joint in part.driven if joint.actuator_id >= 0]
        place = {int(address): k for k, address in enumerate(part.qpos_addresses)}
        self._served = np.array([place[joint.qpos_address] for joint in served], np.intp)
        self._servos = np.array([joint.actuator_id for joint in served], np.intp)
        self._gears = np.array([joint.gear for joint in served])
        # Servos with a filter remember what they were told.
        self._filters = [
            (int(model.actuator_actadr[actuator]), k)
            for k, actuator in enumerate(self._servos)
            if model.actuator_actnum[actuator]
        ]

    def put(self, data: mujoco.MjData, posture: Posture, velocity: FloatArray | None) -> None:
        """Put all joints where a posture has them; servos are told to keep them there.

        Args:
            data: The state to change.
            posture: Where to.
            velocity: Of the robot's degrees of freedom; zero if ``None``.
        """
        data.qpos[self._part.qpos_addresses] = posture.qpos
        data.qvel[self._part.dof_addresses] = 0.0 if velocity is None else velocity
        self._tell(data, posture)
        for address, k in self._filters:
            data.act[address] = data.ctrl[self._servos[k]]
        self._put_base(data, posture)

    def lead(self, data: mujoco.MjData, posture: Posture, velocity: FloatArray) -> None:
        """Put what is posed where a posture has it, and tell the servos to pull the rest there.

        Args:
            data: The state to change.
            posture: Where to.
            velocity: Of the robot's degrees of freedom.
        """
        part, qpos, dofs = self._part, self._posed_qpos, self._posed_dofs
        data.qpos[part.qpos_addresses[qpos]] = posture.qpos[qpos]
        data.qvel[part.dof_addresses[dofs]] = velocity[dofs]
        self._tell(data, posture)
        self._put_base(data, posture)

    def velocity(self, start: Posture, end: Posture) -> FloatArray:
        """Velocities of the robot's degrees of freedom between the postures of two time steps."""
        model, part = self._model, self._part
        time_s = model.opt.timestep
        if len(part.qpos_addresses) == len(part.dof_addresses):
            # Hinges and slides alone.
            rates: FloatArray = (end.qpos - start.qpos) / time_s
            return rates
        before, after = model.qpos0.copy(), model.qpos0.copy()
        before[part.qpos_addresses] = start.qpos
        after[part.qpos_addresses] = end.qpos
        velocity: NDArray[np.float64] = np.zeros(model.nv)
        mujoco.mj_differentiatePos(model, velocity, time_s, before, after)
        return velocity[part.dof_addresses]

    def base_velocity(self, start: Posture, end: Posture) -> tuple[FloatArray, float]:
        """Speed of the root (3,) and turning speed between the postures of two time steps."""
        time_s = self._model.opt.timestep
        way = np.array([end.x_m - start.x_m, end.y_m - start.y_m, end.z_m - start.z_m])
        turn = math.remainder(end.yaw_rad - start.yaw_rad, 2 * math.pi)
        return way / time_s, turn / time_s

    def _tell(self, data: mujoco.MjData, posture: Posture) -> None:
        data.ctrl[self._servos] = self._gears * posture.qpos[self._served]

    def _put_base(self, data: mujoco.MjData, posture: Posture) -> None:
        if self._part.root_body_id < 0:
            return
        mocap = int(self._model.body_mocapid[self._part.root_body_id])
        half = posture.yaw_rad / 2
        data.mocap_pos[mocap] = (posture.x_m, posture.y_m, posture.z_m)
        data.mocap_quat[mocap] = (math.cos(half), 0.0, 0.0, math.sin(half))


def interpolate(start: Posture, end: Posture, share: float) -> Posture:
    """The posture a share of the way from one to another, turning the shorter way.

    Args:
        start: At share 0.
        end: At share 1.
        share: Within 0 and 1.
    """
    turn = math.remainder(end.yaw_rad - start.yaw_rad, 2 * math.pi)
    if share >= 1:
        return end
    return Posture(
        start.x_m + share * (end.x_m - start.x_m),
        start.y_m + share * (end.y_m - start.y_m),
        start.z_m + share * (end.z_m - start.z_m),
        start.yaw_rad + share * turn,
        start.qpos + share * (end.qpos - start.qpos),
    )
