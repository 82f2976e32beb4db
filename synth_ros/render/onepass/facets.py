"""Normals of the facets that each pixel shows, from the surface layer and the facets' numbers."""

from __future__ import annotations

import moderngl
import numpy as np

from synth_ros.render.onepass import textures
from synth_ros.render.onepass.paint import UNITS
from synth_ros.render.onepass.poses import Seen
from synth_ros.render.onepass.programs import Programs, defined
from synth_ros.render.onepass.screen import Screen
from synth_ros.render.onepass.surfaces import Surfaces
from synth_ros.render.onepass.targets import PictureTarget

_TABLE_WIDTH = 1024
_FACET_WIDTH = 4096


class FacetPass:
    """Draws the normals of one model's facets.

    Args:
        context: The GL context.
        programs: Its programs.
        screen: Draws over all pixels.
        surfaces: The model's surfaces.
    """

    def __init__(
        self,
        context: moderngl.Context,
        programs: Programs,
        screen: Screen,
        *,
        surfaces: Surfaces,
    ) -> None:
        self._context, self._programs, self._screen = context, programs, screen
        self._ids = surfaces.ids
        self._facets = textures.number_table(surfaces.packed.facet_normals, width=_FACET_WIDTH)

    def draw(self, seen: Seen, target: PictureTarget) -> None:
        """Draw the normal of every pixel; the frame block is that of the picture."""
        assert target.facets is not None
        turns = np.zeros((int(self._ids.max(initial=0)) + 1, 3, 3), np.float32)
        turns[self._ids] = seen.poses[:, :, :3]
        table = textures.number_table(turns.reshape(-1, 3), width=_TABLE_WIDTH)
        target.facets.target.use()
        self._context.enable_only(moderngl.NOTHING)
        target.surface.use(UNITS['surface_layer'])
        target.facets.numbers.use(UNITS['facet_layer'])
        self._facets.bind(UNITS['facets'])
        table.bind(UNITS['turns'])
        self._screen.draw(self._programs.get('screen.vert', 'normals.frag', defined()))
        table.free()

    def free(self) -> None:
        """Delete the table of normals."""
        self._facets.free()
