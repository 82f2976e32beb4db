"""MuJoCo's classic OpenGL renderer: one pass for colour, one for ids and depth together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import mujoco
import numpy as np

from synth_ros.config.render import RenderConfig
from synth_ros.render.base import Layers, Viewpoint
from synth_ros.render.bounds import project_windows
from synth_ros.render.devices import Device
from synth_ros.render.gl import create_gl_context, gl_identity
from synth_ros.render.gl_errors import driver_watched
from synth_ros.render.owner import DrawsAtOnce, HoldsScene
from synth_ros.render.pixels import (
    any_color,
    flip_colors,
    flip_depth,
    ids_from_colors,
    metric_depth,
    screen_gain,
)
from synth_ros.render.silhouettes import Drawing, draw_silhouettes
from synth_ros.types import MaskImage, Silhouette

if TYPE_CHECKING:
    from synth_ros.render.classic_scene import ClassicScene


class ClassicRenderer(DrawsAtOnce, HoldsScene['ClassicScene']):
    """Implements ``render.base.Renderer`` with ``mjv``/``mjr``.

    The images are a pure function of model, state, viewpoint and config: bit-identical across
    frames, contexts and processes of one driver.

    Args:
        config: Quality of the colour image.
        max_size: (width, height) of the largest expected image; larger ones work and cost a
            reallocation.
        device: What draws, by its place in EGL's list; ``None`` leaves it to MuJoCo.

    Raises:
        RenderError: If no OpenGL context can be made.
    """

    name = 'classic'
    _scene: ClassicScene | None

    def __init__(
        self, config: RenderConfig, max_size: tuple[int, int], *, device: Device | None = None
    ) -> None:
        super().__init__()
        self._config = config
        self._max_size = max_size
        self._gl = create_gl_context(max_size, device.index if device else None)
        # PyOpenGL binds itself to a platform on import: only now is it known which.
        from synth_ros.render.gl_target import PlainTargets

        self._targets = PlainTargets()
        self._device = Device('opengl', *gl_identity())

    @property
    def device(self) -> str:
        """OpenGL renderer and version, in the driver's own words."""
        return self._device.label

    def load(self, model: mujoco.MjModel) -> None:
        """Take a model to render; frees the one before. The model is not edited.

        Raises:
            RenderError: If the driver cannot hold the model.
        """
        from synth_ros.render.classic_scene import ClassicScene

        self._enter()
        self._unload()
        with driver_watched(self.device):
            self._scene = ClassicScene(model, self._config, self._max_size)

    def refresh(self, model: mujoco.MjModel) -> None:
        """Take over changed values of the loaded model.

        Changed textures are uploaded, all else is read where it is drawn. Where clipping planes
        have changed, the model is loaded anew.

        Raises:
            InternalError: Nothing is loaded, or the model has another structure.
            RenderError: It has more lights than this renderer draws.
        """
        scene = self._loaded()
        with driver_watched(self.device):
            done = scene.refresh(model)
        if not done:
            self.load(model)

    def render(self, data: mujoco.MjData, viewpoint: Viewpoint) -> Layers:
        """Render the state as it is: kinematics must be up to date (``mj_forward``).

        Raises:
            RenderError: If the driver was reset or the device's memory is full.
        """
        scene = self._loaded()
        size = (viewpoint.camera.width, viewpoint.camera.height)
        with driver_watched(self.device):
            scene.ensure_size(size)
            scene.aim(viewpoint)
            scene.update(data)
            scene.expose(screen_gain(viewpoint.exposure_ev))
            colors = scene.colors(size)
            codes, raw = scene.codes_and_depth(self._targets.of_size(size), size)
        ids = ids_from_colors(flip_colors(codes), scene.geom_table())
        rgb = flip_colors(colors)
        if viewpoint.exposure_ev:
            # The sky takes no part in lighting.
            empty = ids < 0
            rgb = rgb.copy()
            rgb[empty] = np.minimum(rgb[empty] * screen_gain(viewpoint.exposure_ev) + 0.5, 255)
        return Layers(rgb, metric_depth(flip_depth(raw), scene.curve), ids)

    def silhouettes(
        self, data: mujoco.MjData, viewpoint: Viewpoint, geom_groups: Sequence[Sequence[int]]
    ) -> list[Silhouette | None]:
        """What each group of geoms alone would cover on the extended canvas."""
        scene = self._loaded()
        camera = viewpoint.camera

        own = scene.own
        drawn = [[g for g in ids if own.visible[g]] for ids in geom_groups]
        windows = project_windows((own.model, data), viewpoint, drawn, near_m=own.near_m)

        def cover(drawing: Drawing) -> list[MaskImage]:
            with scene.only([g for piece in drawing.pieces for g in drawn[piece.number]]):
                scene.aim(viewpoint, drawing.tile)
                scene.update(data)
            target = self._targets.of_size((camera.width, camera.height))
            codes = scene.part_codes(target, drawing.tile, [part for _, part in drawing.pieces])
            return [any_color(code)[::-1] for code in codes]

        with driver_watched(self.device):
            return draw_silhouettes(camera, windows, cover)

    def _free(self) -> None:
        self._targets.free()
        self._gl.free()

    def _make_current(self) -> None:
        self._gl.make_current()

    def _unload(self) -> None:
        if self._scene is not None:
            self._scene.close()
        self._scene = None
