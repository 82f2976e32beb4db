"""The records of a COCO dataset: what each key of its JSON files holds.

``docs/dataset.md`` describes them for users. Paths are relative to the dataset folder. Pixels
follow COCO: ``bbox`` is (x, y, width, height) from the outer edge of the top-left pixel, keypoints
are indexed from 0, so that integers are pixel centres. Lengths are metres, 4x4 transforms are
nested rows, and the camera frame is the optical one.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from pydantic import JsonValue

from synth_ros.types import ThingKind, TrackEvent

FORMAT = 'synth_ros coco 2'

Matrix = list[list[float]]


class SegmentationRecord(TypedDict):
    """A compressed run-length mask as pycocotools reads it."""

    size: list[int]
    counts: str


class Box3dRecord(TypedDict):
    """An oriented 3D box: its centre pose and its edge lengths."""

    camera_from_box: Matrix
    size_m: list[float]


class OccluderRecord(TypedDict):
    """Something that hides a part of an object, and how many of its pixels."""

    kind: ThingKind
    name: str
    instance_id: int
    pixels: int


class AnnotationRecord(TypedDict):
    """One visible object in one image; ids are given when the dataset is finished.

    Keys are ``None`` where the annotation is switched off.
    """

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
    track_id: int
    track_event: TrackEvent | None
    obb: list[float] | None
    occluded_by: list[OccluderRecord] | None
    amodal_segmentation: SegmentationRecord | None
    keypoints: NotRequired[list[float]]
    num_keypoints: NotRequired[int]


class ImageRecord(TypedDict):
    """One image and the geometry of its camera."""

    id: int
    width: int
    height: int
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
    intrinsics: Matrix
    world_from_camera: Matrix


class CategoryRecord(TypedDict):
    """One class of objects; lines of the skeleton join 1-based keypoints, as in COCO."""

    id: int
    name: str
    supercategory: str
    keypoints: NotRequired[list[str]]
    skeleton: NotRequired[list[list[int]]]


class PanopticCategoryRecord(TypedDict):
    """One class of things or stuff."""

    id: int
    name: str
    supercategory: str
    isthing: int


class SegmentRecord(TypedDict):
    """One segment of a panoptic mask."""

    id: int
    category_id: int
    area: int
    bbox: list[int]
    iscrowd: int


class PanopticRecord(TypedDict):
    """The panoptic mask of one image; its name is relative to the folder of the masks."""

    image_id: int
    file_name: str
    segments_info: list[SegmentRecord]


class ThresholdsRecord(TypedDict):
    """From which size an object is labelled; both bounds are inclusive."""

    min_pixels: int
    min_visibility: float


class SourceRecord(TypedDict):
    """A dataset that this one was made from."""

    dataset: str
    config_hash: str
    seed: int
    version: str
    renderer: str
    episodes: int


class SelectionRecord(TypedDict):
    """What was taken of the source."""

    where: str
    keep: Literal['frames', 'objects']
    episodes: str
    every: int
    max_frames: int


class InfoRecord(TypedDict):
    """What made the dataset; no date, so that the same seed gives the same bytes.

    ``sources`` is there if it was merged or selected from others, ``selection`` if it is a subset.
    """

    description: str
    format: str
    generator: str
    version: str
    config_hash: str
    seed: int
    renderer: str
    labels: list[str]
    thresholds: ThresholdsRecord
    sources: NotRequired[list[SourceRecord]]
    selection: NotRequired[SelectionRecord]


class ModelKeypointRecord(TypedDict):
    """A named point of a model in its own frame."""

    name: str
    kind: str
    object_from_point_m: list[float]


class ContinuousSymmetryRecord(TypedDict):
    """An axis of rotation, named as in BOP; metres."""

    axis: list[float]
    offset: list[float]


class ModelRecord(TypedDict):
    """One object model, at the size of the first instance that the dataset has of it.

    Symmetries have the names and shapes of BOP's ``models_info.json``, in metres. ``mesh`` is a
    PLY file of the surface, and ``mesh_size_m`` are the edges of the box at its size; both are
    ``None`` where it is not known.
    """

    category_id: int
    size_m: list[float]
    object_from_box: Matrix
    symmetries_discrete: list[list[float]]
    symmetries_continuous: list[ContinuousSymmetryRecord]
    keypoints: list[ModelKeypointRecord]
    mesh: str | None
    mesh_size_m: list[float] | None


class PartRecord(TypedDict):
    """What a value of the part masks means."""

    id: int
    owner: str
    name: str


class FrameRecord(TypedDict):
    """One image with its annotations, inside an episode file."""

    image: ImageRecord
    annotations: list[AnnotationRecord]
    panoptic: PanopticRecord | None


class FileRecord(TypedDict):
    """One file that an episode consists of."""

    path: str
    size: int
    sha256: str


class ExportFrameRecord(TypedDict):
    """What a further format remembers of a frame, and what it could not hold of it."""

    view: int
    camera: str
    record: dict[str, JsonValue]
    losses: dict[str, int]


class EpisodeRecord(TypedDict):
    """An episode file: the commit marker and the episode's share of the labels.

    ``shared`` are those of ``files`` that other episodes may have, too: their paths say what is in
    them.
    """

    episode: int
    files: list[FileRecord]
    models: dict[str, ModelRecord]
    parts: list[PartRecord]
    frames: list[FrameRecord]
    shared: NotRequired[list[str]]
    exports: NotRequired[dict[str, list[ExportFrameRecord]]]


class ImageFiles(TypedDict):
    """Where the images of one frame lie; None where an output is switched off."""

    rgb: str
    depth: str | None
    instances: str | None
    classes: str | None
    parts: str | None
    panoptic: str | None
    layers: str | None
    labels: str
    provenance: str
