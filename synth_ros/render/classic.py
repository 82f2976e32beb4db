"""MuJoCo's classic OpenGL renderer: one pass for colour, one for ids and depth together."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

import cv2
import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.render import RenderConfig
from synth_ros.errors import InternalError, RenderError
from synth_ros.geometry.camera import PixelWindow, frustum
from synth_ros.render.base import Layers, Viewpoint
from synth_ros.render.bounds import Projection, tile_parts
from synth_ros.render.devices import Device
from synth_ros.render.gl import INSTALL_HINT, create_gl_context, gl_identity
from synth_ros.render.model import (
    HIDDEN_GROUP,
    PrivateModel,
    drawing_options,
    private_model,
)
from synth_ros.render.owner import ThreadOwner
from synth_ros.render.pixels import (
    any_color,
    ids_from_colors,
    metric_depth,
    tight_silhouette,
)
from synth_ros.types import CameraModel, MaskImage, Silhouette

_GEOM = int(mujoco.mjtObj.mjOBJ_GEOM)
_NO_DECORATION = int(mujoco.mjtCatBit.mjCAT_STATIC) | int(mujoco.mjtCatBit.mjCAT_DYNAMIC)
_SEGMENT = int(mujoco.mjtRndFlag.mjRND_SEGMENT)
_ID_COLOR = int(mujoco.mjtRndFlag.mjRND_IDCOLOR)
# Slots beyond one per geom, so that a full scene is a bug and not a coincidence.
_SPARE_SLOTS = 64


class ClassicRenderer:
    """Implements ``render.base.Renderer`` with ``mjv``/``mjr``.

    The image is a pure function of model, state, viewpoint and config: bit-identical across
    frames, contexts and processes of one driver.

    Args:
        config: Quality of the colour image.
        max_size: (width, height) of the largest expected image; larger ones work and cost a
            reallocation.

    Raises:
        RenderError: If no OpenGL context can be made.
    """

    name = 'classic'

    def __init__(self, config: RenderConfig, max_size: tuple[int, int]) -> None:
        self._config = config
        self._owner = ThreadOwner()
        self._size = max_size
        self._option = drawing_options()
        self._own: PrivateModel | None = None
        self._scene: mujoco.MjvScene | None = None
        self._mjr: mujoco.MjrContext | None = None
        self._gl = create_gl_context(max_size)
        self._closed = False
        # Imports PyOpenGL, which must come after the platform was chosen.
        from synth_ros.render.gl_target import PlainTargets

        self._targets = PlainTargets(max_size)
        self._device = Device('opengl', *gl_identity()).label

    @property
    def device(self) -> str:
        """OpenGL renderer and version, in the driver's own words."""
        return self._device

    def load(self, model: mujoco.MjModel) -> None:
        """Take a model to render; frees the one before. The model is not edited.

        Raises:
            RenderError: If the driver cannot hold the model.
        """
        self._enter()
        self._unload()
        own = private_model(model, self._config, max_size=self._size)
        try:
            context = mujoco.MjrContext(own.model, mujoco.mjtFontScale.mjFONTSCALE_50.value)
        except mujoco.FatalError as error:
            raise RenderError(
                f'The OpenGL driver ({self._device}) cannot render this model: {error}. '
                f'{INSTALL_HINT}'
            ) from error
        context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR.value
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, context)
        scene = mujoco.MjvScene(own.model, maxgeom=own.model.ngeom + _SPARE_SLOTS)
        scene.flags[:] = 0
        scene.flags[int(mujoco.mjtRndFlag.mjRND_SHADOW)] = self._config.shadow_size > 0
        scene.flags[int(mujoco.mjtRndFlag.mjRND_SKYBOX)] = 1
        scene.flags[int(mujoco.mjtRndFlag.mjRND_CULL_FACE)] = 1
        self._own, self._mjr, self._scene = own, context, scene

    def render(self, data: mujoco.MjData, viewpoint: Viewpoint) -> Layers:
        """Render the state as it is: kinematics must be up to date (``mj_forward``)."""
        own, scene, context = self._loaded()
        camera = viewpoint.camera
        self._ensure_size(camera)
        self._aim(viewpoint, None)
        self._update(data)
        rect = mujoco.MjrRect(0, 0, camera.width, camera.height)
        colors = np.empty((camera.height, camera.width, 3), np.uint8)
        mujoco.mjr_render(rect, scene, context)
        mujoco.mjr_readPixels(colors, None, rect, context)
        codes = np.empty_like(colors)
        raw = np.empty((camera.height, camera.width), np.float32)
        with self._targets.largest.bound(context), _IdFlags(scene):
            mujoco.mjr_render(rect, scene, context)
            mujoco.mjr_readPixels(codes, raw, rect, context)
        return Layers(
            cv2.flip(colors, 0),
            metric_depth(cv2.flip(raw, 0), own.near_m, own.far_m),
            ids_from_colors(cv2.flip(codes, 0), self._geom_table()),
        )

    def silhouettes(
        self, data: mujoco.MjData, viewpoint: Viewpoint, geom_groups: Sequence[Sequence[int]]
    ) -> list[Silhouette | None]:
        """What each group of geoms alone would cover on the extended canvas.

        Each group is drawn alone, as ids, in the window that bounds its projection. Windows
        within the image use the very frustum of ``render`` and only shift the viewport, so a
        pixel's coverage is decided by the same arithmetic in both.
        """
        own, scene, context = self._loaded()
        self._ensure_size(viewpoint.camera)
        drawn = [[g for g in ids if own.visible[g]] for ids in geom_groups]
        projection = Projection(own.model, data, viewpoint, near_m=own.near_m)
        groups = own.model.geom_group
        original = groups.copy()
        out: list[Silhouette | None] = []
        try:
            with _IdFlags(scene):
                for ids in drawn:
                    window = projection.window(ids)
                    groups[:] = HIDDEN_GROUP
                    groups[ids] = 0
                    out.append(window and self._silhouette(data, viewpoint, window))
        finally:
            groups[:] = original
        return out

    def close(self) -> None:
        """Free everything; closing twice is fine."""
        if self._closed:
            return
        self._enter()
        self._unload()
        self._targets.free()
        self._gl.free()
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _enter(self) -> None:
        self._owner.check()
        if self._closed:
            raise InternalError('A renderer was used after it was closed.')
        self._gl.make_current()

    def _loaded(self) -> tuple[PrivateModel, mujoco.MjvScene, mujoco.MjrContext]:
        self._enter()
        if self._own is None or self._scene is None or self._mjr is None:
            raise InternalError('A renderer was asked for images before load(model).')
        return self._own, self._scene, self._mjr

    def _unload(self) -> None:
        if self._mjr is not None:
            self._mjr.free()
        self._own = self._scene = self._mjr = None

    def _ensure_size(self, camera: CameraModel) -> None:
        """Grow the framebuffers if this image is larger than any before."""
        size = (max(self._size[0], camera.width), max(self._size[1], camera.height))
        if size == self._size:
            return
        assert self._mjr is not None
        mujoco.mjr_resizeOffscreen(*size, self._mjr)
        self._targets.resize(size)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self._mjr)
        self._size = size

    def _aim(self, viewpoint: Viewpoint, window: PixelWindow | None) -> None:
        """Point both eyes of the scene at the window of the image, off-centre and all."""
        own, scene = self._own, self._scene
        assert own is not None and scene is not None
        f = frustum(viewpoint.camera, own.near_m, own.far_m, window=window)
        pose = viewpoint.world_from_camera
        for eye in scene.camera:
            eye.pos, eye.forward, eye.up = pose[:3, 3], pose[:3, 2], -pose[:3, 1]
            eye.frustum_center = (f.left + f.right) / 2
            eye.frustum_width = (f.right - f.left) / 2
            eye.frustum_bottom, eye.frustum_top = f.bottom, f.top
            eye.frustum_near, eye.frustum_far = f.near, f.far
            eye.orthographic = 0

    def _update(self, data: mujoco.MjData) -> None:
        """Fill the scene from the state; the eyes must have been aimed."""
        own, scene = self._own, self._scene
        assert own is not None and scene is not None
        camera = mujoco.MjvCamera()
        camera.type = mujoco.mjtCamera.mjCAMERA_USER.value
        mujoco.mjv_updateScene(
            own.model, data, self._option, None, camera, _NO_DECORATION, scene
        )
        if scene.status != 0:
            raise InternalError(
                f'The scene of {own.model.ngeom} geoms did not fit its {scene.maxgeom} slots.'
            )

    def _geom_table(self) -> NDArray[np.int32]:
        """Geom id of each colour index; it changes with what is visible."""
        assert self._scene is not None
        table = np.full(self._scene.ngeom + 1, -1, np.int32)
        for geom in self._scene.geoms[: self._scene.ngeom]:
            if geom.objtype == _GEOM and geom.segid >= 0:
                table[geom.segid + 1] = geom.objid
        return table

    def _silhouette(
        self, data: mujoco.MjData, viewpoint: Viewpoint, window: PixelWindow
    ) -> Silhouette | None:
        """Coverage of the geoms that are in a visible group now, tile by tile."""
        mask = np.zeros((window.height, window.width), np.bool_)
        for index, (tile, part) in enumerate(tile_parts(viewpoint.camera, window)):
            self._aim(viewpoint, tile)
            if index == 0:
                self._update(data)
            rows = slice(part.y0 - window.y0, part.y1 - window.y0)
            columns = slice(part.x0 - window.x0, part.x1 - window.x0)
            mask[rows, columns] = self._coverage(tile, part)
        return tight_silhouette(mask, window)

    def _coverage(self, tile: PixelWindow, part: PixelWindow) -> MaskImage:
        """What the scene covers of a part of a tile, (part.height, part.width), bool.

        The tile's viewport is shifted until the part lies in the corner of a framebuffer
        just large enough: clearing and reading a large one costs more than the drawing.
        """
        assert self._scene is not None and self._mjr is not None
        viewport = mujoco.MjrRect(
            tile.x0 - part.x0, part.y1 - tile.y1, tile.width, tile.height
        )
        corner = mujoco.MjrRect(0, 0, part.width, part.height)
        codes = np.empty((part.height, part.width, 3), np.uint8)
        with self._targets.fitting(part).bound(self._mjr):
            mujoco.mjr_render(viewport, self._scene, self._mjr)
            mujoco.mjr_readPixels(codes, None, corner, self._mjr)
        return any_color(codes)[::-1]


class _IdFlags:
    """Draw ids instead of colours while entered."""

    def __init__(self, scene: mujoco.MjvScene) -> None:
        self._scene = scene

    def __enter__(self) -> None:
        self._scene.flags[_SEGMENT] = self._scene.flags[_ID_COLOR] = 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._scene.flags[_SEGMENT] = self._scene.flags[_ID_COLOR] = 0
