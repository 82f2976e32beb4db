"""Looks at where cameras are between two time steps."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco

from synth_ros.geometry.transforms import GL_FROM_OPTICAL, make_transform
from synth_ros.types import FloatArray


class CameraProbe:
    """Works out poses of cameras beside the state.

    The next time step begins from what the last one left, which must not depend on who looks.

    Args:
        model: The simulated model.
    """

    def __init__(self, model: mujoco.MjModel) -> None:
        self._model = model
        self._data = mujoco.MjData(model)

    def poses(self, data: mujoco.MjData, cameras: Sequence[int]) -> list[FloatArray]:
        """Poses of optical frames where their mounts have them, (4, 4).

        Args:
            data: The state; positions alone are read.
            cameras: Camera ids.
        """
        mine = self._data
        mine.qpos[:] = data.qpos
        mine.mocap_pos[:] = data.mocap_pos
        mine.mocap_quat[:] = data.mocap_quat
        mujoco.mj_kinematics(self._model, mine)
        mujoco.mj_comPos(self._model, mine)
        mujoco.mj_camlight(self._model, mine)
        return [
            make_transform(mine.cam_xmat[camera].reshape(3, 3), mine.cam_xpos[camera])
            @ GL_FROM_OPTICAL
            for camera in cameras
        ]
