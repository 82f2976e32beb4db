"""COCO: JSON files of images, annotations and categories, and where their images lie."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from synth_ros.readers.layouts.folders import folders_in, is_file, listed, split_of

_KINDS = (
    *('instances_', 'person_keypoints_', 'keypoints_', 'panoptic_', 'stuff_', 'labels_'),
    *('image_info_', 'annotations_', 'coco_'),
)
_PLAIN = {'annotations', '_annotations.coco', 'coco', 'labels', 'instances', 'panoptic', 'result'}

_KEYS = (
    *(b'"images"', b'"annotations"', b'"categories"', b'"file_name"'),
    *(b'"image_id"', b'"category_id"', b'"bbox"'),
)


class CocoFile(NamedTuple):
    """One JSON file.

    Attributes:
        path: Where it is.
        split: The split it is of, by its name; empty if there is none.
        panoptic: Whether it holds panoptic segments.
    """

    path: Path
    split: str
    panoptic: bool


def coco_files(root: Path) -> list[CocoFile]:
    """All COCO files of a dataset, in the root and one or two levels below.

    Captions are left out: they describe no object.
    """
    found = []
    for path in _candidates(root):
        marks = _marks(path)
        if marks is None:
            continue
        found.append(CocoFile(path, split_by_name(path, root), marks))
    return found


def split_by_name(path: Path, root: Path) -> str:
    """The split of ``instances_train2017.json`` or ``valid/_annotations.coco.json``."""
    stem = path.stem
    for kind in _KINDS:
        stem = stem.removeprefix(kind)
    if found := split_of(stem):
        return found
    parent = path.parent
    if stem in _PLAIN and parent != root:
        return split_of(parent.name)
    return ''


def image_folder(root: Path, file: CocoFile, names: Sequence[str]) -> Path:
    """The folder that image names are relative to: where most of some of them exist.

    Args:
        root: The dataset.
        file: The JSON file.
        names: Some of its file names.
    """
    options = dict.fromkeys(_folders(root, file))
    best, most = root, -1
    for folder in options:
        count = sum(is_file(folder / name) for name in names)
        if count > most:
            best, most = folder, count
    return best


def mask_folder(root: Path, file: CocoFile, names: Sequence[str]) -> Path:
    """The folder of the PNGs of a panoptic file."""
    stem = file.path.stem
    options = [
        file.path.with_suffix(''),
        root / stem,
        root / 'panoptic',
        root / 'panoptic' / file.split,
        *_folders(root, file),
    ]
    best, most = options[0], 0
    for folder in dict.fromkeys(options):
        count = sum(is_file(folder / name) for name in names)
        if count > most:
            best, most = folder, count
    return best


def _folders(root: Path, file: CocoFile) -> Iterable[Path]:
    """Where images may lie, the usual first: by the dataset, then by the file."""
    stem = file.path.stem
    for kind in _KINDS:
        stem = stem.removeprefix(kind)
    parent = file.path.parent
    above = parent.parent if parent != root else root
    for base in dict.fromkeys((root, parent, above)):
        yield base
        yield base / 'images'
        yield base / 'data'
        for name in dict.fromkeys((stem, file.split, re.sub(r'\d+$', '', stem))):
            if name:
                yield base / 'images' / name
                yield base / name
                yield base / name / 'images'


def _candidates(root: Path) -> Iterable[Path]:
    yield from _json_in(root)
    for folder in folders_in(root):
        yield from _json_in(folder)
        if folder.name in {'annotations', 'coco'}:
            for below in folders_in(folder):
                yield from _json_in(below)


def _json_in(folder: Path) -> list[Path]:
    return [path for path in listed(folder) if path.suffix == '.json' and path.is_file()]


def _marks(path: Path) -> bool | None:
    """Whether a file is panoptic; ``None`` if it is no COCO file.

    Three of the format's keys are enough: a file that was cut is still one.
    """
    try:
        with path.open('rb') as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if not data[:100].lstrip(b'\xef\xbb\xbf \t\r\n').startswith(b'{'):
                return None
            found = sum(data.find(key) >= 0 for key in _KEYS)
            if found < 3 or data.find(b'"caption"') >= 0:
                return None
            return data.find(b'"segments_info"') >= 0
    except (OSError, ValueError):
        return None
