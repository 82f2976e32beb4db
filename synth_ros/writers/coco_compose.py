"""The files about all episodes, composed from their markers when a dataset is finished.

Markers are read in the order of episodes and frames are sorted in each, so neither the order of
writing nor the number of workers shows. Memory does not grow with the number of images: one
episode is held at a time.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from synth_ros.errors import InternalError
from synth_ros.schema.splits import FORMAT as SPLITS_FORMAT
from synth_ros.schema.splits import SPLITS
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco_heads import (
    category_records,
    info_record,
    panoptic_category_records,
)
from synth_ros.writers.coco_index import (
    CHECKSUMS,
    EPISODES,
    IDENTITY,
    INDEX,
    MODELS,
    PANOPTIC_INDEX,
    PARTS,
    dump,
    episode_files,
    episode_path,
    read_episode,
)
from synth_ros.writers.coco_records import (
    EpisodeRecord,
    ExportFrameRecord,
    ModelRecord,
    PartRecord,
)
from synth_ros.writers.exports import StoredFrames, compose_export, files_below
from synth_ros.writers.formats.base import FormatSetup, FrameFormat
from synth_ros.writers.storage import Storage


class _Composer(Protocol):
    """Makes one file about all episodes, each of which it is shown once, in their order."""

    def take(self, marker: Path, episode: EpisodeRecord) -> None:
        """Look at an episode."""
        ...

    def close(self) -> None:
        """Write what is left to be written."""
        ...


def compose(storage: Storage, setup: FormatSetup, formats: Sequence[FrameFormat]) -> None:
    """Write the files about all committed episodes.

    Args:
        storage: Of the dataset.
        setup: What the dataset is.
        formats: Further formats, each in a folder of its name.

    Raises:
        OSError: A file could not be written; an older index stays.
        OutputError: A marker is damaged.
    """
    with storage.scratch() as scratch, ExitStack() as files:
        # What is here for a while only; a storage removes its scratch folder after errors anyway.
        waiting = scratch / '.waiting'
        waiting.mkdir()
        markers = episode_files(storage.folder_here(EPISODES, scratch))
        own: dict[str, _Composer] = {
            name: make(_Place(scratch / name, waiting, files), setup.info)
            for name, make in _wanted(storage, setup).items()
        }
        sums = _Checksums(scratch / CHECKSUMS)
        exports = _Exports([_Place(waiting / item.name, waiting, files) for item in formats])
        for marker in markers:
            content = marker.read_bytes()
            episode = read_episode(marker, content)
            sums.take(marker, content, episode)
            for composer in (exports, *own.values()):
                composer.take(marker, episode)
        for composer in (exports, *own.values()):
            composer.close()
        exported = _compose_exports(storage, waiting, scratch, formats=formats, setup=setup)
        shutil.rmtree(waiting)
        sums.close(storage, scratch, [*own, *exported])
        # The sums go first, the index last: it is what makes a dataset finished.
        last = sorted(own, key=lambda name: name == INDEX)
        storage.adopt(scratch, [CHECKSUMS, *exported, *last])


class _Place(NamedTuple):
    """Where a file is made.

    Attributes:
        path: The file.
        waiting: A folder for what waits until other things are written.
        files: Closes files after an error.
    """

    path: Path
    waiting: Path
    files: ExitStack

    def open(self) -> IO[str]:
        """The file, to be written."""
        return self.files.enter_context(self.path.open('w', encoding='ascii'))


_Make = Callable[[_Place, DatasetInfo], _Composer]


def _wanted(storage: Storage, setup: FormatSetup) -> dict[str, _Make]:
    """The files a dataset has, and what makes each."""
    annotations = setup.info.annotations
    wanted: dict[str, _Make] = {MODELS: _Models, INDEX: _Index}
    if 'parts' in annotations:
        wanted[PARTS] = _Parts
    if setup.options.formats and not _dealt_by_hand(storage, setup):
        # Later conversions deal as this run did.
        wanted[SPLITS] = partial(_Splits, setup=setup)
    if 'panoptic' in annotations:
        wanted[PANOPTIC_INDEX] = _Panoptic
    return wanted


def _compose_exports(
    storage: Storage,
    records: Path,
    scratch: Path,
    *,
    formats: Sequence[FrameFormat],
    setup: FormatSetup,
) -> list[str]:
    """The files of further formats that speak for all frames, by path."""
    composed: list[str] = []
    for item in formats:
        out = scratch / item.name
        out.mkdir()
        stored = StoredFrames(storage, f'{item.name}/', partial(_exported, records / item.name))
        compose_export(item, stored, setup=setup, out=out)
        composed += [path.relative_to(scratch).as_posix() for path in files_below(out)]
    return composed


def _exported(records: Path) -> Iterator[tuple[int, Sequence[ExportFrameRecord]]]:
    """Every episode and what a format remembers of its frames."""
    with records.open(encoding='ascii') as lines:
        for line in lines:
            episode, frames = json.loads(line)
            yield episode, frames


class _TwoLists:
    """A file of images and annotations: the second list waits beside it until the first is done.

    What waits is deflated, so that it needs little of a disk that may be nearly full; to look at
    all markers again would take twice as long.

    Args:
        place: Where.
        head: Its first lines, up to the images.
    """

    def __init__(self, place: _Place, head: str) -> None:
        self._out = place.open()
        self._out.write(f'{head}"images":[')
        self._waiting = place.waiting / f'{place.path.name}.gz'
        self._later = place.files.enter_context(
            gzip.open(self._waiting, 'wt', compresslevel=1, encoding='ascii')  # noqa: SIM115
        )
        self.images = self.annotations = 0

    def add_image(self, record: object) -> None:
        """Add to the first list."""
        self._out.write(f'{"," if self.images else ""}\n{dump(record)}')
        self.images += 1

    def add_annotation(self, record: object) -> None:
        """Add to the second list."""
        self._later.write(f'{"," if self.annotations else ""}\n{dump(record)}')
        self.annotations += 1

    def close(self) -> None:
        """Put one after the other."""
        self._later.close()
        with self._out as out, gzip.open(self._waiting, 'rt', encoding='ascii') as later:
            out.write('\n],\n"annotations":[')
            shutil.copyfileobj(later, out)
            out.write('\n]}\n')


class _Index:
    """The COCO file, one record a line, ids from 1 in key order."""

    def __init__(self, place: _Place, info: DatasetInfo) -> None:
        head = f'{{"info":{dump(info_record(info))},\n"licenses":[],\n'
        head += f'"categories":{dump(category_records(info))},\n'
        self._file = _TwoLists(place, head)

    def take(self, _marker: Path, episode: EpisodeRecord) -> None:
        for frame in episode['frames']:
            image_id = self._file.images + 1
            self._file.add_image(frame['image'] | {'id': image_id})
            for record in frame['annotations']:
                record['id'] = self._file.annotations + 1
                record['image_id'] = image_id
                self._file.add_annotation(record)

    def close(self) -> None:
        self._file.close()


class _Panoptic:
    """The COCO panoptic file; image ids are those of the COCO file."""

    def __init__(self, place: _Place, info: DatasetInfo) -> None:
        head = f'{{"info":{dump(info_record(info))},\n"licenses":[],\n'
        head += f'"categories":{dump(panoptic_category_records(info))},\n'
        self._file = _TwoLists(place, head)

    def take(self, _marker: Path, episode: EpisodeRecord) -> None:
        for frame in episode['frames']:
            image, record = frame['image'], frame['panoptic']
            image_id = self._file.images + 1
            short = {key: image[key] for key in ('width', 'height', 'file_name')}
            self._file.add_image({'id': image_id, **short})
            if record is not None:
                record['image_id'] = image_id
                self._file.add_annotation(record)

    def close(self) -> None:
        self._file.close()


class _Models:
    """Models by name, each as its first instance in the order of episodes has it."""

    def __init__(self, place: _Place, _info: DatasetInfo) -> None:
        self._path = place.path
        self._models: dict[str, ModelRecord] = {}

    def take(self, _marker: Path, episode: EpisodeRecord) -> None:
        self._models = episode['models'] | self._models

    def close(self) -> None:
        models = self._models
        lines = ','.join(f'\n{dump(name)}:{dump(models[name])}' for name in sorted(models))
        self._path.write_text(f'{{{lines}\n}}\n', encoding='ascii')


class _Parts:
    """What the values of part masks mean, by ascending id."""

    def __init__(self, place: _Place, _info: DatasetInfo) -> None:
        self._path = place.path
        self._parts: dict[int, PartRecord] = {}

    def take(self, marker: Path, episode: EpisodeRecord) -> None:
        for part in episode['parts']:
            known = self._parts.setdefault(part['id'], part)
            if known != part:
                raise InternalError(f'{marker}: {part} was {known} before.')

    def close(self) -> None:
        lines = ','.join(f'\n{dump(self._parts[number])}' for number in sorted(self._parts))
        self._path.write_text(f'[{lines}\n]\n', encoding='ascii')


def _dealt_by_hand(storage: Storage, setup: FormatSetup) -> bool:
    """Whether ``synth-ros split`` has dealt the episodes otherwise since: its word counts."""
    try:
        found = json.loads(storage.read(SPLITS))
        return bool((found['shares'], found['seed']) != (setup.options.shares, setup.info.seed))
    except (OSError, ValueError, KeyError, TypeError):
        return False


class _Splits:
    """Which episode is in which split."""

    def __init__(self, place: _Place, info: DatasetInfo, *, setup: FormatSetup) -> None:
        self._path = place.path
        self._setup, self._seed = setup, info.seed
        self._dealt: dict[str, list[int]] = {name: [] for name in setup.splits.names}

    def take(self, marker: Path, _episode: EpisodeRecord) -> None:
        number = int(marker.stem)
        self._dealt[self._setup.splits.of(number)].append(number)

    def close(self) -> None:
        content = {
            'format': SPLITS_FORMAT,
            'shares': self._setup.options.shares,
            'seed': self._seed,
            'episodes': self._dealt,
        }
        self._path.write_text(f'{dump(content)}\n', encoding='ascii')


class _Exports:
    """What formats remember of frames: a file for each, a line for each episode.

    Args:
        places: Of those files; each has its format's name.
    """

    def __init__(self, places: Sequence[_Place]) -> None:
        self._outs = {place.path.name: place.open() for place in places}

    def take(self, _marker: Path, episode: EpisodeRecord) -> None:
        exports = episode.get('exports', {})
        for name, out in self._outs.items():
            out.write(f'{dump([episode["episode"], exports.get(name, [])])}\n')

    def close(self) -> None:
        for out in self._outs.values():
            out.close()


class _Checksums:
    """All files but itself in the format of ``sha256sum``, by path."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sums: dict[str, str] = {}

    def take(self, marker: Path, content: bytes, episode: EpisodeRecord) -> None:
        """Note the files of an episode, its marker included."""
        self._sums[episode_path(int(marker.stem))] = hashlib.sha256(content).hexdigest()
        self._sums.update({file['path']: file['sha256'] for file in episode['files']})

    def close(self, storage: Storage, scratch: Path, composed: Sequence[str]) -> None:
        """Add the files that are not an episode's, and write."""
        self._sums |= {name: _sha256(scratch / name) for name in composed}
        self._sums[IDENTITY] = hashlib.sha256(storage.read(IDENTITY)).hexdigest()
        with self._path.open('w', encoding='utf-8') as out:
            out.writelines(f'{self._sums[path]}  {path}\n' for path in sorted(self._sums))


def _sha256(path: Path) -> str:
    with path.open('rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()
