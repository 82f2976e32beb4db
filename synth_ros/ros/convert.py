"""Samples to messages: pure functions, one stamp and one frame_id for a whole frame.

Detections, dense annotations, point clouds and markers have modules of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, Quaternion
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header
from vision_msgs.msg import LabelInfo, VisionClass

from synth_ros.errors import OutputError
from synth_ros.geometry.transforms import quat_xyzw_from_matrix
from synth_ros.ros.images import image_message
from synth_ros.types import (
    CameraModel,
    Category,
    DepthImage,
    FloatArray,
    Labels,
)

DepthEncoding = Literal['16UC1', '32FC1']

_MAX_MONO8_CLASSES = 254
_MAX_UINT16 = 65535


def stamp_message(stamp_ns: int) -> Time:
    """A stamp from nanoseconds."""
    seconds, nanoseconds = divmod(stamp_ns, 1_000_000_000)
    return Time(sec=seconds, nanosec=nanoseconds)


def stamp_ns(stamp: Time) -> int:
    """Nanoseconds of a stamp."""
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)


def header(stamp: int, frame_id: str) -> Header:
    """A header from a stamp in nanoseconds and a frame."""
    return Header(stamp=stamp_message(stamp), frame_id=frame_id)


def camera_info(camera: CameraModel, head: Header, *, baseline_m: float = 0.0) -> CameraInfo:
    """Calibration of an ideal lens: plumb_bob with five zeros, P = [K | 0].

    Args:
        camera: Intrinsics.
        head: Header of the image.
        baseline_m: How far it is to the right of the left eye of a stereo pair, of which P takes
            points of the left eye's frame to pixels.
    """
    info = CameraInfo(header=head, width=camera.width, height=camera.height)
    info.distortion_model = 'plumb_bob'
    info.d = [0.0] * 5
    info.k = camera.matrix.ravel()
    info.r = np.eye(3).ravel()
    moved = [[-camera.fx * baseline_m], [0.0], [0.0]]
    info.p = np.hstack([camera.matrix, moved]).ravel()
    return info


def depth_image(depth_m: DepthImage, encoding: DepthEncoding, head: Header) -> Image:
    """Depth as REP-118 has it.

    Args:
        depth_m: Metres along the optical axis, 0 invalid.
        encoding: ``16UC1`` (millimetres, 0 invalid) or ``32FC1`` (metres, NaN invalid).
        head: Header of the image.

    Raises:
        OutputError: If a depth does not fit 16 bits of millimetres.
    """
    if encoding == '32FC1':
        metres = np.where(depth_m > 0, depth_m, np.float32(np.nan)).astype(np.float32)
        return image_message(metres, '32FC1', head)
    return image_message(depth_millimetres(depth_m), '16UC1', head)


def depth_millimetres(depth_m: DepthImage) -> NDArray[np.uint16]:
    """Depth in millimetres, rounded to the nearest, 0 invalid.

    Raises:
        OutputError: If a depth does not fit 16 bits.
    """
    millimetres = np.rint(depth_m * np.float32(1000))
    farthest = float(millimetres.max(initial=0.0))
    if farthest > _MAX_UINT16:
        raise OutputError(
            f'A depth of {farthest / 1000:.1f} m does not fit 16UC1 millimetres (at most '
            "65.535 m). Lower the camera's depth_range_m or use depth_encoding 32FC1."
        )
    whole: NDArray[np.uint16] = millimetres.astype(np.uint16)
    return whole


def instance_mask(labels: Labels, head: Header) -> Image:
    """Instance ids as 16UC1.

    Raises:
        OutputError: If an id does not fit 16 bits.
    """
    highest = int(labels.instance_id.max(initial=0))
    if highest > _MAX_UINT16:
        raise OutputError(f'Instance id {highest} does not fit a 16UC1 mask (at most 65535).')
    return image_message(labels.instance_id.astype(np.uint16), '16UC1', head)


def semantic_mask(labels: Labels, categories: Sequence[Category], head: Header) -> Image:
    """Class ids as mono8, or as 16UC1 beyond 254 classes."""
    if max((c.class_id for c in categories), default=0) <= _MAX_MONO8_CLASSES:
        return image_message(labels.class_id.astype(np.uint8), 'mono8', head)
    return image_message(labels.class_id, '16UC1', head)


def label_info(categories: Sequence[Category], head: Header) -> LabelInfo:
    """All names of class ids, the background included."""
    classes = [VisionClass(class_id=0, class_name='background')]
    classes += [VisionClass(class_id=c.class_id, class_name=c.name) for c in categories]
    return LabelInfo(header=head, class_map=classes, threshold=1.0)


def pose_message(target_from_source: FloatArray) -> Pose:
    """A pose from a transform (4, 4)."""
    x, y, z = (float(v) for v in target_from_source[:3, 3])
    return Pose(position=Point(x=x, y=y, z=z), orientation=rotation_message(target_from_source))


def rotation_message(target_from_source: FloatArray) -> Quaternion:
    """The rotation of a transform (4, 4)."""
    x, y, z, w = (float(v) for v in quat_xyzw_from_matrix(target_from_source[:3, :3]))
    return Quaternion(x=x, y=y, z=z, w=w)
