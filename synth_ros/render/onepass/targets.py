"""Framebuffers of a picture: colour, metric depth, ids and normals side by side."""

from __future__ import annotations

from typing import NamedTuple, TypedDict, TypeVar

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
Number = TypeVar('Number', np.uint8, np.uint32, np.float32)
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


class _Format(TypedDict):
    """How four channels of an attachment are read."""

    components: int
    attachment: int
    dtype: str


class _Output(NamedTuple):
    """A layer that is read: from where, and a buffer that the driver copies it into."""

    source: moderngl.Framebuffer
    format: _Format
    copy: moderngl.Buffer | None


class FacetTarget:
    """Which facet each pixel shows, and its normal.

    Args:
        context: The GL context.
        size: (width, height), pixels.
    """

    def __init__(self, context: moderngl.Context, size: tuple[int, int]) -> None:
        self.numbers = context.texture(size, 1, dtype='u4')
        self.numbers.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self.normals = context.texture(size, 4, dtype='f4')
        self.target = context.framebuffer([self.normals])

    def free(self) -> None:
        """Delete it."""
        for item in (self.target, self.normals, self.numbers):
            item.release()


class PictureTarget:
    """One picture's framebuffers.

    ``all`` takes everything that one rasterization finds: colour, the surface in each pixel (geom
    id + 1, depth, shading normal and base colour in four words) and the number of its facet.
    ``lit`` is its colour alone.

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
        self.facets = FacetTarget(context, size) if kind.normals else None
        numbers = [self.facets.numbers] if self.facets else []
        depth = depth_stencil(context, size)
        self.lit = context.framebuffer([self.color], depth)
        self.all = context.framebuffer([self.color, self.surface, *numbers], depth)
        for target in (self.lit, self.all):
            attach_stencil(target, depth)
        self._owned = [self.color, self.surface, depth, self.lit, self.all]
        reader = context if kind.background else None
        self._outputs = [
            _output(reader, (self.all, 0), np.uint8),
            _output(reader, (self.all, 1), np.uint32),
        ]
        if self.facets is not None:
            self._outputs.append(_output(reader, (self.facets.target, 0), np.float32))
        self.fine = FineTarget(context, size, kind.grid) if kind.grid > 1 else None

    def clear(self) -> None:
        """Empty what is read: black, depth and id 0, nothing before the far plane."""
        gl = raw_gl()
        self.lit.use()
        gl.glClearBufferfv(gl.GL_COLOR, 0, _BLACK)
        gl.glClearBufferfv(gl.GL_DEPTH, 0, _ZEROS[:1])
        self.all.use()
        gl.glClearBufferuiv(gl.GL_COLOR, 1, np.zeros(4, np.uint32))

    def begin_read(self) -> None:
        """Let the driver copy the layers as soon as they are drawn; does not wait."""
        for output in self._outputs:
            assert output.copy is not None
            output.source.read_into(output.copy, **output.format)

    def read(self) -> Layers:
        """The layers; what draws must have finished."""
        rgb = np.asarray(cv2.cvtColor(self._copied(0, np.uint8), cv2.COLOR_RGBA2RGB), np.uint8)
        words = self._copied(1, np.uint32)
        depth_m = np.ascontiguousarray(words[..., 1]).view(np.float32)
        normals = None
        if self.facets is not None:
            normals = np.ascontiguousarray(self._copied(2, np.float32)[..., :3])
        return Layers(rgb, depth_m, _geoms(np.ascontiguousarray(words[..., 0])), normals)

    def _copied(self, number: int, dtype: type[Number]) -> NDArray[Number]:
        """A layer's four channels, (height, width, 4)."""
        output = self._outputs[number]
        array = np.empty((self.kind.size[1], self.kind.size[0], 4), dtype)
        if output.copy is not None:
            output.copy.read_into(array)
        else:
            output.source.read_into(array, **output.format)
        return array

    def free(self) -> None:
        """Delete the framebuffers."""
        for item in reversed(self._owned):
            item.release()
        for output in self._outputs:
            if output.copy is not None:
                output.copy.release()
        for part in (self.fine, self.facets):
            if part is not None:
                part.free()


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


def _output(
    context: moderngl.Context | None, source: tuple[moderngl.Framebuffer, int], dtype: DType
) -> _Output:
    target, attachment = source
    codes = {np.uint8: 'f1', np.uint32: 'u4', np.float32: 'f4'}
    size = target.width * target.height * 4 * np.dtype(dtype).itemsize
    how = _Format(components=4, attachment=attachment, dtype=codes[dtype])
    return _Output(target, how, context.buffer(reserve=size) if context else None)


def _geoms(ids: NDArray[np.uint32]) -> IdImage:
    """Geom ids from ids that count from 1."""
    geoms = ids.view(np.int32)
    geoms -= 1
    return geoms
