"""Framebuffers of a picture: colour, metric depth, ids and normals side by side."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import RenderError
from synth_ros.render.base import Layers
from synth_ros.render.onepass.antialias import FineTarget
from synth_ros.render.onepass.context import raw_gl
from synth_ros.types import IdImage


_DTYPES = {'f1': np.uint8, 'f4': np.float32, 'u4': np.uint32}
Owned = moderngl.Texture | moderngl.Renderbuffer | moderngl.Framebuffer | moderngl.Buffer


class TargetKind(NamedTuple):
    """What a target holds.

    Attributes:
        size: (width, height), pixels.
        normals: Whether it has a layer of normals.
        grid: Samples of colour along one edge of a pixel at edges; 1 for no antialiasing.
        background: Whether the driver copies finished layers on its own (a GPU), or they are
            copied when asked for (a processor, which would wait at once).
    """

    size: tuple[int, int]
    normals: bool
    grid: int
    background: bool


class PictureTarget:
    """One picture's framebuffers.

    Args:
        context: The GL context.
        kind: What it holds.

    Raises:
        RenderError: The driver has no memory or refuses the size.
    """

    def __init__(self, context: moderngl.Context, kind: TargetKind) -> None:
        self.kind = kind
        self._context = context
        size = kind.size
        try:
            layers = [
                context.texture(size, 4, dtype='f1'),
                context.texture(size, 1, dtype='f4'),
                context.texture(size, 1, dtype='u4'),
            ]
            if kind.normals:
                layers.append(context.texture(size, 4, dtype='f4'))
            self._owned: list[Owned]
            self._owned = [*layers, _depth(context, size)]
            self.main = context.framebuffer(layers, self._owned[-1])
            self._owned.append(self.main)
            self._copies = [
                context.buffer(reserve=size[0] * size[1] * layer.components * (1 if layer.dtype == 'f1' else 4), dynamic=True)
                for layer in layers
                if kind.background
            ]
            self._owned += self._copies
            self.fine: FineTarget | None = None
            if kind.grid > 1:
                self.fine = FineTarget(context, size, kind.grid)
                self.color = context.framebuffer([layers[0]])
                self._owned.append(self.color)
        except moderngl.Error as error:
            raise RenderError(
                f'The OpenGL driver refuses a {size[0]}x{size[1]} picture with '
                f'{kind.grid**2} samples at edges: {error}. Render smaller images '
                'or lower render.samples; synth-ros doctor shows the device.'
            ) from error

    def clear(self) -> None:
        """Empty all layers: black, depth and id 0, nothing before the far plane."""
        gl = raw_gl()
        self.main.use()
        zeros = np.zeros(4, np.float32)
        gl.glClearBufferfv(gl.GL_COLOR, 0, np.array([0, 0, 0, 1], np.float32))
        gl.glClearBufferfv(gl.GL_COLOR, 1, zeros)
        gl.glClearBufferuiv(gl.GL_COLOR, 2, np.zeros(4, np.uint32))
        if self.kind.normals:
            gl.glClearBufferfv(gl.GL_COLOR, 3, zeros)
        gl.glClearBufferfv(gl.GL_DEPTH, 0, np.zeros(1, np.float32))

    def begin_read(self) -> None:
        """Let the driver copy the layers as soon as they are drawn; does not wait."""
        for index, (buffer, layer) in enumerate(zip(self._copies, self._layers(), strict=True)):
            self.main.read_into(
                buffer, components=layer.components, attachment=index, dtype=layer.dtype
            )

    def read(self) -> Layers:
        """The layers; what draws must have finished."""
        width, height = self.kind.size
        arrays = []
        for index, layer in enumerate(self._layers()):
            shape = (height, width, layer.components) if layer.components > 1 else (height, width)
            array = np.empty(shape, _DTYPES[layer.dtype])
            if self._copies:
                self._copies[index].read_into(array)
            else:
                self.main.read_into(
                    array, components=layer.components, attachment=index, dtype=layer.dtype
                )
            arrays.append(array)
        rgb = np.asarray(cv2.cvtColor(arrays[0], cv2.COLOR_RGBA2RGB), np.uint8)
        return Layers(rgb, arrays[1], _geoms(arrays[2]))

    def layer(self, number: int) -> moderngl.Texture:
        """0 colour, 1 depth, 2 ids, 3 normals."""
        return self._layers()[number]

    def _layers(self) -> list[moderngl.Texture]:
        return [item for item in self.main.color_attachments if isinstance(item, moderngl.Texture)]

    def free(self) -> None:
        """Delete the framebuffers."""
        for item in reversed(self._owned):
            item.release()
        if self.fine is not None:
            self.fine.free()


class CoverTarget:
    """32 bits a pixel, one for each thing; without a depth buffer.

    Args:
        context: The GL context.
        size: (width, height), pixels.
    """

    def __init__(self, context: moderngl.Context, size: tuple[int, int]) -> None:
        self.size = size
        self._bits = context.texture(size, 1, dtype='u4')
        self._target = context.framebuffer([self._bits])

    def clear(self) -> None:
        """No bit set."""
        gl = raw_gl()
        self._target.use()
        gl.glClearBufferuiv(gl.GL_COLOR, 0, np.zeros(4, np.uint32))

    def read(self, x: int, y: int, width: int, height: int) -> NDArray[np.uint32]:
        """Wait for the drawing and copy a part of it, (height, width)."""
        bits = np.empty((height, width), np.uint32)
        self._target.read_into(
            bits, viewport=(x, y, width, height), components=1, dtype='u4'
        )
        return bits

    def free(self) -> None:
        """Delete the framebuffer."""
        self._target.release()
        self._bits.release()


def _geoms(ids: NDArray[np.uint32]) -> IdImage:
    """Geom ids from ids that count from 1."""
    geoms = ids.view(np.int32)
    geoms -= 1
    return geoms


def _depth(context: moderngl.Context, size: tuple[int, int]) -> moderngl.Renderbuffer:
    """A depth buffer of 32-bit floats: reversed depth needs them."""
    gl = raw_gl()
    buffer = context.depth_renderbuffer(size)
    gl.glBindRenderbuffer(gl.GL_RENDERBUFFER, buffer.glo)
    gl.glRenderbufferStorage(gl.GL_RENDERBUFFER, gl.GL_DEPTH_COMPONENT32F, *size)
    return buffer
