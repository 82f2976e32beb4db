"""Detections, poses and masks out of decoded ROS messages; knows no ROS library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.evaluate.intake import Intake, Said
from synth_ros.evaluate.mask_iou import IntImage
from synth_ros.evaluate.types import Box, Found, FoundPose, Nonsense
from synth_ros.readers import ros_values as values
from synth_ros.readers.ros_values import Header, Image, Pose, stamp_ns
from synth_ros.types import FloatArray

_MOST_M = 1e9
_MOST = 10_000
"""Detections of one message that are looked at."""


class _Hypothesis(Protocol):
    class_id: str
    score: float


class _Posed(Protocol):
    pose: Pose


class _Result(Protocol):
    hypothesis: _Hypothesis
    pose: _Posed


class _Point(Protocol):
    x: float
    y: float


class _Center(Protocol):
    position: _Point
    theta: float


class _Rectangle(Protocol):
    center: _Center
    size_x: float
    size_y: float


class _Cuboid(Protocol):
    center: Pose


class _Detection2(Protocol):
    results: Sequence[_Result]
    bbox: _Rectangle


class _Detection3(Protocol):
    results: Sequence[_Result]
    bbox: _Cuboid


class Detection2DArray(Protocol):
    """``vision_msgs/Detection2DArray``."""

    header: Header
    detections: Sequence[_Detection2]


class Detection3DArray(Protocol):
    """``vision_msgs/Detection3DArray``."""

    header: Header
    detections: Sequence[_Detection3]


class PoseStamped(Protocol):
    """``geometry_msgs/PoseStamped``."""

    header: Header
    pose: Pose


class PoseArray(Protocol):
    """``geometry_msgs/PoseArray``."""

    header: Header
    poses: Sequence[Pose]


def stamp_of(message: object) -> int:
    """Stamp of a message with a header, nanoseconds; -1 if it is none.

    Senders may put anything into the fields, negative numbers too.
    """
    header = getattr(message, 'header', None)
    return -1 if header is None else stamp_ns(header)


def boxes(message: Detection2DArray, intake: Intake, nonsense: Nonsense) -> tuple[Found, ...]:
    """What a detector found; what cannot be used is counted.

    Args:
        message: Its boxes are in pixel edges of the network, as detectors give them.
        intake: Takes in each of them.
        nonsense: Counts what is not even a detection.
    """
    found = []
    for item in message.detections[:_MOST]:
        best = _best(item.results)
        if best is None:
            nonsense.add('no_result')
            continue
        center, size = item.bbox.center.position, (item.bbox.size_x, item.bbox.size_y)
        box = Box(center.x - size[0] / 2, center.y - size[1] / 2, *size)
        taken = intake.detection(Said(best.hypothesis.class_id, best.hypothesis.score, box))
        if taken is not None:
            found.append(taken)
    return tuple(found)


def solids(
    message: Detection3DArray, intake: Intake, nonsense: Nonsense, *, of_box: bool
) -> tuple[FoundPose, ...]:
    """Poses of 3D detections.

    Args:
        message: The detections, in the optical frame.
        intake: Takes in each of them.
        nonsense: Counts what is no pose.
        of_box: Take the box's pose rather than that of the result.
    """
    found = []
    for item in message.detections[:_MOST]:
        best = _best(item.results)
        if best is None:
            nonsense.add('no_result')
            continue
        pose = _matrix(item.bbox.center if of_box else best.pose.pose, nonsense)
        if pose is not None:
            label = best.hypothesis.class_id
            taken = intake.pose(label or None, best.hypothesis.score, pose, of_box=of_box)
            found += [taken] if taken is not None else []
    return tuple(found)


def poses(
    message: PoseStamped | PoseArray,
    intake: Intake,
    nonsense: Nonsense,
    *,
    label: str | None,
    of_box: bool,
) -> tuple[FoundPose, ...]:
    """Poses without a class of their own.

    Args:
        message: One pose or several, in the optical frame.
        intake: Takes in each of them.
        nonsense: Counts what is no pose.
        label: Class of all of them; ``None`` for any.
        of_box: Whether they are poses of 3D boxes.
    """
    listed = [message.pose] if hasattr(message, 'pose') else message.poses[:_MOST]
    found = []
    for item in listed:
        pose = _matrix(item, nonsense)
        taken = None if pose is None else intake.pose(label, 1.0, pose, of_box=of_box)
        found += [taken] if taken is not None else []
    return tuple(found)


def mask(message: Image, nonsense: Nonsense) -> IntImage | None:
    """Pixels of a mask; ``None`` if it cannot be read."""
    try:
        pixels = values.image_array(message)
    except (UsageError, ValueError) as error:
        nonsense.add('unusable_image', str(error))
        return None
    if pixels.ndim != 2 or pixels.dtype.kind not in 'iu' or not pixels.size:
        nonsense.add('unusable_image', f'{message.encoding} {message.width} x {message.height}')
        return None
    return pixels.astype(np.int64)


def _best(results: Sequence[_Result]) -> _Result | None:
    """The surest hypothesis; NaN is never the surest."""
    if not results:
        return None

    def sure(result: _Result) -> float:
        score = result.hypothesis.score
        return -math.inf if math.isnan(score) else score

    return max(results, key=sure)


def _matrix(pose: Pose, nonsense: Nonsense) -> FloatArray | None:
    place, turn = pose.position, pose.orientation
    numbers = (place.x, place.y, place.z, turn.x, turn.y, turn.z, turn.w)
    if not all(abs(number) <= _MOST_M for number in numbers):
        nonsense.add('pose_not_finite', f'{numbers}')
        return None
    if math.hypot(*numbers[3:]) < 1e-6:
        nonsense.add('pose_without_rotation', f'{numbers}')
        return None
    return values.pose_matrix(pose)
