"""What was recorded of a frame, whatever it was recorded in: nothing mended, nothing derived.

A dataset and a bag give the same :class:`RecordedFrame`, each with what it holds, so that audits
can compare every copy of a number with every other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from synth_ros.readers.origin import Origin
from synth_ros.readers.shared import Shared
from synth_ros.schema.records import FrameRecord
from synth_ros.types import ByteImage, CameraModel, Category, DepthImage, FloatArray, IdImage


class FrameId(NamedTuple):
    """Which frame of a recording; they sort in the order of time.

    Attributes:
        run: Which scene of the recording, in order; in a dataset the episode.
        view: Number of the frame in the episode.
        camera: Camera name.
        episode: Number of the episode.
    """

    run: int
    view: int
    camera: str
    episode: int

    @property
    def stem(self) -> str:
        """How files and reports call it: ``000012_003_head``."""
        return f'{self.episode:06d}_{self.view:03d}_{self.camera}'


class Thresholds(NamedTuple):
    """From which size an instance is labelled; both bounds are inclusive.

    Attributes:
        min_pixels: Fewest visible pixels.
        min_visibility: Smallest visible share of its full silhouette.
    """

    min_pixels: int
    min_visibility: float


class CocoImage(NamedTuple):
    """What ``annotations.json`` says of an image; files are relative to the dataset."""

    image_id: int
    width: int
    height: int
    stamp_ns: int
    intrinsics: FloatArray
    world_from_camera: FloatArray
    file_name: str = ''
    depth_file: str | None = None


class CocoObject(NamedTuple):
    """What ``annotations.json`` says of an object.

    Attributes:
        annotation_id: Unique in the dataset.
        instance_id: Its id in the masks.
        name: Of the instance.
        category_id: Its class.
        bbox: Visible box (x, y, width, height).
        amodal: Amodal box, likewise.
        area: Visible pixels.
        mask_size: (height, width).
        mask_counts: Compressed run lengths of the visible mask.
        pixels: Visible, in the image, full.
        shares: Visibility, occlusion, truncation.
        camera_from_object: (4, 4).
        camera_from_box: (4, 4).
        size_m: Edges of the 3D box.
        corners: Of the oriented box, x1, y1, ... y4.
        keypoints: COCO's x, y, v for each keypoint of the class.
        amodal_mask: Size and run lengths of the full mask inside the image.
        track_id: Unique in the dataset.
    """

    annotation_id: int
    instance_id: int
    name: str
    category_id: int
    bbox: tuple[float, float, float, float]
    amodal: tuple[float, float, float, float]
    area: float
    mask_size: tuple[int, int]
    mask_counts: str
    pixels: tuple[int, int, int]
    shares: tuple[float, float, float]
    camera_from_object: FloatArray
    camera_from_box: FloatArray
    size_m: tuple[float, float, float]
    corners: tuple[float, ...] | None = None
    keypoints: tuple[float, ...] | None = None
    amodal_mask: tuple[tuple[int, int], str] | None = None
    track_id: int | None = None


class CocoSegment(NamedTuple):
    """What ``panoptic.json`` says of a segment; ``bbox`` is (x, y, width, height)."""

    segment_id: int
    category_id: int
    area: int
    bbox: tuple[float, float, float, float]


class Detection2d(NamedTuple):
    """A detection of a ``vision_msgs/Detection2DArray``; detector coordinates (pixel edges).

    Attributes:
        name: Its id: an instance id, or ``<instance id>/<keypoint>``.
        class_id: Of its first result.
        center: Column and row.
        size: Width and height.
        theta_rad: Direction of the width.
        stamp_ns: Of its own header.
    """

    name: str
    class_id: str
    center: tuple[float, float]
    size: tuple[float, float]
    theta_rad: float
    stamp_ns: int


class Detection3d(NamedTuple):
    """A detection of a ``vision_msgs/Detection3DArray``; optical frame.

    Attributes:
        name: Its id: an instance id.
        class_id: Of its first result.
        camera_from_object: Pose of its first result, (4, 4).
        camera_from_box: Pose of its box, (4, 4).
        size_m: Edges of its box.
        stamp_ns: Of its own header.
    """

    name: str
    class_id: str
    camera_from_object: FloatArray
    camera_from_box: FloatArray
    size_m: tuple[float, float, float]
    stamp_ns: int


class Calibration(NamedTuple):
    """A ``sensor_msgs/CameraInfo``.

    Attributes:
        width: Pixels.
        height: Pixels.
        k: Intrinsics, (3, 3).
        p: Projection, (3, 4).
        r: Rectification, (3, 3).
        distortion: Coefficients.
        frame_id: Frame of its header.
    """

    width: int
    height: int
    k: FloatArray
    p: FloatArray
    r: FloatArray
    distortion: tuple[float, ...]
    frame_id: str


@dataclass(frozen=True, slots=True)
class Messages:
    """What only a bag has of a frame.

    Attributes:
        stamps_ns: Stamp of each message of the instant, by topic.
        frames: Frame id of each message's header, by topic.
        calibrations: By topic.
        transforms: World pose of the optical frame as a TF listener answers; ``None`` if no
            chain leads there.
        links: World pose of every TF frame of the instant, by frame.
        detections_2d: Visible boxes; ``None`` without the topic, like the next three.
        detections_2d_oriented: Oriented boxes.
        keypoints: Of objects and of the robot.
        detections_3d: Poses and 3D boxes.
        depth_rounded: Whether depth came in whole millimetres.
        joints: Position and velocity by joint name; ``None`` without the topic.
    """

    stamps_ns: Mapping[str, int]
    frames: Mapping[str, str]
    calibrations: Mapping[str, Calibration]
    transforms: FloatArray | None
    links: Mapping[str, FloatArray]
    detections_2d: tuple[Detection2d, ...] | None
    detections_2d_oriented: tuple[Detection2d, ...] | None
    keypoints: tuple[Detection2d, ...] | None
    detections_3d: tuple[Detection3d, ...] | None
    depth_rounded: bool
    joints: Mapping[str, tuple[float, float]] | None


@dataclass(frozen=True, slots=True)
class RecordedLayers:
    """Dense annotations as recorded; shapes and units as in ``types.DenseLabels``."""

    depth_m: DepthImage | None = None
    distance_m: DepthImage | None = None
    normals: NDArray[np.float32] | None = None
    points_m: NDArray[np.float32] | None = None
    part_id: NDArray[np.uint16] | None = None
    panoptic_id: IdImage | None = None
    flow_forward: NDArray[np.float32] | None = None
    flow_forward_state: NDArray[np.uint8] | None = None
    scene_flow_forward: NDArray[np.float32] | None = None
    flow_backward: NDArray[np.float32] | None = None
    flow_backward_state: NDArray[np.uint8] | None = None
    scene_flow_backward: NDArray[np.float32] | None = None

    def there(self) -> frozenset[str]:
        """Names of the layers that were recorded."""
        return frozenset(f.name for f in fields(self) if getattr(self, f.name) is not None)


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """All that was recorded of one frame.

    Attributes:
        key: Which frame.
        record: Its structured labels.
        rgb: Colour as sensed, (height, width, 3), uint8.
        depth_m: Depth as sensed, (height, width), float32, metres, 0 invalid; ``None`` if not
            recorded.
        instance_id: Instance mask, (height, width), int32; ``None`` if not recorded.
        class_id: Semantic mask, likewise.
        layers: Dense annotations.
        provenance_json: How it was made; empty if not recorded.
        rgb_lossy: Whether colour was compressed with loss.
        thresholds: From which size instances were labelled; ``None`` if it does not say.
        image: From ``annotations.json``; ``None`` in a bag.
        objects: From ``annotations.json``; ``None`` in a bag.
        segments: From ``panoptic.json``; ``None`` without it.
        messages: From a bag; ``None`` in a dataset.
        dataset_stamp_ns: Stamp that it has in the dataset of which a bag was made; ``None`` if it
            is that of the record.
    """

    key: FrameId
    record: FrameRecord
    rgb: ByteImage
    depth_m: DepthImage | None
    instance_id: IdImage | None
    class_id: IdImage | None
    layers: RecordedLayers = field(default_factory=RecordedLayers)
    provenance_json: str = ''
    rgb_lossy: bool = False
    thresholds: Thresholds | None = None
    image: CocoImage | None = None
    objects: tuple[CocoObject, ...] | None = None
    segments: tuple[CocoSegment, ...] | None = None
    messages: Messages | None = None
    dataset_stamp_ns: int | None = None

    @property
    def camera(self) -> CameraModel:
        """Intrinsics as the record has them."""
        record, k = self.record, self.record.intrinsics
        return CameraModel(
            record.camera, record.width, record.height, fx=k.fx, fy=k.fy, cx=k.cx, cy=k.cy
        )


class Recording(Protocol):
    """A dataset or a bag, frame by frame."""

    @property
    def path(self) -> Path:
        """Its folder."""
        ...

    @property
    def kind(self) -> str:
        """``dataset`` or ``bag``."""
        ...

    @property
    def config_hash(self) -> str:
        """Of the config that made it; empty if it does not say."""
        ...

    @property
    def seed(self) -> int:
        """That it was made with."""
        ...

    @property
    def renderer(self) -> str:
        """That rendered it; empty if it does not say."""
        ...

    @property
    def origin(self) -> Origin:
        """What made it, and how it was stored."""
        ...

    @property
    def thresholds(self) -> Thresholds | None:
        """From which size instances were labelled; ``None`` if it does not say."""
        ...

    @property
    def categories(self) -> tuple[Category, ...]:
        """Classes; empty if it does not say."""
        ...

    @property
    def shared(self) -> Shared:
        """What is said once for all frames."""
        ...

    @property
    def frames(self) -> Sequence[FrameId]:
        """All frames, sorted."""
        ...

    @property
    def problems(self) -> Sequence[str]:
        """What is wrong with it as a whole, a sentence each."""
        ...

    def stamp_ns(self, key: FrameId) -> int:
        """Simulation time of a frame, nanoseconds; known without reading the frame."""
        ...

    def record(self, key: FrameId) -> FrameRecord:
        """Structured labels of a frame alone.

        Raises:
            UsageError: They are missing or damaged.
        """
        ...

    def read(self, key: FrameId) -> RecordedFrame:
        """Everything of a frame.

        Raises:
            UsageError: Something of it is missing or damaged.
        """
        ...

    def file_of(self, key: FrameId) -> str:
        """File of the colour image, relative to the folder; empty if it has none of its own."""
        ...

    def rgb(self, key: FrameId) -> ByteImage:
        """Colour of a frame alone, or a ``UsageError``, as of the three that follow."""
        ...

    def depth_m(self, key: FrameId) -> DepthImage | None:
        """Depth of a frame alone, as sensed; ``None`` if it was not recorded."""
        ...

    def instance_id(self, key: FrameId) -> IdImage | None:
        """Instance mask of a frame alone; ``None`` if it was not recorded."""
        ...

    def provenance(self, key: FrameId) -> str:
        """How a frame was made, as JSON; empty if that was not recorded."""
        ...

    def rgb_file(self, key: FrameId) -> bytes | None:
        """The colour image of a frame as the file that it lies in; ``None`` if it is no file.

        Raises:
            UsageError: It is missing.
        """
        ...

    def close(self) -> None:
        """Close its files; closing twice is fine."""
        ...
