"""Ultralytics YOLO: ``data.yaml``, images in ``images/``, label files beside in ``labels/``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import yaml

from synth_ros.readers.layouts.folders import (
    folders_in,
    images_below,
    is_file,
    is_image,
    listed,
    split_of,
)

SPLITS = ('train', 'val', 'test')
_LISTS = {'train': 'train', 'valid': 'val', 'val': 'val', 'test': 'test'}
Task = Literal['detect', 'segment', 'pose']
"""Oriented boxes have the rows of polygons with four points."""


class YoloImage(NamedTuple):
    """An image of a split.

    Attributes:
        path: The image; may be missing where a list names it.
        label: Its label file; need not exist.
        split: Its split.
        named_in: The list that names it and the line, as text; empty for images of a folder.
    """

    path: Path
    label: Path
    split: str
    named_in: str = ''


class YoloFault(NamedTuple):
    """Something that is wrong with ``data.yaml``.

    Attributes:
        key: Where.
        message: What.
    """

    key: str
    message: str


class YoloLayout(NamedTuple):
    """A dataset.

    Attributes:
        root: What paths are relative to.
        file: The YAML file; ``None`` without one.
        names: Class names in the order of their numbers.
        sources: Split and a folder, list or image, as the file names it.
        keypoints: Number of keypoints and of values for each; ``None`` without.
        faults: What is wrong with the file.
    """

    root: Path
    file: Path | None
    names: tuple[str, ...]
    sources: tuple[tuple[str, Path], ...]
    keypoints: tuple[int, int] | None
    faults: tuple[YoloFault, ...]


class YoloRow(NamedTuple):
    """A line of a label file.

    Attributes:
        class_id: From 0.
        box: x, y of the centre, width, height as shares; of polygons the box around them.
        points: Polygon (n, x and y) as shares; ``None`` of boxes.
        keypoints: x, y and, if there, v of each; ``None`` without.
    """

    class_id: int
    box: tuple[float, float, float, float]
    points: tuple[tuple[float, float], ...] | None
    keypoints: tuple[tuple[float, ...], ...] | None


def find_yaml(root: Path) -> Path | None:
    """The YAML file of a dataset: one with names and a split."""
    files = [path for path in listed(root) if path.suffix in {'.yaml', '.yml'}]
    files.sort(key=lambda path: path.stem not in {'data', 'dataset'})
    for path in files:
        try:
            text = path.read_text(encoding='utf-8', errors='replace')
        except OSError:
            continue
        lines = text.splitlines()
        keys = {line.split(':')[0].strip('"\' ') for line in lines if ':' in line}
        if {'names', 'nc'} & keys and {'train', 'val'} & keys:
            return path
    return None


def read_layout(root: Path) -> YoloLayout:
    """What a dataset says of itself; without a YAML file what its folders say.

    Raises:
        OSError: The YAML file cannot be read.
        ValueError: It is no YAML, or no mapping.
    """
    file = find_yaml(root)
    if file is None:
        return _bare(root)
    data = file.read_bytes()
    try:
        stored = yaml.safe_load(data.decode('utf-8', errors='replace'))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f'it is no YAML: {" ".join(str(error).split())}') from None
    if not isinstance(stored, dict):
        raise ValueError('it is no mapping of keys to values')  # noqa: TRY004 (of the file)
    faults: list[YoloFault] = []
    names = _names(stored, faults)
    base = _base(stored, file, faults)
    sources = []
    for split in SPLITS:
        named = stored.get(split, stored.get('valid') if split == 'val' else None)
        for entry in named if isinstance(named, list) else [named]:
            if isinstance(entry, str) and entry and '\0' not in entry:
                sources.append((split, _resolved(base, file.parent, entry)))
            elif entry is not None and entry != '':
                faults.append(YoloFault(split, f'{entry!r} is no path'))
    given = {'val' if key == 'valid' else key for key, value in stored.items() if value}
    faults += [
        YoloFault(split, 'it is missing') for split in ('train', 'val') if split not in given
    ]
    return YoloLayout(base, file, names, tuple(sources), _shape(stored, faults), tuple(faults))


def images_of(split: str, source: Path) -> Iterator[YoloImage]:
    """Images of a folder, or those that a list names.

    Raises:
        OSError: The list cannot be read.
    """
    if source.is_dir():
        for path in images_below(source):
            yield YoloImage(path, label_of(path), split)
        return
    if is_image(source):
        yield YoloImage(source, label_of(source), split)
        return
    lines = source.read_bytes().decode('utf-8', errors='replace').splitlines()
    for number, line in enumerate(lines, 1):
        name = line.strip().replace('\0', '?')
        if name:
            path = Path(name) if Path(name).is_absolute() else source.parent / name
            if not is_file(path) and name.startswith('data/'):
                # Darknet's lists begin with the folder that holds the dataset.
                path = source.parent / name.removeprefix('data/')
            yield YoloImage(path, label_of(path), split, f'{source.name}, line {number}')


def label_of(image: Path) -> Path:
    """The label file of an image: ``labels`` for the last ``images`` of its path."""
    parts = list(image.parts)
    for place in range(len(parts) - 2, -1, -1):
        if parts[place] == 'images':
            parts[place] = 'labels'
            break
    return Path(*parts).with_suffix('.txt')


def parse_row(line: str, keypoints: tuple[int, int] | None) -> YoloRow:
    """A line of a label file.

    Args:
        line: The text.
        keypoints: Number of keypoints and of values for each, where the dataset has them.

    Raises:
        ValueError: It has another number of values, or something that is no number.
    """
    words = line.split()
    try:
        values = [float(word) for word in words[1:]]
        head = float(words[0])
    except ValueError:
        raise ValueError(f'a value is no number: {_cut(line)}') from None
    if not all(math.isfinite(value) for value in (head, *values)):
        raise ValueError(f'a value is no number: {_cut(line)}')
    if head != int(head) or head < 0:
        raise ValueError(f'the class is {words[0]}, not a whole number from 0')
    count = len(values)
    if keypoints is not None:
        number, each = keypoints
        if count != 4 + number * each:
            raise ValueError(f'it has {count + 1} values; kpt_shape wants {5 + number * each}')
        points = [tuple(values[i : i + each]) for i in range(4, count, each)]
        box = (values[0], values[1], values[2], values[3])
        return YoloRow(int(head), box, None, tuple(points))
    if count == 4:
        return YoloRow(int(head), (values[0], values[1], values[2], values[3]), None, None)
    if count < 6 or count % 2:
        raise ValueError(
            f'it has {count + 1} values; a box has 5, a polygon 7, 9, 11 ... (an odd number)'
        )
    ring = tuple((values[i], values[i + 1]) for i in range(0, count, 2))
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    centre = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    size = (max(xs) - min(xs), max(ys) - min(ys))
    return YoloRow(int(head), (*centre, *size), ring, None)


def _bare(root: Path) -> YoloLayout:
    """A dataset without a YAML file: ``images/`` with or without folders of splits."""
    names: tuple[str, ...] = ()
    for name in ('classes.txt', 'obj.names', 'labels/classes.txt'):
        if (root / name).is_file():
            text = (root / name).read_bytes().decode('utf-8', errors='replace')
            names = tuple(line.strip() for line in text.splitlines() if line.strip())
            break
    images = root / 'images'
    sources = [(split_of(f.name), f) for f in folders_in(images) if split_of(f.name)]
    sources += [
        (split_of(f.name), f / 'images')
        for f in folders_in(root)
        if split_of(f.name) and (f / 'images').is_dir()
    ]
    if not sources:
        # Darknet lists images in text files.
        lists = ((split, root / f'{name}.txt') for name, split in _LISTS.items())
        sources = [(split, path) for split, path in lists if path.is_file()]
    if not sources:
        sources = [('', images if images.is_dir() else root)]
    return YoloLayout(root, None, names, tuple(sources), None, ())


def _names(stored: dict[object, object], faults: list[YoloFault]) -> tuple[str, ...]:
    names = stored.get('names')
    if isinstance(names, dict):
        keys = list(names)
        if not all(type(key) is int for key in keys) or sorted(keys) != list(range(len(keys))):
            faults.append(YoloFault('names', f'its numbers are not 0 to {len(keys) - 1}'))
        listed_names = [str(names[key]) for key in sorted(keys, key=_by_number)]
    elif isinstance(names, list):
        listed_names = [str(name) for name in names]
    else:
        faults.append(YoloFault('names', 'it is missing, or no list and no mapping'))
        listed_names = []
    count = stored.get('nc')
    if count is not None and count != len(listed_names):
        faults.append(YoloFault('nc', f'it is {count!r}, but {len(listed_names)} names are given'))
    if len(set(listed_names)) != len(listed_names):
        faults.append(YoloFault('names', 'two classes have the same name'))
    return tuple(listed_names)


def _by_number(key: object) -> tuple[int, str]:
    return (key, '') if isinstance(key, int) else (0, str(key))


def _base(stored: dict[object, object], file: Path, faults: list[YoloFault]) -> Path:
    """What paths are relative to: ``path`` where it exists, else the file's own folder."""
    given = stored.get('path')
    if given is None or given == '':
        return file.parent
    if not isinstance(given, str) or '\0' in given:
        faults.append(YoloFault('path', f'{given!r} is no path'))
        return file.parent
    base = file.parent / given
    # Trainers know a folder of their own for all datasets; ``path`` may be relative to that.
    return base if base.is_dir() else file.parent


def _resolved(base: Path, own: Path, entry: str) -> Path:
    """A folder or list: relative to the base, or, as exports with ``../`` mean it, inside."""
    path = base / entry
    if not _exists(path) and entry.startswith('../') and _exists(own / entry[3:]):
        return own / entry[3:]
    return path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _shape(stored: dict[object, object], faults: list[YoloFault]) -> tuple[int, int] | None:
    shape = stored.get('kpt_shape')
    if shape is None:
        return None
    if (
        not isinstance(shape, list)
        or len(shape) != 2
        or not all(type(v) is int for v in shape)
        or not 1 <= shape[0] <= 10_000
        or shape[1] not in {2, 3}
    ):
        faults.append(YoloFault('kpt_shape', f'{shape!r} is not [number of keypoints, 2 or 3]'))
        return None
    flip = stored.get('flip_idx')
    if flip is not None and (
        not isinstance(flip, list)
        or not all(type(v) is int for v in flip)
        or sorted(flip) != list(range(shape[0]))
    ):
        faults.append(YoloFault('flip_idx', f'it does not list each of 0 to {shape[0] - 1} once'))
    elif flip is not None and any(flip[flip[i]] != i for i in flip):
        faults.append(YoloFault('flip_idx', 'two points do not change places with each other'))
    return shape[0], shape[1]


def _cut(line: str) -> str:
    return repr(line if len(line) <= 50 else f'{line[:47]}...')
