"""The files about all episodes, composed from their markers when a dataset is finished.

Markers are read in the order of episodes and frames are sorted in each, so neither the order of
writing nor the number of workers shows. Memory does not grow with the number of images: one
episode is held at a time.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

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
    ExportFrameRecord,
    FrameRecord,
    ModelRecord,
    PartRecord,
)
from synth_ros.writers.exports import StoredFrames, compose_export, files_below
from synth_ros.writers.formats.base import FormatSetup, FrameFormat
from synth_ros.writers.storage import Storage

_Compose = Callable[[IO[str], Sequence[Path], DatasetInfo], None]


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
    info = setup.info
    wanted: dict[str, _Compose] = {MODELS: _write_models, INDEX: _write_index}
    if 'parts' in info.annotations:
        wanted[PARTS] = _write_parts
    if setup.options.formats and not _dealt_by_hand(storage, setup):
        # Later conversions deal as this run did.
        wanted[SPLITS] = partial(_write_splits, setup=setup)
    if 'panoptic' in info.annotations:
        wanted[PANOPTIC_INDEX] = _write_panoptic
    with storage.scratch() as scratch:
        markers = episode_files(storage.folder_here(EPISODES, scratch))
        with _sorted_out(markers, scratch, formats) as (own_markers, records):
            for name, write in wanted.items():
                with (scratch / name).open('w', encoding='ascii') as out:
                    write(out, own_markers, info)
            exported = _compose_exports(storage, records, scratch, formats=formats, setup=setup)
        with (scratch / CHECKSUMS).open('w', encoding='utf-8') as out:
            sums = _sums_of(storage, scratch, [*wanted, *exported])
            _write_checksums(out, markers, sums)
        # The sums go first, the index last: it is what makes a dataset finished.
        own = sorted(wanted, key=lambda name: name == INDEX)
        storage.adopt(scratch, [CHECKSUMS, *exported, *own])


@contextmanager
def _sorted_out(
    markers: Sequence[Path], scratch: Path, formats: Sequence[FrameFormat]
) -> Iterator[tuple[Sequence[Path], Path]]:
    """What markers hold, sorted by who reads it, since each reads it several times.

    Args:
        markers: Of all episodes.
        scratch: A folder of this machine.
        formats: Those that remember something of frames.

    Yields:
        Markers without what formats remember, and a folder with a file for each format: a line
        for each episode, its number and the records. They are gone afterwards.
    """
    if not formats:
        yield markers, scratch
        return
    folder = scratch / '.sorted'
    own = folder / EPISODES
    own.mkdir(parents=True)
    with ExitStack() as stack:
        outs = {
            item.name: stack.enter_context((folder / item.name).open('w', encoding='ascii'))
            for item in formats
        }
        for marker in markers:
            episode = read_episode(marker)
            exports = episode.pop('exports', {})
            (own / marker.name).write_text(dump(episode), encoding='ascii')
            for name, out in outs.items():
                out.write(f'{dump([episode["episode"], exports.get(name, [])])}\n')
    yield [own / marker.name for marker in markers], folder
    # Not after an error: the storage removes its scratch folder anyway.
    shutil.rmtree(folder)


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


def _write_index(out: IO[str], markers: Sequence[Path], info: DatasetInfo) -> None:
    """The COCO file, one record a line, ids from 1 in key order."""
    out.write(f'{{"info":{dump(info_record(info))},\n"licenses":[],\n')
    out.write(f'"categories":{dump(category_records(info))},\n"images":[')
    for number, frame in enumerate(_frames(markers), 1):
        frame['image']['id'] = number
        out.write(f'{"," if number > 1 else ""}\n{dump(frame["image"])}')
    out.write('\n],\n"annotations":[')
    annotation_id = 0
    for number, frame in enumerate(_frames(markers), 1):
        for record in frame['annotations']:
            annotation_id += 1
            record['id'] = annotation_id
            record['image_id'] = number
            out.write(f'{"," if annotation_id > 1 else ""}\n{dump(record)}')
    out.write('\n]}\n')


def _write_panoptic(out: IO[str], markers: Sequence[Path], info: DatasetInfo) -> None:
    """The COCO panoptic file; image ids are those of the COCO file."""
    out.write(f'{{"info":{dump(info_record(info))},\n"licenses":[],\n')
    out.write(f'"categories":{dump(panoptic_category_records(info))},\n"images":[')
    for number, frame in enumerate(_frames(markers), 1):
        image = frame['image']
        short = {
            'id': number,
            'width': image['width'],
            'height': image['height'],
            'file_name': image['file_name'],
        }
        out.write(f'{"," if number > 1 else ""}\n{dump(short)}')
    out.write('\n],\n"annotations":[')
    written = 0
    for number, frame in enumerate(_frames(markers), 1):
        record = frame['panoptic']
        if record is not None:
            record['image_id'] = number
            out.write(f'{"," if written else ""}\n{dump(record)}')
            written += 1
    out.write('\n]}\n')


def _write_models(out: IO[str], markers: Sequence[Path], _info: DatasetInfo) -> None:
    """Models by name, each as its first instance in the order of episodes has it."""
    models: dict[str, ModelRecord] = {}
    for marker in markers:
        models = read_episode(marker)['models'] | models
    lines = ','.join(f'\n{dump(name)}:{dump(models[name])}' for name in sorted(models))
    out.write(f'{{{lines}\n}}\n')


def _write_parts(out: IO[str], markers: Sequence[Path], _info: DatasetInfo) -> None:
    """What the values of part masks mean, by ascending id."""
    parts: dict[int, PartRecord] = {}
    for marker in markers:
        for part in read_episode(marker)['parts']:
            if parts.setdefault(part['id'], part) != part:
                raise InternalError(f'{marker}: {part} was {parts[part["id"]]} before.')
    lines = ','.join(f'\n{dump(parts[number])}' for number in sorted(parts))
    out.write(f'[{lines}\n]\n')


def _dealt_by_hand(storage: Storage, setup: FormatSetup) -> bool:
    """Whether ``synth-ros split`` has dealt the episodes otherwise since: its word counts."""
    try:
        found = json.loads(storage.read(SPLITS))
        return bool((found['shares'], found['seed']) != (setup.options.shares, setup.info.seed))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _write_splits(
    out: IO[str], markers: Sequence[Path], info: DatasetInfo, *, setup: FormatSetup
) -> None:
    """Which episode is in which split."""
    dealt: dict[str, list[int]] = {name: [] for name in setup.splits.names}
    for marker in markers:
        episode = int(marker.stem)
        dealt[setup.splits.of(episode)].append(episode)
    content = {
        'format': SPLITS_FORMAT,
        'shares': setup.options.shares,
        'seed': info.seed,
        'episodes': dealt,
    }
    out.write(f'{dump(content)}\n')


def _frames(markers: Sequence[Path]) -> Iterator[FrameRecord]:
    """All frames in key order: episodes ascend, frames are sorted inside each file."""
    for marker in markers:
        yield from read_episode(marker)['frames']


def _sums_of(storage: Storage, scratch: Path, composed: Iterable[str]) -> dict[str, str]:
    """Checksums of the files that are not an episode's."""
    sums = {name: _sha256(scratch / name) for name in composed}
    sums[IDENTITY] = hashlib.sha256(storage.read(IDENTITY)).hexdigest()
    return sums


def _write_checksums(out: IO[str], markers: Sequence[Path], sums: dict[str, str]) -> None:
    """All files but itself in the format of ``sha256sum``, by path."""
    for marker in markers:
        sums[episode_path(int(marker.stem))] = _sha256(marker)
        sums.update({f['path']: f['sha256'] for f in read_episode(marker)['files']})
    out.writelines(f'{sums[path]}  {path}\n' for path in sorted(sums))


def _sha256(path: Path) -> str:
    with path.open('rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()
