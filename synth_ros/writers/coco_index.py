"""The files that speak for a whole COCO dataset, and what a resumed run may trust.

``dataset.json`` says what the folder is, ``episodes/<episode>.json`` announces one committed
episode and holds its share of what ``coco_compose`` puts together when the dataset is finished.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco_files import DENSE_FOLDERS, IMAGE_FOLDERS, LABELS, PROVENANCE
from synth_ros.writers.coco_heads import (
    category_records,
    info_record,
    panoptic_category_records,
)
from synth_ros.writers.coco_records import FORMAT, EpisodeRecord
from synth_ros.writers.folder import LOCK, STAGING, clear_staging

IDENTITY = 'dataset.json'
INDEX = 'annotations.json'
PANOPTIC_INDEX = 'panoptic.json'
MODELS = 'models.json'
PARTS = 'parts.json'
CHECKSUMS = 'SHA256SUMS'
COMPOSED = (INDEX, PANOPTIC_INDEX, MODELS, PARTS, CHECKSUMS)
EPISODES = 'episodes'
# Folders of dense labels are made when the first file comes.
FOLDERS = (*IMAGE_FOLDERS, LABELS, EPISODES, PROVENANCE)


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
            'motion': options.motion,
        },
        'categories': category_records(info),
        'panoptic_categories': panoptic_category_records(info),
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
            'or resume with the config, seed, version and --renderer that began it.'
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
            for name in COMPOSED:
                (root / name).unlink(missing_ok=True)
            marker.unlink()
    for folder in (*IMAGE_FOLDERS, *DENSE_FOLDERS, LABELS, PROVENANCE):
        for path in (root / folder).glob('*'):
            number = path.stem.split('_')[0]
            if number.isdigit() and int(number) not in committed:
                path.unlink()
    return committed


def episode_files(root: Path) -> list[Path]:
    """All commit markers by ascending episode."""
    return sorted((root / EPISODES).glob('[0-9]*.json'), key=lambda path: int(path.stem))


def read_episode(marker: Path) -> EpisodeRecord:
    """One episode file; we wrote it whole, so its content is trusted."""
    return cast('EpisodeRecord', json.loads(marker.read_bytes()))


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
