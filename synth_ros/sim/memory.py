"""Memory that a finished episode leaves behind."""

from __future__ import annotations

import ctypes


def return_free_memory() -> None:
    """Give freed memory back to the system; some milliseconds.

    Models, physics threads and drivers scatter what they free over many heaps, from which
    glibc returns nothing by itself: a process would grow by some megabytes with each episode,
    and by 30 with each Filament context.
    """
    trim = getattr(ctypes.CDLL(None), 'malloc_trim', None)  # glibc alone has it
    if trim is not None:
        trim(0)
