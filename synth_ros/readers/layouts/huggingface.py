"""Hugging Face: imagefolders with metadata, and Parquet shards with images inside."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from synth_ros.readers.layouts.folders import folders_in, listed, split_of
from synth_ros.readers.layouts.tables import class_names, read_rows

METADATA = ('metadata.jsonl', 'metadata.csv', 'metadata.parquet')
SHARD = re.compile(r'^(?P<split>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.parquet$')


class MetadataRow(NamedTuple):
    """A row of metadata.

    Attributes:
        at: Where it stands.
        value: The row; a text that says what is wrong with it otherwise.
    """

    at: str
    value: dict[str, object] | str


class Boxes(NamedTuple):
    """Objects of a row.

    Attributes:
        boxes: x, y, width, height of each, as written.
        classes: Class of each, as written.
        fault: What is wrong; empty if nothing is.
    """

    boxes: tuple[object, ...]
    classes: tuple[object, ...]
    fault: str = ''


def metadata_files(root: Path) -> list[Path]:
    """All metadata files, in the root and two levels below."""
    level, found = [root], []
    for _ in range(3):
        found += [
            folder / name for folder in level for name in METADATA if (folder / name).is_file()
        ]
        level = [below for folder in level for below in folders_in(folder)]
    return sorted(found)


def parquet_files(root: Path) -> list[Path]:
    """All tables, in the root and two levels below."""
    level, found = [root], []
    for _ in range(3):
        found += [p for folder in level for p in listed(folder) if p.suffix == '.parquet']
        level = [below for folder in level for below in folders_in(folder)]
    return sorted(found)


def split_of_metadata(path: Path, root: Path) -> str:
    """The split that a metadata file is of."""
    return '' if path.parent == root else split_of(path.parent.name)


def split_of_shard(path: Path) -> str:
    """The split that a shard is of."""
    match = SHARD.match(path.name)
    name = match['split'] if match else path.stem
    return split_of(name) or (name if match else '')


def metadata_rows(path: Path) -> Iterator[MetadataRow]:
    """All rows of a metadata file.

    Raises:
        OSError: It cannot be read.
        UsageError: It is a table, and pyarrow is not installed.
        TableError: It is a damaged table.
    """
    if path.suffix == '.parquet':
        for number, row in enumerate(read_rows(path)):
            yield MetadataRow(f'row {number}', row)
        return
    text = path.read_bytes().decode('utf-8-sig', errors='replace')
    if path.suffix == '.csv':
        try:
            for number, fields in enumerate(csv.DictReader(io.StringIO(text))):
                yield MetadataRow(f'row {number}', {str(k): v for k, v in fields.items()})
        except csv.Error as error:
            yield MetadataRow('', f'it is no CSV: {error}')
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield MetadataRow(f'line {number}', f'it is no JSON: {error}')
            continue
        whole = isinstance(value, dict)
        yield MetadataRow(f'line {number}', value if whole else 'it is no JSON object')


def boxes_of(value: object) -> Boxes:
    """Objects of a row: lists of boxes and classes, or a list of both."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return Boxes((), (), 'it is a text that is no JSON')
    if value is None:
        return Boxes((), ())
    if isinstance(value, dict):
        return _columns(value)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return Boxes((), (), 'it is neither lists by name nor a list of objects')
    return Boxes(tuple(item.get('bbox') for item in value), tuple(_class(item) for item in value))


def _columns(value: dict[str, object]) -> Boxes:
    """Objects as a list for each of their keys."""
    boxes, classes = value.get('bbox', []), _class(value)
    if not isinstance(boxes, list):
        return Boxes((), (), 'bbox is no list')
    lengths = {key: len(item) for key, item in value.items() if isinstance(item, list)}
    if len(set(lengths.values())) > 1:
        words = ', '.join(f'{key} {count}' for key, count in sorted(lengths.items()))
        return Boxes((), (), f'its lists differ in length: {words}')
    kept = tuple(classes) if isinstance(classes, list) else (None,) * len(boxes)
    return Boxes(tuple(boxes), kept)


def card_classes(root: Path) -> tuple[str, ...]:
    """Names of classes in the front matter of ``README.md``."""
    try:
        text = (root / 'README.md').read_bytes().decode('utf-8', errors='replace')
    except OSError:
        return ()
    parts = text.split('---', 2)
    if not text.startswith('---') or len(parts) < 3:
        return ()
    try:
        return class_names(yaml.safe_load(parts[1]))
    except (yaml.YAMLError, ValueError, RecursionError):
        return ()


def _class(item: dict[str, object]) -> object:
    keys = ('category', 'categories', 'category_id', 'label', 'labels', 'class')
    return next((item[key] for key in keys if key in item), None)
