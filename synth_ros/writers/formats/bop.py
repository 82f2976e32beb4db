"""BOP, the scene-wise format of the benchmark for 6D object pose estimation.

Conventions (``docs/formats/bop.md`` says them at length):

* A scene is an episode. Image id = view * number of cameras + place of the camera in the
  config's list, so a worker needs to know no other frame.
* Millimetres; OpenCV's camera axes; rotations row by row; the model frame is the object's
  oriented 3D box. ``cam_K`` has integers at pixel centres, as OpenCV and all of BOP but the
  rasterizer of its toolkit.
* ``mask`` is the whole silhouette inside the image, ``mask_visib`` what is visible of it. Pixel
  counts include what lies outside the image, on a canvas of three by three images, as BOP's do.
* ``bbox_obj`` and ``bbox_visib`` are what BOP's ``calc_2d_bbox`` makes: x and y of the first
  pixel, and the *difference* of the last and the first as width and height: one less than the
  number of pixels.

Source of all definitions: ``docs/bop_datasets_format.md`` and ``scripts/calc_gt_info.py`` of
bop_toolkit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, JsonValue

from synth_ros.errors import OutputError
from synth_ros.geometry.transforms import inverse
from synth_ros.types import (
    Box2D,
    CameraModel,
    FloatArray,
    Frame,
    InstanceLabel,
    Sample,
    SampleKey,
)
from synth_ros.writers import codecs
from synth_ros.writers.formats.base import Committed, FormatSetup, FrameProduct, Pictures
from synth_ros.writers.formats.bop_models import (
    MM,
    BopObject,
    describe,
    number_objects,
    write_models,
    write_table,
)

NO_MESH = 'objects have no known surface: no model file, and the diameter is that of their 3D box'
NO_SILHOUETTE = 'objects have no full mask: mask shows what is visible of them'
UNLABELLED = 'objects are visible but below the labelling thresholds: not annotated'

# The benchmark asks for no object of which less than this share is visible.
_MIN_TARGET = 0.1
# Depth files hold millimetres.
_DEPTH_SCALE = 1.0

_Nine = tuple[float, float, float, float, float, float, float, float, float]
_Three = tuple[float, float, float]
_Box = tuple[int, int, int, int]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class _Info(_Plain):
    """An entry of ``scene_gt_info.json``."""

    bbox_obj: _Box
    bbox_visib: _Box
    px_count_all: int
    px_count_valid: int
    px_count_visib: int
    visib_fract: float


class _Object(_Plain):
    """An entry of ``scene_gt.json``; ``source`` says which object it is."""

    source: str
    rotation: _Nine
    translation: _Three
    info: _Info


class _Image(_Plain):
    """What is remembered of a frame."""

    width: int
    height: int
    matrix: _Nine
    rotation: _Nine
    translation: _Three
    objects: tuple[_Object, ...]


@dataclass(frozen=True, slots=True)
class BopFormat:
    """BOP scene-wise.

    Attributes:
        setup: What is known before the first frame.
    """

    setup: FormatSetup

    @property
    def name(self) -> Literal['bop']:
        """Of the format and of its folder."""
        return 'bop'

    def frame(self, sample: Sample, pictures: Pictures) -> FrameProduct:
        """Images, masks and annotations of one frame.

        Raises:
            OutputError: The camera is not among those of the dataset, or depth does not fit.
        """
        folder, number = self._scene_folder(sample.key), self.image_id(sample.key)
        files = {f'{folder}/rgb/{number:06d}{self.setup.rgb_suffix}': pictures.rgb}
        if self.setup.options.depth:
            files[f'{folder}/depth/{number:06d}.png'] = pictures.depth
        shared: dict[str, bytes] = {}
        losses = dict.fromkeys((NO_MESH, NO_SILHOUETTE, UNLABELLED), 0)
        losses[UNLABELLED] = count_unlabelled(sample)
        objects = []
        for place, label in enumerate(sample.labels.instances):
            visible = visible_mask(sample, label)
            full = full_mask(sample.frame, label)
            losses[NO_SILHOUETTE] += full is None
            full = visible if full is None else full
            mesh = pictures.meshes.get(label.instance.instance_id)
            losses[NO_MESH] += mesh is None
            source, described = describe(label.instance, mesh)
            shared.update(described)
            name = f'{number:06d}_{place:06d}.png'
            files[f'{folder}/mask/{name}'] = codecs.encode_png(full, is_mask=True)
            files[f'{folder}/mask_visib/{name}'] = codecs.encode_png(visible, is_mask=True)
            objects.append(_annotate(label, source, _valid_pixels(full, sample)))
        record = _image(sample, tuple(objects)).model_dump(mode='json')
        return FrameProduct(files, record=record, losses=losses, shared=shared)

    def finish(self, out: Path, committed: Committed) -> None:
        """Number the objects; write models, scenes and targets.

        Raises:
            OSError: Something could not be written.
            OutputError: The description of a model is missing or damaged.
        """
        paths: set[str] = set()
        for entry in committed.frames():
            paths.update(item.source for item in _Image.model_validate(entry.record).objects)
        objects = number_objects(paths, committed)
        write_models(objects, out, committed)
        numbers = {path: item.obj_id for item in objects for path in item.paths}
        targets: list[JsonValue] = []
        camera: tuple[int, _Image] | None = None
        for folder, images in self._scenes(committed):
            _write_scene(out / folder, images, numbers)
            if folder.startswith('test/'):
                targets += _targets(int(folder.rpartition('/')[2]), images, numbers)
            first = min(
                ((number % len(self.setup.info.cameras), image) for number, image in images),
                key=lambda found: found[0],
            )
            if camera is None or first[0] < camera[0]:
                camera = first
        if camera is not None:
            write_table(out / 'camera.json', _camera(camera[1]))
        if 'test' in self.setup.splits.names:
            write_table(out / 'test_targets_bop19.json', targets)
        (out / 'dataset_info.md').write_text(self._words(objects), encoding='utf-8')

    def image_id(self, key: SampleKey) -> int:
        """Number of a frame's image in its scene.

        Raises:
            OutputError: The camera is not among those of the dataset.
        """
        cameras = self.setup.info.cameras
        if key.camera not in cameras:
            known = ', '.join(cameras) or 'none'
            raise OutputError(
                f'Frame {key.stem} is of camera {key.camera!r}, but the cameras of the dataset '
                f'are {known}. BOP numbers images by them; convert a finished dataset instead.'
            )
        return key.view * len(cameras) + cameras.index(key.camera)

    def _scene_folder(self, key: SampleKey) -> str:
        return f'{self.setup.splits.of(key.episode)}/{key.episode:06d}'

    def _scenes(self, committed: Committed) -> Iterator[tuple[str, list[tuple[int, _Image]]]]:
        """Folder of each scene, and its images by number."""
        frames = committed.frames()
        for _, entries in groupby(frames, key=lambda entry: entry.key.episode):
            found = list(entries)
            yield (
                self._scene_folder(found[0].key),
                sorted(
                    (
                        (self.image_id(entry.key), _Image.model_validate(entry.record))
                        for entry in found
                    ),
                    key=lambda item: item[0],
                ),
            )

    def _words(self, objects: list[BopObject]) -> str:
        """The file in which BOP datasets say what they are."""
        info = self.setup.info
        return (
            f'# {info.description}\n\n'
            f'Made by synth_ros {info.version}, renderer {info.renderer}, seed {info.seed}, '
            f'config {info.config_hash}.\n\n'
            f'- {len(objects)} objects: `models/synth_ros_models.json` names them.\n'
            f'- Scenes are episodes. Image id = view * {len(info.cameras)} + camera, in the order '
            f'{", ".join(info.cameras)}.\n'
            '- `depth` and masks: 16-bit millimetres as the sensor gave them, and masks of the '
            'clean image.\n'
            f'- Annotated is what has at least {info.min_pixels} visible pixels and a visible '
            f'share of at least {info.min_visibility:g}.\n'
        )


def visible_mask(sample: Sample, label: InstanceLabel) -> NDArray[np.uint8]:
    """Visible pixels of an object: (height, width), 255 and 0."""
    box = label.box
    window = np.s_[box.y0 : box.y1, box.x0 : box.x1]
    ids = sample.labels.instance_id
    mask = np.zeros(ids.shape, np.uint8)
    mask[window][ids[window] == label.instance.instance_id] = 255
    return mask


def full_mask(frame: Frame, label: InstanceLabel) -> NDArray[np.uint8] | None:
    """Silhouette of an object inside the image: (height, width), 255 and 0.

    Returns:
        ``None`` if neither the label nor the frame holds the silhouette.
    """
    silhouette = label.amodal_mask or frame.silhouettes.get(label.instance.instance_id)
    if silhouette is None:
        return None
    left, top, full = silhouette
    mask = np.zeros((frame.camera.height, frame.camera.width), np.uint8)
    x0, y0 = max(left, 0), max(top, 0)
    inside = full[y0 - top : max(mask.shape[0] - top, 0), x0 - left : max(mask.shape[1] - left, 0)]
    mask[y0 : y0 + inside.shape[0], x0 : x0 + inside.shape[1]][inside] = 255
    return mask


def count_unlabelled(sample: Sample) -> int:
    """How many objects have visible pixels but no label."""
    # Counting is many times as fast as the sort of numpy.unique.
    seen = set(np.flatnonzero(np.bincount(sample.labels.instance_id.ravel())).tolist())
    return len(seen - {0} - {label.instance.instance_id for label in sample.labels.instances})


def _valid_pixels(mask: NDArray[np.uint8], sample: Sample) -> int:
    """Pixels of a mask with a depth that the file holds as more than 0."""
    return int(np.count_nonzero(np.rint(sample.depth_m[mask > 0] * np.float32(MM))))


def _annotate(label: InstanceLabel, source: str, valid: int) -> _Object:
    pose = label.camera_from_box
    return _Object(
        source=source,
        rotation=_nine(pose[:3, :3]),
        translation=_three(pose[:3, 3] * MM),
        info=_Info(
            bbox_obj=_bop_box(label.amodal_box),
            bbox_visib=_bop_box(label.box),
            px_count_all=label.pixels_full,
            px_count_valid=valid,
            px_count_visib=label.pixels_visible,
            visib_fract=label.visibility,
        ),
    )


def _image(sample: Sample, objects: tuple[_Object, ...]) -> _Image:
    camera: CameraModel = sample.frame.camera
    pose = inverse(sample.frame.world_from_camera)
    return _Image(
        width=camera.width,
        height=camera.height,
        matrix=_nine(camera.matrix),
        rotation=_nine(pose[:3, :3]),
        translation=_three(pose[:3, 3] * MM),
        objects=objects,
    )


def _write_scene(
    folder: Path, images: list[tuple[int, _Image]], numbers: Mapping[str, int]
) -> None:
    """The three files about a scene."""
    folder.mkdir(parents=True)
    cameras: dict[str, JsonValue] = {}
    poses: dict[str, JsonValue] = {}
    infos: dict[str, JsonValue] = {}
    for number, image in images:
        cameras[str(number)] = {
            'cam_K': list(image.matrix),
            'cam_R_w2c': list(image.rotation),
            'cam_t_w2c': list(image.translation),
            'depth_scale': _DEPTH_SCALE,
        }
        poses[str(number)] = [
            {
                'cam_R_m2c': list(item.rotation),
                'cam_t_m2c': list(item.translation),
                'obj_id': numbers[item.source],
            }
            for item in image.objects
        ]
        infos[str(number)] = [item.info.model_dump(mode='json') for item in image.objects]
    write_table(folder / 'scene_camera.json', cameras)
    write_table(folder / 'scene_gt.json', poses)
    write_table(folder / 'scene_gt_info.json', infos)


def _targets(
    scene: int, images: list[tuple[int, _Image]], numbers: Mapping[str, int]
) -> Iterator[JsonValue]:
    """What the benchmark asks for, as the toolkit's ``enumerate_test_targets.py`` lists it."""
    for number, image in images:
        found = [
            numbers[item.source] for item in image.objects if item.info.visib_fract >= _MIN_TARGET
        ]
        for obj_id in sorted(set(found)):
            yield {
                'im_id': number,
                'inst_count': found.count(obj_id),
                'obj_id': obj_id,
                'scene_id': scene,
            }


def _camera(image: _Image) -> dict[str, JsonValue]:
    k = image.matrix
    return {
        'cx': k[2],
        'cy': k[5],
        'depth_scale': _DEPTH_SCALE,
        'fx': k[0],
        'fy': k[4],
        'height': image.height,
        'width': image.width,
    }


def _bop_box(box: Box2D) -> _Box:
    return box.x0, box.y0, box.width - 1, box.height - 1


def _nine(matrix: FloatArray) -> _Nine:
    a, b, c, d, e, f, g, h, i = np.asarray(matrix, np.float64).ravel().tolist()
    return a, b, c, d, e, f, g, h, i


def _three(vector: FloatArray) -> _Three:
    x, y, z = np.asarray(vector, np.float64).tolist()
    return x, y, z
