"""A slow and obvious renderer: one ray through each pixel centre.

The reference that the fast renderers are tested against, and a stand-in for tiny images on a
machine without any graphics driver.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import get_args

import mujoco
import numpy as np

from synth_ros.config.render import Deformable
from synth_ros.errors import InternalError
from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.base import Layers, Viewpoint
from synth_ros.render.bounds import canvas
from synth_ros.render.model import HIDDEN_GROUP, geom_rgba
from synth_ros.render.owner import ClosedAtExit, DrawsAtOnce
from synth_ros.render.pixels import screen_gain, tight_silhouette
from synth_ros.scene.options import clip_planes_m
from synth_ros.scene.soft import hide_soft, soft_surfaces
from synth_ros.sim.rays import camera_rays, cast_as_drawn, model_for_rays
from synth_ros.types import DepthImage, FloatArray, IdImage, Silhouette


class RaycastRenderer(DrawsAtOnce, ClosedAtExit):
    """Implements ``render.base.Renderer`` with ``mj_ray``; flat shading, no shadows.

    Like the others it draws no surface from behind and nothing outside the clipping planes: a
    camera inside a geom sees through it.
    """

    name = 'raycast'
    device = 'ray casting on the processor'

    def __init__(self) -> None:
        self._model: mujoco.MjModel | None = None

    def load(self, model: mujoco.MjModel) -> None:
        """Take a model to render. The model is not edited."""
        self._model = model_for_rays(model)

    def refresh(self, model: mujoco.MjModel) -> None:
        """Take over changed values of the loaded model: it is loaded anew, which costs little."""
        self._loaded()
        self.load(model)

    def render(self, data: mujoco.MjData, viewpoint: Viewpoint) -> Layers:
        """Render the state as it is: kinematics must be up to date (``mj_forward``)."""
        model = self._loaded()
        camera = viewpoint.camera
        whole = PixelWindow(0, 0, camera.width, camera.height)
        geom_id, depth, normal = _cast(model, data, viewpoint, window=whole)
        geoms = [geom_rgba(model, geom)[:3] for geom in range(model.ngeom)]
        soft = [surface.rgba[:3] for surface in soft_surfaces(model)]
        colors = np.array([*geoms, *soft, np.zeros(3)], np.float64)
        # Light comes from the camera; index -1 is the background, black.
        facing = np.abs(normal @ viewpoint.world_from_camera[:3, 2])
        gain = 255 * screen_gain(viewpoint.exposure_ev)
        rgb = np.minimum(colors[geom_id] * (0.3 + 0.7 * facing[..., None]) * gain, 255)
        return Layers(rgb.round().astype(np.uint8), depth, geom_id)

    def silhouettes(
        self, data: mujoco.MjData, viewpoint: Viewpoint, geom_groups: Sequence[Sequence[int]]
    ) -> list[Silhouette | None]:
        """What each group of geoms alone would cover on the extended canvas."""
        model = self._loaded()
        window = canvas(viewpoint.camera)
        model = copy.copy(model)
        hide_soft(model, get_args(Deformable))
        groups = model.geom_group
        original = groups.copy()
        out: list[Silhouette | None] = []
        for geom_ids in geom_groups:
            groups[:] = HIDDEN_GROUP
            groups[list(geom_ids)] = original[list(geom_ids)]
            geom_id, _, _ = _cast(model, data, viewpoint, window=window)
            out.append(tight_silhouette(geom_id >= 0, window))
        return out

    def close(self) -> None:
        """Free everything; closing twice is fine."""
        self._model = None

    def _loaded(self) -> mujoco.MjModel:
        if self._model is None:
            raise InternalError('A renderer was asked for images before load(model).')
        return self._model


def _cast(
    model: mujoco.MjModel, data: mujoco.MjData, viewpoint: Viewpoint, *, window: PixelWindow
) -> tuple[IdImage, DepthImage, FloatArray]:
    """Geom id, depth and surface normal behind each pixel centre of a window."""
    camera, pose = viewpoint.camera, viewpoint.world_from_camera
    u, v = np.meshgrid(
        np.arange(window.x0, window.x1, dtype=np.float64),
        np.arange(window.y0, window.y1, dtype=np.float64),
    )
    origin, directions = camera_rays(camera, pose, u=u.ravel(), v=v.ravel())
    # The directions have depth 1, so distances along them are depths.
    geom_id, distance, normal = cast_as_drawn(
        model, data, origin=origin, directions=directions, clip=clip_planes_m(model)
    )
    shape = (window.height, window.width)
    depth = distance.astype(np.float32).reshape(shape)
    return geom_id.reshape(shape), depth, normal.reshape(*shape, 3)
