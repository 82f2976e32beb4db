"""NDDS JSON beside each image, as Deep_Object_Pose (DOPE) trains on it.

What ``train/train.py`` of NVlabs/Deep_Object_Pose reads of an object is ``class``,
``visibility`` and ``projected_cuboid``; all else is for evaluation and people. It finds images
by the ending ``.png``, so colour is PNG whatever the options say. Conventions
(``docs/formats/dope.md`` says them at length):

* Centimetres, as NVIDIA's Dataset Synthesizer (NDDS) writes and as DOPE's inference answers if
  its ``dimensions`` are centimetres; the optical frame, as in OpenCV.
* The object's frame is its oriented 3D box. Corner order of a cuboid with half edges a, b, c:
  (a,-b,c) (-a,-b,c) (-a,b,c) (a,b,c), then the same with -c. That is ``Cuboid3d`` of
  ``common/cuboid.py``, so solving PnP with ``cuboid_dimensions`` gives the pose in the file.
* Pixels have integers at their centres, like the intrinsics beside them. ``bounding_box`` is the
  edge of the full silhouette in the same coordinates, hence it ends in .5, and is (y, x).
* ``pose_transform`` and ``fixed_model_transform`` are row-vector matrices, translation last.
  The axes of ``pose_transform`` are forward, right, up of NDDS: z, x and -y of the object.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, JsonValue

from synth_ros.geometry.camera import project
from synth_ros.geometry.transforms import inverse, quat_xyzw_from_matrix, transform_points
from synth_ros.types import CameraModel, FloatArray, Instance, InstanceLabel, Sample
from synth_ros.writers.formats.base import Committed, FormatSetup, FrameProduct, Pictures

CM = 100.0

BEHIND = (
    'objects reach behind the camera: left out, because the corners of their box have no pixel'
)

# Signs of the corners' x, y and z.
_CORNERS = np.array(
    [[x, y, z] for z in (1, -1) for x, y in ((1, -1), (-1, -1), (-1, 1), (1, 1))], np.float64
)
# Nearer than this a corner's pixel means nothing.
_NEAREST_M = 1e-3

_Three = tuple[float, float, float]
_Rows = tuple[tuple[float, float, float, float], ...]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class _Variant(_Plain):
    """A model at one size."""

    class_id: int
    model: str
    cuboid_dimensions: _Three
    fixed_model_transform: _Rows


class _Camera(_Plain):
    """Intrinsics of a frame."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float


class _Record(_Plain):
    """What is remembered of a frame."""

    camera: _Camera
    variants: tuple[_Variant, ...]


@dataclass(frozen=True, slots=True)
class DopeFormat:
    """Images with NDDS annotations.

    Attributes:
        setup: What is known before the first frame.
    """

    setup: FormatSetup

    @property
    def name(self) -> Literal['dope']:
        """Of the format and of its folder."""
        return 'dope'

    def frame(self, sample: Sample, pictures: Pictures) -> FrameProduct:
        """Image and annotations of one frame."""
        stem = f'{self.setup.splits.of(sample.key.episode)}/{sample.key.stem}'
        camera = sample.frame.camera
        objects: list[JsonValue] = []
        variants = {}
        for label in sample.labels.instances:
            corners = transform_points(
                label.camera_from_box, _CORNERS * np.asarray(label.instance.size_m) / 2
            )
            if corners[:, 2].min() < _NEAREST_M:
                continue
            objects.append(_object(label, camera, corners))
            variant = _variant(label.instance)
            variants[variant.model_dump_json()] = variant
        text = json.dumps(
            {'camera_data': _camera_data(sample), 'objects': objects}, indent=2, allow_nan=False
        )
        record = _Record(
            camera=_camera(camera), variants=tuple(variants[key] for key in sorted(variants))
        )
        return FrameProduct(
            {f'{stem}.png': pictures.rgb_png, f'{stem}.json': f'{text}\n'.encode()},
            record=record.model_dump(mode='json'),
            losses={BEHIND: len(sample.labels.instances) - len(objects)},
        )

    def finish(self, out: Path, committed: Committed) -> None:
        """Write the settings of cameras and objects into each split's folder.

        Raises:
            OSError: Something could not be written.
        """
        cameras: dict[str, _Camera] = {}
        variants: dict[str, _Variant] = {}
        used: set[str] = set()
        for entry in committed.frames():
            record = _Record.model_validate(entry.record)
            used.add(self.setup.splits.of(entry.key.episode))
            cameras.setdefault(entry.key.camera, record.camera)
            variants.update({variant.model_dump_json(): variant for variant in record.variants})
        order = {name: place for place, name in enumerate(self.setup.info.cameras)}
        named = sorted(cameras, key=lambda name: (order.get(name, len(order)), name))
        settings = {
            '_camera_settings.json': {
                'camera_settings': [_camera_settings(name, cameras[name]) for name in named]
            },
            '_object_settings.json': self._object_settings(variants.values()),
        }
        for split in sorted(used):
            (out / split).mkdir()
            for name, content in settings.items():
                text = json.dumps(content, indent=2, allow_nan=False)
                (out / split / name).write_text(f'{text}\n', encoding='utf-8')

    def _object_settings(self, variants: Iterable[_Variant]) -> dict[str, JsonValue]:
        """One entry a class; its further models and sizes are its ``variants``."""
        exported: list[JsonValue] = []
        classes: list[JsonValue] = []
        listed = sorted(variants, key=lambda v: (v.class_id, v.model, v.cuboid_dimensions))
        for category in self.setup.things:
            known = [
                variant.model_dump(mode='json', exclude={'class_id'})
                for variant in listed
                if variant.class_id == category.class_id
            ]
            if not known:
                continue
            classes.append(category.name)
            entry: dict[str, JsonValue] = {
                'class': category.name,
                'segmentation_class_id': category.class_id,
                'fixed_model_transform': known[0]['fixed_model_transform'],
                'cuboid_dimensions': known[0]['cuboid_dimensions'],
            }
            if len(known) > 1:
                entry['variants'] = [*known]
            exported.append(entry)
        return {'exported_object_classes': classes, 'exported_objects': exported}


def _object(label: InstanceLabel, camera: CameraModel, corners: FloatArray) -> JsonValue:
    """Annotations of one object, in the names and order of NDDS."""
    instance, pose, box = label.instance, label.camera_from_box, label.amodal_box
    center = pose[:3, 3]
    pixels = project(camera, np.vstack((corners, center))).tolist()
    rotation = pose[:3, :3]
    rows = [*(rotation @ axis for axis in ([0, 0, 1], [1, 0, 0], [0, -1, 0])), center * CM]
    return {
        'class': instance.class_name,
        'name': instance.name,
        'model': instance.model_name,
        'instance_id': instance.instance_id,
        'visibility': label.visibility,
        'px_count_visib': label.pixels_visible,
        'px_count_all': label.pixels_full,
        'location': (center * CM).tolist(),
        'quaternion_xyzw': quat_xyzw_from_matrix(rotation).tolist(),
        'pose_transform': [[*row.tolist(), float(place == 3)] for place, row in enumerate(rows)],
        'cuboid_dimensions': (np.asarray(instance.size_m) * CM).tolist(),
        'cuboid_centroid': (center * CM).tolist(),
        'projected_cuboid_centroid': pixels[8],
        'bounding_box': {
            'top_left': [box.y0 - 0.5, box.x0 - 0.5],
            'bottom_right': [box.y1 - 0.5, box.x1 - 0.5],
        },
        'cuboid': (corners * CM).tolist(),
        'projected_cuboid': pixels,
    }


def _camera_data(sample: Sample) -> JsonValue:
    """Where the camera is; its intrinsics in the names of NViSII."""
    pose, camera = sample.frame.world_from_camera, _camera(sample.frame.camera)
    return {
        'width': camera.width,
        'height': camera.height,
        'location_worldframe': (pose[:3, 3] * CM).tolist(),
        'quaternion_xyzw_worldframe': quat_xyzw_from_matrix(pose[:3, :3]).tolist(),
        'intrinsics': camera.model_dump(mode='json', include={'fx', 'fy', 'cx', 'cy'}),
    }


def _camera_settings(name: str, camera: _Camera) -> JsonValue:
    # From the image's left edge to its right one.
    left, right = camera.cx + 0.5, camera.width - 0.5 - camera.cx
    fov = np.degrees(np.arctan(left / camera.fx) + np.arctan(right / camera.fx))
    return {
        'name': name,
        'horizontal_fov': float(fov),
        'intrinsic_settings': {
            'resX': camera.width,
            'resY': camera.height,
            'fx': camera.fx,
            'fy': camera.fy,
            'cx': camera.cx,
            'cy': camera.cy,
            's': 0.0,
        },
        'captured_image_size': {'width': camera.width, 'height': camera.height},
    }


def _camera(camera: CameraModel) -> _Camera:
    return _Camera(
        width=camera.width,
        height=camera.height,
        fx=camera.fx,
        fy=camera.fy,
        cx=camera.cx,
        cy=camera.cy,
    )


def _variant(instance: Instance) -> _Variant:
    """The object's model: metres in its own frame become centimetres in its box."""
    box_from_object = inverse(instance.object_from_box)
    matrix = np.eye(4)
    matrix[:3, :3] = box_from_object[:3, :3].T * CM
    matrix[3, :3] = box_from_object[:3, 3] * CM
    x, y, z = _rounded(np.asarray(instance.size_m) * CM).tolist()
    return _Variant(
        class_id=instance.class_id,
        model=instance.model_name,
        cuboid_dimensions=(x, y, z),
        fixed_model_transform=tuple((a, b, c, d) for a, b, c, d in _rounded(matrix).tolist()),
    )


def _rounded(values: FloatArray) -> FloatArray:
    # What is said of a model is compared between frames; adding zero turns -0 into 0.
    rounded: FloatArray = np.round(values, 10) + 0.0
    return rounded
