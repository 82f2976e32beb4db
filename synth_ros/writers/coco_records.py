"""The records of a COCO dataset: what each key of ``annotations.json`` holds.

``docs/dataset.md`` describes them for users. Paths are relative to the dataset folder. Pixels
follow COCO: ``bbox`` is (x, y, width, height) from the outer edge of the top-left pixel. Lengths
are metres, 4x4 transforms are nested rows, and the camera frame is the optical one.
"""

from __future__ import annotations

from typing import TypedDict

from synth_ros.types import Box2D, FloatArray, InstanceLabel, Sample
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.folder import FileEntry
from synth_ros.writers.rle import Rle

FORMAT = 'synth_ros coco 1'

Matrix = list[list[float]]


class SegmentationRecord(TypedDict):
    """A compressed run-length mask as pycocotools reads it."""

    size: list[int]
    counts: str


class Box3dRecord(TypedDict):
    """An oriented 3D box: its centre pose and its edge lengths."""

    camera_from_box: Matrix
    size_m: list[float]


class AnnotationRecord(TypedDict):
    """One visible object in one image; ids are given when the dataset is finished."""

    id: int
    image_id: int
    category_id: int
    bbox: list[int]
    area: int
    iscrowd: int
    segmentation: SegmentationRecord
    instance_id: int
    instance_name: str
    model: str
    visibility: float
    occlusion: float
    truncation: float
    bbox_amodal: list[int]
    pixels_visible: int
    pixels_in_image: int
    pixels_full: int
    camera_from_object: Matrix
    box3d: Box3dRecord


class ImageRecord(TypedDict):
    """One image and the geometry of its camera."""

    id: int
    width: int
    height: int
    file_name: str
    depth_file: str | None
    instance_mask_file: str | None
    semantic_mask_file: str | None
    provenance_file: str
    episode: int
    view: int
    camera: str
    stamp_ns: int
    intrinsics: Matrix
    world_from_camera: Matrix


class CategoryRecord(TypedDict):
    """One class."""

    id: int
    name: str
    supercategory: str


class InfoRecord(TypedDict):
    """What made the dataset; no date, so that the same seed gives the same bytes."""

    description: str
    format: str
    generator: str
    version: str
    config_hash: str
    seed: int
    renderer: str


class FrameRecord(TypedDict):
    """One image with its annotations, inside an episode file."""

    image: ImageRecord
    annotations: list[AnnotationRecord]


class FileRecord(TypedDict):
    """One file that an episode consists of."""

    path: str
    size: int
    sha256: str


class EpisodeRecord(TypedDict):
    """An episode file: the commit marker and the episode's share of the labels."""

    episode: int
    files: list[FileRecord]
    frames: list[FrameRecord]


class ImageFiles(TypedDict):
    """Where the images of one frame lie; None where an output is switched off."""

    rgb: str
    depth: str | None
    instances: str | None
    classes: str | None
    provenance: str


def info_record(info: DatasetInfo) -> InfoRecord:
    """The head of the dataset."""
    return {
        'description': info.description,
        'format': FORMAT,
        'generator': 'synth_ros',
        'version': info.version,
        'config_hash': info.config_hash,
        'renderer': info.renderer,
        'seed': info.seed,
    }


def category_records(info: DatasetInfo) -> list[CategoryRecord]:
    """The classes, in their given order."""
    return [
        {'id': c.class_id, 'name': c.name, 'supercategory': c.supercategory}
        for c in info.categories
    ]


def image_record(sample: Sample, files: ImageFiles) -> ImageRecord:
    """An image with id 0, to be numbered later."""
    frame = sample.frame
    return {
        'id': 0,
        'width': frame.camera.width,
        'height': frame.camera.height,
        'file_name': files['rgb'],
        'depth_file': files['depth'],
        'instance_mask_file': files['instances'],
        'semantic_mask_file': files['classes'],
        'provenance_file': files['provenance'],
        'episode': sample.key.episode,
        'view': sample.key.view,
        'camera': sample.key.camera,
        'stamp_ns': int(frame.stamp_ns),
        'intrinsics': _rows(frame.camera.matrix),
        'world_from_camera': _rows(frame.world_from_camera),
    }


def annotation_record(label: InstanceLabel, mask: Rle) -> AnnotationRecord:
    """An annotation with ids 0, to be numbered later."""
    return {
        'id': 0,
        'image_id': 0,
        'category_id': int(label.instance.class_id),
        'bbox': _xywh(label.box),
        'area': int(label.pixels_visible),
        'iscrowd': 0,
        'segmentation': {'size': list(mask.size), 'counts': mask.counts},
        'instance_id': int(label.instance.instance_id),
        'instance_name': label.instance.name,
        'model': label.instance.model_name,
        'visibility': float(label.visibility),
        'occlusion': float(label.occlusion),
        'truncation': float(label.truncation),
        'bbox_amodal': _xywh(label.amodal_box),
        'pixels_visible': int(label.pixels_visible),
        'pixels_in_image': int(label.pixels_in_image),
        'pixels_full': int(label.pixels_full),
        'camera_from_object': _rows(label.camera_from_object),
        'box3d': {
            'camera_from_box': _rows(label.camera_from_box),
            'size_m': [float(edge) for edge in label.instance.size_m],
        },
    }


def file_record(entry: FileEntry) -> FileRecord:
    """A file with its checksum."""
    return {'path': entry.path, 'size': entry.size, 'sha256': entry.sha256}


def _xywh(box: Box2D) -> list[int]:
    return [int(box.x0), int(box.y0), int(box.width), int(box.height)]


def _rows(matrix: FloatArray) -> Matrix:
    # + 0.0 turns -0.0 into 0.0.
    rows: Matrix = (matrix + 0.0).tolist()
    return rows
