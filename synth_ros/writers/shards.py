"""Writes an episode as one tar: the same bytes for the same frames."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

Member = tuple[str, Path | bytes]
"""Name in the tar, and the content: a file on this machine, or its bytes."""


def write_tar(out: IO[bytes], members: Iterable[Member]) -> None:
    """Write a POSIX tar without dates or owners.

    Args:
        out: Opened for writing.
        members: In order.

    Raises:
        OSError: Something could not be read or written.
    """
    with tarfile.open(fileobj=out, mode='w|', format=tarfile.PAX_FORMAT) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.mode = 0o644
            if isinstance(content, bytes):
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
                continue
            info.size = content.stat().st_size
            with content.open('rb') as file:
                tar.addfile(info, file)
