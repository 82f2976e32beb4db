"""Writes an episode as one tar: the same bytes for the same frames.

A tar is nothing but its members one after the other, so that those of each frame are put aside in
one file, in tar's form already, and the episode is these files in order.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

# tar tools read and write so much at once, and pad to it.
_RECORD = tarfile.RECORDSIZE
_COPY_BYTES = 1 << 20


def tar_members(members: Mapping[str, bytes]) -> Iterator[bytes]:
    """The bytes of members in a POSIX tar, without dates or owners.

    Args:
        members: Contents by name, in order.
    """
    for name, data in members.items():
        info = tarfile.TarInfo(name)
        info.mode, info.size = 0o644, len(data)
        yield info.tobuf(tarfile.PAX_FORMAT, 'utf-8', 'surrogateescape')
        yield data
        yield bytes(-len(data) % tarfile.BLOCKSIZE)


def join_tar(out: IO[bytes], parts: Iterable[Path]) -> None:
    """Write a tar of files that hold what ``tar_members`` gives, and remove each once it is in.

    Kept until later they would be written to the disk as well, all bytes twice.

    Args:
        out: Opened for writing.
        parts: In order.

    Raises:
        OSError: Something could not be read or written.
    """
    written = 0
    for part in parts:
        with part.open('rb', buffering=0) as file:
            while data := file.read(_COPY_BYTES):
                out.write(data)
                written += len(data)
        part.unlink()
    end = 2 * tarfile.BLOCKSIZE
    out.write(bytes(end + -(written + end) % _RECORD))
