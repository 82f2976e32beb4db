"""Boxes, poses and keypoints as detections of vision_msgs, serialised: pure functions.

2D boxes use detector coordinates, as YOLO and RT-DETR nodes do: the image spans
``[0, width] x [0, height]`` and a box that covers columns 3 to 6 is centred at 5 with size 4.

All messages are arrays of detections of vision_msgs 4. A detection is a header, its results (a
class, a score, a pose with covariance), a box, and the id; it is written here in that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from std_msgs.msg import Header

from synth_ros.geometry.transforms import quat_xyzw_from_matrix
from synth_ros.ros.cdr import CdrWriter
from synth_ros.types import FloatArray, InstanceLabel, Keypoint, Labels

ClassIdFormat = Literal['id', 'name']

ROBOT = 'robot'
"""Stands for the instance id in the ids of the robot's keypoints."""
_SCORES = {1: 0.5, 2: 1.0}
_NO_COVARIANCE = bytes(36 * 8)


def detections_2d(
    instances: Sequence[InstanceLabel], head: Header, *, class_id_format: ClassIdFormat
) -> bytes:
    """Tight visible boxes, each with its class, score 1 and the object's pose.

    Returns:
        A ``Detection2DArray``.
    """
    out = _array(head, len(instances))
    for label in instances:
        _result(out, label, head=head, class_id_format=class_id_format)
        box = label.box
        out.doubles((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, 0.0, box.width, box.height)
        out.text(str(label.instance.instance_id))
    return out.finish()


def detections_2d_oriented(
    instances: Sequence[InstanceLabel], head: Header, *, class_id_format: ClassIdFormat
) -> bytes:
    """Rectangles of least area around the visible pixels.

    ``size_x`` is the longer edge; ``theta`` its direction, from +x towards +y, that is
    clockwise on the screen, in [-pi/2, pi/2). Instances without one are left out.

    Returns:
        A ``Detection2DArray``.
    """
    shapes = [(label, label.oriented_box) for label in instances if label.oriented_box is not None]
    out = _array(head, len(shapes))
    for label, shape in shapes:
        _result(out, label, head=head, class_id_format=class_id_format)
        out.doubles(shape.center_x, shape.center_y, shape.angle_rad, shape.width, shape.height)
        out.text(str(label.instance.instance_id))
    return out.finish()


def detections_3d(
    instances: Sequence[InstanceLabel], head: Header, *, class_id_format: ClassIdFormat
) -> bytes:
    """Oriented 3D boxes in the optical frame; results carry the object's own frame.

    Returns:
        A ``Detection3DArray``.
    """
    out = _array(head, len(instances))
    for label in instances:
        _result(out, label, head=head, class_id_format=class_id_format)
        _pose(out, label.camera_from_box)
        out.doubles(*label.instance.size_m.tolist())
        out.text(str(label.instance.instance_id))
    return out.finish()


def keypoints(labels: Labels, head: Header) -> bytes:
    """Keypoints of the labelled instances, then the joints of the robot: one detection each.

    vision_msgs has no message for keypoints. The id is ``<instance id>/<keypoint>`` or
    ``robot/<joint>``, the class the keypoint's name, the score 1 if it is visible and 0.5 if it
    is hidden; the box has no size, and its centre is in detector coordinates; the pose is the
    position in the optical frame. Points outside the image or behind the camera (visibility 0)
    are left out, since no detector could find them.

    Returns:
        A ``Detection2DArray``.
    """
    owned = [
        (str(label.instance.instance_id), point)
        for label in labels.instances
        for point in label.keypoints or ()
    ]
    if labels.scene.robot is not None:
        owned += [(ROBOT, point) for point in labels.scene.robot.skeleton]
    seen = [(owner, point) for owner, point in owned if point.visibility > 0]
    out = _array(head, len(seen))
    for owner, point in seen:
        _point(out, point, name=f'{owner}/{point.name}', head=head)
    return out.finish()


def _array(head: Header, count: int) -> CdrWriter:
    """A message of this many detections, begun."""
    out = CdrWriter()
    out.header(head)
    out.count(count)
    return out


def _result(
    out: CdrWriter, label: InstanceLabel, *, head: Header, class_id_format: ClassIdFormat
) -> None:
    """A detection's header and its one result: the object's class and pose."""
    instance = label.instance
    out.header(head)
    out.count(1)
    out.text(instance.class_name if class_id_format == 'name' else str(instance.class_id))
    out.doubles(1.0)
    _pose(out, label.camera_from_object)
    out.doubles_packed(_NO_COVARIANCE)


def _point(out: CdrWriter, point: Keypoint, *, name: str, head: Header) -> None:
    """A whole detection of a point."""
    assert point.pixel is not None, 'a point in the image has a pixel'
    x, y, z = point.camera_from_point_m
    out.header(head)
    out.count(1)
    out.text(point.name)
    out.doubles(_SCORES[point.visibility], x, y, z, 0.0, 0.0, 0.0, 1.0)
    out.doubles_packed(_NO_COVARIANCE)
    # Pixel centres are integers in our labels and halves in detector coordinates.
    out.doubles(point.pixel[0] + 0.5, point.pixel[1] + 0.5, 0.0, 0.0, 0.0)
    out.text(name)


def _pose(out: CdrWriter, target_from_source: FloatArray) -> None:
    """A ``geometry_msgs/Pose``."""
    out.doubles(
        *target_from_source[:3, 3].tolist(),
        *quat_xyzw_from_matrix(target_from_source[:3, :3]).tolist(),
    )
