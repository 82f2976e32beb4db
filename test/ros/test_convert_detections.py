"""Detections and keypoints against values worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from geometry_msgs.msg import Point
from rclpy.serialization import deserialize_message, serialize_message
from vision_msgs.msg import Detection2DArray, Detection3DArray

from synth_ros.geometry.transforms import make_transform
from synth_ros.ros import convert
from synth_ros.ros import convert_detections as detections
from synth_ros.types import (
    Box2D,
    Instance,
    InstanceLabel,
    Keypoint,
    Labels,
    OrientedBox,
    RobotLabel,
    SceneLabels,
)

HEAD = convert.header(12_000_000_345, 'head_color_optical_frame')
# A quarter turn about z.
TURN = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])


def read(data, kind=Detection2DArray):
    """What the middleware reads; its own bytes may differ in the padding, which it leaves wild."""
    message = deserialize_message(data, kind)
    again = serialize_message(message)
    assert len(again) == len(data)
    assert deserialize_message(again, kind) == message
    return message


def label():
    camera_from_object = make_transform(TURN, [0.5, -0.25, 2.0])
    object_from_box = make_transform(np.eye(3), [0.0, 0.0, 0.125])
    instance = Instance(
        instance_id=42,
        name='mug_01',
        class_id=3,
        class_name='mug',
        model_name='mug/blue',
        world_from_object=np.eye(4),
        object_from_box=object_from_box,
        size_m=np.array([0.5, 0.25, 0.125]),
    )
    return InstanceLabel(
        instance=instance,
        box=Box2D(3, 10, 7, 15),
        amodal_box=Box2D(3, 10, 8, 15),
        pixels_visible=10,
        pixels_in_image=20,
        pixels_full=20,
        visibility=0.5,
        occlusion=0.5,
        truncation=0.0,
        camera_from_object=camera_from_object,
        camera_from_box=camera_from_object @ object_from_box,
    )


@pytest.mark.parametrize(('form', 'class_id'), [('id', '3'), ('name', 'mug')])
def test_detection_2d(form, class_id):
    message = read(detections.detections_2d([label()], HEAD, class_id_format=form))
    assert message.header == HEAD
    [detection] = message.detections
    assert detection.header == HEAD
    assert detection.id == '42'
    # Columns 3, 4, 5, 6 and rows 10 to 14 span [3, 7] x [10, 15] in detector coordinates.
    box = detection.bbox
    assert (box.center.position.x, box.center.position.y, box.center.theta) == (5.0, 12.5, 0.0)
    assert (box.size_x, box.size_y) == (4.0, 5.0)
    [result] = detection.results
    assert (result.hypothesis.class_id, result.hypothesis.score) == (class_id, 1.0)
    check_object_pose(result.pose.pose)
    assert not any(result.pose.covariance)


@pytest.mark.parametrize(('form', 'class_id'), [('id', '3'), ('name', 'mug')])
def test_detection_3d(form, class_id):
    data = detections.detections_3d([label()], HEAD, class_id_format=form)
    message = read(data, Detection3DArray)
    assert message.header == HEAD
    [detection] = message.detections
    assert (detection.header, detection.id) == (HEAD, '42')
    size = detection.bbox.size
    assert (size.x, size.y, size.z) == (0.5, 0.25, 0.125)
    assert detection.bbox.center.position == Point(x=0.5, y=-0.25, z=2.125)
    check_quarter_turn(detection.bbox.center.orientation)
    [result] = detection.results
    assert (result.hypothesis.class_id, result.hypothesis.score) == (class_id, 1.0)
    check_object_pose(result.pose.pose)


def check_quarter_turn(q):
    assert [q.x, q.y, q.z, q.w] == pytest.approx([0, 0, np.sqrt(0.5), np.sqrt(0.5)], abs=1e-15)


def check_object_pose(pose):
    assert pose.position == Point(x=0.5, y=-0.25, z=2.0)
    check_quarter_turn(pose.orientation)


def test_no_detections():
    assert read(detections.detections_2d([], HEAD, class_id_format='id')).detections == []
    data = detections.detections_3d([], HEAD, class_id_format='id')
    assert read(data, Detection3DArray).detections == []


def test_an_oriented_box_keeps_its_edge_coordinates():
    # A strip from edge (1, 2) to edge (5, 5): a 3-4-5 triangle, so its angle is known.
    shape = OrientedBox(3.0, 3.5, width=5.0, height=1.0, angle_rad=float(np.arctan2(3, 4)))
    entry = replace(label(), oriented_box=shape)
    data = detections.detections_2d_oriented([entry, label()], HEAD, class_id_format='name')
    message = read(data)
    assert message.header == HEAD
    [detection] = message.detections
    assert (detection.header, detection.id) == (HEAD, '42')
    assert detection.results[0].hypothesis.class_id == 'mug'
    box = detection.bbox
    assert (box.center.position.x, box.center.position.y) == (3.0, 3.5)
    assert (box.size_x, box.size_y) == (5.0, 1.0)
    along = box.size_x / 2 * np.array([np.cos(box.center.theta), np.sin(box.center.theta)])
    assert np.array([3.0, 3.5]) + along == pytest.approx([5, 5])


def test_keypoints():
    points = (
        Keypoint('rim', (0.1, 0.2, 1.0), (10.0, 20.25), 2),
        Keypoint('handle', (0.1, 0.3, 1.5), (12.5, 0.0), 1),
        Keypoint('outside', (5.0, 0.3, 1.5), (900.0, 0.0), 0),
        Keypoint('behind', (0.1, 0.3, -1.5), None, 0),
    )
    joint = Keypoint('elbow', (0.0, 0.0, 2.0), (3.0, 4.0), 2)
    robot = RobotLabel((), (), (joint,), ())
    image = np.zeros((2, 2), np.int32)
    labels = Labels(
        (replace(label(), keypoints=points), label()),
        image,
        image.astype(np.uint16),
        scene=SceneLabels(robot=robot),
    )
    message = read(detections.keypoints(labels, HEAD))
    assert message.header == HEAD
    rim, handle, elbow = message.detections
    assert [d.id for d in message.detections] == ['42/rim', '42/handle', 'robot/elbow']
    assert [d.results[0].hypothesis.class_id for d in message.detections] == [
        'rim',
        'handle',
        'elbow',
    ]
    assert [d.results[0].hypothesis.score for d in message.detections] == [1.0, 0.5, 1.0]
    # The centre of pixel 10 lies half a pixel right of its left edge.
    assert rim.bbox.center.position.x == 10.5
    assert rim.bbox.center.position.y == 20.75
    assert (rim.bbox.size_x, rim.bbox.size_y, rim.bbox.center.theta) == (0, 0, 0)
    pose = handle.results[0].pose.pose
    assert pose.position == Point(x=0.1, y=0.3, z=1.5)
    assert (pose.orientation.w, pose.orientation.x) == (1.0, 0.0)
    assert (elbow.header, elbow.bbox.center.position.x) == (HEAD, 3.5)


def test_no_keypoints():
    image = np.zeros((2, 2), np.int32)
    labels = Labels((), image, image.astype(np.uint16))
    assert read(detections.keypoints(labels, HEAD)).detections == []


@pytest.mark.parametrize('length', range(9))
def test_fields_are_aligned_whatever_comes_before(length):
    head = convert.header(5, 'f' * length)
    entry = replace(label(), instance=replace(label().instance, class_name='é' * length))
    boxes = read(detections.detections_2d([entry] * 2, head, class_id_format='name'))
    data = detections.detections_3d([entry] * 2, head, class_id_format='name')
    for message in (boxes, read(data, Detection3DArray)):
        for detection in message.detections:
            assert detection.header == head
            assert detection.results[0].hypothesis.class_id == 'é' * length
            check_object_pose(detection.results[0].pose.pose)
