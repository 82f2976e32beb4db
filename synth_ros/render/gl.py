"""OpenGL contexts without a screen: which platform, made explicitly, with errors that help.

Nothing here touches the environment on import. A command calls
``prepare_gl_environment`` first in its ``main``; ``create_gl_context`` works without it too.
"""

from __future__ import annotations

import importlib
import os
from typing import Protocol

from synth_ros.errors import RenderError

PLATFORMS = ('egl', 'glfw', 'osmesa')

INSTALL_HINT = (
    'Install the OpenGL libraries (Debian, Ubuntu: apt install libegl1 libgl1 '
    'libgl1-mesa-dri; NVIDIA container: NVIDIA_DRIVER_CAPABILITIES=all), then check with: '
    'synth-ros doctor'
)


class GlContext(Protocol):
    """What MuJoCo's context classes offer."""

    def make_current(self) -> None:
        """Direct the GL calls of this thread to this context."""
        ...

    def free(self) -> None:
        """Destroy the context."""
        ...


def prepare_gl_environment() -> None:
    """Choose EGL, unless the user chose something else.

    To be called from ``main()`` before mujoco is imported: mujoco and PyOpenGL read these
    variables once, on import.
    """
    platform = os.environ.setdefault('MUJOCO_GL', 'egl').lower()
    if platform in ('egl', 'osmesa'):
        os.environ.setdefault('PYOPENGL_PLATFORM', platform)


def gl_platform() -> str:
    """The platform that ``MUJOCO_GL`` names; EGL when it is unset.

    Raises:
        RenderError: If the variable names something else than a known platform.
    """
    name = os.environ.get('MUJOCO_GL', '').strip().lower() or 'egl'
    if name not in PLATFORMS:
        raise RenderError(
            f'MUJOCO_GL={name}: no OpenGL platform of that name can render here. Set it to one '
            f'of {", ".join(PLATFORMS)}, or unset it to use egl.'
        )
    return name


def create_gl_context(size: tuple[int, int]) -> GlContext:
    """A current OpenGL context for drawing without a window.

    Args:
        size: (width, height) in pixels; only platforms with a real window care.

    Raises:
        RenderError: If the libraries or the driver are missing; says what to install.
    """
    platform = gl_platform()
    try:
        module = importlib.import_module(f'mujoco.{platform}')
        context: GlContext = module.GLContext(*size)
        context.make_current()
    # PyOpenGL reports a missing library in many ways (AttributeError and TypeError among
    # them), and its GLError is no common base of the others.
    except Exception as error:
        raise RenderError(
            f'No OpenGL context on platform {platform!r}: {_one_line(error)}. {INSTALL_HINT}'
        ) from error
    return context


def gl_identity() -> tuple[str, str]:
    """Renderer and version of the current context, in the driver's own words."""
    gl = importlib.import_module('OpenGL.GL')
    names = (gl.glGetString(name) for name in (gl.GL_RENDERER, gl.GL_VERSION))
    renderer, version = (name.decode(errors='replace') for name in names)
    return renderer, version


def _one_line(error: BaseException) -> str:
    text = ' '.join(str(error).split())
    return f'{type(error).__name__}: {text[:300].rstrip(".")}'
