"""What becomes of memory that a frame or an episode leaves behind."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Of glibc's malloc.h, and what they are set to.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_KEPT_BYTES = 256 << 20
_LARGEST_BYTES = 32 << 20
_HEAPS = 2


def return_free_memory() -> None:
    """Give freed memory back to the system; some milliseconds.

    Models, physics threads and drivers scatter what they free over many heaps, from which
    glibc returns nothing by itself: a process would grow by some megabytes with each episode,
    and by 30 with each Filament context.
    """
    trim = getattr(ctypes.CDLL(None), 'malloc_trim', None)  # glibc alone has it
    if trim is not None:
        trim(0)


def keep_free_memory() -> None:
    """Let memory that a frame frees serve the next one.

    Images are so large that glibc hands their memory back at once, and takes pages anew from the
    system for the next frame, one fault for each 4 kB: a third of the time of all dense labels.
    Of 256 MB at most none goes back before ``return_free_memory``.

    That much may stay in each heap, and glibc gives every thread one of its own, up to eight a
    core: what one thread frees is of no use to the others, and a simulation of ten minutes grew by
    hundreds of megabytes. Two heaps serve all threads. To be called before there are threads.
    """
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _HEAPS)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_BYTES)


@contextmanager
def spared_past() -> Iterator[None]:
    """Let Python's collector of cycles look only at what is made inside the block.

    Modules, configs and assets stay anyway, and are so many objects that each full collection
    takes some 0.2 s: the records of a hundred frames bring one about.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
