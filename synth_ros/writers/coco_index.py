"""The files that speak for a whole COCO dataset, and what a resumed run may trust.

``dataset.json`` says what the folder is, ``episodes/<episode>.json`` announces one committed
episode and holds its labels. ``annotations.json`` and ``SHA256SUMS`` are composed from the
episode files, sorted, so neither the order of writing nor the number of workers shows in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco_records import (
    FORMAT,
    EpisodeRecord,
    FrameRecord,
    category_records,
    info_record,
)
from synth_ros.writers.folder import LOCK, STAGING, clear_staging, replace_file, sync_folder

IDENTITY = 'dataset.json'
INDEX = 'annotations.json'
CHECKSUMS = 'SHA256SUMS'
EPISODES = 'episodes'
PROVENANCE = 'provenance'
IMAGE_FOLDERS = ('images', 'depth', 'instance_masks', 'semantic_masks')
FOLDERS = (*IMAGE_FOLDERS, EPISODES, PROVENANCE)


def episode_path(episode: int) -> str:
    """The commit marker of an episode, relative to the dataset."""
    return f'{EPISODES}/{episode:06d}.json'


def dump(value: object) -> str:
    """One line of JSON: ASCII, in the given key order, no NaN."""
    return json.dumps(value, allow_nan=False, separators=(',', ':'))


def identity(info: DatasetInfo, options: DatasetConfig) -> dict[str, object]:
    """What two runs must share to write one dataset."""
    return {
        **info_record(info),
        'options': {
            'rgb_format': options.rgb_format,
            'jpeg_quality': options.jpeg_quality,
            'depth': options.depth,
            'masks': options.masks,
            'views_per_episode': options.views_per_episode,
        },
        'categories': category_records(info),
    }


def check_folder(root: Path, expected: Mapping[str, object], *, resume: bool) -> bool:
    """Decide whether a folder may be written.

    Args:
        root: The dataset folder.
        expected: This run's identity.
        resume: Whether committed episodes may be there already.

    Returns:
        True when the folder holds a dataset to go on with, False when it is empty.

    Raises:
        OutputError: It holds other things, another dataset, or a dataset without ``resume``.
    """
    present = sorted(
        path.name
        for path in root.iterdir()
        if path.name not in {LOCK, STAGING} and not path.name.endswith('.partial')
    )
    if not present:
        return False
    if not resume:
        raise OutputError(
            f'{root} is not empty (it holds {", ".join(present[:4])}). Choose another folder '
            '(--out), or go on with this dataset (--resume).'
        )
    found = _read_identity(root)
    wrong = [
        f'{key} is {dump(found.get(key))} there and {dump(value)} now'
        for key, value in expected.items()
        if key != 'description' and found.get(key) != value
    ]
    if wrong:
        raise OutputError(
            f'{root} holds another dataset: {"; ".join(wrong)}. Choose another folder (--out), '
            'or resume with the config, seed and version that began it.'
        )
    return True


def recover(root: Path) -> set[int]:
    """Remove what a stopped run left, and list what is whole.

    An episode is whole when each of its files is there in its full size. Others lose their
    marker and files, so that they are made again.

    Returns:
        The committed episodes.

    Raises:
        OSError: A leftover could not be removed.
    """
    clear_staging(root)
    for leftover in root.glob('.*.partial'):
        leftover.unlink()
    committed = set()
    for marker in episode_files(root):
        if _is_whole(root, marker):
            committed.add(int(marker.stem))
        else:
            # The index would claim this episode.
            for name in (INDEX, CHECKSUMS):
                (root / name).unlink(missing_ok=True)
            marker.unlink()
    for folder in (*IMAGE_FOLDERS, PROVENANCE):
        for path in (root / folder).glob('*'):
            number = path.stem.split('_')[0]
            if number.isdigit() and int(number) not in committed:
                path.unlink()
    return committed


def episode_files(root: Path) -> list[Path]:
    """All commit markers by ascending episode."""
    return sorted((root / EPISODES).glob('[0-9]*.json'), key=lambda path: int(path.stem))


def compose(root: Path, info: DatasetInfo) -> None:
    """Write ``annotations.json`` and ``SHA256SUMS`` from the committed episodes.

    Memory does not grow with the dataset: one episode is held at a time.

    Raises:
        OSError: A file could not be written; an older index stays.
    """
    markers = episode_files(root)
    partial = root / f'.{INDEX}.partial'
    try:
        with partial.open('w', encoding='ascii') as out:
            _write_index(out, markers, info)
        # The sums go first: an index is what makes a dataset finished.
        replace_file(root / CHECKSUMS, _checksums(root, markers, partial).encode('utf-8'))
        partial.replace(root / INDEX)
        sync_folder(root)
    finally:
        partial.unlink(missing_ok=True)


def _write_index(out: IO[str], markers: Sequence[Path], info: DatasetInfo) -> None:
    """Stream the whole COCO file, one record a line, ids from 1 in key order."""
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


def _frames(markers: Sequence[Path]) -> Iterator[FrameRecord]:
    """All frames in key order: episodes ascend, frames are sorted inside each file."""
    for marker in markers:
        yield from read_episode(marker)['frames']


def read_episode(marker: Path) -> EpisodeRecord:
    """One episode file; we wrote it whole, so its content is trusted."""
    return cast('EpisodeRecord', json.loads(marker.read_bytes()))


def _checksums(root: Path, markers: Sequence[Path], index: Path) -> str:
    """All files but itself in the format of ``sha256sum``, by path."""
    sums = {INDEX: _sha256(index), IDENTITY: _sha256(root / IDENTITY)}
    for marker in markers:
        sums[episode_path(int(marker.stem))] = _sha256(marker)
        sums.update({f['path']: f['sha256'] for f in read_episode(marker)['files']})
    return ''.join(f'{sums[path]}  {path}\n' for path in sorted(sums))


def _sha256(path: Path) -> str:
    with path.open('rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def _is_whole(root: Path, marker: Path) -> bool:
    try:
        files = read_episode(marker)['files']
        return all((root / f['path']).stat().st_size == f['size'] for f in files)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _read_identity(root: Path) -> dict[str, object]:
    try:
        found = json.loads((root / IDENTITY).read_bytes())
    except FileNotFoundError:
        raise OutputError(
            f'{root} is not a synth_ros dataset: it is not empty and has no {IDENTITY}. '
            'Choose another folder (--out).'
        ) from None
    except ValueError as error:
        raise OutputError(
            f'{root / IDENTITY} is damaged ({error}). Choose another folder (--out).'
        ) from None
    if not isinstance(found, dict) or found.get('format') != FORMAT:
        raise OutputError(
            f'{root} holds a dataset of another format: {IDENTITY} says '
            f'{found.get("format") if isinstance(found, dict) else found!r}, expected '
            f'{FORMAT!r}. Choose another folder (--out).'
        )
    return found
