"""A model's light on the GPU: lamps, their shadow maps, the environment; kept up to date."""

from __future__ import annotations

from collections.abc import Collection

import moderngl
import mujoco

from synth_ros.render.onepass import textures
from synth_ros.render.onepass.lamps import Lighting, lighting
from synth_ros.render.onepass.paint import UNITS
from synth_ros.render.onepass.shadows import ShadowAtlas
from synth_ros.render.onepass.uniforms import Uniforms


class Illumination:
    """The light of one model in the current GL context.

    Args:
        context: The GL context.
        model: The model; only read.
        shadow_size: Edge of a lamp's shadow map, texels; 0 for no shadows.
        geoms: Number of slots that keep their form; those after them bend.

    Attributes:
        lighting: All light of the model.
        atlas: Its shadow maps.
        uniforms: What the shaders know of it.
    """

    def __init__(
        self, context: moderngl.Context, model: mujoco.MjModel, *, shadow_size: int, geoms: int
    ) -> None:
        self._context = context
        self._shadow_size, self._geoms = shadow_size, geoms
        self.lighting: Lighting = lighting(model)
        self.atlas = self._new_atlas()
        self.uniforms = Uniforms(context, self.lighting, self.atlas)
        self._environment = textures.environment_cube(self.lighting.around)

    def refresh(self, model: mujoco.MjModel, *, repainted: Collection[int]) -> None:
        """Take the model's lights as they are now.

        Args:
            model: The model.
            repainted: Numbers of textures whose pixels have changed.

        Raises:
            RenderError: There are too many lights, or an image light without an image.
        """
        before, now = self.lighting, lighting(model, known=self.lighting, repainted=repainted)
        self.lighting = now
        if not self.atlas.follow(now.lamps):
            self.atlas.free()
            self.atlas = self._new_atlas()
        self.uniforms.free()
        self.uniforms = Uniforms(self._context, now, self.atlas)
        if now.around is not before.around:
            self._environment.free()
            self._environment = textures.environment_cube(now.around)

    def bind(self) -> None:
        """Let the shaders read environment and shadow maps."""
        self._environment.bind(UNITS['environment'])
        self.atlas.bind(UNITS['shadow_atlas'], UNITS['shadow_depths'])

    def free(self) -> None:
        """Delete everything on the GPU."""
        self.atlas.free()
        self.uniforms.free()
        self._environment.free()

    def _new_atlas(self) -> ShadowAtlas:
        return ShadowAtlas(
            self._context, self.lighting.lamps, size=self._shadow_size, geoms=self._geoms
        )
