"""Boxes, poses and keypoints as detections of vision_msgs: pure functions.

2D boxes use detector coordinates, as YOLO and RT-DETR nodes do: the image spans
``[0, width] x [0, height]`` and a box that covers columns 3 to 6 is centred at 5 with size 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from geometry_msgs.msg import Vector3
from std_msgs.msg import Header
from vision_msgs.msg import (
    BoundingBox2D,
    BoundingBox3D,
    Detection2D,
    Detection2DArray,
    Detection3D,
    Detection3DArray,
    ObjectHypothesisWithPose,
)

from synth_ros.ros.convert import pose_message
from synth_ros.types import InstanceLabel, Keypoint, Labels

ClassIdFormat = Literal['id', 'name']

ROBOT = 'robot'
"""Stands for the instance id in the ids of the robot's keypoints."""
_SCORES = {1: 0.5, 2: 1.0}


def detections_2d(
    instances: Sequence[InstanceLabel], head: Header, *, class_id_format: ClassIdFormat
) -> Detection2DArray:
    """Tight visible boxes, each with its class, score 1 and the object's pose."""
    detections = []
    for label in instances:
        box = BoundingBox2D(size_x=float(label.box.width), size_y=float(label.box.height))
        box.center.position.x = (label.box.x0 + label.box.x1) / 2
        box.center.position.y = (label.box.y0 + label.box.y1) / 2
        detections.append(
            Detection2D(
                header=head,
                results=[_hypothesis(label, class_id_format)],
                bbox=box,
                id=str(label.instance.instance_id),
            )
        )
    return Detection2DArray(header=head, detections=detections)


def detections_2d_oriented(
    instances: Sequence[InstanceLabel], head: Header, *, class_id_format: ClassIdFormat
) -> Detection2DArray:
    """Rectangles of least area around the visible pixels.

    ``size_x`` is the longer edge; ``theta`` its direction, from +x towards +y, that is
    clockwise on the screen, in [-pi/2, pi/2). Instances without one are left out.
    """
    detections = []
    for label in instances:
        if label.oriented_box is None:
            continue
        shape = label.oriented_box
        box = BoundingBox2D(size_x=float(shape.width), size_y=float(shape.height))
        box.center.position.x = float(shape.center_x)
        box.center.position.y = float(shape.center_y)
        box.center.theta = float(shape.angle_rad)
        detections.append(
            Detection2D(
                header=head,
                results=[_hypothesis(label, class_id_format)],
                bbox=box,
                id=str(label.instance.instance_id),
            )
        )
    return Detection2DArray(header=head, detections=detections)


def detections_3d(
    instances: Sequence[InstanceLabel], head: Header, *, class_id_format: ClassIdFormat
) -> Detection3DArray:
    """Oriented 3D boxes in the optical frame; results carry the object's own frame."""
    detections = []
    for label in instances:
        x, y, z = (float(v) for v in label.instance.size_m)
        box = BoundingBox3D(
            center=pose_message(label.camera_from_box), size=Vector3(x=x, y=y, z=z)
        )
        detections.append(
            Detection3D(
                header=head,
                results=[_hypothesis(label, class_id_format)],
                bbox=box,
                id=str(label.instance.instance_id),
            )
        )
    return Detection3DArray(header=head, detections=detections)


def keypoints(labels: Labels, head: Header) -> Detection2DArray:
    """Keypoints of the labelled instances, then the joints of the robot: one detection each.

    vision_msgs has no message for keypoints. The id is ``<instance id>/<keypoint>`` or
    ``robot/<joint>``, the class the keypoint's name, the score 1 if it is visible and 0.5 if it
    is hidden; the box has no size, and its centre is in detector coordinates; the pose is the
    position in the optical frame. Points outside the image or behind the camera (visibility 0)
    are left out, since no detector could find them.
    """
    detections: list[Detection2D] = []
    for label in labels.instances:
        detections += _points(label.keypoints or (), str(label.instance.instance_id), head)
    if labels.scene.robot is not None:
        detections += _points(labels.scene.robot.skeleton, ROBOT, head)
    return Detection2DArray(header=head, detections=detections)


def _points(points: Iterable[Keypoint], owner: str, head: Header) -> list[Detection2D]:
    return [
        _point(point, f'{owner}/{point.name}', head) for point in points if point.visibility > 0
    ]


def _point(point: Keypoint, name: str, head: Header) -> Detection2D:
    assert point.pixel is not None, 'a point in the image has a pixel'
    result = ObjectHypothesisWithPose()
    result.hypothesis.class_id = point.name
    result.hypothesis.score = _SCORES[point.visibility]
    place = result.pose.pose.position
    # The middleware ends the process when it finds anything but a float in a field.
    place.x, place.y, place.z = (float(value) for value in point.camera_from_point_m)
    detection = Detection2D(header=head, results=[result], id=name)
    # Pixel centres are integers in our labels and halves in detector coordinates.
    detection.bbox.center.position.x = float(point.pixel[0]) + 0.5
    detection.bbox.center.position.y = float(point.pixel[1]) + 0.5
    return detection


def _hypothesis(label: InstanceLabel, class_id_format: ClassIdFormat) -> ObjectHypothesisWithPose:
    instance = label.instance
    hypothesis = ObjectHypothesisWithPose()
    by_name = class_id_format == 'name'
    hypothesis.hypothesis.class_id = instance.class_name if by_name else str(instance.class_id)
    hypothesis.hypothesis.score = 1.0
    hypothesis.pose.pose = pose_message(label.camera_from_object)
    return hypothesis
