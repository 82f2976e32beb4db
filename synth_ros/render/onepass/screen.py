"""Passes over every pixel of a target."""

from __future__ import annotations

import moderngl

from synth_ros.render.onepass.blocks import bind_blocks
from synth_ros.render.onepass.paint import set_units


class Screen:
    """One triangle over the whole target, with any program.

    Args:
        context: The GL context.
    """

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._arrays: dict[int, moderngl.VertexArray] = {}

    def draw(self, program: moderngl.Program) -> None:
        """Run a program's fragment shader in every pixel."""
        if program.glo not in self._arrays:
            self._arrays[program.glo] = self._context.vertex_array(program, [])
            set_units(program)
            bind_blocks(program)
        self._arrays[program.glo].render(moderngl.TRIANGLES, vertices=3)

    def free(self) -> None:
        """Delete the vertex arrays."""
        for array in self._arrays.values():
            array.release()
        self._arrays.clear()
