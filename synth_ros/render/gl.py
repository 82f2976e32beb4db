"""OpenGL contexts without a screen: which platform, made explicitly, with errors that help.

Nothing here touches the environment on import. A command calls
``prepare_gl_environment`` first in its ``main``; ``create_gl_context`` works without it too.
"""

from __future__ import annotations

import ctypes
import importlib
import os
from ctypes.util import find_library
from typing import Protocol

from synth_ros.errors import RenderError
from synth_ros.render.egl import LIBRARY, EglContext

PLATFORMS = ('egl', 'glfw', 'osmesa')
_DEFAULT = 'egl'
# MuJoCo's other words for these variables' values.
_ALIASES = {'': _DEFAULT, 'glx': 'glfw'} | dict.fromkeys(
    ('enable', 'enabled', 'on', 'true', '1'), _DEFAULT
)
_OFF = ('disable', 'disabled', 'off', 'false', '0')

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
    variables once, on import, and mujoco's import fails on a choice that cannot work.

    Raises:
        RenderError: If the user's choice is unknown or its library is missing.
    """
    os.environ.setdefault('MUJOCO_GL', _DEFAULT)
    if os.environ['MUJOCO_GL'].strip().lower() in _OFF:
        return
    platform = gl_platform()
    if platform == 'egl' and not _egl_loads():
        # mujoco's import would fail, and physics, Filament and the doctor do without EGL.
        os.environ['MUJOCO_GL'] = _OFF[0]
        return
    if platform == 'osmesa' and find_library('OSMesa') is None:
        raise RenderError(
            'MUJOCO_GL=osmesa, but the library OSMesa is not installed. Unset MUJOCO_GL to use '
            'egl, or install it (Debian, Ubuntu 22.04: apt install libosmesa6).'
        )
    if platform in ('egl', 'osmesa'):
        os.environ.setdefault('PYOPENGL_PLATFORM', platform)


def gl_platform() -> str:
    """The platform that ``MUJOCO_GL`` names; EGL when it is unset.

    Raises:
        RenderError: If the variable names no platform that can render.
    """
    name = os.environ.get('MUJOCO_GL', '').strip().lower()
    if name in _OFF and not _egl_loads():
        raise RenderError(f'The library {LIBRARY} is missing or broken. {INSTALL_HINT}.')
    if name in _OFF:
        raise RenderError(
            f'MUJOCO_GL={name} turns OpenGL off. Unset it to use egl, or set '
            'render.backend: filament.'
        )
    name = _ALIASES.get(name, name)
    if name not in PLATFORMS:
        raise RenderError(
            f'MUJOCO_GL={name}: there is no OpenGL platform of that name. Set it to one of '
            f'{", ".join(PLATFORMS)}, or unset it to use egl.'
        )
    return name


def create_gl_context(size: tuple[int, int], index: int | None = None) -> GlContext:
    """A current OpenGL context for drawing without a window.

    Args:
        size: (width, height) in pixels; only platforms with a real window care.
        index: Place in EGL's list of the device that draws; ``None`` leaves it to MuJoCo.

    Raises:
        RenderError: If the libraries or the driver are missing; says what to install.
    """
    platform = gl_platform()
    try:
        context = _mujoco_context(platform, size) if index is None else _egl_context(index)
        context.make_current()
        gl_identity()
    # PyOpenGL reports a missing library in many ways (AttributeError and TypeError among
    # them), and its GLError is no common base of the others.
    except Exception as error:
        raise RenderError(
            f'No OpenGL context on platform {platform!r}: {_one_line(error)}. {INSTALL_HINT}'
        ) from error
    return context


def _egl_loads() -> bool:
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return False
    return True


def _mujoco_context(platform: str, size: tuple[int, int]) -> GlContext:
    context: GlContext = importlib.import_module(f'mujoco.{platform}').GLContext(*size)
    return context


def _egl_context(index: int) -> GlContext:
    # For what it sets up on import: libOpenGL before all else, and PyOpenGL for EGL.
    importlib.import_module('mujoco.egl')
    return EglContext(index)


def gl_identity() -> tuple[str, str]:
    """Renderer and version of the current context, in the driver's own words.

    Raises:
        RuntimeError: If there is no current context after all (GLFW without a display).
    """
    gl = importlib.import_module('OpenGL.GL')
    names = [gl.glGetString(name) for name in (gl.GL_RENDERER, gl.GL_VERSION)]
    if None in names:
        raise RuntimeError('the context does not work; glfw needs a display, egl does not')
    renderer, version = (name.decode(errors='replace') for name in names)
    return renderer, version


def _one_line(error: BaseException) -> str:
    text = ' '.join(str(error).split())
    return f'{type(error).__name__}: {text[:300].rstrip(".")}'
