"""How an episode lies in a shard: a plain tar, its members named as WebDataset groups them.

Everything of one frame stands together under its stem; what follows the first dot says what it is.
Indexes keep naming files as they lie in a folder, so one index serves both containers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

from synth_ros.errors import InternalError

SHARDS = 'shards'
LABELS = 'labels'
LABELS_SUFFIX = '.labels.json'

SUFFIXES: Mapping[str, str] = MappingProxyType(
    {
        'images': 'rgb',
        'depth': 'depth',
        'instance_masks': 'instance',
        'semantic_masks': 'semantic',
        'part_masks': 'part',
        'panoptic': 'panoptic',
        'layers': 'layers',
    }
)
"""Folder of a file, and the word for it in a member's name."""


def shard_path(episode: int) -> str:
    """The shard of an episode, relative to the dataset."""
    return f'{SHARDS}/{episode:06d}.tar'


def is_in_shard(path: str) -> bool:
    """Whether a file of a folder lies in a shard instead, where there are shards."""
    folder = path.partition('/')[0]
    return folder in SUFFIXES or folder == LABELS


def shard_of(path: str) -> str:
    """The shard that holds a file of a frame or the labels of an episode.

    Args:
        path: As indexes name it, such as ``depth/000012_003_head.png``.
    """
    return shard_path(int(PurePosixPath(path).name.partition('.')[0].partition('_')[0]))


def member_name(path: str) -> str:
    """Name in the shard of a frame's file.

    Args:
        path: As indexes name it; not that of an episode's labels.

    Raises:
        InternalError: It is no file of a frame.
    """
    folder, _, name = path.partition('/')
    if folder not in SUFFIXES:
        raise InternalError(f'{path} is not a file of a frame.')
    plain = PurePosixPath(name)
    return f'{plain.stem}.{SUFFIXES[folder]}{plain.suffix}'
