"""One model in one Filament context: lights, renderables, render targets, requests."""

from __future__ import annotations

import importlib
import math
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, NamedTuple, TypeVar

import mujoco
import numpy as np
from mujoco import mjrf
from numpy.typing import NDArray

from synth_ros.config.render import RenderConfig
from synth_ros.geometry.camera import PixelWindow, frustum
from synth_ros.render.base import Viewpoint
from synth_ros.render.filament_sky import ambient_lux, sky_file, upload_cube
from synth_ros.render.looks import Changes, copy_looks
from synth_ros.render.model import (
    PrivateModel,
    drawing_options,
    drop_textured_glow,
    hide_undrawn,
    use_photometric_hues,
)
from synth_ros.scene.environment_light import room_environment
from synth_ros.scene.surfaces import is_drawn

_GEOM = mujoco.mjtObj.mjOBJ_GEOM
# MuJoCo's own default for the headlight of models without intensities.
_HEADLIGHT_LUX = 40_000.0
_DEFAULT_SHADOW_SIZE = 2048
# Brings a lit room to the middle of the tone curve.
_EXPOSURE_STOPS = 0.7
_TONE_MAPPING = {'aces': 'aces', 'neutral': 'pbr_neutral', 'none': 'linear'}
_CHATTER = ('FEngine', 'Using ', 'Backend feature', 'Selected physical device', 'Vulkan device')


Pixels = TypeVar('Pixels', NDArray[np.uint8], NDArray[np.float32])


class Target(NamedTuple, Generic[Pixels]):
    """A render target and the buffer that its pixels are read into."""

    target: mjrf.RenderTarget
    buffer: Pixels
    read: mjrf.ReadRequest


class Place(NamedTuple):
    """Which pixels of the canvas are drawn, and where they land.

    Attributes:
        target_size: (width, height) of the render target.
        tile: The pixels that the frustum covers.
        offset: Column and row of the target, from its upper left corner, where the tile's
            first pixel lands; may be negative: what falls outside is not drawn.
    """

    target_size: tuple[int, int]
    tile: PixelWindow
    offset: tuple[int, int]


class Pass(NamedTuple):
    """What a request draws.

    Attributes:
        mode: Draw mode.
        shadows: Whether shadows are drawn.
        color: Whether this is a picture (post-processing and sky) or raw values.
    """

    mode: mjrf.DrawMode
    shadows: bool = False
    color: bool = False


_DEPTH = Pass(mjrf.DrawMode.DRAW_MODE_DEPTH)
IDS = Pass(mjrf.DrawMode.DRAW_MODE_SEGMENTATION_BY_ID)


def picture_pass(config: RenderConfig) -> Pass:
    """The colour image, with shadows if the config wants them."""
    return Pass(mjrf.DrawMode.DRAW_MODE_DEFAULT, shadows=config.shadow_size > 0, color=True)


class FilamentScene:
    """A context with one model; all calls on one thread.

    A context lives as long as its model: Filament's dithering draws from a random sequence
    that starts with the context, so only a new one repeats the same pictures.

    Args:
        own: The private model.
        config: Quality.
        ambient_occlusion: Whether to draw it.
    """

    def __init__(
        self, own: PrivateModel, config: RenderConfig, *, ambient_occlusion: bool
    ) -> None:
        self.own = own
        self._color_targets: dict[tuple[int, int], Target[NDArray[np.uint8]]] = {}
        self._depth_targets: dict[tuple[int, int], Target[NDArray[np.float32]]] = {}
        self._texture: mjrf.Texture | None = None
        # Registers the material files; without it the process exits.
        importlib.import_module('mujoco.studio')
        settings = mjrf.ContextConfig()
        settings.graphics_api = mjrf.GraphicsApi.GRAPHICS_API_VULKAN
        with quiet_stdout():
            self._context = mjrf.Context(settings)
        self._context.set_clear_color([0, 0, 0])
        self._scene = self._context.create_scene(mjrf.SceneParams())
        self._config, self._ambient_occlusion = config, ambient_occlusion
        self._exposure_ev = math.nan
        self._expose(0.0)
        self._resources = mjrf.ModelResources(self._context, own.model)
        self._lights = mjrf.ModelLights(self._scene, self._resources)
        self._renderables = mjrf.ModelRenderables(self._scene, self._resources)
        self._renderables.set_options(drawing_options())
        self._photometric = bool((own.model.light_intensity > 0).any())
        self._image_light = self._add_image_light()
        self._sky: mjrf.Texture | None = None
        self._set_sky()
        self._drawn = self._drawn_renderables()

    def refresh(self, model: mujoco.MjModel, changes: Changes) -> bool:
        """Take the looks of a model as they are now.

        Args:
            model: The caller's model.
            changes: What differs from before.

        Returns:
            Whether that was possible; otherwise the scene must be made anew.
        """
        own = self.own.model
        if changes.soft or changes.visual or changes.textures or _kinds(model) != _kinds(own):
            return False
        if not np.array_equal(is_drawn(model), self.own.visible):
            return False
        if changes.any:
            copy_looks(model, own)
            hide_undrawn(own)
            use_photometric_hues(own)
            drop_textured_glow(own)
        if self._image_light is not None:
            self._image_light.set_intensity(ambient_lux(own))
        if changes.lights:
            self._set_sky()
        return True

    def update(self, data: mujoco.MjData) -> None:
        """Take poses from a state."""
        self._lights.update(data)
        self._renderables.update(data)

    def draw_colors(self, what: Pass, viewpoint: Viewpoint, place: Place) -> NDArray[np.uint8]:
        """Draw a colour pass; the target's pixels, (height, width, 3), upper row first."""
        if place.target_size not in self._color_targets:
            width, height = place.target_size
            buffer = np.zeros((height, width, 3), np.uint8)
            pixel = mjrf.PixelFormat.PIXEL_FORMAT_RGB8
            self._color_targets[place.target_size] = self._new_target(buffer, pixel)
        target = self._color_targets[place.target_size]
        if what.color:
            self._expose(viewpoint.exposure_ev)
        self._draw(what, viewpoint, place=place, target=target)
        return target.buffer.copy()

    def draw_depth(self, viewpoint: Viewpoint, place: Place) -> NDArray[np.float32]:
        """Draw the depth pass; the reversed depth buffer, (height, width), upper row first."""
        if place.target_size not in self._depth_targets:
            width, height = place.target_size
            buffer = np.zeros((height, width), np.float32)
            pixel = mjrf.PixelFormat.PIXEL_FORMAT_R32F
            self._depth_targets[place.target_size] = self._new_target(buffer, pixel)
        target = self._depth_targets[place.target_size]
        self._draw(_DEPTH, viewpoint, place=place, target=target)
        return target.buffer.copy()

    @contextmanager
    def emptied(self) -> Iterator[None]:
        """Hide everything; ``shown`` brings back some geoms."""
        self._renderables.set_options(drawing_options(soft=False))
        for renderable in self._drawn.values():
            self._scene.remove_renderable(renderable)
        try:
            yield
        finally:
            for renderable in self._drawn.values():
                self._scene.add_renderable(renderable)
            self._renderables.set_options(drawing_options())

    @contextmanager
    def shown(self, geom_ids: Sequence[int]) -> Iterator[None]:
        """Show these geoms in an emptied scene."""
        renderables = [self._drawn[g] for g in geom_ids if g in self._drawn]
        for renderable in renderables:
            self._scene.add_renderable(renderable)
        try:
            yield
        finally:
            for renderable in renderables:
                self._scene.remove_renderable(renderable)

    def close(self) -> None:
        """Free everything, parts before the whole: destroying out of order aborts."""
        self._drawn.clear()
        self._color_targets.clear()
        self._depth_targets.clear()
        if self._image_light is not None:
            self._scene.remove_light(self._image_light)
        self._image_light = self._texture = self._sky = None
        del self._lights, self._renderables, self._resources, self._scene, self._context

    def _drawn_renderables(self) -> dict[int, mjrf.Renderable]:
        """The renderable of each geom that is drawn, by geom id."""
        found = {
            int(geom): self._renderables.get_renderable(_GEOM, int(geom))
            for geom in np.flatnonzero(self.own.visible)
        }
        return {geom: item for geom, item in found.items() if item is not None}

    def _add_image_light(self) -> mjrf.Light | None:
        """Light the scene from all around, as bright as the model's ambient light.

        Only where the model's lights are photometric and none of them is an environment:
        otherwise MuJoCo or the model bring their own.
        """
        model = self.own.model
        environment = bool((model.light_type == mujoco.mjtLightType.mjLIGHT_IMAGE.value).any())
        if environment or not self._photometric:
            return None
        self._texture = upload_cube(self._context, room_environment())
        params = mjrf.LightParams()
        params.type = mjrf.LightType.LIGHT_IMAGE
        params.texture = self._texture
        params.intensity = ambient_lux(model)
        light = self._context.create_light(params)
        self._scene.add_light(light)
        return light

    def _set_sky(self) -> None:
        """Show the model's sky as bright as its picture is."""
        ktx = sky_file(self.own.model) if self._photometric else None
        if ktx is not None:
            self._sky = upload_cube(self._context, ktx)
            self._scene.set_skybox(self._sky)

    def _expose(self, exposure_ev: float) -> None:
        """Set the exposure of pictures, stops."""
        if exposure_ev != self._exposure_ev:
            self._exposure_ev = exposure_ev
            self._scene.configure_from_model(
                _settings_model(
                    self._config,
                    ambient_occlusion=self._ambient_occlusion,
                    exposure_ev=exposure_ev,
                )
            )

    def _camera(self, viewpoint: Viewpoint, tile: PixelWindow) -> mjrf.Camera:
        f = frustum(viewpoint.camera, self.own.near_m, self.own.far_m, window=tile)
        pose = viewpoint.world_from_camera
        return mjrf.Camera(
            pos=pose[:3, 3],
            forward=pose[:3, 2],
            up=-pose[:3, 1],
            frustum_center=(f.left + f.right) / 2,
            frustum_width=(f.right - f.left) / 2,
            frustum_bottom=f.bottom,
            frustum_top=f.top,
            frustum_near=f.near,
            frustum_far=f.far,
        )

    def _draw(
        self, what: Pass, viewpoint: Viewpoint, *, place: Place, target: Target[Pixels]
    ) -> None:
        request = mjrf.RenderRequest()
        request.scene, request.target = self._scene, target.target
        request.camera = self._camera(viewpoint, place.tile)
        viewport = request.viewport
        viewport.left = place.offset[0]
        viewport.bottom = place.target_size[1] - place.offset[1] - place.tile.height
        viewport.width, viewport.height = place.tile.width, place.tile.height
        request.draw_mode = what.mode
        request.shadows = what.shadows
        request.post_processing = request.skybox = what.color
        request.reflections = request.haze = False
        head = self.own.model.vis.headlight
        if what.color and head.active and not self._photometric:
            request.headlight, request.headlight_intensity = True, _HEADLIGHT_LUX
            request.headlight_color = head.diffuse
        self._context.wait_for_frame(self._context.render([request], [target.read]))

    def _new_target(self, buffer: Pixels, pixel: mjrf.PixelFormat) -> Target[Pixels]:
        """A render target that is read into the buffer."""
        config = mjrf.RenderTargetConfig(
            width=buffer.shape[1],
            height=buffer.shape[0],
            color_format=pixel,
            depth_format=mjrf.PixelFormat.PIXEL_FORMAT_DEPTH32F,
        )
        target = self._context.create_render_target(config)
        read = mjrf.ReadRequest(target=target)
        read.set_buffer(buffer)
        return Target(target, buffer, read)


def _kinds(model: mujoco.MjModel) -> tuple[bool, bytes]:
    """What lights and textures of a model are for, which is fixed in a scene."""
    parts = (model.light_type, model.light_texid, model.mat_texid)
    photometric = bool((model.light_intensity > 0).any())
    return photometric, b''.join(part.tobytes() for part in parts)


def surface_table(model: mujoco.MjModel) -> NDArray[np.int32]:
    """Surface id of each index colour: geoms, sites, flexes, skins, tendons; 0 is nothing."""
    soft = model.nflex + model.nskin + model.ntendon
    geoms = np.arange(-1, model.ngeom, dtype=np.int32)
    sites = np.full(model.nsite, -1, np.int32)
    return np.concatenate([geoms, sites, model.ngeom + np.arange(soft, dtype=np.int32)])


@contextmanager
def quiet_stdout() -> Iterator[None]:
    """Swallow what Filament writes to file descriptor 1 while a context is made.

    It would end in the user's pipe. Lines of others that fall into the gap are passed on.
    """
    sys.stdout.flush()
    with tempfile.TemporaryFile() as file:
        saved = os.dup(1)
        os.dup2(file.fileno(), 1)
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(saved, 1)
            os.close(saved)
            file.seek(0)
            for line in file.read().splitlines(keepends=True):
                if not line.decode(errors='replace').startswith(_CHATTER):
                    os.write(1, line)


def _settings_model(
    config: RenderConfig, *, ambient_occlusion: bool, exposure_ev: float
) -> mujoco.MjModel:
    """A model without bodies that carries Filament's settings (MuJoCo's ``filament.*``)."""
    spec = mujoco.MjSpec()
    numbers = {
        'filament.cg.exposure': _EXPOSURE_STOPS + exposure_ev,
        'filament.ao.enabled': float(ambient_occlusion),
        'filament.shadows.map_size': float(config.shadow_size or _DEFAULT_SHADOW_SIZE),
    }
    texts = {
        'filament.shadows.type': 'pcss' if config.soft_shadows else 'pcf',
        'filament.cg.tone_mapping': _TONE_MAPPING[config.tone_mapping],
    }
    for name, number in numbers.items():
        spec.add_numeric(name=name, data=[number], size=1)
    for name, text in texts.items():
        spec.add_text(name=name, data=text)
    return spec.compile()
