"""KITTI: labels, calibrations, point clouds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from synth_ros.readers.layouts.folders import is_file, split_of
from synth_ros.readers.layouts.kitti import (
    DONT_CARE,
    KittiFolders,
    KittiRow,
    find_folders,
    images_of,
    parse_calibration,
    parse_row,
)
from synth_ros.types import FloatArray
from synth_ros.validate.base import Rule, Sink
from synth_ros.validate.common import outside, rotation_fault
from synth_ros.validate.images import read_bytes
from synth_ros.validate.inspection import Inspection, Picture

RULES = (
    Rule(
        'kitti.row',
        'error',
        'a row is a type and 14 numbers (15 with a score)',
        'Write all fields; -1, -10 and -1000 stand for what is not known.',
    ),
    Rule(
        'kitti.range',
        'error',
        'truncated is 0 to 1 and occluded 0, 1, 2 or 3 (-1 where not known); angles are -pi to pi '
        '(-10)',
        'Correct the field.',
    ),
    Rule(
        'kitti.box',
        'error',
        'left and top are below right and bottom; the box lies inside its image, to one pixel',
        'Write left, top, right, bottom in pixels, clipped to the image.',
    ),
    Rule(
        'kitti.size',
        'error',
        'height, width and length are all positive, or all -1 or 0 where not known',
        'Write metres in the order height, width, length.',
    ),
    Rule(
        'kitti.alpha',
        'warning',
        'alpha is rotation_y - atan2(x, z), to 0.1 rad',
        'Compute alpha from rotation_y and the position.',
    ),
    Rule(
        'kitti.behind',
        'warning',
        'objects with a 3D box are in front of the camera',
        'Positions are in the camera frame: x right, y down, z forward, metres.',
    ),
    Rule(
        'kitti.no-label',
        'error',
        'every image has a label file',
        'Write an empty file for an image without objects.',
    ),
    Rule(
        'kitti.no-image',
        'error',
        'every label file has an image',
        'Bring the image back, or remove the label file.',
    ),
    Rule(
        'kitti.calib',
        'error',
        'every image has a calibration where there is calib/: P2 of 12 numbers, rotations '
        'orthonormal',
        'Write P0 to P3, R0_rect and Tr_velo_to_cam, a line each: "P2: 12 numbers".',
    ),
    Rule(
        'kitti.points',
        'error',
        'every image has a point cloud where there is velodyne/: four float32 a point, finite',
        'Write x, y, z, reflectance as little-endian float32, without points that are no numbers.',
    ),
    Rule(
        'kitti.list',
        'error',
        'lists in ImageSets name images that exist; train and val share none',
        'Correct the list.',
    ),
)


def check(run: Inspection) -> None:
    """Check all splits."""
    stems: dict[str, set[str]] = {}
    for folders in find_folders(run.root):
        found = list(images_of(folders))
        pictures = (
            picture
            for stem, image, label in found
            for picture in _picture(run, folders, (stem, image, label))
        )
        run.pictures(pictures, what=f'images {folders.split}'.strip(), total=len(found))
        base = run.name(folders.labels.parent)
        stems.setdefault(base, set()).update(stem for stem, image, _ in found if image)
    _lists(run, stems)


def _picture(
    run: Inspection, folders: KittiFolders, item: tuple[str, Path | None, Path]
) -> Iterator[Picture]:
    stem, image, label = item
    rows: list[tuple[int, KittiRow]] = []
    if is_file(label):
        rows = list(_rows(run, label))
    else:
        run.add('kitti.no-label', run.name(label), 'its image has no label file')
    if image is None:
        run.add(
            'kitti.no-image', run.name(label), f'{run.name(folders.images)} has no image of it'
        )
        return
    if folders.calibrations is not None:
        _calibration(run, folders.calibrations / f'{stem}.txt')
    if folders.points is not None:
        _points(run, folders.points / f'{stem}.bin')
    boxes = partial(_boxes, rows=rows, file=run.name(label))
    yield Picture(image, None, folders.split, also=boxes)


def _rows(run: Inspection, label: Path) -> Iterator[tuple[int, KittiRow]]:
    file = run.name(label)
    for number, line in enumerate((run.text(label) or '').splitlines(), 1):
        if not line.strip():
            continue
        at = f'line {number}'
        try:
            row = parse_row(line)
        except ValueError as error:
            run.add('kitti.row', file, str(error), at=at)
            continue
        if row.type.lower() == DONT_CARE.lower():
            run.counts.other['DontCare regions'] += 1
        else:
            run.counts.object(row.type)
            for rule, message in _faults(row):
                run.add(rule, file, message, at=at)
        yield number, row


def _faults(row: KittiRow) -> Iterator[tuple[str, str]]:
    """What is wrong with the numbers of a row: rule and message."""
    if not (0 <= row.truncated <= 1 or row.truncated == -1):
        yield 'kitti.range', f'truncated is {row.truncated:g}'
    if row.occluded not in {-1, 0, 1, 2, 3}:
        yield 'kitti.range', f'occluded is {row.occluded:g}'
    for name, angle in (('alpha', row.alpha), ('rotation_y', row.rotation_y)):
        if abs(angle) > math.pi + 0.01 and angle != -10:
            yield 'kitti.range', f'{name} is {angle:g}'
    unknown = all(v in {-1, 0} for v in row.size)
    if not row.has_3d and not unknown:
        yield 'kitti.size', 'height, width, length are {:g}, {:g}, {:g}'.format(*row.size)
    if row.has_3d:
        yield from _solid(row)


def _solid(row: KittiRow) -> Iterator[tuple[str, str]]:
    x, _, z = row.position
    if z <= 0:
        yield 'kitti.behind', f'z is {z:g} m'
    elif -10 not in {row.alpha, row.rotation_y}:
        expected = row.rotation_y - math.atan2(x, z)
        error = math.remainder(row.alpha - expected, math.tau)
        if abs(error) > 0.1:
            yield 'kitti.alpha', f'alpha is {row.alpha:g}, not {expected:.2f}'


def _boxes(
    sink: Sink, size: tuple[int, int] | None, *, rows: Sequence[tuple[int, KittiRow]], file: str
) -> None:
    """Boxes against the size of their image."""
    for number, row in rows:
        left, top, right, bottom = row.box
        at = f'line {number}'
        if left > right or top > bottom:
            words = ', '.join(f'{v:g}' for v in row.box)
            sink.add('kitti.box', file, f'left, top, right, bottom are {words}', at=at)
            continue
        counts = size is not None and row.type.lower() != DONT_CARE.lower()
        if size is not None and counts and (over := outside(row.box, size)):
            sink.add('kitti.box', file, f'the box: {over}', at=at)


def _calibration(run: Inspection, path: Path) -> None:
    file = run.name(path)
    if not is_file(path):
        run.add('kitti.calib', file, 'there is no calibration of this image')
        return
    names = set()
    for number, name, values, fault in parse_calibration(run.text(path) or ''):
        at = f'line {number}'
        names.add(name)
        if values is None:
            run.add('kitti.calib', file, f'{name[:40]}: {fault}', at=at)
            continue
        if wrong := _matrix_fault(name, values):
            run.add('kitti.calib', file, f'{name}: {wrong}', at=at)
    if 'P2' not in names:
        run.add('kitti.calib', file, 'it has no P2')


def _matrix_fault(name: str, values: FloatArray) -> str:
    if name.startswith(('R0', 'R_rect')):
        return rotation_fault(values)
    if name.startswith('Tr_') and len(values) == 12:
        return rotation_fault(values.reshape(3, 4)[:, :3])
    if name.startswith('P') and len(values) == 12 and min(values[0], values[5]) <= 0:
        return 'its focal lengths are not positive'
    return ''


def _points(run: Inspection, path: Path) -> None:
    file = run.name(path)
    if not is_file(path):
        run.add('kitti.points', file, 'there is no point cloud of this image')
        return
    size = path.stat().st_size
    if size % 16:
        run.add('kitti.points', file, f'{size} bytes are no whole number of points of 16')
    elif not run.fast:
        data = read_bytes(path, file, run)
        bad = 0 if data is None else int((~np.isfinite(np.frombuffer(data, '<f4'))).sum())
        if bad:
            run.add('kitti.points', file, f'{bad} values are no numbers')


def _lists(run: Inspection, stems: dict[str, set[str]]) -> None:
    """Lists of images: in ``ImageSets`` of the dataset, or of one of its splits."""
    owner: dict[str, str] = {}
    everything = set().union(*stems.values()) if stems else set()
    places = [(run.root, everything)]
    places += [(run.root / name, known) for name, known in stems.items() if name != '.']
    for base, known in places:
        for path in sorted((base / 'ImageSets').glob('*.txt')):
            for number, line in enumerate((run.text(path) or '').splitlines(), 1):
                stem, at = line.strip(), f'line {number}'
                if not stem:
                    continue
                if stem not in known:
                    run.add('kitti.list', run.name(path), f'{stem[:60]!r} is no image', at=at)
                # trainval and its like hold what others hold, as they should.
                split = path.stem if split_of(path.stem) else ''
                other = owner.setdefault(stem, split) if split else split
                if other != split:
                    run.add('kitti.list', run.name(path), f'{stem} is in {other}, too', at=at)
