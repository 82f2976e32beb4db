"""A model's surfaces in GPU memory, and drawing some of them."""

from __future__ import annotations

import ctypes

import moderngl
import numpy as np
from numpy.typing import NDArray

from synth_ros.render.onepass.blocks import bind_blocks
from synth_ros.render.onepass.context import raw_gl
from synth_ros.render.onepass.deformable import Bent
from synth_ros.render.onepass.geometry import VERTEX
from synth_ros.render.onepass.paint import set_units
from synth_ros.render.onepass.surfaces import COMMAND, INSTANCE, Surfaces

_INSTANCE_FORMAT = '4f 4f 4f 4f 2u4 /i'
_INSTANCE_NAMES = ('extent', 'rgba', 'surface', 'mapping', 'ids')
_POSE_NAMES = ('pose_x', 'pose_y', 'pose_z')


class Buffers:
    """Vertices, indices, attributes and draw commands of one model.

    Args:
        context: The GL context.
        surfaces: What there is to draw.
    """

    def __init__(self, context: moderngl.Context, surfaces: Surfaces) -> None:
        self._context = context
        self._commands = surfaces.commands
        packed = surfaces.packed
        count = max(len(surfaces.ids), 1)
        self._first = (surfaces.geoms, surfaces.first_vertex)
        self._soft = surfaces.instances[surfaces.geoms :].copy()
        self._vertices = context.buffer(packed.vertices.tobytes())
        self._indices = context.buffer(packed.indices.tobytes())
        self._instances = context.buffer(surfaces.instances.tobytes() or b'\0' * 72)
        self._poses = context.buffer(reserve=48 * count, dynamic=True)
        self._bits = context.buffer(reserve=4 * count, dynamic=True)
        self._indirect = context.buffer(reserve=COMMAND.itemsize * count, dynamic=True)
        self._arrays: dict[int, moderngl.VertexArray] = {}

    def set_poses(self, poses: NDArray[np.float32]) -> None:
        """Where every slot is in the frame of the eye, (n, 3, 4)."""
        self._refill(self._poses, poses)

    def repaint(self, instances: NDArray[np.void]) -> None:
        """Take other constant attributes; what has been drawn keeps the old."""
        self._soft = instances[self._first[0] :].copy()
        self._refill(self._instances, instances)

    def bend(self, bent: Bent) -> None:
        """Give what bends its form; what has been drawn keeps the old one."""
        slot, vertex = self._first
        self._soft['extent'] = bent.extent
        if self._soft.size:
            self._instances.write(self._soft.tobytes(), offset=slot * INSTANCE.itemsize)
        if bent.vertices.size:
            self._vertices.write(bent.vertices.tobytes(), offset=vertex * VERTEX.itemsize)

    def set_bits(self, bits: NDArray[np.uint32]) -> None:
        """The bit of every slot in drawings of silhouettes, (n,)."""
        self._refill(self._bits, bits)

    def order(self, slots: NDArray[np.int64]) -> None:
        """Write the draw commands of slots, for ``draw_part``."""
        gl = raw_gl()
        self._refill(self._indirect, self._commands[slots])
        gl.glBindBuffer(gl.GL_DRAW_INDIRECT_BUFFER, self._indirect.glo)

    def draw_part(self, program: moderngl.Program, *, first: int, count: int) -> None:
        """Draw ``count`` of the ordered slots from number ``first`` on."""
        gl = raw_gl()
        gl.glBindVertexArray(self._array(program).glo)
        gl.glUseProgram(program.glo)
        gl.glMultiDrawElementsIndirect(
            gl.GL_TRIANGLES,
            gl.GL_UNSIGNED_INT,
            ctypes.c_void_p(first * COMMAND.itemsize),
            count,
            0,
        )

    def free(self) -> None:
        """Delete everything."""
        for array in self._arrays.values():
            array.release()
        self._arrays.clear()
        for buffer in (
            self._vertices,
            self._indices,
            self._instances,
            self._poses,
            self._bits,
            self._indirect,
        ):
            buffer.release()

    def _array(self, program: moderngl.Program) -> moderngl.VertexArray:
        if program.glo not in self._arrays:
            content = [
                (self._vertices, '3f 3f 2f', 'position', 'normal', 'uv'),
                (self._poses, '4f 4f 4f /i', *_POSE_NAMES),
                (self._instances, _INSTANCE_FORMAT, *_INSTANCE_NAMES),
                (self._bits, 'u4 /i', 'group_bit'),
            ]
            self._arrays[program.glo] = self._context.vertex_array(
                program, content, index_buffer=self._indices, skip_errors=True
            )
            bind_blocks(program)
            set_units(program)
        return self._arrays[program.glo]

    @staticmethod
    def _refill(buffer: moderngl.Buffer, values: NDArray[np.generic]) -> None:
        if values.size:
            # New memory for the driver: what is still being drawn keeps the old.
            buffer.orphan(buffer.size)
            buffer.write(np.ascontiguousarray(values))
