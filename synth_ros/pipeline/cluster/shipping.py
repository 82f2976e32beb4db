"""Sends a config's folder to nodes that do not have it."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from synth_ros.errors import UsageError

MOST_BYTES = 256 * 10**6


class Shipped(NamedTuple):
    """A folder as it is sent.

    Attributes:
        data: A zip file.
        sha256: Of its content.
    """

    data: bytes
    sha256: str


def packed(folder: Path, *, but: Path | None) -> Shipped:
    """A folder with all below it, hidden files and folders left out.

    Args:
        folder: The config's.
        but: A folder in it to leave out: the output.

    Raises:
        UsageError: It holds more than nodes should be sent.
    """
    buffer, total = io.BytesIO(), 0
    with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in _files(folder, but=but):
            total += path.stat().st_size
            if total > MOST_BYTES:
                raise UsageError(
                    f'{folder} holds more than {MOST_BYTES // 10**6} MB, too much to ship to '
                    'every node. Put the config beside its assets into a folder of its own, or '
                    'put the assets where all nodes find them under the same path, and leave '
                    'out --ship.'
                )
            # Without dates: the same files make the same archive.
            archive.writestr(zipfile.ZipInfo(str(path.relative_to(folder))), path.read_bytes())
    data = buffer.getvalue()
    return Shipped(data, hashlib.sha256(data).hexdigest())


def unpacked(data: bytes, sha256: str) -> Path:
    """The folder on this machine, unpacked unless an earlier call did.

    Args:
        data: Of ``Shipped``.
        sha256: Of ``Shipped``; names the folder.
    """
    parent = Path(tempfile.gettempdir()) / f'synth_ros-{os.getuid()}'
    parent.mkdir(mode=0o700, exist_ok=True)
    target = parent / sha256
    if not target.is_dir():
        partial = Path(tempfile.mkdtemp(dir=parent))
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                archive.extractall(partial)
            partial.rename(target)
        except OSError:
            # Another worker was faster.
            if not target.is_dir():
                raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return target


def _files(folder: Path, *, but: Path | None) -> list[Path]:
    found = []
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        folders[:] = sorted(
            name for name in folders if not name.startswith('.') and here / name != but
        )
        found += [here / name for name in sorted(names) if not name.startswith('.')]
    return found
