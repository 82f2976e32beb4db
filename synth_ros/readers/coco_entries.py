"""The records of ``annotations.json``, checked while they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from synth_ros.types import Box2D, FloatArray, SampleKey, ThingKind, TrackEvent

FORMAT = 'synth_ros coco 2'

Row3 = tuple[float, float, float]
Row4 = tuple[float, float, float, float]
Matrix3 = tuple[Row3, Row3, Row3]
Matrix4 = tuple[Row4, Row4, Row4, Row4]
Xywh = tuple[int, int, Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
Corners = tuple[float, float, float, float, float, float, float, float]
Share = Annotated[float, Field(ge=0, le=1)]
Id = Annotated[int, Field(ge=1)]


class Entry(BaseModel):
    """Frozen; keys that later versions add are no error."""

    model_config = ConfigDict(frozen=True, extra='ignore')


class DatasetHead(Entry):
    """What made the dataset."""

    description: str
    format: str
    version: str
    config_hash: str
    seed: int
    renderer: str
    labels: tuple[str, ...]
    """The annotations that the config switches on."""


class CategoryEntry(Entry):
    """One class."""

    id: Id
    name: str
    supercategory: str
    keypoints: tuple[str, ...] = ()
    skeleton: tuple[tuple[Id, Id], ...] = ()
    """Pairs of 1-based keypoints."""


class ImageEntry(Entry):
    """One image; paths are relative to the dataset folder."""

    id: Id
    width: Id
    height: Id
    file_name: str
    depth_file: str | None
    instance_mask_file: str | None
    semantic_mask_file: str | None
    part_mask_file: str | None
    panoptic_file: str | None
    layers_file: str | None
    labels_file: str
    provenance_file: str
    episode: int
    view: int
    camera: str
    stamp_ns: int
    intrinsics: Matrix3
    world_from_camera: Matrix4

    @property
    def stem(self) -> str:
        """Name shared by the files of this frame."""
        return Path(self.file_name).stem

    @property
    def key(self) -> SampleKey:
        """Which frame this is."""
        return SampleKey(self.episode, self.view, self.camera)

    @property
    def files(self) -> list[str]:
        """All files of the frame, those that it shares with its episode included."""
        names = (
            self.file_name,
            self.depth_file,
            self.instance_mask_file,
            self.semantic_mask_file,
            self.part_mask_file,
            self.panoptic_file,
            self.layers_file,
            self.labels_file,
            self.provenance_file,
        )
        return [name for name in names if name]


class Segmentation(Entry):
    """A compressed COCO run-length mask."""

    size: tuple[int, int]
    counts: str


class Box3d(Entry):
    """An oriented 3D box in the optical frame."""

    camera_from_box: Matrix4
    size_m: Row3


class OccluderEntry(Entry):
    """Something that hides a part of an object."""

    kind: ThingKind
    name: str
    instance_id: int
    pixels: Id


class AnnotationEntry(Entry):
    """One visible object in one image."""

    id: Id
    image_id: Id
    category_id: Id
    bbox: Xywh
    area: Id
    iscrowd: int
    segmentation: Segmentation
    instance_id: Id
    instance_name: str
    model: str
    visibility: Share
    occlusion: Share
    truncation: Share
    bbox_amodal: Xywh
    pixels_visible: Id
    pixels_in_image: Id
    pixels_full: Id
    camera_from_object: Matrix4
    box3d: Box3d
    track_id: Id
    track_event: TrackEvent | None
    obb: Corners | None
    occluded_by: tuple[OccluderEntry, ...] | None
    amodal_segmentation: Segmentation | None
    keypoints: tuple[float, ...] | None = None
    """x, y, v of each keypoint of the category; ``None`` where switched off."""

    @property
    def box(self) -> Box2D:
        """The visible box as half-open pixel edges."""
        x, y, width, height = self.bbox
        return Box2D(x, y, x + width, y + height)

    @property
    def pose(self) -> FloatArray:
        """camera_from_object, shape (4, 4), metres."""
        return np.array(self.camera_from_object)


class Index(Entry):
    """The whole file."""

    info: DatasetHead
    categories: tuple[CategoryEntry, ...]
    images: tuple[ImageEntry, ...]
    annotations: tuple[AnnotationEntry, ...]
