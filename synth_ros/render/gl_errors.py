"""What OpenGL reports after a frame, said so that it helps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from synth_ros.errors import InternalError, RenderError

OUT_OF_MEMORY = 0x0505
CONTEXT_LOST = 0x0507
_NAMES = {
    0x0500: 'GL_INVALID_ENUM',
    0x0501: 'GL_INVALID_VALUE',
    0x0502: 'GL_INVALID_OPERATION',
    0x0503: 'GL_STACK_OVERFLOW',
    0x0504: 'GL_STACK_UNDERFLOW',
    OUT_OF_MEMORY: 'GL_OUT_OF_MEMORY',
    0x0506: 'GL_INVALID_FRAMEBUFFER_OPERATION',
    CONTEXT_LOST: 'GL_CONTEXT_LOST',
}
# OpenGL keeps one flag for each error and part of the driver; a lost context never runs dry.
_MOST = 16


def check_lost(read: Callable[[], int], *, device: str, strict: bool = False) -> None:
    """Raise if the driver failed while it drew; to be called after a frame.

    Args:
        read: ``glGetError`` of the current context.
        device: What draws, in the driver's own words.
        strict: Whether errors that can only be a bug of the caller count, too.

    Raises:
        RenderError: If the context is lost or the device's memory is full.
        InternalError: If ``strict`` and the caller used OpenGL wrongly.
    """
    codes: list[int] = []
    while len(codes) < _MOST and (code := read()):
        codes.append(code)
    for fatal in (CONTEXT_LOST, OUT_OF_MEMORY):
        if fatal in codes:
            raise gl_failure(fatal, device=device)
    if codes and strict:
        raise gl_failure(codes[0], device=device)


@contextmanager
def driver_watched(device: str, *, strict: bool = False) -> Iterator[None]:
    """Turn what the driver reports within the block into errors that help.

    A context must be current. Neither MuJoCo nor moderngl asks the driver for errors.

    Args:
        device: What draws, in the driver's own words.
        strict: As for ``check_lost``.

    Raises:
        RenderError: If the context is lost or the device's memory is full.
        InternalError: If OpenGL was used wrongly, as far as ``strict`` asks for it.
    """
    # Not before a context is current: PyOpenGL binds itself to a platform on import.
    from OpenGL import GL

    try:
        yield
    except GL.GLError as error:
        raise gl_failure(int(error.err), device=device) from error
    check_lost(GL.glGetError, device=device, strict=strict)


def gl_failure(code: int, *, device: str) -> RenderError | InternalError:
    """The error that an OpenGL error code stands for.

    Args:
        code: What ``glGetError`` gave.
        device: What draws, in the driver's own words.
    """
    name = _NAMES.get(code, f'OpenGL error {code:#06x}')
    if code == CONTEXT_LOST:
        return RenderError(
            f'The graphics driver was reset while {device} drew, or the GPU hung ({name}): the '
            'renderer is lost. What was written so far is valid: run the same command with '
            '--resume. If it happens again, look at the kernel log (dmesg) and update the driver, '
            'or use another device (render.device; synth-ros doctor lists them).'
        )
    if code == OUT_OF_MEMORY:
        return RenderError(
            f'The memory of {device} is full ({name}): another process may fill it (see '
            'nvidia-smi or radeontop). What was written so far is valid: free memory, or use '
            'fewer --workers, a smaller render.shadow_size, fewer render.samples or another '
            'render.device, then run the same command with --resume.'
        )
    return InternalError(f'OpenGL was used wrongly on {device}: {name}.')
