"""BOP scenewise: poses, cameras, counts of pixels, masks, models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from synth_ros.readers.layouts.bop import (
    CAMERA,
    INFO,
    POSE,
    BopCamera,
    BopInfo,
    BopPose,
    BopScene,
    find_models,
    find_scenes,
    image_of,
)
from synth_ros.readers.layouts.folders import images_in, is_file
from synth_ros.validate.base import Rule
from synth_ros.validate.bop_masks import MaskCheck
from synth_ros.validate.bop_models import check_models
from synth_ros.validate.common import finite, problems, rotation_fault
from synth_ros.validate.inspection import Inspection, Picture

T = TypeVar('T')
RULES = (
    Rule(
        'bop.schema',
        'error',
        'scene_camera.json, scene_gt.json and scene_gt_info.json map image ids to the records of '
        'BOP',
        'Write the records as the BOP toolkit documents them (docs/bop_datasets_format.md).',
    ),
    Rule(
        'bop.camera',
        'error',
        'cam_K has positive focal lengths, depth_scale is positive, cam_R_w2c a rotation',
        'Write K by rows, and the depth scale so that raw * scale is in millimetres.',
    ),
    Rule(
        'bop.pose',
        'error',
        'cam_R_m2c is a rotation by rows, cam_t_m2c three finite numbers',
        'Write nine numbers by rows that are orthonormal, with determinant 1.',
    ),
    Rule(
        'bop.behind',
        'warning',
        'objects are in front of the camera',
        'Poses are in the OpenCV camera frame (z forward), millimetres.',
    ),
    Rule(
        'bop.reference',
        'error',
        'the three files list the same images, and the same number of objects for each',
        'Write them together; scene_gt_info.json is calculated from the other two.',
    ),
    Rule(
        'bop.image',
        'error',
        'every image of scene_camera.json has rgb/ or gray/, and depth/ where there is one',
        'Bring the image back, or remove its records.',
    ),
    Rule(
        'bop.unlisted',
        'warning',
        'every image file is listed in scene_camera.json',
        'Remove the image or add its camera.',
    ),
    Rule(
        'bop.object',
        'error',
        'every obj_id has a model in models/',
        'Add the model and its entry of models_info.json.',
    ),
    Rule(
        'bop.counts',
        'error',
        'px_count_visib <= px_count_all, px_count_valid <= px_count_all, and visib_fract is '
        'px_count_visib / px_count_all, 0 to 1',
        'Calculate scene_gt_info.json again.',
    ),
)
_FILES = ('scene_camera.json', 'scene_gt.json', 'scene_gt_info.json')


class _Scene(NamedTuple):
    """Records of a scene by image id."""

    cameras: Mapping[int, BopCamera]
    poses: Mapping[int, list[BopPose]]
    infos: Mapping[int, list[BopInfo]]


def check(run: Inspection) -> None:
    """Check models and all scenes."""
    models: set[int] | None = None
    for name, folder in find_models(run.root).items():
        found = check_models(run, folder)
        if name == 'models':
            models = found
    for number in sorted(models or ()):
        run.counts.classes[f'obj {number}'] += 0
    for scene in find_scenes(run.root):
        run.counts.other['scenes'] += 1
        records = _read(run, scene)
        run.pictures(
            _pictures(run, scene, records),
            what=f'images of {scene.group}',
            total=len(records.cameras),
        )
        _objects(run, scene, (records, models))


def _read(run: Inspection, scene: BopScene) -> _Scene:
    """The three files, checked record by record."""
    cameras = {
        number: record
        for number, at, value in _entries(run, scene.path / _FILES[0], needed=True)
        if (record := _parsed(run, CAMERA, (scene.path / _FILES[0], at, value))) is not None
    }
    for number, camera in cameras.items():
        for message in _camera_faults(camera):
            run.add('bop.camera', run.name(scene.path / _FILES[0]), message, at=str(number))
    poses = _lists(run, POSE, scene.path / _FILES[1], needed=True)
    infos = _lists(run, INFO, scene.path / _FILES[2], needed=False)
    for number in sorted(set(poses) - set(cameras)):
        message = f'image {number} is not in {_FILES[0]}'
        run.add('bop.reference', run.name(scene.path / _FILES[1]), message, at=str(number))
    if infos:
        _same(run, scene, _Scene(cameras, poses, infos))
    return _Scene(cameras, poses, infos)


def _same(run: Inspection, scene: BopScene, records: _Scene) -> None:
    """The same images and numbers of objects in poses and infos."""
    file = run.name(scene.path / _FILES[2])
    for number in sorted(set(records.poses) ^ set(records.infos)):
        have, lack = (1, 2) if number in records.poses else (2, 1)
        message = f'image {number} is in {_FILES[have]}, but not in {_FILES[lack]}'
        run.add('bop.reference', file, message, at=str(number))
    for number in sorted(set(records.poses) & set(records.infos)):
        counts = len(records.poses[number]), len(records.infos[number])
        if counts[0] != counts[1]:
            message = f'{counts[0]} objects in {_FILES[1]}, {counts[1]} here'
            run.add('bop.reference', file, message, at=str(number))


def _entries(run: Inspection, path: Path, *, needed: bool) -> Iterator[tuple[int, str, object]]:
    """Image id, its key and the record, of a file."""
    if not is_file(path):
        if needed:
            run.add('file.missing', run.name(path), 'a scene has this file')
        return
    stored = run.json(path)
    if stored is None:
        return
    if not isinstance(stored, dict):
        run.add('bop.schema', run.name(path), 'it is no object of image ids')
        return
    for key, value in stored.items():
        if not key.isdecimal() or len(key) > 9:
            run.add('bop.schema', run.name(path), 'it is no image id', at=key[:40])
            continue
        yield int(key), key, value


def _parsed(run: Inspection, adapter: TypeAdapter[T], place: tuple[Path, str, object]) -> T | None:
    path, at, value = place
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        for below, message in problems(error):
            run.add('bop.schema', run.name(path), message, at=at + below)
        return None


def _lists(
    run: Inspection, adapter: TypeAdapter[T], path: Path, *, needed: bool
) -> dict[int, list[T]]:
    """Lists of records by image id; an image with a damaged record is left out."""
    found: dict[int, list[T]] = {}
    for number, at, value in _entries(run, path, needed=needed):
        if not isinstance(value, list):
            run.add('bop.schema', run.name(path), 'it is no list of objects', at=at)
            continue
        parsed = [
            _parsed(run, adapter, (path, f'{at}[{i}]', item)) for i, item in enumerate(value)
        ]
        kept = [record for record in parsed if record is not None]
        if len(kept) == len(parsed):
            found[number] = kept
    return found


def _camera_faults(camera: BopCamera) -> Iterator[str]:
    k = camera.cam_K
    if not finite(k) or k[0] <= 0 or k[4] <= 0:
        yield f'cam_K has the focal lengths {k[0]:g} and {k[4]:g}'
    elif k[3] != 0 or k[6:] != [0, 0, 1]:
        yield 'cam_K is no intrinsic matrix by rows'
    if camera.depth_scale is not None and not camera.depth_scale > 0:
        yield f'depth_scale is {camera.depth_scale:g}'
    if camera.cam_R_w2c is not None and (fault := rotation_fault(camera.cam_R_w2c)):
        yield f'cam_R_w2c: {fault}'


def _pictures(run: Inspection, scene: BopScene, records: _Scene) -> Iterator[Picture]:
    """Images of a scene; masks and depth are looked at with each."""
    has_depth = (scene.path / 'depth').is_dir()
    file = run.name(scene.path / _FILES[0])
    listed = set()
    for number, camera in sorted(records.cameras.items()):
        image = image_of(scene.path, number)
        if image is None:
            run.add('bop.image', file, f'there is no image {number:06d}', at=str(number))
            continue
        listed.add(image)
        depth = scene.path / 'depth' / f'{number:06d}.png'
        if has_depth and not is_file(depth):
            run.add('bop.image', run.name(depth), 'its image has no depth', at=str(number))
        masks = MaskCheck(
            name=run.name,
            scene=scene.path,
            number=number,
            count=len(records.poses.get(number, ())),
            infos=tuple(records.infos.get(number, ())),
            depth=depth if has_depth and camera.depth_scale is not None else None,
            fast=run.fast,
        )
        yield Picture(image, None, scene.split, scene.group, masks)
    for folder in ('rgb', 'gray'):
        for image in images_in(scene.path / folder):
            if image not in listed and image.suffix == '.png':
                run.add('bop.unlisted', run.name(image), f'{_FILES[0]} does not list it')


def _objects(run: Inspection, scene: BopScene, known: tuple[_Scene, set[int] | None]) -> None:
    """Poses and counts of all objects."""
    records, models = known
    file = run.name(scene.path / _FILES[1])
    for number, poses in records.poses.items():
        for place, pose in enumerate(poses):
            at = f'{number}[{place}]'
            run.counts.object(f'obj {pose.obj_id}')
            if models is not None and pose.obj_id not in models:
                run.add('bop.object', file, f'object {pose.obj_id} has no model', at=at)
            if fault := rotation_fault(pose.cam_R_m2c):
                run.add('bop.pose', file, f'cam_R_m2c: {fault}', at=at)
            if not finite(pose.cam_t_m2c):
                run.add('bop.pose', file, f'cam_t_m2c is {pose.cam_t_m2c}', at=at)
            elif pose.cam_t_m2c[2] <= 0:
                run.add('bop.behind', file, f'z is {pose.cam_t_m2c[2]:g} mm', at=at)
    file = run.name(scene.path / _FILES[2])
    for number, infos in records.infos.items():
        for place, info in enumerate(infos):
            for message in _count_faults(info):
                run.add('bop.counts', file, message, at=f'{number}[{place}]')


def _count_faults(info: BopInfo) -> Iterator[str]:
    every, visible = info.px_count_all, info.px_count_visib
    if not 0 <= visible <= every:
        yield f'px_count_visib is {visible}, px_count_all {every}'
    if not 0 <= info.px_count_valid <= every:
        yield f'px_count_valid is {info.px_count_valid}, px_count_all {every}'
    expected = visible / every if every > 0 else 0.0
    if not 0 <= info.visib_fract <= 1 or abs(info.visib_fract - expected) > 1e-3:
        yield f'visib_fract is {info.visib_fract:g}, {visible} / {every} is {expected:.4g}'
