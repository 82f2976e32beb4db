"""Semantic masks: ``images/`` and ``masks/`` with the same names, and a table of classes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from synth_ros.readers.layouts.folders import images_below, split_of, with_stem

_FOLDERS = (
    ('images', 'masks'),
    ('images', 'labels'),
    ('image', 'mask'),
    ('images', 'annotations'),
    ('img', 'ann'),
)
_TABLES = (
    'classes.json',
    'classes.csv',
    'class_dict.csv',
    'labelmap.csv',
    'classes.txt',
    'labelmap.txt',
)
_ID_KEYS = ('label_id', 'id', 'class_id', 'index', 'value')
_NAME_KEYS = ('name', 'class', 'class_name', 'seg_class', 'label')
IGNORED = 255
"""Value of pixels that nobody labelled, where no class has it."""


_BACKGROUND = {'background', '_background_', 'bg', 'void', 'unlabeled', 'unlabelled', 'ignore'}


def is_background(value: int, names: dict[int, str]) -> bool:
    """Whether a value of a mask means no class: 0 unless it is named otherwise, and 255."""
    if value == 0:
        return names.get(0, 'background').lower() in _BACKGROUND
    return value == IGNORED and value not in names


class MaskPair(NamedTuple):
    """An image and its mask.

    Attributes:
        image: The image; ``None`` if it is missing.
        mask: The mask; ``None`` if it is missing.
        split: Its split; empty if there are none.
        name: Path without ending, the same for both.
    """

    image: Path | None
    mask: Path | None
    split: str
    name: str


class MaskLayout(NamedTuple):
    """A dataset.

    Attributes:
        images: Folder of images.
        masks: Folder of masks.
        table: The table of classes; ``None`` without.
    """

    images: Path
    masks: Path
    table: Path | None


def find_layout(root: Path) -> MaskLayout | None:
    """The folders of a dataset; ``None`` if it has no such folders."""
    for images, masks in _FOLDERS:
        if (root / images).is_dir() and any(True for _ in images_below(root / masks)):
            tables = [root / name for name in _TABLES if (root / name).is_file()]
            return MaskLayout(root / images, root / masks, tables[0] if tables else None)
    return None


def pairs_of(layout: MaskLayout) -> Iterator[MaskPair]:
    """All images and masks by name, sorted."""
    found: dict[str, list[Path | None]] = {}
    for place, folder in enumerate((layout.images, layout.masks)):
        for path in images_below(folder):
            name = path.relative_to(folder).with_suffix('').as_posix()
            found.setdefault(name, [None, None])[place] = path
    for name in sorted(found):
        image, mask = found[name]
        split = split_of(name.split('/')[0]) if '/' in name else ''
        yield MaskPair(image, mask, split, name)


def read_table(path: Path) -> dict[int, str]:
    """Class names by the values of masks.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no table; says what is wrong.
    """
    text = path.read_bytes().decode('utf-8-sig', errors='replace')
    if path.suffix == '.json':
        return _from_json(text)
    if path.suffix == '.csv':
        return _from_csv(text)
    lines = [line.strip() for line in text.splitlines() if line.strip() and line[0] != '#']
    return dict(enumerate(line.split(':')[0] for line in lines))


def _from_json(text: str) -> dict[int, str]:
    try:
        stored = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f'it is no JSON: {error}') from None
    if isinstance(stored, dict) and isinstance(stored.get('classes'), list):
        stored = stored['classes']
    if isinstance(stored, list):
        if all(isinstance(item, str) for item in stored):
            return dict(enumerate(stored))
        return _from_rows(stored)
    if isinstance(stored, dict):
        if all(type(value) is int for value in stored.values()):
            return {value: name for name, value in stored.items()}
        if all(key.isdecimal() and len(key) < 9 for key in stored):
            return {int(key): str(value) for key, value in stored.items()}
    raise ValueError('it lists no classes with a number and a name')


def _from_csv(text: str) -> dict[int, str]:
    try:
        rows = list(csv.DictReader(io.StringIO(text)))
    except csv.Error as error:
        raise ValueError(f'it is no CSV: {error}') from None
    if rows and not any(key in rows[0] for key in _ID_KEYS):
        names = [_pick(row, _NAME_KEYS) for row in rows]
        if all(isinstance(name, str) for name in names):
            return dict(enumerate(str(name) for name in names))
    return _from_rows(list(rows))


def _from_rows(rows: list[object]) -> dict[int, str]:
    found: dict[int, str] = {}
    for number, row in enumerate(rows):
        value, name = _pick(row, _ID_KEYS), _pick(row, _NAME_KEYS)
        text = str(value)
        if not text.isdecimal() or len(text) > 8 or not isinstance(name, str) or not name:
            raise ValueError(f'row {number} has no number and name of a class')
        if found.setdefault(int(text), name) != name:
            # Several numbers may mean one name, but no number two.
            raise ValueError(f'number {text} is {found[int(text)]!r} and {name!r}')
    return found


def _pick(row: object, keys: tuple[str, ...]) -> object:
    if not isinstance(row, dict):
        return None
    return next((row[key] for key in keys if row.get(key) is not None), None)


def mask_of(layout: MaskLayout, image: Path) -> Path | None:
    """The mask of an image."""
    below = image.relative_to(layout.images)
    return with_stem(layout.masks / below.parent, below.stem)
