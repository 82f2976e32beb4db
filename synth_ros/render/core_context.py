"""The context of the one-pass renderer, and whether a driver has what the renderer needs."""

from __future__ import annotations

from typing import NamedTuple

import moderngl

from synth_ros.render.egl import EglContext

CORE = (3, 3)
# Version 4.5 contains all of the extensions.
_ENOUGH = 450
EXTENSIONS = ('GL_ARB_base_instance', 'GL_ARB_clip_control', 'GL_ARB_multi_draw_indirect')
TARGETS = 7
ATTRIBUTES = 16


class CoreContext(NamedTuple):
    """An OpenGL 3.3 core context without a window, current on the thread that made it.

    Attributes:
        gl: What draws; release it to free both.
        egl: What it stands on; tells errors by number.
    """

    gl: moderngl.Context
    egl: EglContext


def create_core_context(index: int) -> CoreContext:
    """A context on a device of EGL's list; it is told if its driver is reset.

    Args:
        index: Place of the device, as in ``synth-ros doctor``.

    Raises:
        EglError: If there is no such device or it has no OpenGL 3.3 core.
    """
    egl = EglContext(index, core=CORE)
    version = CORE[0] * 100 + CORE[1] * 10
    # moderngl's stub takes every setting for a dict.
    gl = moderngl.create_context(require=version, standalone=True, context=egl)  # type: ignore[arg-type]
    return CoreContext(gl, egl)


def missing_features(gl: moderngl.Context) -> tuple[str, ...]:
    """What the one-pass renderer needs and this context lacks, in OpenGL's words."""
    missing = []
    if gl.version_code < _ENOUGH:
        missing += [name for name in EXTENSIONS if name not in gl.extensions]
    for limit, least in (
        ('GL_MAX_COLOR_ATTACHMENTS', TARGETS),
        ('GL_MAX_DRAW_BUFFERS', TARGETS),
        ('GL_MAX_VERTEX_ATTRIBS', ATTRIBUTES),
    ):
        if int(gl.info[limit]) < least:
            missing.append(f'{limit} {least} (it has {gl.info[limit]})')
    if not missing and not _draws_numbers(gl):
        missing.append('framebuffers of 32-bit float and integer targets together')
    return tuple(missing)


def _draws_numbers(gl: moderngl.Context) -> bool:
    """Whether R32F and R32UI can be drawn into side by side, as depth and ids are."""
    size = (4, 4)
    targets = [
        gl.texture(size, 1, dtype='f4' if number % 2 else 'u4') for number in range(TARGETS)
    ]
    try:
        gl.framebuffer(targets, gl.depth_texture(size)).release()
    except moderngl.Error:
        return False
    return True
