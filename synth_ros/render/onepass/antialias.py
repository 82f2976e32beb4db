"""Antialiasing of colour: pixels at edges are drawn again with several samples each.

A pixel that differs from a neighbour, in its geom or visibly in its colour, is marked in the
stencil of a finer target; the picture is drawn there once more, and the mean of a pixel's samples
replaces its colour. Flat parts of the picture, most of it, are not shaded again.
"""

from __future__ import annotations

from typing import NamedTuple

import moderngl
import numpy as np

from synth_ros.render.onepass.context import raw_gl
from synth_ros.render.onepass.paint import UNITS
from synth_ros.render.onepass.programs import Programs, defined
from synth_ros.render.onepass.screen import Screen

_BLACK = np.array([0, 0, 0, 1], np.float32)
_SRGB8_ALPHA8 = 0x8C43


def grid_of(samples: int) -> int:
    """Samples along one edge of a pixel for a number of samples in all: 1, 2 or 3."""
    return 1 if samples == 0 else 2 if samples <= 4 else 3


class PictureLayers(NamedTuple):
    """What edges are found in.

    Attributes:
        color: The finished colour.
        surface: The surface layer.
    """

    color: moderngl.Texture
    surface: moderngl.Texture


class FineTarget:
    """Colour with several samples a pixel, with a stencil.

    Args:
        context: The GL context.
        size: Of the picture, (width, height), pixels.
        grid: Samples along one edge of a pixel.
    """

    def __init__(self, context: moderngl.Context, size: tuple[int, int], grid: int) -> None:
        fine = (size[0] * grid, size[1] * grid)
        self.grid = grid
        self.color = context.texture(fine, 4, dtype='f1', internal_format=_SRGB8_ALPHA8)
        self._depth = depth_stencil(context, fine)
        self.target = context.framebuffer([self.color], self._depth)
        attach_stencil(self.target, self._depth)

    def free(self) -> None:
        """Delete it."""
        for item in (self.target, self._depth, self.color):
            item.release()


def depth_stencil(context: moderngl.Context, size: tuple[int, int]) -> moderngl.Renderbuffer:
    """Depth of 32-bit floats, which reversed depth needs, and a stencil."""
    gl = raw_gl()
    buffer = context.depth_renderbuffer(size)
    gl.glBindRenderbuffer(gl.GL_RENDERBUFFER, buffer.glo)
    gl.glRenderbufferStorage(gl.GL_RENDERBUFFER, gl.GL_DEPTH32F_STENCIL8, *size)
    return buffer


def attach_stencil(target: moderngl.Framebuffer, buffer: moderngl.Renderbuffer) -> None:
    """Let a framebuffer use the stencil, too, of its depth buffer."""
    gl = raw_gl()
    target.use()
    gl.glFramebufferRenderbuffer(
        gl.GL_FRAMEBUFFER, gl.GL_DEPTH_STENCIL_ATTACHMENT, gl.GL_RENDERBUFFER, buffer.glo
    )


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

    def begin(self, fine: FineTarget, lit: moderngl.Framebuffer, layers: PictureLayers) -> None:
        """Mark the pixels at edges; what is drawn until ``end`` is drawn in them alone.

        Args:
            fine: Where the samples are drawn.
            lit: The finished picture, whose stencil takes the marks.
            layers: What it shows.
        """
        gl = raw_gl()
        lit.use()
        gl.glClearBufferiv(gl.GL_STENCIL, 0, np.zeros(1, np.int32))
        layers.color.use(UNITS['picture'])
        layers.surface.use(UNITS['surface_layer'])
        self._context.enable_only(moderngl.NOTHING)
        gl.glEnable(gl.GL_STENCIL_TEST)
        gl.glStencilFunc(gl.GL_ALWAYS, 1, 0xFF)
        gl.glStencilOp(gl.GL_KEEP, gl.GL_REPLACE, gl.GL_REPLACE)
        gl.glColorMask(*[gl.GL_FALSE] * 4)
        self._screen.draw(self._programs.get('screen.vert', 'edges.frag', defined()))
        gl.glColorMask(*[gl.GL_TRUE] * 4)
        gl.glStencilFunc(gl.GL_EQUAL, 1, 0xFF)
        gl.glStencilOp(gl.GL_KEEP, gl.GL_KEEP, gl.GL_KEEP)
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, lit.glo)
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, fine.target.glo)
        size, wide = lit.size, fine.target.size
        gl.glBlitFramebuffer(0, 0, *size, 0, 0, *wide, gl.GL_STENCIL_BUFFER_BIT, gl.GL_NEAREST)
        fine.target.use()
        gl.glClearBufferfv(gl.GL_COLOR, 0, _BLACK)
        gl.glClearBufferfv(gl.GL_DEPTH, 0, _BLACK)

    def end(self, fine: FineTarget, lit: moderngl.Framebuffer) -> None:
        """Put the mean of the samples into the marked pixels of the picture."""
        gl = raw_gl()
        lit.use()
        fine.color.use(UNITS['picture'])
        self._context.enable_only(moderngl.NOTHING)
        self._screen.draw(
            self._programs.get('screen.vert', 'average.frag', defined(FINE=fine.grid))
        )
        gl.glDisable(gl.GL_STENCIL_TEST)
