"""Hugging Face: imagefolders and Parquet shards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from synth_ros.readers.layouts.folders import images_below
from synth_ros.readers.layouts.huggingface import (
    SHARD,
    boxes_of,
    card_classes,
    metadata_files,
    metadata_rows,
    parquet_files,
    split_of_metadata,
    split_of_shard,
)
from synth_ros.readers.layouts.tables import (
    TableError,
    TableHead,
    read_head,
    read_rows,
    table_classes,
)
from synth_ros.validate.base import Rule, Sink
from synth_ros.validate.common import finite, outside, shown
from synth_ros.validate.images import Seen, check_image_bytes
from synth_ros.validate.inspection import Inspection, Picture

RULES = (
    Rule(
        'hf.row',
        'error',
        'rows of metadata are whole and have a file_name',
        'Write each row as one JSON object on a line of its own.',
    ),
    Rule(
        'hf.twice',
        'error',
        'an image has one row',
        'Join the rows.',
    ),
    Rule(
        'hf.unlisted',
        'error',
        'every image beside the metadata has a row',
        'Add the row or remove the image: the loader refuses the folder.',
    ),
    Rule(
        'hf.keys',
        'warning',
        'all rows have the same keys',
        'Write null for what an image does not have.',
    ),
    Rule(
        'hf.objects',
        'error',
        'objects have lists of the same length; a bbox is x, y, width, height in pixels, with a '
        'positive width and height',
        'Write objects: {"bbox": [[x, y, w, h], ...], "category": [...]}.',
    ),
    Rule(
        'hf.box-outside',
        'error',
        'boxes lie inside their image, to one pixel',
        'Clip the boxes to the image.',
    ),
    Rule(
        'hf.class',
        'error',
        'numbers of classes are among the names that the features list',
        'Name all classes in the features (README.md or the table).',
    ),
    Rule(
        'table.damaged',
        'error',
        'Parquet files can be read to the end',
        'Copy or make the file again: it was cut short or changed.',
    ),
    Rule(
        'hf.shards',
        'error',
        'shards NAME-00000-of-0000N are all there',
        'Bring the missing shard back, or number the others again.',
    ),
    Rule(
        'hf.columns',
        'error',
        'all shards have the same columns, one of them an image with bytes or a path',
        'Write all shards with the same features.',
    ),
)


def check_imagefolder(run: Inspection) -> None:
    """Check all metadata files and the images they name."""
    names = card_classes(run.root)
    for name in names:
        run.counts.classes[name] += 0
    files = metadata_files(run.root)
    for path in files:
        listed: dict[Path, int] = {}
        pictures = _pictures(run, path, (names, listed))
        run.pictures(pictures, what=f'images of {run.name(path)}', total=None)
        inner = [other.parent for other in files if other != path]
        for image in images_below(path.parent):
            if image not in listed and not any(folder in image.parents for folder in inner):
                run.add('hf.unlisted', run.name(image), f'{path.name} has no row of it')


def _pictures(
    run: Inspection, path: Path, known: tuple[Sequence[str], dict[Path, int]]
) -> Iterator[Picture]:
    names, listed = known
    file, split = run.name(path), split_of_metadata(path, run.root)
    keys: frozenset[str] | None = None
    try:
        for at, value in metadata_rows(path):
            if isinstance(value, str):
                run.add('hf.row', file, value, at=at)
                continue
            if keys is not None and keys != frozenset(value):
                odd = ', '.join(sorted(map(str, keys ^ frozenset(value))))
                run.add('hf.keys', file, f'not in all rows: {odd[:80]}', at=at)
            keys = keys or frozenset(value)
            name = value.get('file_name')
            if not isinstance(name, str):
                run.add('hf.row', file, f'file_name is {shown(name)}', at=at)
                continue
            image = run.located(path.parent, name, file=file, at=at)
            boxes = list(_objects(run, value.get('objects'), names=names, place=(file, at)))
            if image is None:
                continue
            if image in listed:
                run.add('hf.twice', file, f'{name} again', at=at)
                continue
            listed[image] = 1
            yield Picture(image, None, split, also=partial(_boxes, boxes=boxes, place=(file, at)))
    except OSError as error:
        run.add('file.unreadable', file, f'it cannot be read: {error.strerror}')
    except TableError as error:
        run.add('table.damaged', file, str(error))


def _objects(
    run: Inspection, value: object, *, names: Sequence[str], place: tuple[str, str]
) -> Iterator[list[float]]:
    """Boxes of a row that are boxes; objects are counted."""
    file, at = place
    found = boxes_of(value)
    if found.fault:
        run.add('hf.objects', file, found.fault, at=at)
    for box, kind in zip(found.boxes, found.classes, strict=False):
        run.counts.object(_class_name(kind, names))
        if names and type(kind) is int and not 0 <= kind < len(names):
            run.add('hf.class', file, f'class {kind}, but {len(names)} are named', at=at)
        if (
            not isinstance(box, list)
            or len(box) != 4
            or not all(type(v) in {int, float} for v in box)
            or not finite([float(v) if abs(v) < 1e12 else float('inf') for v in box])
            or min(box[2:]) <= 0
        ):
            run.add('hf.objects', file, f'bbox is {shown(box)}', at=at)
        else:
            yield [float(v) for v in box]


def _class_name(kind: object, names: Sequence[str]) -> str:
    if type(kind) is int:
        return names[kind] if 0 <= kind < len(names) else f'class {kind}'
    return kind if isinstance(kind, str) else 'object'


def _boxes(
    sink: Sink,
    size: tuple[int, int] | None,
    *,
    boxes: Sequence[Sequence[float]],
    place: tuple[str, str],
) -> None:
    """Boxes against the size of their image."""
    for box in boxes if size else ():
        assert size is not None
        edges = (box[0], box[1], box[0] + box[2], box[1] + box[3])
        if over := outside(edges, size):
            sink.add('hf.box-outside', place[0], f'bbox {list(box)}: {over}', at=place[1])


def check_parquet(run: Inspection) -> None:
    """Check all shards."""
    columns: tuple[str, dict[str, str]] | None = None
    shards = parquet_files(run.root)
    _complete(run, shards)
    for path in shards:
        file = run.name(path)
        run.counts.other['shards'] += 1
        try:
            head = read_head(path)
        except TableError as error:
            run.add('table.damaged', file, str(error))
            continue
        columns = columns or (file, dict(head.columns))
        if dict(head.columns) != columns[1]:
            run.add('hf.columns', file, f'its columns differ from those of {columns[0]}')
        _table(run, path, head)


def _complete(run: Inspection, shards: Sequence[Path]) -> None:
    """Whether all shards of a series are there."""
    series: dict[tuple[Path, str, int], set[int]] = {}
    for path in shards:
        if match := SHARD.match(path.name):
            key = (path.parent, match['split'], int(match['count']))
            series.setdefault(key, set()).add(int(match['number']))
    for (folder, split, count), numbers in series.items():
        missing = sorted(set(range(count)) - numbers)
        if missing or max(numbers) >= count:
            words = ', '.join(map(str, missing[:5])) or f'number {max(numbers)} is too much'
            name = f'{run.name(folder)}/{split}-*-of-{count:05d}.parquet'
            run.add('hf.shards', name, f'missing: {words}' if missing else words)


def _table(run: Inspection, path: Path, head: TableHead) -> None:
    file, split = run.name(path), split_of_shard(path)
    image = next((name for name, kind in head.columns.items() if 'bytes: binary' in kind), None)
    if image is None:
        run.add('hf.columns', file, f'no image among {", ".join(head.columns)[:120]}')
        return
    names = table_classes(head)
    for name in names:
        run.counts.classes[name] += 0
    run.progress.begin(f'rows of {file}', head.rows)
    tasks = _rows(run, path, image=image, names=names)
    for number, seen in enumerate(run.work(tasks)):
        run.counts.image(split)
        digest = seen.digest if seen else b''
        run.splits.see(f'{file}:row {number}', split=split, digest=digest)
        run.progress.step()


def _rows(
    run: Inspection, path: Path, *, image: str, names: Sequence[str]
) -> Iterator[partial[Seen | None]]:
    file = run.name(path)
    try:
        for number, row in enumerate(read_rows(path, batch=8)):
            place = (file, f'row {number}')
            boxes = list(_objects(run, row.get('objects'), names=names, place=place))
            yield partial(_look, value=row.get(image), boxes=boxes, place=place, fast=run.fast)
    except TableError as error:
        run.add('table.damaged', file, str(error))


def _look(
    sink: Sink,
    *,
    value: object,
    boxes: Sequence[Sequence[float]],
    place: tuple[str, str],
    fast: bool,
) -> Seen | None:
    data = value.get('bytes') if isinstance(value, dict) else None
    where = f'{place[0]}:{place[1]}'
    if not isinstance(data, bytes):
        sink.add('hf.columns', where, 'the row has no image')
        return None
    seen = check_image_bytes(data, where, sink, size=None, decode=not fast)
    _boxes(sink, (seen.width, seen.height) if seen else None, boxes=boxes, place=place)
    return seen
