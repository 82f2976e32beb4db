"""Where a dataset lies: what a writer asks of a folder or of an object store.

A writer puts the files of an episode aside, and one marker file announces them. Whoever trusts
markers alone never sees half an episode. How that is done is the storage's matter:
``local_folder`` renames on a disk, ``object_store`` puts objects through fsspec.
"""

from __future__ import annotations

import hashlib
import os
import socket
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from synth_ros.errors import UsageError


class FileEntry(NamedTuple):
    """One committed file.

    Attributes:
        path: Relative to the dataset, with forward slashes.
        size: Bytes.
        sha256: Checksum in hexadecimal.
    """

    path: str
    size: int
    sha256: str


def entry(path: str, data: bytes) -> FileEntry:
    """Describe a file by its content."""
    return FileEntry(path, len(data), hashlib.sha256(data).hexdigest())


def entries_of(files: Mapping[str, bytes]) -> list[FileEntry]:
    """Describe files; bytes that several of them share are added up once."""
    contents = {id(data): data for data in files.values()}
    sums = {number: hashlib.sha256(data).hexdigest() for number, data in contents.items()}
    return [FileEntry(path, len(data), sums[id(data)]) for path, data in files.items()]


class Hashed:
    """Passes bytes on to a file, and adds them up.

    Args:
        out: Where they go.
    """

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._sum = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> int:
        """Write all of some bytes."""
        self._sum.update(data)
        self._size += len(data)
        rest = memoryview(data)
        while rest:
            rest = rest[self._out.write(rest) :]
        return len(data)

    def entry(self, path: str) -> FileEntry:
        """Describe what was written."""
        return FileEntry(path, self._size, self._sum.hexdigest())


class Lock(Protocol):
    """Keeps a second run out."""

    @property
    def token(self) -> str:
        """Names this run and no other; ``Storage.holder`` gives it while the lock holds."""
        ...

    def release(self) -> None:
        """Let others in; harmless when repeated."""
        ...


class StoredUnit(Protocol):
    """Files that become part of a dataset together or not at all."""

    @property
    def entries(self) -> list[FileEntry]:
        """All files so far, by path."""
        ...

    def add(self, files: Mapping[str, bytes]) -> None:
        """Put files aside, all or none of them, by path relative to the dataset.

        Several threads may do so at once.

        Raises:
            OSError: Something could not be written.
        """
        ...

    def spool(self) -> Path:
        """A folder on this machine for what ``pack`` will read; gone when the unit ends."""
        ...

    def pack(self, path: str, write: Callable[[IO[bytes]], None]) -> None:
        """Put aside a file of any size, as it is being written.

        Args:
            path: Relative to the dataset.
            write: Writes it.

        Raises:
            OSError: It could not be written.
        """
        ...

    def commit(self, marker: str, data: bytes) -> None:
        """Announce all files by a marker, which is written last.

        Two runs that commit the same files under the same names do no harm to each other.

        Raises:
            OSError: Something could not be written; the unit is not announced.
        """
        ...

    def discard(self) -> None:
        """Remove what is not announced; harmless after a commit."""
        ...


class Storage(Protocol):
    """A place for one dataset. All methods raise ``OSError`` where the system refuses."""

    @property
    def name(self) -> str:
        """Path or URL, for messages."""
        ...

    @property
    def durable(self) -> bool:
        """Whether all that a marker announces is there for certain, crashes included.

        Where it is not (a disk may lose what was not flushed, people delete files), a resumed
        run looks at every file.
        """
        ...

    def lock(self) -> Lock:
        """Keep other runs out; creates the place if it is missing.

        Raises:
            OutputError: Another run holds the lock, or the place cannot be written.
        """
        ...

    def holder(self) -> str | None:
        """Token of the run that holds the lock, as seen from here."""
        ...

    def prepare(self, folders: Sequence[str]) -> None:
        """Make folders, where there are such things."""
        ...

    def contents(self) -> list[str]:
        """Names of what is at the top, but for locks and unfinished files, sorted."""
        ...

    def names(self, folder: str) -> list[str]:
        """Names of the files in a folder, in any order; none if there is no such folder."""
        ...

    def files_below(self, folder: str) -> list[str]:
        """Paths of all files in a folder and its subfolders, sorted; none if there is none."""
        ...

    def size(self, path: str) -> int | None:
        """Bytes of a file, or ``None`` if there is none."""
        ...

    def read(self, path: str) -> bytes:
        """Content of a file.

        Raises:
            FileNotFoundError: There is none.
        """
        ...

    def replace(self, path: str, data: bytes) -> None:
        """Write a file so that its name holds the old or the new content, never a part."""
        ...

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        ...

    def clean(self) -> None:
        """Remove what stopped or failed units left aside."""
        ...

    def remove_empty(self, folder: str) -> None:
        """Remove a folder and its subfolders if no file is in them; ``''`` is the place itself."""
        ...

    def unit(self, name: str) -> StoredUnit:
        """Begin a unit.

        Args:
            name: For what is put aside; attempts at one unit must differ in it.
        """
        ...

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder on this machine for files that ``adopt`` will take."""
        ...

    def folder_here(self, folder: str, scratch: Path) -> Path:
        """A folder's files on this machine: themselves, or copies below ``scratch``."""
        ...

    def adopt(self, scratch: Path, names: Sequence[str]) -> None:
        """Take files from ``scratch``, to the same paths in the dataset, in the given order.

        Each name holds its old or its new content, never a part.
        """
        ...


Place = Path | str | Storage


def storage_at(place: Place) -> Storage:
    """The storage of a path or URL; a storage is returned as it is.

    Nothing is created or asked yet.

    Args:
        place: A folder as a path or ``file://`` URL, or any other URL that fsspec knows.

    Raises:
        UsageError: The URL cannot be a place for a dataset.
    """
    # Imported here: both build on what is above.
    from synth_ros.writers.local_folder import LocalFolder
    from synth_ros.writers.object_store import ObjectStore

    if isinstance(place, Path):
        return LocalFolder(place)
    if not isinstance(place, str):
        return place
    scheme, mark, rest = place.partition('://')
    if not mark:
        return LocalFolder(Path(place))
    if scheme == 'file':
        return LocalFolder(Path(rest))
    if '::' in place or not scheme or not rest.strip('/'):
        raise UsageError(
            f'{place} is no place for a dataset. Name a folder, or a URL with a path in it, such '
            'as s3://bucket/dataset.'
        )
    return ObjectStore(place.rstrip('/'))


def new_token() -> str:
    """Words that name this process and this moment, and no other."""
    return f'{socket.gethostname()}, process {os.getpid()}, {uuid.uuid4().hex}'


def holder_words(token: str | None) -> str:
    """Who holds a lock, for messages: ``' (host a, process 7)'``, or nothing."""
    return f' ({token.rpartition(", ")[0]})' if token and ', ' in token else ''
