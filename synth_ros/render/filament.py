"""MuJoCo's physically based renderer (Google Filament, on Vulkan)."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

import mujoco
import numpy as np

from synth_ros.config.render import RenderConfig
from synth_ros.errors import InternalError, RenderError
from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.base import Layers, Viewpoint
from synth_ros.render.bounds import Projection, tile_parts
from synth_ros.render.devices import Device
from synth_ros.render.filament_scene import DEPTH, IDS, FilamentScene, color_pass
from synth_ros.render.model import private_model
from synth_ros.render.owner import ThreadOwner
from synth_ros.render.pixels import any_color, ids_from_colors, metric_depth, tight_silhouette
from synth_ros.render.probe import probe_vulkan
from synth_ros.types import Silhouette

# Edges of square targets for silhouettes; larger windows use one of the image's size.
_TARGET_STEPS = (128, 256, 512)


class FilamentRenderer:
    """Implements ``render.base.Renderer`` with ``mujoco.mjrf``.

    Depth and ids are pure functions of model, state and viewpoint. The colour image is one of
    the number of images since ``load``, too: Filament dithers in time, by one or two grey
    levels and more at smoothed edges, and its random sequence starts with ``load``. The same
    calls after ``load`` give the same bits.

    Args:
        config: Quality of the colour image.
        device: The Vulkan device as probed; probed here if not given.

    Raises:
        RenderError: If Vulkan or a driver is missing.
    """

    name = 'filament'

    def __init__(self, config: RenderConfig, *, device: Device | None = None) -> None:
        self._config = config
        self._owner = ThreadOwner()
        found = device or probe_vulkan()
        if not isinstance(found, Device):
            raise RenderError(f'Filament cannot render here: {found.reason}')
        self._found = found
        self._scene: FilamentScene | None = None
        self._closed = False

    @property
    def device(self) -> str:
        """Vulkan device and driver, in the driver's own words."""
        return self._found.label

    def load(self, model: mujoco.MjModel) -> None:
        """Take a model to render; frees the one before. The model is not edited."""
        self._enter()
        self._unload()
        own = private_model(model, self._config)
        # Ambient occlusion leaks 1.4 MB a frame on the software driver before Mesa 25.
        occlusion = self._config.ambient_occlusion and not self._found.outdated
        self._scene = FilamentScene(own, self._config, ambient_occlusion=occlusion)

    def render(self, data: mujoco.MjData, viewpoint: Viewpoint) -> Layers:
        """Render the state as it is: kinematics must be up to date (``mj_forward``)."""
        scene = self._loaded()
        scene.update(data)
        camera = viewpoint.camera
        size = (camera.width, camera.height)
        tile = PixelWindow(0, 0, *size)
        rgb, raw, codes = (
            scene.draw(what, viewpoint, target_size=size, tile=tile, offset=(0, 0)).copy()
            for what in (color_pass(self._config), DEPTH, IDS)
        )
        own = scene.own
        # Index 1..ngeom are the geoms in order; everything else is hidden.
        table = np.arange(-1, own.model.ngeom, dtype=np.int32)
        return Layers(
            rgb, metric_depth(raw, own.near_m, own.far_m), ids_from_colors(codes, table)
        )

    def silhouettes(
        self, data: mujoco.MjData, viewpoint: Viewpoint, geom_groups: Sequence[Sequence[int]]
    ) -> list[Silhouette | None]:
        """What each group of geoms alone would cover on the extended canvas."""
        scene = self._loaded()
        scene.update(data)
        projection = Projection(scene.own.model, data, viewpoint, near_m=scene.own.near_m)
        out: list[Silhouette | None] = []
        with scene.emptied():
            for geom_ids in geom_groups:
                window = projection.window([g for g in geom_ids if scene.own.visible[g]])
                with scene.shown(geom_ids):
                    out.append(window and _silhouette(scene, viewpoint, window))
        return out

    def close(self) -> None:
        """Free everything; closing twice is fine."""
        if not self._closed:
            self._enter()
            self._unload()
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

    def _loaded(self) -> FilamentScene:
        self._enter()
        if self._scene is None:
            raise InternalError('A renderer was asked for images before load(model).')
        return self._scene

    def _unload(self) -> None:
        if self._scene is not None:
            self._scene.close()
        self._scene = None


def _silhouette(
    scene: FilamentScene, viewpoint: Viewpoint, window: PixelWindow
) -> Silhouette | None:
    """Coverage of the geoms that are shown, tile by tile."""
    camera = viewpoint.camera
    mask = np.zeros((window.height, window.width), np.bool_)
    for tile, part in tile_parts(camera, window):
        edge = max(part.width, part.height)
        step = next((s for s in _TARGET_STEPS if edge <= s), None)
        codes = scene.draw(
            IDS,
            viewpoint,
            target_size=(camera.width, camera.height) if step is None else (step, step),
            tile=tile,
            offset=(tile.x0 - part.x0, tile.y0 - part.y0),
        )
        mask[
            part.y0 - window.y0 : part.y1 - window.y0, part.x0 - window.x0 : part.x1 - window.x0
        ] = any_color(codes[: part.height, : part.width])
    return tight_silhouette(mask, window)
