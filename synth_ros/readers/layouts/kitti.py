"""KITTI's object benchmark, as TAO reads it: ``image_2``, ``label_2``, ``calib``, ``velodyne``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synth_ros.readers.layouts.folders import folders_in, images_in, listed, split_of, with_stem
from synth_ros.types import FloatArray

DONT_CARE = 'DontCare'
_PROBED = 20
MATRICES = {
    'P0': 12,
    'P1': 12,
    'P2': 12,
    'P3': 12,
    'R0_rect': 9,
    'R_rect': 9,
    'Tr_velo_to_cam': 12,
    'Tr_velo_cam': 12,
    'Tr_imu_to_velo': 12,
    'Tr_imu_velo': 12,
}
"""Matrices of a calibration file and how many numbers each has."""


class KittiFolders(NamedTuple):
    """The folders of one split.

    Attributes:
        split: Its name; empty if there is one alone.
        images: Images.
        labels: Label files.
        calibrations: Calibration files; ``None`` without.
        points: Point clouds; ``None`` without.
    """

    split: str
    images: Path
    labels: Path
    calibrations: Path | None
    points: Path | None


class KittiRow(NamedTuple):
    """A line of a label file.

    Attributes:
        type: Class; ``DontCare`` marks regions that nobody labelled.
        truncated: Share outside the image.
        occluded: 0 visible, 1 partly, 2 largely hidden, 3 unknown; -1 not known.
        alpha: Angle at which the camera sees it, radians; -10 not known.
        box: Left, top, right, bottom; pixels, indices of the outermost ones.
        size: Height, width, length; metres.
        position: x, y, z of the centre of the bottom face, camera frame; metres.
        rotation_y: About the camera's y axis, radians; -10 not known.
    """

    type: str
    truncated: float
    occluded: float
    alpha: float
    box: tuple[float, float, float, float]
    size: tuple[float, float, float]
    position: tuple[float, float, float]
    rotation_y: float

    @property
    def has_3d(self) -> bool:
        """Whether the 3D box is known; TAO writes zeros where it is not, KITTI -1."""
        return min(self.size) > 0

    def camera_from_object(self) -> FloatArray:
        """Pose of the 3D box's centre, (4, 4): x along its length, y down, z along its width."""
        cos, sin = math.cos(self.rotation_y), math.sin(self.rotation_y)
        x, y, z = self.position
        return np.array(
            [
                [cos, 0, sin, x],
                [0, 1, 0, y - self.size[0] / 2],
                [-sin, 0, cos, z],
                [0, 0, 0, 1],
            ]
        )


def find_folders(root: Path) -> list[KittiFolders]:
    """The folders of all splits: in the root, or in folders of it."""
    found = [_folders(folder) for folder in (root, *folders_in(root))]
    kept = [item for item in found if item is not None]
    if not kept:
        # TAO keeps folders of splits below images/ and labels/.
        kept = [
            KittiFolders(
                split_of(folder.name) or folder.name,
                root / 'images' / folder.name,
                folder,
                None,
                None,
            )
            for folder in folders_in(root / 'labels')
        ]
    if len(kept) == 1 and kept[0].labels.parent == root:
        return [kept[0]._replace(split='')]
    return kept


def looks_like_kitti(root: Path) -> str:
    """Why a folder is KITTI's; empty if it is not."""
    for folders in find_folders(root):
        if folders.labels.name == 'label_2':
            return f'{folders.labels.relative_to(root)}/ is there'
        if _has_rows(_text_files(folders.labels)):
            return f'{folders.labels.relative_to(root)}/ has rows of a type and 14 numbers'
    return ''


def images_of(folders: KittiFolders) -> Iterator[tuple[str, Path | None, Path]]:
    """Stem, image (``None`` if it is missing) and label file of each, by stem."""
    stems = {path.stem for path in _text_files(folders.labels)}
    if folders.images.is_dir():
        stems |= {path.stem for path in images_in(folders.images)}
    for stem in sorted(stems):
        yield stem, with_stem(folders.images, stem), folders.labels / f'{stem}.txt'


def parse_row(line: str) -> KittiRow:
    """A line of a label file.

    Raises:
        ValueError: It has another number of values, or something that is no number.
    """
    words = line.split()
    if len(words) not in {15, 16}:
        raise ValueError(f'it has {len(words)} values, not a type and 14 numbers')
    try:
        v = [float(word) for word in words[1:]]
    except ValueError:
        raise ValueError(f'a value is no number: {line.strip()[:60]!r}') from None
    if not all(math.isfinite(value) for value in v):
        raise ValueError(f'a value is no number: {line.strip()[:60]!r}')
    return KittiRow(
        type=words[0],
        truncated=v[0],
        occluded=v[1],
        alpha=v[2],
        box=(v[3], v[4], v[5], v[6]),
        size=(v[7], v[8], v[9]),
        position=(v[10], v[11], v[12]),
        rotation_y=v[13],
    )


def parse_calibration(text: str) -> Iterator[tuple[int, str, FloatArray | None, str]]:
    """Line number, name, numbers and what is wrong with them, of each line."""
    for number, line in enumerate(text.splitlines(), 1):
        name, colon, rest = line.partition(':')
        if not line.strip() or name.startswith('calib_time'):
            continue
        try:
            values = np.array([float(word) for word in rest.split()])
        except ValueError:
            yield number, name, None, 'a value is no number'
            continue
        wanted = MATRICES.get(name.strip())
        if not colon or (wanted is not None and len(values) != wanted):
            yield (
                number,
                name,
                None,
                f'it has {len(values)} numbers, not {wanted or "name: numbers"}',
            )
        elif not np.isfinite(values).all():
            yield number, name, None, 'a value is no number'
        else:
            yield number, name.strip(), values, ''


def _folders(folder: Path) -> KittiFolders | None:
    for images, labels in (('image_2', 'label_2'), ('images', 'labels'), ('image', 'label')):
        files = _text_files(folder / labels)
        if files and (labels == 'label_2' or _has_rows(files)):
            calibrations, points = folder / 'calib', folder / 'velodyne'
            return KittiFolders(
                split_of(folder.name) or folder.name,
                folder / images,
                folder / labels,
                calibrations if calibrations.is_dir() else None,
                points if points.is_dir() else None,
            )
    return None


def _text_files(folder: Path) -> list[Path]:
    return [path for path in listed(folder) if path.suffix == '.txt' and path.is_file()]


def _has_rows(files: list[Path]) -> bool:
    """Whether one of the first files begins with a row of KITTI."""
    for path in files[:_PROBED]:
        with path.open('rb') as stream:
            line = stream.readline(300).decode('utf-8', errors='replace')
        words = line.split()
        # Rows of YOLO polygons have as many numbers, and begin with one.
        if len(words) in {15, 16} and not _is_number(words[0]) and _is_number(words[4]):
            return True
    return False


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
