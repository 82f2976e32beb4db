"""The baseline: ``mujoco.Renderer`` as its documentation shows it."""

from __future__ import annotations

import copy
import itertools
from pathlib import Path

import mujoco
import numpy as np
from settled import open_settled, views

QUALITY = 'shadow map 4096, 4 samples, lit at vertices (OpenGL 1)'


class NaiveFrames:
    """RGB, depth and segmentation of one camera, each updated and rendered for itself; no labels.

    Args:
        folder: A settled scene.
        shadow_size: Edge of the shadow map; MuJoCo's default is 4096.
        samples: Multisampling; MuJoCo's default is 4.
    """

    def __init__(self, folder: Path, shadow_size: int, samples: int) -> None:
        settled = open_settled(folder)
        part = settled.world.scene.cameras[0]
        self._camera = part.camera_id
        states = [
            (w.data.qpos.copy(), w.data.mocap_pos.copy(), w.data.mocap_quat.copy())
            for w in views(settled)
        ]
        self._states = itertools.cycle(states)
        self._model = copy.copy(settled.world.scene.model)
        self._model.vis.quality.shadowsize = shadow_size
        self._model.vis.quality.offsamples = samples
        self._data = mujoco.MjData(self._model)
        width, height = part.model.width, part.model.height
        self._renderer = mujoco.Renderer(self._model, height, width, max_geom=2000)
        self.device = _gl_device()

    def make(self, frames: int) -> None:
        """Make frames, a new view each. Of the simulation it does only what drawing needs."""
        for _ in range(frames):
            data = self._data
            data.qpos[:], data.mocap_pos[:], data.mocap_quat[:] = next(self._states)
            mujoco.mj_kinematics(self._model, data)
            mujoco.mj_comPos(self._model, data)
            mujoco.mj_camlight(self._model, data)
            self.images()

    def images(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """RGB, depth and segmentation of the state."""
        renderer, data, camera = self._renderer, self._data, self._camera
        renderer.update_scene(data, camera)
        rgb = renderer.render()
        renderer.enable_depth_rendering()
        renderer.update_scene(data, camera)
        depth = renderer.render()
        renderer.disable_depth_rendering()
        renderer.enable_segmentation_rendering()
        renderer.update_scene(data, camera)
        segmentation = renderer.render()
        renderer.disable_segmentation_rendering()
        return rgb, depth, segmentation


def _gl_device() -> str:
    from synth_ros.render.gl import gl_identity

    return ' '.join(gl_identity())
