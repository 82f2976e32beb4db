"""Ambient occlusion: how much of the light from all around reaches what a picture shows.

Found before the picture is shaded, from the depth and the facets of its surfaces at half its
resolution, and only where it was asked for. Shading takes it from the light of the environment
alone; lamps have their shadows.
"""

from __future__ import annotations

from typing import NamedTuple

import moderngl
import numpy as np

from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.onepass.blocks import Lens, picture_lens
from synth_ros.render.onepass.context import raw_gl
from synth_ros.render.onepass.paint import UNITS
from synth_ros.render.onepass.programs import Programs, defined
from synth_ros.render.onepass.screen import Screen
from synth_ros.types import CameraModel

_HALF = 2
_ACROSS, _DOWN = (1, 0), (0, 1)


class _Targets(NamedTuple):
    """Framebuffers of one size, and what they hold: facets with depth, then shares with depth."""

    facets: moderngl.Framebuffer
    shares: tuple[moderngl.Framebuffer, moderngl.Framebuffer]
    owned: tuple[moderngl.Texture | moderngl.Renderbuffer, ...]


class AmbientOcclusion:
    """The passes around the drawing of the facets.

    Args:
        context: The GL context.
        programs: Its programs.
        screen: Draws over all pixels.
    """

    def __init__(self, context: moderngl.Context, programs: Programs, screen: Screen) -> None:
        self._context = context
        self._programs = programs
        self._screen = screen
        self._targets: dict[tuple[int, int], _Targets] = {}

    def begin(self, camera: CameraModel) -> None:
        """What is drawn with ``facets.frag`` until ``end`` is what shades and is shaded."""
        gl = raw_gl()
        self._for(camera).facets.use()
        gl.glClearBufferfv(gl.GL_COLOR, 0, np.zeros(4, np.float32))
        gl.glClearBufferfv(gl.GL_DEPTH, 0, np.zeros(1, np.float32))

    def end(self, camera: CameraModel) -> None:
        """Find the shares, smooth them, and let the shaders of the picture read them."""
        targets = self._for(camera)
        first, second = targets.shares
        self._context.enable_only(moderngl.NOTHING)
        _texture(targets.facets).use(UNITS['facets_seen'])
        self._pass('occlusion.frag', first)
        for source, target, step in ((first, second, _ACROSS), (second, first, _DOWN)):
            _texture(source).use(UNITS['ambient_share'])
            self._pass('smooth.frag', target, step=step)
        _texture(first).use(UNITS['ambient_share'])

    def free(self) -> None:
        """Delete the framebuffers."""
        for targets in self._targets.values():
            for item in (targets.facets, *targets.shares, *targets.owned):
                item.release()
        self._targets.clear()

    def _pass(
        self, fragment: str, target: moderngl.Framebuffer, *, step: tuple[int, int] = _ACROSS
    ) -> None:
        target.use()
        definitions = defined(STEP_X=step[0], STEP_Y=step[1])
        self._screen.draw(self._programs.get('screen.vert', fragment, definitions))

    def _for(self, camera: CameraModel) -> _Targets:
        size = half_size(camera)
        if size not in self._targets:
            # Cameras of one robot differ in size; what was made for an earlier one is kept.
            self._targets[size] = self._made(size)
        return self._targets[size]

    def _made(self, size: tuple[int, int]) -> _Targets:
        context = self._context
        facets = context.texture(size, 4, dtype='f4')
        depth = context.depth_renderbuffer(size)
        gl = raw_gl()
        gl.glBindRenderbuffer(gl.GL_RENDERBUFFER, depth.glo)
        gl.glRenderbufferStorage(gl.GL_RENDERBUFFER, gl.GL_DEPTH_COMPONENT32F, *size)
        shares = (context.texture(size, 2, dtype='f4'), context.texture(size, 2, dtype='f4'))
        for texture in (facets, *shares):
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        return _Targets(
            context.framebuffer([facets], depth),
            (context.framebuffer([shares[0]]), context.framebuffer([shares[1]])),
            (facets, depth, *shares),
        )


def half_size(camera: CameraModel) -> tuple[int, int]:
    """(width, height) of the target of a camera's picture, pixels."""
    return -(-camera.width // _HALF), -(-camera.height // _HALF)


def half_lens(camera: CameraModel, clip_m: tuple[float, float]) -> Lens:
    """The lens of that target; it covers the picture and at most one row and column more."""
    width, height = half_size(camera)
    window = PixelWindow(0, 0, width * _HALF, height * _HALF)
    lens = picture_lens(camera, clip_m, window=window)
    fx, fy, cx, cy = lens.pixel_from_ray
    # Between the centres of the pixels that share one.
    shift = (_HALF - 1) / 2
    return lens._replace(
        pixel_from_ray=(fx / _HALF, fy / _HALF, (cx - shift) / _HALF, (cy - shift) / _HALF)
    )


def _texture(target: moderngl.Framebuffer) -> moderngl.Texture:
    texture = target.color_attachments[0]
    assert isinstance(texture, moderngl.Texture)
    return texture
