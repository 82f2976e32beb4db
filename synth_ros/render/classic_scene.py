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
from synth_ros.render.looks import Looks, copy_looks
from synth_ros.render.model import HIDDEN_GROUP, drawing_options, hide_undrawn, private_model
from synth_ros.render.pixels import gl_frustum_curve
from synth_ros.scene.soft import cable_tubes, soft_surfaces
from synth_ros.types import ByteImage, DepthImage

_GEOM = int(mujoco.mjtObj.mjOBJ_GEOM)
_FLEX = int(mujoco.mjtObj.mjOBJ_FLEX)
_SKIN = int(mujoco.mjtObj.mjOBJ_SKIN)
_TENDON = int(mujoco.mjtObj.mjOBJ_TENDON)
_NO_DECORATION = int(mujoco.mjtCatBit.mjCAT_STATIC) | int(mujoco.mjtCatBit.mjCAT_DYNAMIC)
_SEGMENT = int(mujoco.mjtRndFlag.mjRND_SEGMENT)
_ID_COLOR = int(mujoco.mjtRndFlag.mjRND_IDCOLOR)
_OFFSCREEN = mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value
_CAPSULE = mujoco.mjtGeom.mjGEOM_CAPSULE.value
# What a capsule of a cable takes over from its flex.
_COPIED = (
    'objtype',
    'objid',
    'category',
    'matid',
    'emission',
    'specular',
    'shininess',
    'reflectance',
    'transparent',
)
# Slots beyond one per geom, so that a full scene is a bug and not a coincidence.
_SPARE_SLOTS = 64
# As OpenGL's fixed functions have it; the headlight is the first.
_MOST_LIGHTS = 8


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
        self._looks = Looks(model, self.own.model.tex_data)
        _adapt_lights(self.own.model)
        self.curve = gl_frustum_curve(self.own.near_m, self.own.far_m)
        self._size = size
        self._option = drawing_options()
        self._soft = soft_surfaces(self.own.model)
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
        slots = sum(1 + surface.tubes for surface in self._soft)
        self._scene = mujoco.MjvScene(
            self.own.model, maxgeom=self.own.model.ngeom + slots + _SPARE_SLOTS
        )
        self._scene.flags[:] = 0
        self._scene.flags[int(mujoco.mjtRndFlag.mjRND_SHADOW)] = config.shadow_size > 0
        self._scene.flags[int(mujoco.mjtRndFlag.mjRND_SKYBOX)] = 1
        self._scene.flags[int(mujoco.mjtRndFlag.mjRND_CULL_FACE)] = 1

    def refresh(self, model: mujoco.MjModel) -> bool:
        """Take the looks of the model as they are now.

        Returns:
            Whether that was possible; otherwise the scene must be made anew.

        Raises:
            InternalError: The model has another structure.
            RenderError: It has more lights than OpenGL takes.
        """
        changes, own = self._looks.update(model), self.own.model
        if changes.visual:
            return False
        if changes.any:
            copy_looks(model, own)
            _adapt_lights(own)
            self.own = self.own._replace(visible=hide_undrawn(own))
            self._soft = soft_surfaces(own)
        for texture in changes.textures:
            mujoco.mjr_uploadTexture(own, self._context, texture)
        return True

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
        if self._option.flexgroup[0]:
            add_cables(self.own.model, data, self._scene)

    def expose(self, gain: float) -> None:
        """Make the lights and what shines by itself brighter, until the next ``update``.

        Args:
            gain: Factor on colours as they are on the screen.
        """
        if gain == 1:
            return
        for light in self._scene.lights[: self._scene.nlight]:
            light.diffuse = light.diffuse * gain
            light.ambient = light.ambient * gain
            light.specular = light.specular * gain
        for geom in self._scene.geoms[: self._scene.ngeom]:
            geom.emission *= gain

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
        """Surface id of each index colour; it changes with what is visible."""
        table = np.full(self._scene.ngeom + 1, -1, np.int32)
        model = self.own.model
        first = {
            _GEOM: 0,
            _FLEX: model.ngeom,
            _SKIN: model.ngeom + model.nflex,
            _TENDON: model.ngeom + model.nflex + model.nskin,
        }
        for geom in self._scene.geoms[: self._scene.ngeom]:
            kind = int(geom.objtype)
            if kind in first and geom.segid >= 0:
                table[geom.segid + 1] = first[kind] + geom.objid
        return table

    @contextmanager
    def only(self, geom_ids: Sequence[int]) -> Iterator[None]:
        """Let ``update`` take these geoms and no others."""
        groups = self.own.model.geom_group
        original = groups.copy()
        groups[:] = HIDDEN_GROUP
        groups[list(geom_ids)] = 0
        option, self._option = self._option, drawing_options(soft=False)
        try:
            yield
        finally:
            groups[:] = original
            self._option = option

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


def _adapt_lights(model: mujoco.MjModel) -> None:
    """Make lights that shine all around spots, which MuJoCo draws, and count them all.

    Raises:
        RenderError: There are more than OpenGL's fixed functions take.
    """
    points = model.light_type == mujoco.mjtLightType.mjLIGHT_POINT.value
    model.light_type[points] = mujoco.mjtLightType.mjLIGHT_SPOT.value
    model.light_cutoff[points] = 180
    model.light_exponent[points] = 0
    images = model.light_type == mujoco.mjtLightType.mjLIGHT_IMAGE.value
    lights = int((model.light_active & ~images).sum())
    most = _MOST_LIGHTS - bool(model.vis.headlight.active)
    if lights > most:
        raise RenderError(
            f'The model has {lights} lights that shine; the classic renderer draws at most {most} '
            'beside the light from everywhere. Make the others inactive, ask for fewer '
            '(environment.lights.count), or take another renderer (render.backend).'
        )


def add_cables(model: mujoco.MjModel, data: mujoco.MjData, scene: mujoco.MjvScene) -> None:
    """Draw flexes of one dimension as capsules end to end.

    MuJoCo would draw tubes that are open at their ends and gape where the cable bends.

    Args:
        model: The model.
        data: Its state.
        scene: Filled from that state; more geoms are added.
    """
    cables = [
        geom
        for geom in scene.geoms[: scene.ngeom]
        if int(geom.objtype) == _FLEX and int(model.flex_dim[geom.objid]) == 1
    ]
    for cable in cables:
        for rotation, center, radius, half in zip(
            *cable_tubes(model, data, int(cable.objid)), strict=True
        ):
            geom = scene.geoms[scene.ngeom]
            mujoco.mjv_initGeom(
                geom,
                _CAPSULE,
                np.array([radius, half, 0.0]),
                center,
                rotation.ravel(),
                cable.rgba,
            )
            for name in _COPIED:
                setattr(geom, name, getattr(cable, name))
            geom.segid = scene.ngeom
            scene.ngeom += 1
