"""Antialiasing of colour: pixels at edges are drawn again with several samples each.

A pixel that differs from a neighbour, in its geom or visibly in its colour, is marked in the
stencil of a finer target; the picture is drawn there once more, and the mean of a pixel's samples
replaces its colour. Flat parts of the picture, most of it, are not shaded again.
"""

from __future__ import annotations

import moderngl
import numpy as np

from synth_ros.render.onepass.context import raw_gl
from synth_ros.render.onepass.programs import Programs, defined
from synth_ros.render.onepass.screen import Screen

_PICTURE_UNIT, _GEOM_UNIT = 0, 1
_SRGB8_ALPHA8 = 0x8C43


def grid_of(samples: int) -> int:
    """Samples along one edge of a pixel for a number of samples in all: 1, 2 or 3."""
    return 1 if samples == 0 else 2 if samples <= 4 else 3


class FineTarget:
    """Colour with several samples a pixel, with a stencil.

    Args:
        context: The GL context.
        size: Of the picture, (width, height), pixels.
        grid: Samples along one edge of a pixel.
    """

    def __init__(self, context: moderngl.Context, size: tuple[int, int], grid: int) -> None:
        gl = raw_gl()
        fine = (size[0] * grid, size[1] * grid)
        self.grid = grid
        self.color = context.texture(fine, 4, dtype='f1', internal_format=_SRGB8_ALPHA8)
        self._depth = context.depth_renderbuffer(fine)
        self.target = context.framebuffer([self.color], self._depth)
        gl.glBindRenderbuffer(gl.GL_RENDERBUFFER, self._depth.glo)
        gl.glRenderbufferStorage(gl.GL_RENDERBUFFER, gl.GL_DEPTH32F_STENCIL8, *fine)
        self.target.use()
        gl.glFramebufferRenderbuffer(
            gl.GL_FRAMEBUFFER, gl.GL_DEPTH_STENCIL_ATTACHMENT, gl.GL_RENDERBUFFER, self._depth.glo
        )

    def free(self) -> None:
        """Delete it."""
        for item in (self.target, self._depth, self.color):
            item.release()


class Antialiasing:
    """The passes around the second drawing.

    Args:
        context: The GL context.
        programs: Its programs.
        screen: Draws over all pixels.
    """

    def __init__(self, context: moderngl.Context, programs: Programs, screen: Screen) -> None:
        self._context = context
        self._programs = programs
        self._screen = screen

    def begin(
        self, fine: FineTarget, picture: moderngl.Texture, surface: moderngl.Texture
    ) -> None:
        """Mark the pixels at edges; what is drawn until ``end`` is drawn in them alone."""
        gl = raw_gl()
        fine.target.use()
        gl.glClearBufferfv(gl.GL_COLOR, 0, np.zeros(4, np.float32))
        gl.glClearBufferfi(gl.GL_DEPTH_STENCIL, 0, 0.0, 0)
        picture.use(_PICTURE_UNIT)
        surface.use(_GEOM_UNIT)
        gl.glEnable(gl.GL_STENCIL_TEST)
        gl.glStencilFunc(gl.GL_ALWAYS, 1, 0xFF)
        gl.glStencilOp(gl.GL_KEEP, gl.GL_REPLACE, gl.GL_REPLACE)
        gl.glColorMask(*[gl.GL_FALSE] * 4)
        program = self._programs.get('screen.vert', 'edges.frag', defined(FINE=fine.grid))
        program['picture'] = _PICTURE_UNIT
        program['surface_layer'] = _GEOM_UNIT
        self._context.enable_only(moderngl.NOTHING)
        self._screen.draw(program)
        gl.glColorMask(*[gl.GL_TRUE] * 4)
        gl.glStencilFunc(gl.GL_EQUAL, 1, 0xFF)
        gl.glStencilOp(gl.GL_KEEP, gl.GL_KEEP, gl.GL_KEEP)

    def end(self, fine: FineTarget, picture: moderngl.Framebuffer) -> None:
        """Put the mean of the samples into the picture."""
        gl = raw_gl()
        gl.glDisable(gl.GL_STENCIL_TEST)
        picture.use()
        fine.color.use(_PICTURE_UNIT)
        program = self._programs.get('screen.vert', 'average.frag', defined(FINE=fine.grid))
        program['samples'] = _PICTURE_UNIT
        self._context.enable_only(moderngl.NOTHING)
        self._screen.draw(program)
