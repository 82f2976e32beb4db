"""A dataset in an object store, or in any other place that fsspec reaches.

Objects cannot be renamed, but each is put whole. So the files of an episode go straight to their
names, and the marker is put last: what has no marker is not in the dataset. The next attempt at
an episode that was not finished puts the same bytes to the same names.
"""

from __future__ import annotations

import errno
import itertools
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol, TypeVar, cast

from synth_ros.errors import UsageError
from synth_ros.writers.storage import FileEntry, Hashed, entries_of
from synth_ros.writers.store_lock import LOCK, StoreLock, read_lease

_T = TypeVar('_T')

# In these a folder is but a part of a name; asking for one may create a bucket.
_FLAT = frozenset(
    {'s3', 's3a', 'gs', 'gcs', 'az', 'abfs', 'adl', 'oss', 'tos', 'oci', 'memory', 'hf'}
)
# What more of the same does not help against.
_FINAL = (FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError)
_FINAL_CODES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
_PAUSES_S = (0.5, 1.0, 2.0)
_GET_AT_ONCE = 256


class FileSystem(Protocol):
    """What is used of ``fsspec.AbstractFileSystem``."""

    def pipe(self, path: dict[str, bytes]) -> None:
        """Put objects, several at a time where the store allows it."""
        ...

    def pipe_file(self, path: str, value: bytes, mode: str = 'overwrite') -> None:
        """Put an object; ``create`` refuses one that is there."""
        ...

    def cat_file(self, path: str) -> bytes:
        """Get an object."""
        ...

    def get(self, rpath: list[str], lpath: list[str]) -> None:
        """Get objects into files."""
        ...

    def put_file(self, lpath: str, rpath: str) -> None:
        """Put a file."""
        ...

    def ls(self, path: str, *, detail: bool) -> list[str]:
        """Names directly below a path."""
        ...

    def find(self, path: str) -> list[str]:
        """Names of all objects below a path."""
        ...

    def size(self, path: str) -> int | None:
        """Bytes of an object."""
        ...

    def rm_file(self, path: str) -> None:
        """Remove an object."""
        ...

    def makedirs(self, path: str, *, exist_ok: bool) -> None:
        """Make a folder with its parents."""
        ...

    def invalidate_cache(self) -> None:
        """Forget listings."""
        ...


class ObjectStore:
    """The storage of a URL: see ``storage.Storage`` for what the methods do.

    Connects when it is first used, in each process for itself.

    Args:
        url: ``s3://bucket/path``, ``gs://bucket/path``, ...: all that fsspec knows. Credentials
            and endpoints come from where the store's own library looks for them.
    """

    # What a store has accepted, it keeps.
    durable = True

    def __init__(self, url: str) -> None:
        self.url = url
        self._scheme = url.partition('://')[0]
        self._connected: tuple[FileSystem, str] | None = None
        self._made: set[str] = set()

    @property
    def name(self) -> str:
        """The URL."""
        return self.url

    def lock(self) -> StoreLock:
        """Keep other runs out, as well as a store can: see ``StoreLock``."""
        return StoreLock(self)

    def holder(self) -> str | None:
        """Owner of the lock object."""
        lease = read_lease(self)
        return lease.owner if lease else None

    def prepare(self, folders: Sequence[str]) -> None:
        """Do nothing: folders are made when they are needed, if at all."""

    def contents(self) -> list[str]:
        """Names at the top, folders included."""
        return sorted(name for name in self.names('') if name != LOCK)

    def names(self, folder: str) -> list[str]:
        """Names below a folder."""

        def listing(fs: FileSystem, root: str) -> list[str]:
            fs.invalidate_cache()
            try:
                found = fs.ls(_join(root, folder), detail=False)
            except FileNotFoundError:
                return []
            return [path.rstrip('/').rpartition('/')[2] for path in found]

        # Some stores list the folder itself as an empty object.
        own = _join(self._root, folder).rpartition('/')[2]
        return [name for name in self._try(listing) if name and name != own]

    def files_below(self, folder: str) -> list[str]:
        """Paths of objects below a folder."""

        def finding(fs: FileSystem, root: str) -> list[str]:
            fs.invalidate_cache()
            try:
                found = fs.find(_join(root, folder))
            except FileNotFoundError:
                return []
            return [path.removeprefix(root).lstrip('/') for path in found]

        return sorted(self._try(finding))

    def size(self, path: str) -> int | None:
        """Bytes of an object."""

        def asking(fs: FileSystem, root: str) -> int | None:
            fs.invalidate_cache()
            return fs.size(_join(root, path))

        try:
            return self._try(asking)
        except FileNotFoundError:
            return None

    def read(self, path: str) -> bytes:
        """Content of an object."""
        return self._try(lambda fs, root: fs.cat_file(_join(root, path)))

    def replace(self, path: str, data: bytes) -> None:
        """Put an object."""
        self.put({path: data})

    def create(self, path: str, data: bytes) -> None:
        """Put an object that is not there, as atomically as the store can.

        Raises:
            FileExistsError: It is there.
        """
        self._make_parents([path])
        self._try(lambda fs, root: fs.pipe_file(_join(root, path), data, mode='create'))

    def put(self, files: Mapping[str, bytes]) -> None:
        """Put objects."""
        self._make_parents(files)
        self._try(
            lambda fs, root: fs.pipe({_join(root, path): data for path, data in files.items()})
        )

    def put_file(self, here: Path, path: str) -> None:
        """Put a file of this machine."""
        self._make_parents([path])
        self._try(_putting(here, path))

    def remove(self, path: str) -> None:
        """Remove an object."""
        with suppress(FileNotFoundError):
            self._try(lambda fs, root: fs.rm_file(_join(root, path)))

    def remove_empty(self, folder: str) -> None:
        """Do nothing: folders are parts of names."""

    def clean(self) -> None:
        """Do nothing: what is not announced is put again under the same names."""

    def unit(self, name: str) -> ObjectUnit:  # noqa: ARG002 (nothing is staged)
        """Begin a unit."""
        return ObjectUnit(self)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A temporary folder of this machine."""
        with tempfile.TemporaryDirectory(prefix='synth_ros-') as folder:
            yield Path(folder)

    def folder_here(self, folder: str, scratch: Path) -> Path:
        """Copies of a folder's files."""
        target = scratch / folder
        target.mkdir()
        names = iter(self.names(folder))
        while batch := list(itertools.islice(names, _GET_AT_ONCE)):
            here = [str(target / name) for name in batch]
            self._try(_getting([f'{folder}/{name}' for name in batch], here))
        return target

    def adopt(self, scratch: Path, names: Sequence[str]) -> None:
        """Put files one after the other."""
        self._make_parents(names)
        for name in names:
            self._try(_putting(scratch / name, name))

    @property
    def _root(self) -> str:
        return self._connect()[1]

    def _make_parents(self, paths: Mapping[str, bytes] | Sequence[str]) -> None:
        if self._scheme in _FLAT:
            return
        for folder in {path.rpartition('/')[0] for path in paths} - self._made:
            self._try(_making(folder))
            self._made.add(folder)

    def _connect(self) -> tuple[FileSystem, str]:
        if self._connected is None:
            self._connected = _open(self.url)
        return self._connected

    def _try(self, call: Callable[[FileSystem, str], _T]) -> _T:
        """Call the store; try again when it fails in passing.

        Raises:
            OSError: In place of whatever error the store's library has.
        """
        fs, root = self._connect()
        for pause_s in (*_PAUSES_S, None):
            try:
                return call(fs, root)
            except _FINAL:
                raise
            # Libraries of stores have errors of their own, and no common base.
            except Exception as error:
                if pause_s is None or _is_final(error):
                    raise _as_os_error(error, self.url) from error
                time.sleep(pause_s)
        raise AssertionError


class ObjectUnit:
    """Objects that are put at once, and announced by a marker.

    Args:
        store: Where.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._entries: list[FileEntry] = []
        self._spool: tempfile.TemporaryDirectory[str] | None = None

    @property
    def entries(self) -> list[FileEntry]:
        """All files so far, by path."""
        return sorted(self._entries)

    def add(self, files: Mapping[str, bytes]) -> None:
        """Put files; what fails halfway is not announced. Several threads may do so at once."""
        self._store.put(files)
        entries = entries_of(files)
        with self._lock:
            self._entries += entries

    def spool(self) -> Path:
        """A temporary folder of this machine."""
        with self._lock:
            if self._spool is None:
                self._spool = tempfile.TemporaryDirectory(prefix='synth_ros-')
        return Path(self._spool.name)

    def pack(self, path: str, write: Callable[[IO[bytes]], None]) -> None:
        """Write a file here and put it as a whole."""
        with tempfile.TemporaryDirectory(prefix='synth_ros-') as folder:
            here = Path(folder) / 'packed'
            with here.open('wb') as file:
                hashed = Hashed(file)
                write(cast('IO[bytes]', hashed))
            self._store.put_file(here, path)
        with self._lock:
            self._entries.append(hashed.entry(path))

    def commit(self, marker: str, data: bytes) -> None:
        """Put the marker."""
        try:
            self._store.put({marker: data})
            self._entries.clear()
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove what was put but not announced."""
        if self._spool is not None:
            self._spool.cleanup()
            self._spool = None
        entries, self._entries = self._entries, []
        for item in entries:
            # Not in the dataset either way; the store may be why the unit failed.
            with suppress(OSError):
                self._store.remove(item.path)


def _open(url: str) -> tuple[FileSystem, str]:
    """The file system of a URL, and the path in it.

    Raises:
        UsageError: fsspec does not know it, or a library is missing.
    """
    # Imported here: datasets in folders do without.
    import fsspec.core

    try:
        fs, root = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise UsageError(
            f'{url} cannot be reached: {error}. Install that library beside synth_ros (s3: pip '
            'install s3fs; gs: gcsfs; az, abfs: adlfs), on all nodes of a cluster.'
        ) from error
    except ValueError as error:
        raise UsageError(f'{url} is no place that fsspec knows: {error}.') from error
    except Exception as error:
        # Credentials are looked for here, each library in its own way.
        raise _as_os_error(error, url) from error
    return cast('FileSystem', fs), str(root).rstrip('/')


def _is_final(error: Exception) -> bool:
    if isinstance(error, NotImplementedError):
        return True
    return isinstance(error, OSError) and error.errno in _FINAL_CODES


def _as_os_error(error: Exception, url: str) -> OSError:
    words = ' '.join(str(error).split()).rstrip('.') or 'no reason given'
    if isinstance(error, OSError) and error.errno:
        return OSError(error.errno, error.strerror or words, url)
    return OSError(None, f'{type(error).__name__}: {words[:400]}', url)


def _join(root: str, path: str) -> str:
    return f'{root}/{path}' if path else root


def _getting(paths: Sequence[str], here: list[str]) -> Callable[[FileSystem, str], None]:
    return lambda fs, root: fs.get([_join(root, path) for path in paths], here)


def _putting(path: Path, name: str) -> Callable[[FileSystem, str], None]:
    return lambda fs, root: fs.put_file(str(path), _join(root, name))


def _making(folder: str) -> Callable[[FileSystem, str], None]:
    return lambda fs, root: fs.makedirs(_join(root, folder), exist_ok=True)
