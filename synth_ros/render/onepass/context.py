"""The GL context of the one-pass renderer, and the GL calls that moderngl does not offer."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from types import ModuleType

import moderngl

from synth_ros.config.render import RenderConfig
from synth_ros.errors import RenderError
from synth_ros.render.core_context import create_core_context, missing_features
from synth_ros.render.devices import Device
from synth_ros.render.egl import EglError
from synth_ros.render.egl_devices import onepass_device, pick_egl_device
from synth_ros.render.gl import INSTALL_HINT


def create_context(config: RenderConfig, device: Device | None) -> moderngl.Context:
    """A current GL context without a window.

    Args:
        config: Names the device where none is given.
        device: The device as probed; ``None`` asks for it here.

    Raises:
        RenderError: There is no such device, no driver, or the driver is too old.
        UsageError: The config or the environment names a device that is not there.
    """
    found = device or onepass_device(pick_egl_device(config.device, os.environ))
    if not isinstance(found, Device):
        raise RenderError(f'The one-pass renderer cannot render here: {found.reason}')
    try:
        context = create_core_context(found.index or 0).gl
    except EglError as error:
        raise RenderError(
            f'No OpenGL context on {found.label}: {error}. {INSTALL_HINT}'
        ) from error
    missing = missing_features(context)
    if missing:
        context.release()
        raise RenderError(
            f'{found.label} lacks {", ".join(missing)}, which the one-pass renderer needs. '
            'Get a newer driver, or set render.backend: classic.'
        )
    # Whoever asks PyOpenGL next finds it bound to EGL.
    raw_gl()
    return context


def raw_gl() -> ModuleType:
    """PyOpenGL, bound to EGL unless something else in this process chose otherwise.

    Its calls release Python's lock while the driver works; those of moderngl do not.
    """
    if 'OpenGL' not in sys.modules:
        os.environ.setdefault('PYOPENGL_PLATFORM', 'egl')
    return importlib.import_module('OpenGL.GL')


def make_current(context: moderngl.Context) -> None:
    """Direct the GL calls of this thread to a context."""
    enter: Callable[[], object] = context.__enter__
    enter()


def is_lean(config: RenderConfig, context: moderngl.Context) -> bool:
    """Whether to shade with what a processor that draws can afford (``render.shading``)."""
    if config.shading != 'auto':
        return config.shading == 'lean'
    return _in_software(context)


def anisotropy_of(context: moderngl.Context) -> float:
    """The most samples along a slanted surface that a texture is read with.

    One in software: Mesa 22 mixes up neighbouring pixels where the slopes are given (speckles on
    round shapes).
    """
    return 1.0 if _in_software(context) else context.max_anisotropy


def _in_software(context: moderngl.Context) -> bool:
    return Device('opengl', context.info['GL_RENDERER'], context.info['GL_VERSION']).software
