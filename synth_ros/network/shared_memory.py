"""Memory that Fast DDS shares between processes, and what ended processes left of it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path('/dev/shm')  # noqa: S108 - the kernel's, not a place for temporary files
_PREFIX = 'fastrtps_'
# Each segment has a file that its process keeps locked as long as it lives.
_LOCK = '_el'


class SharedMemory(NamedTuple):
    """The memory file system of this machine.

    Attributes:
        total_mb: Its size; 0 where there is none.
        free_mb: What is free of it.
        left_over: Segments whose processes have gone.
        left_over_mb: Their size.
    """

    total_mb: int
    free_mb: int
    left_over: int
    left_over_mb: int


def read_shared_memory(folder: Path = _FOLDER) -> SharedMemory:
    """How it stands with shared memory.

    Args:
        folder: Where it is mounted.
    """
    try:
        room = os.statvfs(folder)
    except OSError:
        return SharedMemory(0, 0, 0, 0)
    sizes = [segment.stat().st_blocks * 512 for segment in _left_over(folder)]
    return SharedMemory(
        total_mb=room.f_blocks * room.f_frsize // 2**20,
        free_mb=room.f_bavail * room.f_frsize // 2**20,
        left_over=len(sizes),
        left_over_mb=sum(sizes) // 2**20,
    )


def _left_over(folder: Path) -> list[Path]:
    """Segments that nobody holds; those of other users are left out, whose locks are not ours."""
    found = []
    for lock in folder.glob(f'{_PREFIX}*{_LOCK}'):
        segment = lock.with_name(lock.name.removesuffix(_LOCK))
        if segment.exists() and not _is_held(lock):
            found.append(segment)
    return found


def _is_held(lock: Path) -> bool:
    try:
        with lock.open('rb') as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False
