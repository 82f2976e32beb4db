"""Framebuffers of a picture: colour, metric depth, ids and normals side by side."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import RenderError
from synth_ros.render.base import Layers
from synth_ros.render.onepass.antialias import FineTarget, attach_stencil, depth_stencil
from synth_ros.render.onepass.context import raw_gl
from synth_ros.types import IdImage

# Encoded by the driver as it stores them, so that blending is of light.
SRGB8_ALPHA8 = 0x8C43
DType = type[np.uint8] | type[np.uint32] | type[np.float32]
_BLACK = np.array([0, 0, 0, 1], np.float32)
_ZEROS = np.zeros(4, np.float32)


class TargetKind(NamedTuple):
    """What a target holds.

    Attributes:
        size: (width, height), pixels.
        normals: Whether it has a layer of facet normals.
        grid: Samples of colour along one edge of a pixel at edges; 1 for no antialiasing.
        background: Whether the driver copies finished layers on its own (a GPU), or they are
            copied when asked for (a processor, which would wait at once).
    """

    size: tuple[int, int]
    normals: bool
    grid: int
    background: bool


class _Output(NamedTuple):
    """A layer that is read: its texture, and a buffer that the driver copies it into."""

    texture: moderngl.Texture
    dtype: DType
    copy: moderngl.Buffer | None


class PictureTarget:
    """One picture's framebuffers.

    ``all`` takes everything that one rasterization finds: colour, the surface in each pixel (geom
    id + 1, depth, shading normal and base colour in four words) and its facet's normal. ``lit``
    is its colour alone.

    Args:
        context: The GL context.
        kind: What it holds.

    Raises:
        RenderError: The driver has no memory or refuses the size.
    """

    def __init__(self, context: moderngl.Context, kind: TargetKind) -> None:
        self.kind = kind
        self._owned: list[moderngl.Texture | moderngl.Renderbuffer | moderngl.Framebuffer] = []
        try:
            self._make(context)
        except moderngl.Error as error:
            raise RenderError(
                f'The OpenGL driver refuses a {kind.size[0]}x{kind.size[1]} picture with '
                f'{kind.grid**2} samples at edges: {error}. Render smaller images '
                'or lower render.samples; synth-ros doctor shows the device.'
            ) from error

    def _make(self, context: moderngl.Context) -> None:
        size, kind = self.kind.size, self.kind
        self.color = context.texture(size, 4, dtype='f1', internal_format=SRGB8_ALPHA8)
        self.surface = context.texture(size, 4, dtype='u4')
        self.surface.filter = (moderngl.NEAREST, moderngl.NEAREST)
        facets = [context.texture(size, 4, dtype='f4')] if kind.normals else []
        depth = depth_stencil(context, size)
        self.lit = context.framebuffer([self.color], depth)
        self.all = context.framebuffer([self.color, self.surface, *facets], depth)
        for target in (self.lit, self.all):
            attach_stencil(target, depth)
        self._owned = [self.color, self.surface, *facets, depth, self.lit, self.all]
        reader = context if kind.background else None
        self._outputs = [
            _output(reader, self.color, np.uint8),
            _output(reader, self.surface, np.uint32),
            *(_output(reader, facet, np.float32) for facet in facets),
        ]
        self.fine = FineTarget(context, size, kind.grid) if kind.grid > 1 else None

    def clear(self) -> None:
        """Empty what is read: black, depth and id 0, nothing before the far plane."""
        gl = raw_gl()
        self.lit.use()
        gl.glClearBufferfv(gl.GL_COLOR, 0, _BLACK)
        gl.glClearBufferfv(gl.GL_DEPTH, 0, _ZEROS[:1])
        self.all.use()
        gl.glClearBufferuiv(gl.GL_COLOR, 1, np.zeros(4, np.uint32))
        if self.kind.normals:
            gl.glClearBufferfv(gl.GL_COLOR, 2, _ZEROS)

    def begin_read(self) -> None:
        """Let the driver copy the layers as soon as they are drawn; does not wait."""
        for index, (texture, _, copy) in enumerate(self._outputs):
            assert copy is not None
            self.all.read_into(
                copy, components=texture.components, attachment=index, dtype=texture.dtype
            )

    def read(self) -> Layers:
        """The layers; what draws must have finished."""
        width, height = self.kind.size
        arrays = []
        for index, (texture, dtype, copy) in enumerate(self._outputs):
            channels = () if texture.components == 1 else (texture.components,)
            array = np.empty((height, width, *channels), dtype)
            if copy is not None:
                copy.read_into(array)
            else:
                self.all.read_into(
                    array, components=texture.components, attachment=index, dtype=texture.dtype
                )
            arrays.append(array)
        rgb = np.asarray(cv2.cvtColor(arrays[0], cv2.COLOR_RGBA2RGB), np.uint8)
        words = arrays[1]
        depth_m = np.ascontiguousarray(words[..., 1]).view(np.float32)
        normals = np.ascontiguousarray(arrays[2][..., :3]) if self.kind.normals else None
        return Layers(rgb, depth_m, _geoms(np.ascontiguousarray(words[..., 0])), normals)

    def free(self) -> None:
        """Delete the framebuffers."""
        for item in reversed(self._owned):
            item.release()
        for _, _, copy in self._outputs:
            if copy is not None:
                copy.release()
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

    def read(self, corner: tuple[int, int], size: tuple[int, int]) -> NDArray[np.uint32]:
        """Wait for the drawing and copy a part of it.

        Args:
            corner: Its first column and row.
            size: (width, height), pixels.
        """
        bits = np.empty((size[1], size[0]), np.uint32)
        self._target.read_into(bits, viewport=(*corner, *size), components=1, dtype='u4')
        return bits

    def free(self) -> None:
        """Delete the framebuffer."""
        self._target.release()
        self._bits.release()


def _output(context: moderngl.Context | None, texture: moderngl.Texture, dtype: DType) -> _Output:
    width, height = texture.size
    size = width * height * texture.components * np.dtype(dtype).itemsize
    return _Output(texture, dtype, context.buffer(reserve=size) if context else None)


def _geoms(ids: NDArray[np.uint32]) -> IdImage:
    """Geom ids from ids that count from 1."""
    geoms = ids.view(np.int32)
    geoms -= 1
    return geoms
