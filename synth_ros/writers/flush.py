"""Files onto the disk, many at a time.

Asked for one file after another, a disk writes its journal for each: 4 to 6 ms for a file of
200 kB where all of an episode together take no longer than one. Linux can flush a file system as a
whole (``syncfs``), and since 5.8 tells when that failed.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Collection, Iterable
from pathlib import Path

# These hand everything to the disk on syncfs. Others may keep it: FUSE tells its server of fsync
# alone.
_WHOLE = frozenset({'ext2', 'ext3', 'ext4', 'f2fs', 'overlay', 'tmpfs', 'xfs'})
_SINCE = (5, 8)


def flush_files(folder: Path, files: Iterable[Path]) -> None:
    """Wait until the disk has the content of files.

    Args:
        folder: Holds all of them, on one file system.
        files: Written and closed.

    Raises:
        OSError: The disk does not have them.
    """
    if _is_whole(folder):
        _sync_file_system(folder)
        return
    for path in files:
        with path.open('rb') as file:
            os.fsync(file.fileno())


def flush_names(root: Path, folders: Collection[Path]) -> None:
    """Wait until the disk has the names in folders, such as those just given by renaming.

    Args:
        root: Holds all of them, on one file system.
        folders: Whose names.

    Raises:
        OSError: The disk does not have them.
    """
    if len(folders) > 1 and _is_whole(root):
        _sync_file_system(root)
        return
    for folder in folders:
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the folder's names."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_whole(folder: Path) -> bool:
    """Whether ``syncfs`` does for a folder what ``fsync`` does for each file in it."""
    kernel = tuple(int(number) for number in re.findall(r'\d+', os.uname().release)[:2])
    return kernel >= _SINCE and hasattr(_LIBC, 'syncfs') and file_system(folder) in _WHOLE


def file_system(folder: Path) -> str | None:
    """The type of the file system that holds a folder; ``None`` if Linux does not tell."""
    device = folder.stat().st_dev
    number = f'{os.major(device)}:{os.minor(device)}'
    try:
        mounts = Path('/proc/self/mountinfo').read_text(encoding='utf-8', errors='replace')
    except OSError:
        return None
    for line in mounts.splitlines():
        # Identity, parent, device, ... - type, source, options (proc(5)).
        mount, _, kind = line.partition(' - ')
        if mount.split(' ')[2] == number:
            return kind.split(' ')[0]
    return None


def _sync_file_system(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if _LIBC.syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(handle)


_LIBC = ctypes.CDLL(None, use_errno=True)
