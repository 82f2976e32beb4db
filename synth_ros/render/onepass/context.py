"""The GL context of the one-pass renderer, and the GL calls that moderngl does not offer."""

from __future__ import annotations

import os
import sys
from types import ModuleType

import moderngl

from synth_ros.errors import RenderError
from synth_ros.render.gl import INSTALL_HINT

NEEDED_EXTENSIONS = (
    'GL_ARB_base_instance',
    'GL_ARB_clip_control',
    'GL_ARB_multi_draw_indirect',
)
"""Beyond OpenGL 3.3 core; all are part of OpenGL 4.5."""


def create_context(device: int | None) -> moderngl.Context:
    """A current GL context without a window.

    Args:
        device: Index of the EGL device; ``None`` lets the driver choose.

    Raises:
        RenderError: There is no such device, no driver, or the driver is too old.
    """
    options = {} if device is None else {'device_index': device}
    try:
        context = moderngl.create_context(
            standalone=True, backend='egl', require=330, **options
        )
    except Exception as error:  # glcontext raises bare Exception for whatever is missing
        where = 'the default EGL device' if device is None else f'EGL device {device}'
        raise RenderError(
            f'No OpenGL 3.3 context on {where}: {" ".join(str(error).split())}. {INSTALL_HINT}'
        ) from error
    missing = [name for name in NEEDED_EXTENSIONS if name not in context.extensions]
    if missing and context.version_code < 450:
        name, version = context.info['GL_RENDERER'], context.info['GL_VERSION']
        context.release()
        raise RenderError(
            f'The OpenGL driver lacks {", ".join(missing)}, which the one-pass renderer needs '
            f'({name}, {version}). Update the driver, or set render.backend: classic.'
        )
    return context


def raw_gl() -> ModuleType:
    """PyOpenGL, bound to EGL unless something else in this process chose otherwise.

    Its calls release Python's lock while the driver works; those of moderngl do not.
    """
    if 'OpenGL' not in sys.modules:
        os.environ.setdefault('PYOPENGL_PLATFORM', 'egl')
    from OpenGL import GL

    return GL
