"""The files that speak for a whole COCO dataset, and what a resumed run may trust.

``dataset.json`` says what the folder is, ``episodes/<episode>.json`` announces one committed
episode and holds its share of what ``coco_compose`` puts together when the dataset is finished.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from pydantic_core import from_json, to_json

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError
from synth_ros.schema.shards import SHARDS
from synth_ros.schema.splits import SPLITS
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco_files import DENSE_FOLDERS, IMAGE_FOLDERS, LABELS, PROVENANCE
from synth_ros.writers.coco_heads import (
    category_records,
    info_record,
    panoptic_category_records,
)
from synth_ros.writers.coco_records import FORMAT, EpisodeRecord
from synth_ros.writers.exports import CONVERSION
from synth_ros.writers.storage import Storage

IDENTITY = 'dataset.json'
INDEX = 'annotations.json'
PANOPTIC_INDEX = 'panoptic.json'
MODELS = 'models.json'
PARTS = 'parts.json'
CHECKSUMS = 'SHA256SUMS'
COMPOSED = (INDEX, PANOPTIC_INDEX, MODELS, PARTS, SPLITS, CHECKSUMS)
EPISODES = 'episodes'


def episode_path(episode: int) -> str:
    """The commit marker of an episode, relative to the dataset."""
    return f'{EPISODES}/{episode:06d}.json'


def dump(value: object) -> str:
    """One line of JSON: ASCII, in the given key order, no NaN."""
    # Several times as fast as Python's own, and its floats read back as exactly.
    text = to_json(value)
    if text.isascii() and b'NaN' not in text and b'Infinity' not in text:
        return text.decode('ascii')
    # A name that is not ASCII, or something that there should not be.
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
            'motion': options.motion,
            'container': options.container,
            'formats': list(options.formats),
            # Without a format, nothing is dealt.
            'splits': options.shares if options.formats else {},
        },
        'categories': category_records(info),
        'panoptic_categories': panoptic_category_records(info),
    }


def check_place(storage: Storage, expected: Mapping[str, object], *, resume: bool) -> bool:
    """Decide whether a place may be written.

    Args:
        storage: Of the dataset.
        expected: This run's identity.
        resume: Whether committed episodes may be there already.

    Returns:
        True when it holds a dataset to go on with, False when it is empty.

    Raises:
        OutputError: It holds other things, another dataset, or a dataset without ``resume``.
    """
    present, name = storage.contents(), storage.name
    if not present:
        return False
    if not resume:
        raise OutputError(
            f'{name} is not empty (it holds {", ".join(present[:4])}). Choose another folder '
            '(--out), or go on with this dataset (--resume).'
        )
    found = _read_identity(storage)
    wrong = [
        f'{key} is {dump(found.get(key))} there and {dump(value)} now'
        for key, value in expected.items()
        if key != 'description' and found.get(key) != value
    ]
    if _is_older(found, expected):
        raise OutputError(
            f'{name} was begun by an older version, which stored less: {IDENTITY} does not say '
            f'{", ".join(_unsaid(found, expected))}. Finish it with the version that began it '
            f'({found.get("version")}); this one reads it then. Or choose another folder (--out).'
        )
    if wrong:
        raise OutputError(
            f'{name} holds another dataset: {"; ".join(wrong)}. Choose another folder (--out), '
            'or resume with the config, seed, version and --renderer that began it.'
        )
    return True


def _unsaid(found: Mapping[str, object], expected: Mapping[str, object]) -> list[str]:
    """Options that an identity does not have."""
    there, now = found.get('options'), expected['options']
    if not isinstance(there, dict) or not isinstance(now, dict):
        return []
    return [f'options.{key}' for key in now if key not in there]


def _is_older(found: Mapping[str, object], expected: Mapping[str, object]) -> bool:
    """Whether the same dataset was begun by a version that knew fewer options."""
    if not _unsaid(found, expected):
        return False
    return found.get('config_hash') == expected['config_hash']


def folders_of(options: DatasetConfig) -> tuple[str, ...]:
    """Folders that a dataset begins with; others are made when the first file comes."""
    if options.container == 'shards':
        return (SHARDS, EPISODES, PROVENANCE)
    return (*IMAGE_FOLDERS, LABELS, EPISODES, PROVENANCE)


def begin_place(
    storage: Storage,
    expected: Mapping[str, object],
    *,
    folders: Sequence[str],
    resume: bool,
) -> None:
    """Make a place a dataset: its identity first, then its folders.

    Args:
        storage: Of the dataset.
        expected: This run's identity.
        folders: That it begins with.
        resume: Whether committed episodes may be there already.

    Raises:
        OutputError: It holds other things, another dataset, or a dataset without ``resume``.
        OSError: It could not be written.
    """
    if not check_place(storage, expected, resume=resume):
        storage.replace(IDENTITY, f'{dump(expected)}\n'.encode('ascii'))
    storage.prepare(folders)


def recover(storage: Storage, exports: Sequence[str] = ()) -> set[int]:
    """Remove what a stopped run left, and list what is whole.

    An episode is whole when each of its files is there in its full size. Others lose their
    marker and files, so that they are made again.

    Args:
        storage: Of the dataset.
        exports: Folders of further formats.

    Returns:
        The committed episodes.

    Raises:
        OSError: A leftover could not be removed.
    """
    storage.clean()
    committed = whole_episodes(storage)
    for episode in announced_episodes(storage) - committed:
        # The index would claim this episode.
        for name in (*COMPOSED, *(f'{folder}/{CONVERSION}' for folder in exports)):
            storage.remove(name)
        storage.remove(episode_path(episode))
    if not storage.durable:
        for folder in (*IMAGE_FOLDERS, *DENSE_FOLDERS, LABELS, PROVENANCE, SHARDS):
            for name in storage.names(folder):
                number = name.partition('.')[0].split('_')[0]
                if number.isdigit() and int(number) not in committed:
                    storage.remove(f'{folder}/{name}')
        _remove_strays(storage, committed, exports=exports)
    return committed


def _remove_strays(storage: Storage, committed: set[int], *, exports: Sequence[str]) -> None:
    """Remove files of formats that belong to an episode which is not committed.

    Such a file has the episode's number in its path. What else lies in these folders (indexes,
    caches of trainers) stays.
    """
    for folder in exports:
        for path in storage.files_below(folder):
            numbers = {int(part[:6]) for part in path.split('/') if part[:6].isdecimal()}
            if numbers and not numbers & committed:
                storage.remove(path)


def announced_episodes(storage: Storage) -> set[int]:
    """The episodes that have a marker."""
    return {
        int(name.removesuffix('.json'))
        for name in storage.names(EPISODES)
        if name.endswith('.json') and name.removesuffix('.json').isdigit()
    }


def whole_episodes(storage: Storage) -> set[int]:
    """The episodes of which all is there that their markers announce."""
    announced = announced_episodes(storage)
    if storage.durable:
        return announced
    return {episode for episode in announced if is_whole(storage, episode)}


def is_whole(storage: Storage, episode: int) -> bool:
    """Whether an episode is committed, and each of its files there in its full size."""
    try:
        files = parse_episode(storage.read(episode_path(episode)))['files']
        return storage.durable or all(storage.size(f['path']) == f['size'] for f in files)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def episode_files(folder: Path) -> list[Path]:
    """All commit markers in a folder by ascending episode."""
    return sorted(folder.glob('[0-9]*.json'), key=lambda path: int(path.stem))


def read_episode(marker: Path, content: bytes | None = None) -> EpisodeRecord:
    """One episode file.

    Args:
        marker: The file.
        content: What is in it, if it was read already.

    Raises:
        OutputError: It is damaged.
    """
    try:
        return parse_episode(marker.read_bytes() if content is None else content)
    except ValueError as error:
        raise OutputError(
            f'{EPISODES}/{marker.name} is damaged ({error}). Remove it and run the same command '
            'with --resume: the episode will be made again.'
        ) from error


def parse_episode(data: bytes) -> EpisodeRecord:
    """The content of an episode file; we wrote it whole, so its structure is trusted.

    Raises:
        ValueError: It is no JSON: cut off, or not ours.
    """
    return cast('EpisodeRecord', from_json(data))


def _read_identity(storage: Storage) -> dict[str, object]:
    name = storage.name
    try:
        found = json.loads(storage.read(IDENTITY))
    except FileNotFoundError:
        raise OutputError(
            f'{name} is not a synth_ros dataset: it is not empty and has no {IDENTITY}. '
            'Choose another folder (--out).'
        ) from None
    except ValueError as error:
        raise OutputError(
            f'{name}/{IDENTITY} is damaged ({error}). Choose another folder (--out).'
        ) from None
    if not isinstance(found, dict) or found.get('format') != FORMAT:
        raise OutputError(
            f'{name} holds a dataset of another format: {IDENTITY} says '
            f'{found.get("format") if isinstance(found, dict) else found!r}, expected '
            f'{FORMAT!r}. Choose another folder (--out).'
        )
    return found
