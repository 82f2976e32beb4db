"""A dataset in a folder of this machine's file system."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from synth_ros.writers.flush import flush_files, flush_names
from synth_ros.writers.folder import (
    LOCK,
    STAGING,
    FolderLock,
    Unit,
    clear_staging,
    make_folder,
    replace_file,
)


class LocalFolder:
    """The storage of a folder: see ``storage.Storage`` for what the methods do.

    Args:
        root: The folder; made when it is locked.
    """

    # A power cut can take what was not flushed, and people delete files.
    durable = False

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def name(self) -> str:
        """The path."""
        return str(self.root)

    def lock(self) -> FolderLock:
        """Keep other runs out, with the kernel's help."""
        return FolderLock(self.root)

    def holder(self) -> str | None:
        """What stands in the lock file."""
        try:
            return (self.root / LOCK).read_text(encoding='utf-8')
        except FileNotFoundError:
            return None

    def prepare(self, folders: Sequence[str]) -> None:
        """Make folders."""
        for folder in folders:
            (self.root / folder).mkdir(parents=True, exist_ok=True)

    def contents(self) -> list[str]:
        """Names at the top."""
        return sorted(
            path.name
            for path in self.root.iterdir()
            if path.name not in {LOCK, STAGING} and not path.name.endswith('.partial')
        )

    def names(self, folder: str) -> list[str]:
        """Names of files in a folder."""
        try:
            return [path.name for path in (self.root / folder).iterdir()]
        except FileNotFoundError:
            return []

    def files_below(self, folder: str) -> list[str]:
        """Paths of files in a folder and below."""
        return sorted(
            path.relative_to(self.root).as_posix()
            for path in (self.root / folder).rglob('*')
            if path.is_file()
        )

    def size(self, path: str) -> int | None:
        """Bytes of a file."""
        try:
            return (self.root / path).stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read(self, path: str) -> bytes:
        """Content of a file."""
        return (self.root / path).read_bytes()

    def replace(self, path: str, data: bytes) -> None:
        """Write a file aside and rename it."""
        make_folder(self.root, (self.root / path).parent)
        replace_file(self.root / path, data, aside=self.root)

    def remove(self, path: str) -> None:
        """Remove a file."""
        (self.root / path).unlink(missing_ok=True)

    def remove_empty(self, folder: str) -> None:
        """Remove a folder that holds nothing but folders."""
        top = self.root / folder
        if any(path.is_file() for path in top.rglob('*')):
            return
        # Another run may just have begun to write there.
        with suppress(OSError):
            for path in sorted((p for p in top.rglob('*') if p.is_dir()), reverse=True):
                path.rmdir()
            top.rmdir()

    def clean(self) -> None:
        """Remove staging folders and unfinished files."""
        clear_staging(self.root)
        for leftover in self.root.glob('.*.partial'):
            leftover.unlink(missing_ok=True)

    def unit(self, name: str) -> Unit:
        """Begin a unit in a staging folder."""
        return Unit(self.root, name)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A staging folder on the same file system."""
        folder = self.root / STAGING / 'index'
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def folder_here(self, folder: str, scratch: Path) -> Path:  # noqa: ARG002 (nothing to copy)
        """The folder itself."""
        return self.root / folder

    def adopt(self, scratch: Path, names: Sequence[str]) -> None:
        """Rename files that the disk has."""
        flush_files(scratch, [scratch / name for name in names])
        for name in names:
            make_folder(self.root, (self.root / name).parent)
            (scratch / name).replace(self.root / name)
        flush_names(self.root, {(self.root / name).parent for name in names})
