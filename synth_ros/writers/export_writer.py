"""Writes one format into a folder of its own: what ``synth-ros convert`` makes.

The folder holds what the format's tools expect, ``conversion.json``, and ``.synth_ros`` with a
marker for each committed episode, so that an interrupted conversion goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, cast

from synth_ros.config.output import FormatName
from synth_ros.errors import OutputError
from synth_ros.types import Sample, SampleKey
from synth_ros.writers.coco_heads import file_record
from synth_ros.writers.coco_index import dump
from synth_ros.writers.coco_records import ExportFrameRecord, FileRecord
from synth_ros.writers.exports import (
    CONVERSION,
    Conversion,
    StoredFrames,
    compose_export,
    export_frame,
    files_below,
    frame_formats,
    packed_formats,
    write_conversion,
)
from synth_ros.writers.folder import os_errors
from synth_ros.writers.formats.base import FormatSetup, LossTally, Pictures
from synth_ros.writers.storage import FileEntry, Place, Storage, entry, storage_at

HIDDEN = '.synth_ros'
_IDENTITY = f'{HIDDEN}/source.json'
_EPISODES = f'{HIDDEN}/episodes'
_GO_ON = 'What was converted stays valid: run the same command with --resume to go on.'


class _Episode(TypedDict):
    """A marker: one committed episode."""

    episode: int
    files: list[FileRecord]
    frames: list[ExportFrameRecord]


class Source(TypedDict):
    """What two runs must share to write one folder."""

    format: str
    to: str
    source: str
    config_hash: str
    seed: int
    frames: int
    splits: str
    rgb_format: str
    jpeg_quality: int
    depth: bool


def source_of(setup: FormatSetup, *, to: str, where: str, frames: Sequence[SampleKey]) -> Source:
    """What is converted, and to what.

    Args:
        setup: Of the format.
        to: The format.
        where: Name of the source.
        frames: All frames that will be converted.
    """
    options = setup.options
    dealt = json.dumps([[key.stem, setup.splits.of(key.episode)] for key in frames])
    return {
        'format': 'synth_ros source 1',
        'to': to,
        'source': where,
        'config_hash': setup.info.config_hash,
        'seed': setup.info.seed,
        'frames': len(frames),
        'splits': hashlib.sha256(dealt.encode()).hexdigest(),
        'rgb_format': options.rgb_format,
        'jpeg_quality': options.jpeg_quality,
        'depth': options.depth,
    }


@dataclass(frozen=True, slots=True)
class EpisodeExporter:
    """Commits the episodes of one format. Plain data: workers share one folder.

    Attributes:
        place: The folder.
        to: The format's name.
        setup: What it must know.
    """

    place: Place
    to: FormatName
    setup: FormatSetup

    def write(self, episode: int, samples: Iterable[Sample]) -> int:
        """Convert one episode: all of it or nothing.

        Args:
            episode: Its number.
            samples: Its frames, in order, each read when it is asked for.

        Returns:
            How many frames there were; an episode without any is not committed.

        Raises:
            SynthRosError: A frame cannot be read or does not fit the format.
            OutputError: The disk is full or the folder is not writable.
        """
        storage = storage_at(self.place)
        formats = frame_formats((self.to,), self.setup)
        unit = storage.unit(f'{episode:06d}-{uuid.uuid4().hex}')
        shared: dict[str, FileEntry] = {}
        records: list[ExportFrameRecord] = []
        try:
            with os_errors(storage.name, valid=_GO_ON):
                for sample in samples:
                    pictures = Pictures(
                        sample,
                        self.setup.options,
                        largest_class_id=self.setup.largest_class_id,
                        meshes=self.setup.info.meshes,
                    )
                    made = export_frame(sample, pictures, formats, folder=_here)
                    unit.add(made.files)
                    _share(storage, made.shared, shared)
                    records += made.records.values()
                if not records:
                    return 0
                marker: _Episode = {
                    'episode': episode,
                    'files': [file_record(e) for e in sorted([*unit.entries, *shared.values()])],
                    'frames': records,
                }
                unit.commit(_marker(episode), f'{dump(marker)}\n'.encode('ascii'))
        finally:
            unit.discard()
        return len(records)


class ExportWriter:
    """Opens a folder for one format, and finishes it.

    Args:
        place: The folder, created with its parents, or the URL of another place.
        to: The format.
        setup: What it must know.
        source: What is converted.
        resume: Go on with a conversion of the same source.

    Attributes:
        storage: The folder.
        episodes: Commits single episodes; may be sent to other processes.
        committed: Episodes that were whole when the folder was opened.

    Raises:
        OutputError: The place is in use, not empty (without ``resume``), holds something else, or
            cannot be written.
    """

    def __init__(
        self,
        place: Place,
        to: FormatName,
        setup: FormatSetup,
        *,
        source: Source,
        resume: bool = False,
    ) -> None:
        self.storage = storage_at(place)
        self.episodes = EpisodeExporter(place, to, setup)
        self._lock = self.storage.lock()
        try:
            with os_errors(self.storage.name, valid='Nothing was lost.'):
                _begin(self.storage, source, resume=resume)
                self.committed = _recover(self.storage)
        except BaseException:
            self._lock.release()
            raise

    def finish(self) -> Conversion:
        """Write what speaks for all frames.

        Raises:
            OutputError: It could not be written; the episodes stay valid.
        """
        storage, setup, to = self.storage, self.episodes.setup, self.episodes.to
        (wanted,) = frame_formats((to,), setup)
        with os_errors(storage.name, valid=_GO_ON), storage.scratch() as scratch:
            stored = StoredFrames(storage, '', lambda: _episodes(storage))
            out = scratch / 'out'
            out.mkdir()
            conversion = compose_export(wanted, stored, setup=setup, out=out)
            _adopt(storage, out)
        return conversion

    def pack(self, samples: Iterable[Sample]) -> Conversion:
        """Write a packed format as a whole.

        Args:
            samples: All frames in key order.

        Raises:
            OutputError: It could not be written; nothing of it appears.
        """
        storage, setup, to = self.storage, self.episodes.setup, self.episodes.to
        (wanted,) = packed_formats((to,), setup)
        losses, seen = LossTally(), _Seen()
        with (
            os_errors(storage.name, valid='Nothing was written.'),
            storage.scratch() as scratch,
        ):
            out = scratch / 'out'
            out.mkdir()
            wanted.pack(seen.watch(samples), out, losses)
            conversion = write_conversion(
                to, setup, episodes=seen.episodes, frames=seen.frames, losses=losses, out=out
            )
            _adopt(storage, out)
        return conversion

    def close(self) -> None:
        """Let go of the place; harmless when repeated.

        A conversion that ends before anything is converted leaves the place as it was.
        """
        storage = self.storage
        try:
            storage.clean()
            begun = bool(_markers(storage)) or storage.size(CONVERSION) is not None
            if not begun:
                storage.remove(_IDENTITY)
                storage.remove_empty(HIDDEN)
        finally:
            self._lock.release()
        if not begun:
            storage.remove_empty('')


class _Seen:
    """Counts samples as they pass."""

    def __init__(self) -> None:
        self.frames = 0
        self.episodes: set[int] = set()

    def watch(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        for sample in samples:
            self.frames += 1
            self.episodes.add(sample.key.episode)
            yield sample


def _here(_name: FormatName) -> str:
    """Alone in its folder, a format needs no folder of its own."""
    return ''


def _marker(episode: int) -> str:
    return f'{_EPISODES}/{episode:06d}.json'


def _share(storage: Storage, files: Mapping[str, bytes], known: dict[str, FileEntry]) -> None:
    """Store files whose names say what is in them, unless they are there."""
    for path, data in files.items():
        if path not in known:
            known[path] = entry(path, data)
            if storage.size(path) != len(data):
                storage.replace(path, data)


def _adopt(storage: Storage, out: Path) -> None:
    """Take what was composed, ``conversion.json`` last: it makes the folder finished."""
    names = [path.relative_to(out).as_posix() for path in files_below(out)]
    storage.adopt(out, sorted(names, key=lambda name: (name == CONVERSION, name)))


def _begin(storage: Storage, source: Source, *, resume: bool) -> None:
    """See that the place may be written, and say what goes there.

    Raises:
        OutputError: It may not.
    """
    present, name = storage.contents(), storage.name
    # A run may have been killed between making the hidden folder and saying what goes there.
    if not present or (present == [HIDDEN] and not storage.files_below(HIDDEN)):
        storage.replace(_IDENTITY, f'{dump(source)}\n'.encode('ascii'))
        return
    if not resume:
        raise OutputError(
            f'{name} is not empty (it holds {", ".join(present[:4])}). Choose another folder, '
            'or go on with this conversion (--resume).'
        )
    try:
        found = json.loads(storage.read(_IDENTITY))
    except (OSError, ValueError) as error:
        raise OutputError(
            f'{name} is no conversion to go on with: {_IDENTITY} cannot be read ({error}). '
            'Choose another folder.'
        ) from None
    wrong = [
        f'{key} is {dump(found.get(key))} there and {dump(value)} now'
        for key, value in source.items()
        if found.get(key) != value
    ]
    if wrong:
        raise OutputError(
            f'{name} holds another conversion: {"; ".join(wrong)}. Choose another folder.'
        )


def _recover(storage: Storage) -> frozenset[int]:
    """Remove what a stopped run left, and list the episodes that are whole.

    Files of an episode without a marker may stay: it will be converted again, to the same names,
    and what else is in the folder is not ours to remove.
    """
    storage.clean()
    whole: set[int] = set()
    for marker in _markers(storage):
        found = _read(storage, marker)
        if found is not None and (
            storage.durable
            or all(storage.size(item['path']) == item['size'] for item in found['files'])
        ):
            whole.add(found['episode'])
            continue
        storage.remove(CONVERSION)
        storage.remove(f'{_EPISODES}/{marker}')
    return frozenset(whole)


def _markers(storage: Storage) -> list[str]:
    return sorted(name for name in storage.names(_EPISODES) if name.endswith('.json'))


def _read(storage: Storage, marker: str) -> _Episode | None:
    try:
        return cast('_Episode', json.loads(storage.read(f'{_EPISODES}/{marker}')))
    except (OSError, ValueError):
        return None


def _episodes(storage: Storage) -> Iterator[tuple[int, Sequence[ExportFrameRecord]]]:
    """Every committed episode, ascending."""
    for marker in sorted(_markers(storage), key=lambda name: int(name.partition('.')[0])):
        found = _read(storage, marker)
        if found is None:
            raise OutputError(
                f'{storage.name}/{_EPISODES}/{marker} is damaged. Run the same command with '
                '--resume: the episode will be converted again.'
            )
        yield found['episode'], found['frames']
