"""The values that travel between layers: frozen, with read-only arrays.

Conventions that hold everywhere:

* Pixels: integer coordinates are pixel centres (OpenCV, ROS). Column ``u`` grows to the
  right, row ``v`` downwards, the top-left pixel is (0, 0).
* Boxes: ``(x0, y0, x1, y1)`` are half-open pixel edges, so a box that covers the single
  pixel (3, 5) is ``(3, 5, 4, 6)``, and width is ``x1 - x0``.
* The camera frame is the optical frame of REP-103: x right, y down, z forward.
* Rigid transforms are 4x4 float64 matrices named ``target_from_source``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
DepthImage = NDArray[np.float32]
ByteImage = NDArray[np.uint8]
IdImage = NDArray[np.int32]
MaskImage = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CameraModel:
    """An ideal pinhole camera, in the convention that integers are pixel centres.

    Attributes:
        name: Name of the camera in topics, frames and files.
        width: Image width in pixels.
        height: Image height in pixels.
        fx: Focal length in pixels along a row.
        fy: Focal length in pixels along a column.
        cx: Principal point column; ``(width - 1) / 2`` when centred.
        cy: Principal point row; ``(height - 1) / 2`` when centred.
    """

    name: str
    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float

    @property
    def matrix(self) -> FloatArray:
        """K, shape (3, 3): pixel homogeneous coordinates from optical-frame points."""
        return np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1.0]])


class Silhouette(NamedTuple):
    """What one instance would cover if nothing hid it (its amodal mask).

    The canvas is the image and one image size around it on each side, as BOP does:
    columns ``[-width, 2 * width)`` and rows ``[-height, 2 * height)``.

    Attributes:
        x0: Column of the crop's first pixel; negative left of the image.
        y0: Row of the crop's first pixel; negative above the image.
        mask: Coverage inside the crop, shape (h, w), bool; at least one pixel is set.
    """

    x0: int
    y0: int
    mask: MaskImage


@dataclass(frozen=True, slots=True)
class Instance:
    """One labelled object of an episode, as the simulation knows it at one instant.

    Attributes:
        instance_id: 1, 2, ...: stable through an episode, the same in every file and topic.
        name: Unique readable name, such as ``mug_03``.
        class_id: Category id from the config, 1 or more.
        class_name: Category name.
        model_name: The asset variant, such as ``mug/blue_stripe``.
        world_from_object: Pose of the object's own reference frame, shape (4, 4).
        object_from_box: Pose of its oriented 3D box in the object frame, shape (4, 4).
        size_m: Full edge lengths of that box along its axes, shape (3,), metres.
    """

    instance_id: int
    name: str
    class_id: int
    class_name: str
    model_name: str
    world_from_object: FloatArray
    object_from_box: FloatArray
    size_m: FloatArray


@dataclass(frozen=True, slots=True)
class Frame:
    """All that one camera saw of one simulation state, before any sensor effect.

    Attributes:
        camera: Intrinsics.
        stamp_ns: Simulation time of the state, nanoseconds.
        world_from_camera: Pose of the optical frame, shape (4, 4).
        rgb: Colour, shape (height, width, 3), uint8, sRGB.
        depth_m: Distance along the optical axis, shape (height, width), float32, metres;
            0 where nothing is.
        instance_id: Visible instance of each pixel, shape (height, width), int32; 0 where
            no labelled instance is.
        instances: All labelled instances of the scene, visible or not, by ascending id.
        silhouettes: Amodal mask of each instance that touches the extended canvas, by id.
    """

    camera: CameraModel
    stamp_ns: int
    world_from_camera: FloatArray
    rgb: ByteImage
    depth_m: DepthImage
    instance_id: IdImage
    instances: tuple[Instance, ...]
    silhouettes: Mapping[int, Silhouette] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Check shapes and dtypes and make every array read-only."""
        size = (self.camera.height, self.camera.width)
        _check('rgb', self.rgb, shape=(*size, 3), dtype=np.uint8)
        _check('depth_m', self.depth_m, shape=size, dtype=np.float32)
        _check('instance_id', self.instance_id, shape=size, dtype=np.int32)
        _check('world_from_camera', self.world_from_camera, shape=(4, 4), dtype=np.float64)


class Box2D(NamedTuple):
    """An axis-aligned box of half-open pixel edges; integers when made from masks."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class InstanceLabel:
    """The annotations of one visible instance in one frame.

    Attributes:
        instance: Identity, pose and size in the world.
        box: Tight box of the visible pixels.
        amodal_box: Tight box of the full silhouette on the extended canvas; equals ``box``
            or surrounds it.
        pixels_visible: Visible pixels in the image.
        pixels_in_image: Pixels of the silhouette inside the image, hidden ones included.
        pixels_full: Pixels of the silhouette on the extended canvas.
        visibility: ``pixels_visible / pixels_full``, as BOP's visib_fract.
        occlusion: Share of the silhouette inside the image that something hides:
            ``1 - pixels_visible / pixels_in_image``.
        truncation: Share of the silhouette outside the image:
            ``1 - pixels_in_image / pixels_full``.
        camera_from_object: Pose of the object's reference frame in the optical frame, (4, 4).
        camera_from_box: Pose of the 3D box in the optical frame, (4, 4).
    """

    instance: Instance
    box: Box2D
    amodal_box: Box2D
    pixels_visible: int
    pixels_in_image: int
    pixels_full: int
    visibility: float
    occlusion: float
    truncation: float
    camera_from_object: FloatArray
    camera_from_box: FloatArray


@dataclass(frozen=True, slots=True)
class Labels:
    """All annotations of one frame.

    Attributes:
        instances: Labels of the visible instances that pass the configured thresholds, by
            ascending instance id.
        instance_id: The frame's instance ids, shape (height, width), int32, 0 background.
            Instances below the thresholds stay in: masks show every pixel that is true.
        class_id: Semantic mask, shape (height, width), uint16, 0 background.
    """

    instances: tuple[InstanceLabel, ...]
    instance_id: IdImage
    class_id: NDArray[np.uint16]


class Category(NamedTuple):
    """A class of labelled things; ids start at 1, 0 is the background."""

    class_id: int
    name: str
    supercategory: str = 'object'


class SampleKey(NamedTuple):
    """Which frame this is: (episode, view, camera name) are unique in a dataset."""

    episode: int
    view: int
    camera: str

    @property
    def stem(self) -> str:
        """File name without extension: ``000012_003_head``."""
        return f'{self.episode:06d}_{self.view:03d}_{self.camera}'


@dataclass(frozen=True, slots=True)
class Sample:
    """A finished training example: what the sensor gave, the truth, and how it was made.

    Attributes:
        key: Episode, view, camera.
        frame: The clean frame and its geometry.
        rgb: The sensed colour image, shape (height, width, 3), uint8.
        depth_m: The sensed depth, shape (height, width), float32, metres, 0 invalid.
        labels: Annotations, from the clean frame.
        provenance_json: The sampled scene, config hash, seed and version as JSON text; enough
            to make this frame again.
    """

    key: SampleKey
    frame: Frame
    rgb: ByteImage
    depth_m: DepthImage
    labels: Labels
    provenance_json: str


def _check(
    name: str,
    array: NDArray[np.generic],
    *,
    shape: tuple[int, ...],
    dtype: type[np.generic],
) -> None:
    """Raise ``ValueError`` on a wrong array, then lock it."""
    if array.shape != shape or array.dtype != dtype:
        raise ValueError(
            f'{name} is {array.dtype} {array.shape}, expected {np.dtype(dtype)} {shape}'
        )
    array.flags.writeable = False
