"""Looking around in folders, in a fixed order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePath

IMAGE_SUFFIXES = ('.bmp', '.jpeg', '.jpg', '.png', '.ppm', '.tif', '.tiff', '.webp')

_SPLITS = {
    'train': 'train',
    'training': 'train',
    'trn': 'train',
    'val': 'val',
    'valid': 'val',
    'validation': 'val',
    'dev': 'val',
    'test': 'test',
    'testing': 'test',
}


def split_of(name: str) -> str:
    """The split that a folder or file name means; empty if it means none."""
    return _SPLITS.get(name.lower().rstrip('0123456789').rstrip('_-'), '')


def is_file(path: Path) -> bool:
    """Whether there is such a file; no for names that no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_image(path: Path) -> bool:
    """Whether a file has the name of an image."""
    return path.suffix.lower() in IMAGE_SUFFIXES


def files_below(folder: Path, *suffixes: str) -> Iterator[Path]:
    """All files below a folder with one of some endings (all without any), sorted."""
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith('.'))
        for name in sorted(files):
            if not name.startswith('.') and (
                not suffixes or PurePath(name).suffix.lower() in suffixes
            ):
                yield Path(base, name)


def images_below(folder: Path) -> Iterator[Path]:
    """All image files below a folder, sorted."""
    return files_below(folder, *IMAGE_SUFFIXES)


def images_in(folder: Path) -> list[Path]:
    """Image files in a folder itself, sorted; none if there is no folder."""
    return [path for path in listed(folder) if is_image(path) and is_file(path)]


def listed(folder: Path) -> list[Path]:
    """What is in a folder, sorted; nothing if there is no folder."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith('.'))
    except OSError:
        return []


def folders_in(folder: Path) -> list[Path]:
    """Folders in a folder, sorted."""
    return [path for path in listed(folder) if path.is_dir()]


def with_stem(folder: Path, stem: str) -> Path | None:
    """The image of a stem in a folder, whatever its ending."""
    for suffix in IMAGE_SUFFIXES:
        for ending in (suffix, suffix.upper()):
            path = folder / f'{stem}{ending}'
            if is_file(path):
                return path
    return None


def folders_named(root: Path, name: str, *, depth: int) -> list[Path]:
    """Folders of a name, at most some levels below the root, sorted."""
    found = []
    level = [root]
    for _ in range(depth):
        below = [folder for parent in level for folder in folders_in(parent)]
        found += [folder for folder in below if folder.name == name]
        level = below
    return sorted(found)
