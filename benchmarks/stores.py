"""Containers for the frames of many episodes, each used as its documentation shows.

A unit is one episode. All containers get the same encoded bytes and end a unit with the same
promise: once ``write`` returns, the disk has it. A container that is one growing file is written
aside, flushed and renamed; what has a transaction of its own uses that.
"""

from __future__ import annotations

import os
import signal
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from synth_ros.config.output import DatasetConfig
from synth_ros.readers.container import ShardedRoot
from synth_ros.schema.shards import LABELS_SUFFIX, SUFFIXES, member_name
from synth_ros.types import SampleKey
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco import EpisodeWriter
from synth_ros.writers.draft import EncodedFrame
from synth_ros.writers.folder import sync_folder

LABELS = LABELS_SUFFIX.lstrip('.')
Files = Mapping[str, bytes]
"""Contents of one frame by what they are: ``rgb.png``, ``depth.png``, ``labels.json`` ..."""


class Unit(NamedTuple):
    """An episode.

    Attributes:
        episode: Its number.
        frames: Encoded, in order.
        extra: What belongs to the episode as a whole: provenance and index entries.
    """

    episode: int
    frames: tuple[EncodedFrame, ...]
    extra: bytes

    @property
    def stems(self) -> tuple[str, ...]:
        """Names of the frames."""
        return tuple(frame.key.stem for frame in self.frames)


class Growing(Protocol):
    """An episode that is being written."""

    def add(self, frame: EncodedFrame) -> None:
        """Hand over a frame."""
        ...

    def end(self, extra: bytes) -> None:
        """Hand over what is left, and wait until the disk has all of it."""
        ...


class Store(Protocol):
    """A container.

    Attributes:
        name: In tables.
    """

    name: str

    def begin(self, folder: Path, episode: int) -> Growing:
        """Begin an episode in a store that may hold others."""
        ...

    def names(self, folder: Path) -> list[str]:
        """Open the store and name all its frames."""
        ...

    def read(self, folder: Path, stem: str) -> Files:
        """Open the store and read one frame."""
        ...

    def stream(self, folder: Path) -> Iterator[Files]:
        """Read all frames in order."""
        ...


def files_of(frame: EncodedFrame) -> Files:
    """Contents of a frame by what they are."""
    files = {member_name(path).partition('.')[2]: data for path, data in frame.files.items()}
    return {**files, LABELS: f'{frame.labels}\n'.encode()}


def renumbered(unit: Unit, episode: int) -> Unit:
    """The same episode under another number."""

    def moved(frame: EncodedFrame) -> EncodedFrame:
        key = SampleKey(episode, frame.key.view, frame.key.camera)
        files = {p.replace(frame.key.stem, key.stem): data for p, data in frame.files.items()}
        return frame._replace(key=key, files=files)

    return Unit(episode, tuple(moved(frame) for frame in unit.frames), unit.extra)


def write(store: Store, folder: Path, unit: Unit) -> None:
    """Write a whole episode."""
    growing = store.begin(folder, unit.episode)
    for frame in unit.frames:
        growing.add(frame)
    growing.end(unit.extra)


def write_and_die(store: Store, folder: Path, unit: Unit, *, frames: int) -> None:
    """Write the first frames of an episode, and kill this process in the middle of it."""
    growing = store.begin(folder, unit.episode)
    for frame in unit.frames[:frames]:
        growing.add(frame)
    os.kill(os.getpid(), signal.SIGKILL)


class Aside:
    """A file that gets its name when the disk has it.

    Args:
        path: Its name; a store that has not ended well leaves it with ``.partial`` behind it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.partial = path.with_name(f'{path.name}.partial')

    def publish(self) -> None:
        """Flush it and give it its name."""
        handle = os.open(self.partial, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        self.partial.replace(self._path)
        sync_folder(self._path.parent)


class Ours:
    """What ``synth-ros generate`` writes, by the code that writes it.

    Args:
        info: Of the dataset.
        options: Of the dataset; decide whether it is a folder or shards.
    """

    def __init__(self, info: DatasetInfo, options: DatasetConfig) -> None:
        self._options = options
        # Surfaces of models lie beside the frames once, not with each episode.
        self._info = info._replace(meshes=None)
        self._sharded = options.container == 'shards'
        self.name = 'ours: tar, one an episode' if self._sharded else 'ours: folder of files'

    def begin(self, folder: Path, episode: int) -> Growing:
        draft = EpisodeWriter(folder, self._info, self._options).begin(episode)
        return _Draft(draft.store, draft.commit)

    def names(self, folder: Path) -> list[str]:
        if not self._sharded:
            return sorted(path.stem for path in (folder / 'images').iterdir())
        root = ShardedRoot(folder)
        shards = sorted((folder / 'shards').iterdir())
        return sorted({n.partition('.')[0] for s in shards for n in root.members(s)})

    def read(self, folder: Path, stem: str) -> Files:
        root = ShardedRoot(folder) if self._sharded else folder
        found = {}
        for kind, word in SUFFIXES.items():
            ending = 'npz' if kind == 'layers' else 'png'
            path = root / f'{kind}/{stem}.{ending}'
            if path.is_file():
                found[f'{word}.{ending}'] = path.read_bytes()
        if not self._sharded:
            number = self.names_of_episode(folder, stem).index(stem)
            lines = (folder / f'labels/{stem[:6]}.jsonl').read_bytes().splitlines(keepends=True)
            return {**found, LABELS: lines[number]}
        shard = folder / f'shards/{stem[:6]}.tar'
        offset, size = root.members(shard)[f'{stem}{LABELS_SUFFIX}']
        with shard.open('rb') as file:
            file.seek(offset)
            return {**found, LABELS: file.read(size)}

    def names_of_episode(self, folder: Path, stem: str) -> list[str]:
        """Frames of the episode of a frame, in order."""
        return sorted(path.stem for path in (folder / 'images').glob(f'{stem[:6]}_*'))

    def stream(self, folder: Path) -> Iterator[Files]:
        if self._sharded:
            yield from _stream_tars(sorted((folder / 'shards').iterdir()))
            return
        for labels in sorted((folder / 'labels').iterdir()):
            lines = labels.read_bytes().splitlines(keepends=True)
            stems = self.names_of_episode(folder, labels.stem)
            for stem, line in zip(stems, lines, strict=True):
                found = {LABELS: line}
                for kind, word in SUFFIXES.items():
                    ending = 'npz' if kind == 'layers' else 'png'
                    path = folder / f'{kind}/{stem}.{ending}'
                    if path.is_file():
                        found[f'{word}.{ending}'] = path.read_bytes()
                yield found


class _Draft(NamedTuple):
    """One of our drafts as a growing episode; its records make up ``extra``."""

    add: Callable[[EncodedFrame], None]
    commit: Callable[[], None]

    def end(self, extra: bytes) -> None:  # noqa: ARG002 (the draft makes it itself)
        self.commit()


def _stream_tars(paths: Sequence[Path]) -> Iterator[Files]:
    """From start to end without seeking, as WebDataset does."""
    stem, found = '', {}
    for path in paths:
        with tarfile.open(path, 'r|') as tar:
            for member in tar:
                name, _, kind = member.name.partition('.')
                if found and name != stem:
                    yield found
                    found = {}
                stem = name
                file = tar.extractfile(member)
                assert file is not None
                found[kind] = file.read()
    if found:
        yield found


def our_options(base: DatasetConfig) -> tuple[DatasetConfig, DatasetConfig]:
    """The same dataset in a folder, and in shards."""
    return (
        base.model_copy(update={'container': 'folder'}),
        base.model_copy(update={'container': 'shards'}),
    )
