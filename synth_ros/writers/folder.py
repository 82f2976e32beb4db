"""A folder on a disk in which nothing is lost: lock, whole commits, atomic replacement.

A *unit* (an episode) is written into a staging folder, flushed to the disk as a whole, moved file
by file to its final names, and announced by one marker file that is moved last. A reader that
trusts markers alone never sees half a unit, whenever the writing process is killed. Units of
different processes touch different files, so workers need no lock among themselves. Two attempts
at one unit have staging folders of their own and move the same bytes to the same names.
"""

from __future__ import annotations

import errno
import fcntl
import itertools
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from synth_ros.errors import OutputError
from synth_ros.writers.flush import flush_files, flush_names, sync_folder
from synth_ros.writers.storage import FileEntry, Hashed, entries_of, holder_words, new_token

STAGING = '.partial'
LOCK = '.lock'

_REASONS = {
    errno.ENOSPC: 'the disk is full. Free some space or choose another disk',
    errno.EDQUOT: 'the disk quota is used up. Free some space or choose another disk',
    errno.EFBIG: 'the file would exceed the allowed file size. Raise the limit (ulimit -f)',
    errno.EROFS: 'the file system is read-only. Choose another folder',
    errno.EACCES: 'permission is denied. Choose a folder that you may write',
    errno.EPERM: 'permission is denied. Choose a folder that you may write',
}


@contextmanager
def os_errors(path: Path | str, *, valid: str) -> Iterator[None]:
    """Turn the system's errors into ours.

    Args:
        path: What is being written.
        valid: A sentence on what stays valid and how to go on.

    Raises:
        OutputError: In place of any ``OSError``.
    """
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        place = error.filename or path
        raise OutputError(f'Cannot write {place}: {reason}. {valid}'.rstrip()) from error


class FolderLock:
    """Keeps a second run out of a folder.

    The lock is the kernel's (``flock``), so a killed process leaves none behind.

    Args:
        root: The folder, created if missing.

    Attributes:
        token: Names this run; stands in the lock file while the lock is held.

    Raises:
        OutputError: Another process holds the lock, or the folder cannot be written.
    """

    def __init__(self, root: Path) -> None:
        self.token = new_token()
        self._path = root / LOCK
        with os_errors(root, valid='Nothing was written.'):
            root.mkdir(parents=True, exist_ok=True)
            self._handle = self._acquire(root)
            try:
                self._sign()
            except OSError:
                # On a full disk there is no room for a name.
                self.release()
                raise

    def _sign(self) -> None:
        """Workers on other machines read here whether the run they serve still holds it."""
        os.ftruncate(self._handle, 0)
        os.write(self._handle, self.token.encode())
        os.fsync(self._handle)

    def _acquire(self, root: Path) -> int:
        while True:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = holder_words(os.pread(handle, 1000, 0).decode(errors='replace'))
                os.close(handle)
                raise OutputError(
                    f'{root} is being written by another run{holder}. Wait until it ends, or '
                    'give this run another folder.'
                ) from None
            # The previous holder may have removed the file between our open and our lock.
            try:
                if self._path.stat().st_ino == os.fstat(handle).st_ino:
                    return handle
            except FileNotFoundError:
                pass
            os.close(handle)

    def release(self) -> None:
        """Let others in; harmless when repeated."""
        if self._handle >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = -1


class Unit:
    """Files that become part of a folder together or not at all.

    Files are in the staging folder as soon as they are added, so that a unit of any size takes
    little memory; the disk has all of them before the first gets its name.

    Args:
        root: The output folder.
        name: Of the unit's staging folder; what a stopped run left there is removed.
    """

    def __init__(self, root: Path, name: str) -> None:
        self._root = root
        self._staging = root / STAGING / name
        self._lock = threading.Lock()
        self._begun = False
        self._numbers = itertools.count()
        self._staged: dict[str, Path] = {}
        self._entries: list[FileEntry] = []

    @property
    def entries(self) -> list[FileEntry]:
        """All files so far, by path."""
        return sorted(self._entries)

    def add(self, files: Mapping[str, bytes]) -> None:
        """Write files aside, all or none of them. Several threads may do so at once.

        Args:
            files: Contents by path relative to the folder.

        Raises:
            OSError: Something could not be written.
        """
        staged: dict[str, Path] = {}
        try:
            self._begin()
            for path, data in files.items():
                staged[path] = self._staging / str(next(self._numbers))
                write_file(staged[path], data)
        except OSError:
            for partial in staged.values():
                partial.unlink(missing_ok=True)
            raise
        entries = entries_of(files)
        with self._lock:
            self._staged |= staged
            self._entries += entries

    def _begin(self) -> None:
        with self._lock:
            if not self._begun:
                shutil.rmtree(self._staging, ignore_errors=True)
                self._staging.mkdir(parents=True)
                self._begun = True

    def spool(self) -> Path:
        """A folder for what ``pack`` will read; gone when the unit ends."""
        self._begin()
        folder = self._staging / 'spool'
        folder.mkdir(exist_ok=True)
        return folder

    def pack(self, path: str, write: Callable[[IO[bytes]], None]) -> None:
        """Write a file of any size aside.

        Args:
            path: Relative to the folder.
            write: Writes it.

        Raises:
            OSError: It could not be written.
        """
        self._begin()
        staged = self._staging / str(next(self._numbers))
        with staged.open('wb') as file:
            hashed = Hashed(file)
            write(cast('IO[bytes]', hashed))
        with self._lock:
            self._staged[path] = staged
            self._entries.append(hashed.entry(path))

    def commit(self, marker: str, data: bytes) -> None:
        """Give all files their names, and announce the unit.

        Args:
            marker: Path of the file that announces the unit; moved last.
            data: Its content.

        Raises:
            OSError: Something could not be written; the unit is not announced.
        """
        try:
            self.add({marker: data})
            flush_files(self._staging, self._staged.values())
            announced = self._staged.pop(marker)
            for path, staged in self._staged.items():
                self._move(staged, path)
            flush_names(self._root, {(self._root / path).parent for path in self._staged})
            self._move(announced, marker)
            sync_folder((self._root / marker).parent)
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove what is staged."""
        shutil.rmtree(self._staging, ignore_errors=True)
        self._begun = False
        self._staged.clear()
        self._entries.clear()

    def _move(self, staged: Path, path: str) -> None:
        target = self._root / path
        make_folder(self._root, target.parent)
        staged.replace(target)


def make_folder(root: Path, folder: Path) -> None:
    """Make a folder below a root, so that the disk has its name.

    Several processes may make it at once.
    """
    if folder.is_dir():
        return
    make_folder(root, folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def clear_staging(root: Path) -> None:
    """Remove the staging folder with what failed or killed workers left in it."""
    shutil.rmtree(root / STAGING, ignore_errors=True)


def replace_file(path: Path, data: bytes, *, aside: Path | None = None) -> None:
    """Write a file so that its name holds the old or the new content, never a part.

    Args:
        path: The file.
        data: Its content.
        aside: Folder on the same disk for the file while it is written: where those of killed
            runs are looked for. Its own folder by default.

    Raises:
        OSError: It could not be written; the old content is still there.
    """
    # Several machines may write the same file at the same time.
    partial = (aside or path.parent) / f'.{path.name}.{uuid.uuid4().hex}.partial'
    try:
        write_synced(partial, data)
        partial.replace(path)
        sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def write_file(path: Path, *parts: bytes) -> None:
    """Write a file of one or more parts; the disk has it after ``flush_files``."""
    with path.open('wb', buffering=0) as file:
        for part in parts:
            rest = memoryview(part)
            while rest:
                rest = rest[file.write(rest) :]


def write_synced(path: Path, data: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with path.open('wb') as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
