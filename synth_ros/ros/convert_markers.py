"""Labels as markers for RViz: 3D boxes, names, the robot's skeleton, contacts."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from geometry_msgs.msg import Point, Vector3
from numpy.typing import ArrayLike
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from synth_ros.report.palette import Rgb, colour
from synth_ros.ros.convert import pose_message
from synth_ros.ros.names import WORLD_FRAME
from synth_ros.types import Contact, InstanceLabel, Labels, RobotLabel

METRES_PER_NEWTON = 0.01
"""Length of a contact's arrow."""
_LINE_M = 0.004
_TEXT_M = 0.04
_JOINT_M = 0.03
_CONTACT_M = 0.01
_BONE: Rgb = (255, 255, 255)
_JOINT: Rgb = (255, 215, 0)
_FORCE: Rgb = (255, 60, 60)

# Corners of the unit cube, and the pairs of them that differ along one axis alone.
_CORNERS = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
_EDGES = tuple((a, a | bit) for a in range(8) for bit in (1, 2, 4) if not a & bit)


def marker_array(labels: Labels, head: Header) -> MarkerArray:
    """Everything to draw for one camera and instant; the first marker deletes the last ones.

    Namespaces: ``boxes`` and ``names`` with the instance id as marker id, in the colours of the
    classes; ``bones`` and ``joints`` of the robot; ``contacts`` and ``forces`` in the world
    frame, with arrows that push the second thing, one centimetre a newton.

    Args:
        labels: Of the frame.
        head: Stamp and optical frame of the colour image.
    """
    markers = [Marker(header=head, action=Marker.DELETEALL)]
    for label in labels.instances:
        markers += [_box(label, head), _name(label, head)]
    if labels.scene.robot is not None:
        markers += _skeleton(labels.scene.robot, head)
    world = Header(stamp=head.stamp, frame_id=WORLD_FRAME)
    return MarkerArray(markers=[*markers, *_contacts(labels.scene.contacts or (), world)])


def _box(label: InstanceLabel, head: Header) -> Marker:
    corners = [_point(corner) for corner in _CORNERS * label.instance.size_m]
    return _marker(
        Marker.LINE_LIST,
        head,
        ns='boxes',
        id=label.instance.instance_id,
        pose=pose_message(label.camera_from_box),
        scale=Vector3(x=_LINE_M),
        color=_color(colour(label.instance.class_id)),
        points=[corners[end] for edge in _EDGES for end in edge],
    )


def _name(label: InstanceLabel, head: Header) -> Marker:
    corners = (_CORNERS * label.instance.size_m) @ label.camera_from_box[:3, :3].T
    pose = pose_message(label.camera_from_box)
    pose.position.y += float(corners[:, 1].min()) - _TEXT_M  # y points down: above the box
    pose.orientation = pose_message(np.eye(4)).orientation
    return _marker(
        Marker.TEXT_VIEW_FACING,
        head,
        ns='names',
        id=label.instance.instance_id,
        pose=pose,
        scale=Vector3(z=_TEXT_M),
        color=_color(colour(label.instance.class_id)),
        text=label.instance.name,
    )


def _skeleton(robot: RobotLabel, head: Header) -> list[Marker]:
    joints = [_point(joint.camera_from_point_m) for joint in robot.skeleton]
    markers = []
    if robot.bones:
        ends = [joints[end] for bone in robot.bones for end in bone]
        markers.append(
            _marker(
                Marker.LINE_LIST,
                head,
                ns='bones',
                scale=Vector3(x=2 * _LINE_M),
                color=_color(_BONE),
                points=ends,
            )
        )
    if joints:
        size = Vector3(x=_JOINT_M, y=_JOINT_M, z=_JOINT_M)
        markers.append(
            _marker(
                Marker.SPHERE_LIST,
                head,
                ns='joints',
                scale=size,
                color=_color(_JOINT),
                points=joints,
            )
        )
    return markers


def _contacts(contacts: Iterable[Contact], world: Header) -> list[Marker]:
    places = [_point(contact.position_m) for contact in contacts]
    if not places:
        return []
    size = Vector3(x=_CONTACT_M, y=_CONTACT_M, z=_CONTACT_M)
    dots = _marker(
        Marker.SPHERE_LIST, world, ns='contacts', scale=size, color=_color(_FORCE), points=places
    )
    # RViz complains of arrows without length.
    pushing = [contact for contact in contacts if contact.force_n > 0]
    return [dots, *(_force(contact, number, world) for number, contact in enumerate(pushing))]


def _force(contact: Contact, number: int, world: Header) -> Marker:
    start = np.array(contact.position_m)
    end = start + np.array(contact.normal) * contact.force_n * METRES_PER_NEWTON
    return _marker(
        Marker.ARROW,
        world,
        ns='forces',
        id=number,
        scale=Vector3(x=_LINE_M, y=3 * _LINE_M),
        color=_color(_FORCE),
        points=[_point(start), _point(end)],
    )


def _marker(kind: int, head: Header, **fields: object) -> Marker:
    marker = Marker(header=head, type=kind, action=Marker.ADD, **fields)
    if 'pose' not in fields:
        marker.pose.orientation.w = 1.0
    return marker


def _point(position_m: ArrayLike) -> Point:
    x, y, z = (float(v) for v in np.asarray(position_m))
    return Point(x=x, y=y, z=z)


def _color(rgb: Rgb) -> ColorRGBA:
    red, green, blue = (part / 255 for part in rgb)
    return ColorRGBA(r=red, g=green, b=blue, a=1.0)
