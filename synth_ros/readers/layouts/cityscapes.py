"""Cityscapes: ``*_labelIds.png`` and ``*_instanceIds.png`` beside images by split and city."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from synth_ros.readers.layouts.folders import files_below, folders_in, split_of, with_stem

LABELS, INSTANCES = '_labelIds', '_instanceIds'
IMAGE = '_leftImg8bit'
CLASSES = dict(
    enumerate(
        (
            *('unlabeled', 'ego vehicle', 'rectification border', 'out of roi', 'static'),
            *('dynamic', 'ground', 'road', 'sidewalk', 'parking', 'rail track', 'building'),
            *('wall', 'fence', 'guard rail', 'bridge', 'tunnel', 'pole', 'polegroup'),
            *('traffic light', 'traffic sign', 'vegetation', 'terrain', 'sky', 'person', 'rider'),
            *('car', 'truck', 'bus', 'caravan', 'trailer', 'train', 'motorcycle', 'bicycle'),
        )
    )
)
"""Names of the values where a dataset has no table of its own."""
THINGS = range(24, 34)
"""Those of them that have objects: from person to bicycle."""
_TABLES = ('classes.json', 'classes.csv', 'labels.json', 'classes.txt')


class CityscapesImage(NamedTuple):
    """An annotated image.

    Attributes:
        image: The image; ``None`` if it is missing.
        labels: Class of each pixel.
        instances: Class * 1000 + number of the object, or the class, of each pixel; may be
            missing.
        split: Its split; empty if there are none.
        group: Its city.
        stem: Name without endings.
    """

    image: Path | None
    labels: Path
    instances: Path
    split: str
    group: str
    stem: str


def looks_like_cityscapes(root: Path) -> str:
    """Why a folder is of this kind; empty if it is not."""
    for name in ('gtFine', 'gtCoarse'):
        if (root / name).is_dir():
            return f'{name}/ is there'
    for folder in (root, *folders_in(root)):
        if any(folder.glob(f'*{LABELS}.png')):
            return f'files *{LABELS}.png are there'
    return ''


def images_of(root: Path) -> Iterator[CityscapesImage]:
    """All annotated images, sorted."""
    for labels in files_below(root, '.png'):
        if not labels.stem.endswith(LABELS):
            continue
        stem = labels.stem.removesuffix(LABELS)
        name = stem.removesuffix('_gtFine').removesuffix('_gtCoarse')
        parts = labels.relative_to(root).parts[:-1]
        split = next((split_of(part) for part in parts if split_of(part)), '')
        group = parts[-1] if len(parts) > 2 else ''
        image = _image(root, labels, name)
        instances = labels.with_name(f'{stem}{INSTANCES}.png')
        yield CityscapesImage(image, labels, instances, split, group, name)


def find_table(root: Path) -> Path | None:
    """The dataset's own table of classes; ``None`` if it means Cityscapes' own."""
    return next((root / name for name in _TABLES if (root / name).is_file()), None)


def _image(root: Path, labels: Path, name: str) -> Path | None:
    parts = labels.relative_to(root).parts[:-1]
    options = [labels.parent]
    if parts and parts[0].startswith('gt'):
        options = [root.joinpath('leftImg8bit', *parts[1:]), root.joinpath('images', *parts[1:])]
    for folder in (*options, root / 'images', root / 'leftImg8bit'):
        for stem in (f'{name}{IMAGE}', name):
            path = with_stem(folder, stem)
            if path is not None:
                return path
    return None
