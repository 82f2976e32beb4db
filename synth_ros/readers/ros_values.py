"""Values out of decoded ROS messages, restored to their meaning; knows no ROS library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import UsageError
from synth_ros.readers.recording import Calibration, Detection2d, Detection3d
from synth_ros.types import FloatArray

_ENCODINGS: dict[str, tuple[str, int]] = {
    'mono8': ('u1', 1),
    'rgb8': ('u1', 3),
    'bgr8': ('u1', 3),
    'rgba8': ('u1', 4),
    'bgra8': ('u1', 4),
    '16UC1': ('u2', 1),
    'mono16': ('u2', 1),
    '32SC1': ('i4', 1),
    '32FC1': ('f4', 1),
    '32FC2': ('f4', 2),
    '32FC3': ('f4', 3),
}


class Stamp(Protocol):
    """``builtin_interfaces/Time``."""

    sec: int
    nanosec: int


class Header(Protocol):
    """``std_msgs/Header``."""

    stamp: Stamp
    frame_id: str


class Image(Protocol):
    """``sensor_msgs/Image``."""

    header: Header
    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: bytes


class Field(Protocol):
    """``sensor_msgs/PointField``."""

    name: str
    offset: int


class Cloud(Protocol):
    """``sensor_msgs/PointCloud2``."""

    height: int
    width: int
    fields: Sequence[Field]
    is_bigendian: bool
    point_step: int
    row_step: int
    data: bytes


class CameraInfo(Protocol):
    """``sensor_msgs/CameraInfo``."""

    header: Header
    height: int
    width: int
    d: Sequence[float]
    k: Sequence[float]
    r: Sequence[float]
    p: Sequence[float]


class Vector(Protocol):
    """``geometry_msgs/Point`` and ``Vector3``."""

    x: float
    y: float
    z: float


class Quaternion(Protocol):
    """``geometry_msgs/Quaternion``."""

    x: float
    y: float
    z: float
    w: float


class Pose(Protocol):
    """``geometry_msgs/Pose``."""

    position: Vector
    orientation: Quaternion


class Transform(Protocol):
    """``geometry_msgs/Transform``."""

    translation: Vector
    rotation: Quaternion


class TransformStamped(Protocol):
    """``geometry_msgs/TransformStamped``."""

    header: Header
    child_frame_id: str
    transform: Transform


def stamp_ns(header: Header) -> int:
    """Stamp of a header, nanoseconds."""
    return header.stamp.sec * 1_000_000_000 + header.stamp.nanosec


def image_array(message: Image) -> NDArray[np.generic]:
    """Pixels, shape (height, width) or (height, width, channels).

    Raises:
        UsageError: The encoding is unknown or the data do not fill the image.
    """
    if message.encoding not in _ENCODINGS:
        raise UsageError(f'Image encoding {message.encoding!r} is not one of {list(_ENCODINGS)}.')
    kind, channels = _ENCODINGS[message.encoding]
    dtype = np.dtype(('>' if message.is_bigendian else '<') + kind)
    used = message.width * channels * dtype.itemsize
    if message.step < used or len(message.data) != message.step * message.height:
        raise UsageError(
            f'An image of {message.width} x {message.height} {message.encoding} has '
            f'{len(message.data)} bytes in rows of {message.step}.'
        )
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)[:, :used]
    pixels = np.ascontiguousarray(rows).view(dtype).astype(dtype.newbyteorder('='))
    if channels == 1:
        return pixels.reshape(message.height, message.width)
    pixels = pixels.reshape(message.height, message.width, channels)
    if message.encoding == 'bgra8':
        return pixels[..., [2, 1, 0, 3]]
    return pixels[..., ::-1] if message.encoding == 'bgr8' else pixels


def cloud_points(message: Cloud) -> NDArray[np.float32]:
    """Positions of an organised cloud, shape (height, width, 3).

    Raises:
        UsageError: It has no x, y, z, or its data do not fill it.
    """
    offsets = {field.name: field.offset for field in message.fields}
    if not {'x', 'y', 'z'} <= set(offsets) or (
        len(message.data) != message.row_step * message.height
    ):
        raise UsageError('A point cloud without x, y, z or with too few bytes.')
    order = '>' if message.is_bigendian else '<'
    kind = np.dtype(
        {
            'names': ['x', 'y', 'z'],
            'formats': [f'{order}f4'] * 3,
            'offsets': [offsets[axis] for axis in 'xyz'],
            'itemsize': message.point_step,
        }
    )
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.row_step)
    used = np.ascontiguousarray(rows[:, : message.width * message.point_step])
    cloud = used.reshape(-1).view(kind).reshape(message.height, message.width)
    return np.stack([cloud[axis] for axis in 'xyz'], axis=-1).astype(np.float32)


def calibration(message: CameraInfo) -> Calibration:
    """Calibration of a camera."""
    return Calibration(
        width=message.width,
        height=message.height,
        k=np.array(message.k).reshape(3, 3),
        p=np.array(message.p).reshape(3, 4),
        r=np.array(message.r).reshape(3, 3),
        distortion=tuple(float(value) for value in message.d),
        frame_id=message.header.frame_id,
    )


def transform_matrix(transform: Transform) -> FloatArray:
    """``parent_from_child``, shape (4, 4)."""
    return _matrix(transform.translation, transform.rotation)


def pose_matrix(pose: Pose) -> FloatArray:
    """A pose as a transform, shape (4, 4)."""
    return _matrix(pose.position, pose.orientation)


def _matrix(position: Vector, q: Quaternion) -> FloatArray:
    """The rotation of a quaternion, column by column as it turns the unit vectors."""
    out = np.eye(4)
    vector, w = np.array([q.x, q.y, q.z]), q.w
    norm = float(vector @ vector + w * w)
    for k, unit in enumerate(np.eye(3)):
        # v' = v + 2 w (q x v) + 2 q x (q x v), for a unit quaternion
        turned = np.cross(vector, unit)
        out[:3, k] = unit + (2 * w * turned + 2 * np.cross(vector, turned)) / norm
    out[:3, 3] = (position.x, position.y, position.z)
    return out


class _Hypothesis(Protocol):
    class_id: str
    score: float


class _PoseWithCovariance(Protocol):
    pose: Pose


class _Result(Protocol):
    hypothesis: _Hypothesis
    pose: _PoseWithCovariance


class _Point2(Protocol):
    x: float
    y: float


class _Pose2(Protocol):
    position: _Point2
    theta: float


class _Box2(Protocol):
    center: _Pose2
    size_x: float
    size_y: float


class _Box3(Protocol):
    center: Pose
    size: Vector


class Detection2Message(Protocol):
    """``vision_msgs/Detection2D``."""

    header: Header
    results: Sequence[_Result]
    bbox: _Box2
    id: str


class Detection3Message(Protocol):
    """``vision_msgs/Detection3D``."""

    header: Header
    results: Sequence[_Result]
    bbox: _Box3
    id: str


def detections_2d(messages: Iterable[Detection2Message]) -> tuple[Detection2d, ...]:
    """Boxes of an array; the text of the id is kept, for keypoints have names there."""
    return tuple(
        Detection2d(
            name=item.id,
            class_id=item.results[0].hypothesis.class_id if item.results else '',
            center=(item.bbox.center.position.x, item.bbox.center.position.y),
            size=(item.bbox.size_x, item.bbox.size_y),
            theta_rad=item.bbox.center.theta,
            stamp_ns=stamp_ns(item.header),
        )
        for item in messages
    )


def detections_3d(messages: Iterable[Detection3Message]) -> tuple[Detection3d, ...]:
    """Boxes of an array."""
    return tuple(
        Detection3d(
            name=item.id,
            class_id=item.results[0].hypothesis.class_id if item.results else '',
            camera_from_object=pose_matrix(item.results[0].pose.pose)
            if item.results
            else np.full((4, 4), np.nan),
            camera_from_box=pose_matrix(item.bbox.center),
            size_m=(item.bbox.size.x, item.bbox.size.y, item.bbox.size.z),
            stamp_ns=stamp_ns(item.header),
        )
        for item in messages
    )


def metres(depth: NDArray[np.generic]) -> NDArray[np.float32]:
    """Depth in metres, 0 invalid, from either encoding of REP-118."""
    if depth.dtype == np.uint16:
        return depth.astype(np.float32) / np.float32(1000)
    return np.nan_to_num(depth.astype(np.float32), nan=0.0, posinf=0.0)
