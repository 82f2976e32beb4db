"""Our own OpenGL renderer: every layer of a picture from one rasterization."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import mujoco

from synth_ros.config.render import RenderConfig
from synth_ros.errors import InternalError
from synth_ros.render.base import Layers, Picture, Shot, Viewpoint
from synth_ros.render.devices import Device
from synth_ros.render.gl_errors import driver_watched
from synth_ros.render.onepass.context import create_context, make_current
from synth_ros.render.onepass.exposure import Exposed, Pool, expose
from synth_ros.render.onepass.programs import Programs
from synth_ros.render.onepass.scene import OnepassScene
from synth_ros.render.owner import HoldsScene
from synth_ros.types import Silhouette


class Submitted:
    """Shots that are being drawn; implements ``render.base.Pending``.

    Args:
        renderer: Draws them.
        exposed: One for each shot.
    """

    def __init__(self, renderer: OnepassRenderer, exposed: list[Exposed]) -> None:
        self._renderer = renderer
        self._exposed = exposed

    def collect(self) -> list[Picture]:
        """Wait for the pictures, in the order of the shots; to be called once.

        Raises:
            InternalError: It was called before, on another thread, or after the next ``load``.
        """
        return self._renderer.finish(self)

    def take(self) -> list[Exposed]:
        """The drawings, to be read; empty from then on."""
        exposed, self._exposed = self._exposed, []
        return exposed


class OnepassRenderer(HoldsScene[OnepassScene]):
    """Implements ``render.base.Renderer`` with shaders of our own.

    Colour, metric depth, geom ids and facet normals are outputs of one rasterization, so they
    agree by construction. Round primitives are met by rays in the fragment shader: their depth,
    normals and outlines are those of the exact shape. The images are a pure function of model,
    state, viewpoint and config: bit-identical across frames, contexts and processes of one
    driver.

    Args:
        config: Quality of the colour image, and the EGL device.
        device: The device as probed; asked here if not given.

    Raises:
        RenderError: There is no such device, or its driver lacks what is needed.
    """

    name = 'onepass'

    def __init__(
        self,
        config: RenderConfig,
        *,
        device: Device | None = None,
    ) -> None:
        super().__init__()
        self._config = config
        self._context = create_context(config, device)
        info = self._context.info
        self._device = Device('opengl', info['GL_RENDERER'], info['GL_VERSION'])
        self._programs = Programs(self._context)
        self._pool = Pool(self._context, config, background=not self._device.software)
        self._pending: deque[Submitted] = deque()

    @property
    def device(self) -> str:
        """OpenGL renderer and version, in the driver's own words."""
        return self._device.label

    def load(self, model: mujoco.MjModel) -> None:
        """Take a model to render; frees the one before. The model is not edited."""
        self._enter()
        self._unload()
        with driver_watched(self.device, strict=True):
            self._scene = OnepassScene(
                self._context, self._programs, model=model, config=self._config
            )

    def refresh(self, model: mujoco.MjModel) -> None:
        """Take over changed values of the loaded model; shots on their way keep the old look.

        What differs is found by comparing and written to the GPU; the scene is made anew only
        where clipping planes, or looks of flexes, skins or tendons have changed.
        """
        scene = self._loaded()
        with driver_watched(self.device, strict=True):
            if not scene.refresh(model):
                scene.free()
                self._scene = None
                self._scene = OnepassScene(
                    self._context, self._programs, model=model, config=self._config
                )

    def submit(self, data: mujoco.MjData, shots: Sequence[Shot]) -> Submitted:
        """Begin to draw shots of one state; the state may change as soon as this returns."""
        scene = self._loaded()
        with driver_watched(self.device, strict=True):
            submitted = Submitted(self, expose(scene, data, shots, pool=self._pool))
        self._pending.append(submitted)
        return submitted

    def finish(self, submitted: Submitted) -> list[Picture]:
        """The pictures of a submission, which is the oldest that is pending."""
        self._loaded()
        if not self._pending or self._pending[0] is not submitted:
            raise InternalError(
                'Pictures were collected twice, out of order, or after another model was loaded.'
            )
        self._pending.popleft()
        with driver_watched(self.device, strict=True):
            return [item.picture(self._pool) for item in submitted.take()]

    def render(self, data: mujoco.MjData, viewpoint: Viewpoint) -> Layers:
        """Render the state as it is: kinematics must be up to date (``mj_forward``)."""
        return self._only(data, Shot(viewpoint)).layers

    def silhouettes(
        self, data: mujoco.MjData, viewpoint: Viewpoint, geom_groups: Sequence[Sequence[int]]
    ) -> list[Silhouette | None]:
        """What each group of geoms alone would cover on the extended canvas."""
        scene = self._loaded()
        shots = [Shot(viewpoint, geom_groups)]
        with driver_watched(self.device, strict=True):
            return expose(scene, data, shots, pool=self._pool, layers=False)[0].covers(self._pool)

    def _free(self) -> None:
        self._pool.free()
        self._programs.free()
        self._context.release()

    def _only(self, data: mujoco.MjData, shot: Shot) -> Picture:
        scene = self._loaded()
        with driver_watched(self.device, strict=True):
            return expose(scene, data, [shot], pool=self._pool)[0].picture(self._pool)

    def _make_current(self) -> None:
        make_current(self._context)

    def _unload(self) -> None:
        for submitted in self._pending:
            for item in submitted.take():
                item.drop(self._pool)
        self._pending.clear()
        if self._scene is not None:
            self._scene.free()
        self._scene = None
