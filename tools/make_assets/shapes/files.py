"""Writes a folder of generated files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path


def text_bytes(lines: Iterable[str]) -> bytes:
    """Lines with Unix ends."""
    return ('\n'.join(lines) + '\n').encode('ascii')


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Makes a folder hold exactly these files.

    Args:
        files: Contents by relative path; all are made before the first one is written, so that
            a mistake in a generator leaves the folder as it was.
        folder: Created if missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.rglob('*')):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
