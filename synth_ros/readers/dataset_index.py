"""The index of a dataset folder as it stands: ``annotations.json`` and ``panoptic.json``.

Contradictions are told, not refused: an audit wants to see them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from synth_ros.errors import UsageError
from synth_ros.readers.coco_entries import FORMAT
from synth_ros.readers.damage import index_error
from synth_ros.readers.recording import CocoObject, FrameId
from synth_ros.schema.faults import first_fault
from synth_ros.types import Category

INDEX = 'annotations.json'
PANOPTIC_INDEX = 'panoptic.json'

_Rows = tuple[tuple[float, ...], ...]
_Xywh = tuple[float, float, float, float]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra='ignore')


class _Thresholds(_Record):
    min_pixels: int
    min_visibility: float


class _Info(_Record):
    format: str = FORMAT
    config_hash: str = ''
    seed: int = 0
    renderer: str = ''
    thresholds: _Thresholds | None = None
    version: str = ''
    description: str = ''
    labels: tuple[str, ...] = ()


class IndexedCategory(_Record):
    """An entry of ``categories``."""

    id: int
    name: str
    supercategory: str = 'object'
    isthing: int = 1
    keypoints: tuple[str, ...] = ()
    skeleton: tuple[tuple[int, int], ...] = ()

    def category(self) -> Category:
        """As everywhere else: bones count keypoints from 0, COCO's from 1."""
        return Category(
            self.id,
            self.name,
            self.supercategory,
            is_thing=bool(self.isthing),
            keypoints=self.keypoints,
            skeleton=tuple((first - 1, second - 1) for first, second in self.skeleton),
        )


class IndexedImage(_Record):
    """An entry of ``images``."""

    id: int
    width: int
    height: int
    file_name: str
    depth_file: str | None = None
    instance_mask_file: str | None = None
    semantic_mask_file: str | None = None
    part_mask_file: str | None = None
    panoptic_file: str | None = None
    layers_file: str | None = None
    labels_file: str | None = None
    provenance_file: str | None = None
    episode: int
    view: int
    camera: str
    stamp_ns: int
    intrinsics: _Rows
    world_from_camera: _Rows

    @property
    def key(self) -> FrameId:
        """Which frame it is of."""
        return FrameId(self.episode, self.view, self.camera, self.episode)


class _Segmentation(_Record):
    size: tuple[int, int]
    counts: str


class _Box3d(_Record):
    camera_from_box: _Rows
    size_m: tuple[float, float, float]


class IndexedAnnotation(_Record):
    """An entry of ``annotations``."""

    id: int
    image_id: int
    category_id: int
    bbox: _Xywh
    area: float
    segmentation: _Segmentation
    instance_id: int
    instance_name: str
    visibility: float
    occlusion: float
    truncation: float
    bbox_amodal: _Xywh
    pixels_visible: int
    pixels_in_image: int
    pixels_full: int
    camera_from_object: _Rows
    box3d: _Box3d
    obb: tuple[float, ...] | None = None
    keypoints: tuple[float, ...] | None = None
    amodal_segmentation: _Segmentation | None = None
    track_id: int | None = None

    def object(self) -> CocoObject:
        """What it says of its object."""
        full = self.amodal_segmentation
        return CocoObject(
            annotation_id=self.id,
            instance_id=self.instance_id,
            name=self.instance_name,
            category_id=self.category_id,
            bbox=self.bbox,
            amodal=self.bbox_amodal,
            area=self.area,
            mask_size=self.segmentation.size,
            mask_counts=self.segmentation.counts,
            pixels=(self.pixels_visible, self.pixels_in_image, self.pixels_full),
            shares=(self.visibility, self.occlusion, self.truncation),
            camera_from_object=np.array(self.camera_from_object),
            camera_from_box=np.array(self.box3d.camera_from_box),
            size_m=self.box3d.size_m,
            corners=self.obb,
            keypoints=self.keypoints,
            amodal_mask=(full.size, full.counts) if full else None,
            track_id=self.track_id,
        )


class IndexedSegment(_Record):
    """An entry of ``segments_info``."""

    id: int
    category_id: int
    area: int
    bbox: _Xywh


class _Panoptic(_Record):
    image_id: int
    segments_info: tuple[IndexedSegment, ...]


class PanopticIndex(_Record):
    """All of ``panoptic.json`` that is read."""

    categories: tuple[IndexedCategory, ...] = ()
    annotations: tuple[_Panoptic, ...] = ()


class Index(_Record):
    """All of ``annotations.json`` that is read."""

    info: _Info
    categories: tuple[IndexedCategory, ...]
    images: tuple[IndexedImage, ...]
    annotations: tuple[IndexedAnnotation, ...]


def read_index(path: Path) -> Index:
    """The index of a dataset.

    Raises:
        UsageError: It is missing, or is none.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f'Cannot read {path}: {error.strerror}. Give the folder of a finished dataset '
            '(synth-ros generate) or of a bag.'
        ) from None
    try:
        index = Index.model_validate_json(data)
    except ValidationError as error:
        raise index_error(path, data, error) from None
    if index.info.format != FORMAT:
        raise index_error(path, data)
    return index


def read_panoptic(path: Path) -> PanopticIndex:
    """The index of panoptic masks; empty without the file.

    Raises:
        UsageError: It cannot be read.
    """
    if not path.exists():
        return PanopticIndex()
    try:
        return PanopticIndex.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}.') from None
    except ValidationError as error:
        raise UsageError(f'{path} is damaged: {first_fault(error)}.') from None


def problems_of(index: Index) -> list[str]:
    """Ids that are given twice, and annotations of no image or class."""
    problems = []
    for name, ids in (
        ('images', [image.id for image in index.images]),
        ('annotations', [entry.id for entry in index.annotations]),
        ('categories', [category.id for category in index.categories]),
    ):
        repeated = (
            sorted({number for number in ids if ids.count(number) > 1})
            if (len(set(ids)) < len(ids))
            else []
        )
        problems += [f'{INDEX}: two {name} share the id {number}.' for number in repeated[:10]]
    images = {image.id for image in index.images}
    classes = {category.id for category in index.categories}
    for entry in index.annotations:
        if entry.image_id not in images:
            problems.append(f'{INDEX}: annotation {entry.id} is of no image ({entry.image_id}).')
        if entry.category_id not in classes:
            problems.append(
                f'{INDEX}: annotation {entry.id} is of no class ({entry.category_id}).'
            )
    keys = [image.key for image in index.images]
    if len(set(keys)) < len(keys):
        problems.append(f'{INDEX}: two images are the same frame.')
    return problems
