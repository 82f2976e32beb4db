"""EGL by its C interface: the devices of this machine, and OpenGL contexts on one of them.

A device's index is its place in the list of ``eglQueryDevicesEXT``, as with moderngl's
``device_index``. Specifications: EGL 1.5, EGL_EXT_device_enumeration, EGL_EXT_device_query,
EGL_EXT_device_drm, EGL_EXT_device_drm_render_node, EGL_NV_device_cuda, EGL_EXT_platform_device
and EGL_MESA_device_software.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import TracebackType
from typing import Self

from synth_ros.errors import RenderError

LIBRARY = 'libEGL.so.1'
_GL_LIBRARIES = ('libOpenGL.so.0', 'libGL.so.1')

_PLATFORM_DEVICE = 0x313F
_OPENGL_API = 0x30A2
_EXTENSIONS = 0x3055
_DRM_FILE = 0x3233
_DRM_RENDER_NODE = 0x3377
_CUDA_DEVICE = 0x323A
_NONE = 0x3038
# Surface type pbuffer, renderable type OpenGL, 8 bits a colour, 24 bits of depth, 8 of stencil.
_CONFIG = (0x3033, 1, 0x3040, 8, 0x3024, 8, 0x3023, 8, 0x3022, 8, 0x3021, 8, 0x3025, 24, 0x3026, 8)
_CORE_PROFILE = (0x30FD, 1)
_MAJOR, _MINOR = 0x3098, 0x30FB
# A reset of the driver makes every later call fail with GL_CONTEXT_LOST, instead of anything.
_LOSE_ON_RESET = (0x31BD, 0x31BF)

_ERRORS = {
    0x3001: 'EGL_NOT_INITIALIZED',
    0x3002: 'EGL_BAD_ACCESS',
    0x3003: 'EGL_BAD_ALLOC',
    0x3004: 'EGL_BAD_ATTRIBUTE',
    0x3005: 'EGL_BAD_CONFIG',
    0x3006: 'EGL_BAD_CONTEXT',
    0x3008: 'EGL_BAD_DISPLAY',
    0x3009: 'EGL_BAD_MATCH',
    0x300C: 'EGL_BAD_PARAMETER',
    0x300E: 'EGL_CONTEXT_LOST',
}

_Int = ctypes.c_int
_Handle = ctypes.c_void_p
_Attributes = ctypes.POINTER(_Int)


class EglError(RenderError):
    """EGL refused; the message says what was tried and how EGL calls the reason."""


@dataclass(frozen=True, slots=True)
class RawDevice:
    """A device as EGL lists it, before any context is made on it.

    Attributes:
        index: Its place in EGL's list.
        handle: ``EGLDeviceEXT``.
        extensions: What the device supports, in one string.
        drm: Path of its render node or, failing that, of its primary node; empty if unknown.
        cuda: Its number in CUDA, without ``CUDA_VISIBLE_DEVICES``; ``None`` if it has none.
    """

    index: int
    handle: int
    extensions: str
    drm: str
    cuda: int | None


class _Library:
    """The entry points that are used here, with their C types.

    Raises:
        EglError: If libEGL is missing.
    """

    def __init__(self) -> None:
        try:
            self._egl = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise EglError(f'The library {LIBRARY} cannot be loaded ({error})') from error
        self._find = self._typed('eglGetProcAddress', (ctypes.c_char_p,), _Handle)
        self.error = self._typed('eglGetError', (), _Int)
        self.initialize = self._typed('eglInitialize', (_Handle, _Attributes, _Attributes))
        self.choose = self._typed(
            'eglChooseConfig', (_Handle, _Attributes, ctypes.POINTER(_Handle), _Int, _Attributes)
        )
        self.bind_api = self._typed('eglBindAPI', (_Int,))
        self.create = self._typed('eglCreateContext', (_Handle,) * 3 + (_Attributes,), _Handle)
        self.destroy = self._typed('eglDestroyContext', (_Handle, _Handle))
        self.make_current = self._typed('eglMakeCurrent', (_Handle,) * 4)
        self.current = self._typed('eglGetCurrentContext', (), _Handle)
        self.query_devices = self._extension(
            'eglQueryDevicesEXT', (_Int, ctypes.POINTER(_Handle), _Attributes)
        )
        self.device_text = self._extension('eglQueryDeviceStringEXT', (_Handle, _Int), _Handle)
        self.device_number = self._extension(
            'eglQueryDeviceAttribEXT', (_Handle, _Int, ctypes.POINTER(ctypes.c_ssize_t))
        )
        self.platform_display = self._extension(
            'eglGetPlatformDisplayEXT', (_Int, _Handle, _Attributes), _Handle
        )

    def address(self, name: str) -> int:
        """Address of an OpenGL function; 0 if there is none."""
        for library in _gl_libraries():
            if hasattr(library, name):
                return ctypes.cast(getattr(library, name), _Handle).value or 0
        return self._find(name.encode()) or 0

    def _typed(
        self, name: str, arguments: Sequence[type], result: type = ctypes.c_uint
    ) -> Callable[..., int]:
        function = getattr(self._egl, name)
        function.argtypes, function.restype = list(arguments), result
        typed: Callable[..., int] = function
        return typed

    def _extension(
        self, name: str, arguments: Sequence[type], result: type = ctypes.c_uint
    ) -> Callable[..., int]:
        address = self._find(name.encode())
        if not address:
            # Without any driver, glvnd's libEGL lists no device and has no more than that.
            return partial(_refuse, name)
        function: Callable[..., int] = ctypes.CFUNCTYPE(result, *arguments)(address)
        return function


class EglContext:
    """An OpenGL context on a device, without a surface; current when made.

    It stands in for MuJoCo's context classes and for those that moderngl wraps.

    Args:
        index: Place of the device in EGL's list.
        core: Lowest (major, minor) version of a core profile; ``None`` for the newest
            compatibility profile that the driver has.

    Raises:
        EglError: If there is no such device or the driver refuses.
    """

    standalone = True

    def __init__(self, index: int, *, core: tuple[int, int] | None = None) -> None:
        self._egl = _library()
        devices = query_devices()
        if not 0 <= index < len(devices):
            raise EglError(f'There is no EGL device {index}; there are {len(devices)}')
        self.index = index
        self._display = _open_display(self._egl, devices[index])
        self._context: int | None = self._create(core)
        self.make_current()
        self._error = ctypes.CFUNCTYPE(ctypes.c_uint)(self.load('glGetError'))

    def make_current(self) -> None:
        """Direct the GL calls of this thread to this context.

        Raises:
            EglError: If the driver refuses, as it may after a reset.
        """
        if not self._egl.make_current(self._display, None, None, self._context):
            raise EglError(f'The driver does not switch to its context ({_reason(self._egl)})')

    def free(self) -> None:
        """Destroy the context; twice is fine."""
        if self._context is None:
            return
        if self._egl.current() == self._context:
            self._egl.make_current(self._display, None, None, None)
        self._egl.destroy(self._display, self._context)
        self._context = None

    def error(self) -> int:
        """``glGetError`` of the current context."""
        return int(self._error())

    def load(self, name: str) -> int:
        """Address of an OpenGL function; 0 if there is none."""
        return self._egl.address(name)

    def load_opengl_function(self, name: str) -> int:
        """The same under the name that moderngl calls."""
        return self.load(name)

    def release(self) -> None:
        """The same as ``free`` under the name that moderngl calls."""
        self.free()

    def __enter__(self) -> Self:
        """Make the context current."""
        self.make_current()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave this thread without a context."""
        self._egl.make_current(self._display, None, None, None)

    def _create(self, core: tuple[int, int] | None) -> int:
        config, count = _Handle(), _Int()
        asked = _attributes(_CONFIG)
        chosen = self._egl.choose(
            self._display, asked, ctypes.byref(config), 1, ctypes.byref(count)
        )
        if not chosen or count.value < 1:
            raise EglError(f'The driver has no configuration for OpenGL ({_reason(self._egl)})')
        if not self._egl.bind_api(_OPENGL_API):
            raise EglError(f'The driver has no OpenGL ({_reason(self._egl)})')
        wanted = () if core is None else (_MAJOR, core[0], _MINOR, core[1], *_CORE_PROFILE)
        # Not every driver can tell of resets.
        for attributes in ((*wanted, *_LOSE_ON_RESET), wanted):
            context = self._egl.create(self._display, config, None, _attributes(attributes))
            if context:
                return context
        what = 'OpenGL' if core is None else f'OpenGL {core[0]}.{core[1]} core'
        raise EglError(f'The driver makes no {what} context ({_reason(self._egl)})')


def query_devices() -> tuple[RawDevice, ...]:
    """All devices, in EGL's order; the place is the index.

    Raises:
        EglError: If libEGL is missing or cannot list devices.
    """
    egl = _library()
    count = _Int()
    if not egl.query_devices(0, None, ctypes.byref(count)) or count.value < 1:
        return ()
    handles = (_Handle * count.value)()
    if not egl.query_devices(count.value, handles, ctypes.byref(count)):
        return ()
    return tuple(_describe(egl, i, handle or 0) for i, handle in enumerate(handles))


def _refuse(name: str, *_arguments: object) -> int:
    raise EglError(f'{LIBRARY} is too old, or no driver is installed: it has no {name}')


def _describe(egl: _Library, index: int, handle: int) -> RawDevice:
    extensions = _text(egl, handle, _EXTENSIONS)
    drm = ''
    if 'EGL_EXT_device_drm_render_node' in extensions:
        drm = _text(egl, handle, _DRM_RENDER_NODE)
    if not drm and 'EGL_EXT_device_drm' in extensions.split():
        drm = _text(egl, handle, _DRM_FILE)
    number = ctypes.c_ssize_t(-1)
    known = 'EGL_NV_device_cuda' in extensions and egl.device_number(
        handle, _CUDA_DEVICE, ctypes.byref(number)
    )
    return RawDevice(index, handle, extensions, drm, number.value if known else None)


def _text(egl: _Library, handle: int, name: int) -> str:
    address = egl.device_text(handle, name)
    return ctypes.string_at(address).decode(errors='replace') if address else ''


def _open_display(egl: _Library, device: RawDevice) -> int:
    display = egl.platform_display(_PLATFORM_DEVICE, device.handle, None)
    if not display or not egl.initialize(display, None, None):
        raise EglError(f'The driver does not open the device ({_reason(egl)})')
    return display


def _attributes(pairs: Sequence[int]) -> ctypes.Array[_Int]:
    return (_Int * (len(pairs) + 1))(*pairs, _NONE)


def _reason(egl: _Library) -> str:
    code = egl.error()
    return _ERRORS.get(code, f'EGL error {code:#x}')


@cache
def _library() -> _Library:
    return _Library()


@cache
def _gl_libraries() -> tuple[ctypes.CDLL, ...]:
    """libOpenGL, which NVIDIA's driver prefers, or libGL; none on systems with neither."""
    for name in _GL_LIBRARIES:
        try:
            return (ctypes.CDLL(name),)
        except OSError:
            continue
    return ()
