"""MuJoCo's physically based renderer (Google Filament, on Vulkan)."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco

from synth_ros.config.render import RenderConfig
from synth_ros.errors import RenderError
from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.base import Layers, Viewpoint
from synth_ros.render.bounds import project_windows
from synth_ros.render.devices import Device
from synth_ros.render.filament_scene import (
    IDS,
    FilamentScene,
    Place,
    picture_pass,
    surface_table,
)
from synth_ros.render.looks import Looks
from synth_ros.render.model import (
    drop_textured_glow,
    private_model,
    use_photometric_hues,
    use_srgb_textures,
)
from synth_ros.render.owner import DrawsAtOnce, HoldsScene
from synth_ros.render.pixels import any_color, ids_from_colors, metric_depth, reversed_curve
from synth_ros.render.probe import probe_vulkan
from synth_ros.render.silhouettes import Drawing, draw_silhouettes
from synth_ros.sim.memory import return_free_memory
from synth_ros.types import MaskImage, Silhouette


class FilamentRenderer(DrawsAtOnce, HoldsScene[FilamentScene]):
    """Implements ``render.base.Renderer`` with ``mujoco.mjrf``.

    Depth is a pure function of model, state and viewpoint, and so are ids but where two surfaces
    have the same depth to the last bit: there either may be named. The colour image is one of
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
        super().__init__()
        self._config = config
        found = device or probe_vulkan()
        if not isinstance(found, Device):
            raise RenderError(f'Filament cannot render here: {found.reason}')
        self._found = found

    @property
    def device(self) -> str:
        """Vulkan device and driver, in the driver's own words."""
        return self._found.label

    def load(self, model: mujoco.MjModel) -> None:
        """Take a model to render; frees the one before. The model is not edited."""
        self._enter()
        self._unload()
        own = private_model(model, self._config)
        self._looks = Looks(model, own.model.tex_data)
        use_srgb_textures(own.model)
        use_photometric_hues(own.model)
        drop_textured_glow(own.model)
        # Ambient occlusion leaks 1.4 MB a frame on the software driver before Mesa 25.
        occlusion = self._config.ambient_occlusion and not self._found.outdated
        self._scene = FilamentScene(own, self._config, ambient_occlusion=occlusion)

    def refresh(self, model: mujoco.MjModel) -> None:
        """Take over changed values of the loaded model.

        Colours, materials and lights are read anew. Where geoms appear or vanish, or where pixels
        or the choice of textures, kinds of lights, clipping planes, or looks of flexes, skins or
        tendons have changed, the model is loaded anew. Pictures equal those after ``load`` but for
        the dithering, which goes on.

        Raises:
            InternalError: Nothing is loaded, or the model has another structure.
        """
        scene = self._loaded()
        changes = self._looks.update(model)
        if not scene.refresh(model, changes):
            self.load(model)

    def render(self, data: mujoco.MjData, viewpoint: Viewpoint) -> Layers:
        """Render the state as it is: kinematics must be up to date (``mj_forward``)."""
        scene = self._loaded()
        scene.update(data)
        size = (viewpoint.camera.width, viewpoint.camera.height)
        place = Place(size, PixelWindow(0, 0, *size), (0, 0))
        rgb = scene.draw_colors(picture_pass(self._config), viewpoint, place)
        raw = scene.draw_depth(viewpoint, place)
        codes = scene.draw_colors(IDS, viewpoint, place)
        own = scene.own
        depth = metric_depth(raw, reversed_curve(own.near_m, own.far_m))
        return Layers(rgb, depth, ids_from_colors(codes, surface_table(own.model)))

    def silhouettes(
        self, data: mujoco.MjData, viewpoint: Viewpoint, geom_groups: Sequence[Sequence[int]]
    ) -> list[Silhouette | None]:
        """What each group of geoms alone would cover on the extended canvas."""
        scene = self._loaded()
        scene.update(data)
        camera = viewpoint.camera

        own = scene.own
        drawn = [[g for g in ids if own.visible[g]] for ids in geom_groups]
        windows = project_windows((own.model, data), viewpoint, drawn, near_m=own.near_m)

        def cover(drawing: Drawing) -> list[MaskImage]:
            tile = drawing.tile
            with scene.shown([g for piece in drawing.pieces for g in drawn[piece.number]]):
                codes = scene.draw_colors(
                    IDS, viewpoint, Place((camera.width, camera.height), tile, (0, 0))
                )
            return [
                any_color(codes[y0 - tile.y0 : y1 - tile.y0, x0 - tile.x0 : x1 - tile.x0])
                for _, (x0, y0, x1, y1) in drawing.pieces
            ]

        with scene.emptied():
            return draw_silhouettes(camera, windows, cover)

    def _make_current(self) -> None:
        """Vulkan knows no current context."""

    def _unload(self) -> None:
        if self._scene is not None:
            self._scene.close()
            self._scene = None
            return_free_memory()

    def _free(self) -> None:
        """There is nothing but the scene."""
