"""One model in MuJoCo's classic OpenGL renderer: aim, fill, draw and read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.render import RenderConfig
from synth_ros.errors import InternalError, RenderError
from synth_ros.geometry.camera import PixelWindow, frustum
from synth_ros.render.base import Viewpoint
from synth_ros.render.gl_target import PlainTarget
from synth_ros.render.model import HIDDEN_GROUP, drawing_options, private_model
from synth_ros.render.pixels import gl_frustum_curve
from synth_ros.types import ByteImage, DepthImage

_GEOM = int(mujoco.mjtObj.mjOBJ_GEOM)
_NO_DECORATION = int(mujoco.mjtCatBit.mjCAT_STATIC) | int(mujoco.mjtCatBit.mjCAT_DYNAMIC)
_SEGMENT = int(mujoco.mjtRndFlag.mjRND_SEGMENT)
_ID_COLOR = int(mujoco.mjtRndFlag.mjRND_IDCOLOR)
_OFFSCREEN = mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value
# Slots beyond one per geom, so that a full scene is a bug and not a coincidence.
_SPARE_SLOTS = 64


class ClassicScene:
    """A private copy of a model with its GL objects; the GL context must be current.

    Args:
        model: The caller's model; not edited.
        config: Quality.
        size: (width, height) of the offscreen buffer, pixels.

    Raises:
        RenderError: If the driver cannot hold the model.
    """

    def __init__(self, model: mujoco.MjModel, config: RenderConfig, size: tuple[int, int]) -> None:
        self.own = private_model(model, config, max_size=size)
        self.curve = gl_frustum_curve(self.own.near_m, self.own.far_m)
        self._size = size
        self._option = drawing_options()
        self._camera = mujoco.MjvCamera()
        self._camera.type = mujoco.mjtCamera.mjCAMERA_USER.value
        try:
            self._context = mujoco.MjrContext(
                self.own.model, mujoco.mjtFontScale.mjFONTSCALE_50.value
            )
        except mujoco.FatalError as error:
            raise RenderError(
                f'The OpenGL driver cannot render this model at {size[0]}x{size[1]} pixels with '
                f'{config.samples} samples and a shadow map of {config.shadow_size}: {error}. '
                'Lower these in the render section, or look at: synth-ros doctor'
            ) from error
        self._context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR.value
        mujoco.mjr_setBuffer(_OFFSCREEN, self._context)
        self._scene = mujoco.MjvScene(self.own.model, maxgeom=self.own.model.ngeom + _SPARE_SLOTS)
        self._scene.flags[:] = 0
        self._scene.flags[int(mujoco.mjtRndFlag.mjRND_SHADOW)] = config.shadow_size > 0
        self._scene.flags[int(mujoco.mjtRndFlag.mjRND_SKYBOX)] = 1
        self._scene.flags[int(mujoco.mjtRndFlag.mjRND_CULL_FACE)] = 1

    def ensure_size(self, size: tuple[int, int]) -> None:
        """Grow the offscreen buffer if an image of this (width, height) does not fit."""
        grown = (max(self._size[0], size[0]), max(self._size[1], size[1]))
        if grown != self._size:
            mujoco.mjr_resizeOffscreen(*grown, self._context)
            mujoco.mjr_setBuffer(_OFFSCREEN, self._context)
            self._size = grown

    def aim(self, viewpoint: Viewpoint, window: PixelWindow | None = None) -> None:
        """Point both eyes at the image or a window of its pixels, off-centre and all."""
        f = frustum(viewpoint.camera, self.own.near_m, self.own.far_m, window=window)
        pose = viewpoint.world_from_camera
        for eye in self._scene.camera:
            eye.pos, eye.forward, eye.up = pose[:3, 3], pose[:3, 2], -pose[:3, 1]
            eye.frustum_center = (f.left + f.right) / 2
            eye.frustum_width = (f.right - f.left) / 2
            eye.frustum_bottom, eye.frustum_top = f.bottom, f.top
            eye.frustum_near, eye.frustum_far = f.near, f.far
            eye.orthographic = 0

    def update(self, data: mujoco.MjData) -> None:
        """Fill the scene from the state; the eyes must have been aimed (the headlight)."""
        mujoco.mjv_updateScene(
            self.own.model, data, self._option, None, self._camera, _NO_DECORATION, self._scene
        )
        if self._scene.status != 0:
            raise InternalError(
                f'The scene of {self.own.model.ngeom} geoms did not fit its '
                f'{self._scene.maxgeom} slots.'
            )

    def colors(self, size: tuple[int, int]) -> ByteImage:
        """The picture, (height, width, 3), lower row first."""
        rect = mujoco.MjrRect(0, 0, *size)
        colors = np.empty((size[1], size[0], 3), np.uint8)
        mujoco.mjr_render(rect, self._scene, self._context)
        mujoco.mjr_readPixels(colors, None, rect, self._context)
        return colors

    def codes_and_depth(
        self, target: PlainTarget, size: tuple[int, int]
    ) -> tuple[ByteImage, DepthImage]:
        """Index colours (height, width, 3) and depth buffer (height, width), lower row first."""
        rect = mujoco.MjrRect(0, 0, *size)
        codes = np.empty((size[1], size[0], 3), np.uint8)
        raw = np.empty((size[1], size[0]), np.float32)
        with target.bound(self._context), self._ids():
            mujoco.mjr_render(rect, self._scene, self._context)
            mujoco.mjr_readPixels(codes, raw, rect, self._context)
        return codes, raw

    def part_codes(
        self, target: PlainTarget, tile: PixelWindow, parts: Sequence[PixelWindow]
    ) -> list[ByteImage]:
        """Index colours of some parts of the tile aimed at, lower row first.

        The whole tile is drawn, but only the parts are read: reading takes longer than drawing.
        """
        with target.bound(self._context), self._ids():
            whole = mujoco.MjrRect(0, 0, tile.width, tile.height)
            mujoco.mjr_render(whole, self._scene, self._context)
            out = []
            for part in parts:
                left, bottom = part.x0 - tile.x0, tile.y1 - part.y1
                codes = np.empty((part.height, part.width, 3), np.uint8)
                corner = mujoco.MjrRect(left, bottom, part.width, part.height)
                mujoco.mjr_readPixels(codes, None, corner, self._context)
                out.append(codes)
        return out

    def geom_table(self) -> NDArray[np.int32]:
        """Geom id of each index colour; it changes with what is visible."""
        table = np.full(self._scene.ngeom + 1, -1, np.int32)
        for geom in self._scene.geoms[: self._scene.ngeom]:
            if geom.objtype == _GEOM and geom.segid >= 0:
                table[geom.segid + 1] = geom.objid
        return table

    @contextmanager
    def only(self, geom_ids: Sequence[int]) -> Iterator[None]:
        """Let ``update`` take these geoms and no others."""
        groups = self.own.model.geom_group
        original = groups.copy()
        groups[:] = HIDDEN_GROUP
        groups[list(geom_ids)] = 0
        try:
            yield
        finally:
            groups[:] = original

    def close(self) -> None:
        """Free the GL objects."""
        self._context.free()

    @contextmanager
    def _ids(self) -> Iterator[None]:
        """Draw ids instead of colours."""
        flags = self._scene.flags
        flags[_SEGMENT] = flags[_ID_COLOR] = 1
        try:
            yield
        finally:
            flags[_SEGMENT] = flags[_ID_COLOR] = 0
