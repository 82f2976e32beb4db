"""Files of a dataset by their names in the index, whether they lie in a folder or in shards."""

from __future__ import annotations

import errno
import tarfile
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from synth_ros.errors import UsageError
from synth_ros.schema.shards import (
    LABELS,
    LABELS_SUFFIX,
    SHARDS,
    is_in_shard,
    member_name,
    shard_of,
)

_OPEN_INDEXES = 16


class StoredFile(Protocol):
    """A file of a dataset; a ``Path`` is one. As text, it says where it lies."""

    def read_bytes(self) -> bytes:
        """Content of the file.

        Raises:
            OSError: It is missing or cannot be read.
            UsageError: The shard that holds it is damaged.
        """
        ...

    def is_file(self) -> bool:
        """Whether it is there."""
        ...


class Root(Protocol):
    """Where a dataset's files are; the ``Path`` of a folder is one."""

    def __truediv__(self, name: str, /) -> StoredFile:
        """A file by its name in the index."""
        ...


def open_root(folder: Path) -> Root:
    """Where the files of a dataset are.

    Args:
        folder: Of the dataset.
    """
    return ShardedRoot(folder) if (folder / SHARDS).is_dir() else folder


class _Span(NamedTuple):
    """Where a member is in its shard."""

    offset: int
    size: int


class ShardedRoot:
    """A dataset whose frames lie in tars.

    Args:
        folder: Of the dataset.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._indexes: OrderedDict[Path, Mapping[str, _Span]] = OrderedDict()

    def __truediv__(self, name: str) -> StoredFile:
        """A file by its name in the index."""
        if not is_in_shard(name):
            return self._folder / name
        return ShardMember(self._folder / shard_of(name), name, self)

    def members(self, shard: Path) -> Mapping[str, _Span]:
        """All members of a shard.

        Raises:
            OSError: It is missing or cannot be read.
            UsageError: It is damaged.
        """
        found = self._indexes.get(shard)
        if found is None:
            found = _members(shard)
            self._indexes[shard] = found
            if len(self._indexes) > _OPEN_INDEXES:
                self._indexes.popitem(last=False)
        return found

    def __reduce__(self) -> tuple[type[ShardedRoot], tuple[Path]]:
        """Another process indexes anew."""
        return ShardedRoot, (self._folder,)


@dataclass(frozen=True, slots=True)
class ShardMember:
    """A file in a shard.

    Attributes:
        shard: The tar.
        name: As the index names the file.
        root: Knows what is in the tar.
    """

    shard: Path
    name: str
    root: ShardedRoot = field(repr=False, compare=False)

    def __str__(self) -> str:
        """Where it lies, for messages."""
        if self._is_labels:
            return f'{self.shard}: *{LABELS_SUFFIX}'
        return f'{self.shard}: {member_name(self.name)}'

    @property
    def _is_labels(self) -> bool:
        return self.name.startswith(f'{LABELS}/')

    def is_file(self) -> bool:
        """Whether it is there."""
        try:
            members = self.root.members(self.shard)
        except FileNotFoundError:
            return False
        return self._is_labels or member_name(self.name) in members

    def read_bytes(self) -> bytes:
        """Content of the member; of labels, those of all frames, a line each."""
        members = self.root.members(self.shard)
        if self._is_labels:
            spans = [span for name, span in members.items() if name.endswith(LABELS_SUFFIX)]
        else:
            found = members.get(member_name(self.name))
            if found is None:
                raise FileNotFoundError(errno.ENOENT, 'it is not in the shard', str(self))
            spans = [found]
        parts = []
        with self.shard.open('rb') as file:
            for offset, size in spans:
                file.seek(offset)
                parts.append(file.read(size))
        return b''.join(parts)


def _members(shard: Path) -> dict[str, _Span]:
    size = shard.stat().st_size
    try:
        with tarfile.open(shard, 'r:') as tar:
            found = {
                member.name: _Span(member.offset_data, member.size) for member in tar.getmembers()
            }
    except (tarfile.TarError, EOFError) as error:
        raise _damaged(shard, str(error)) from None
    if any(span.offset + span.size > size for span in found.values()):
        raise _damaged(shard, 'it is cut short')
    return found


def _damaged(shard: Path, why: str) -> UsageError:
    return UsageError(
        f'{shard} is damaged: {why}. Check the dataset with "sha256sum -c SHA256SUMS" in its '
        'folder; the command that made it mends it with --resume.'
    )
