"""Every message field against values worked out by hand."""

import numpy as np
import pytest
from geometry_msgs.msg import Point
from sample_factory import CATEGORIES, make_sample

from synth_ros.errors import OutputError
from synth_ros.geometry.transforms import make_transform, transform_points
from synth_ros.ros import convert
from synth_ros.ros.images import image_array
from synth_ros.types import (
    Box2D,
    CameraModel,
    Category,
    Instance,
    InstanceLabel,
    Labels,
    SampleKey,
)

HEAD = convert.header(12_000_000_345, 'head_color_optical_frame')
# A quarter turn about z.
TURN = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])


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


def masks(instance_id, class_id=None):
    ids = np.array(instance_id, np.int32)
    classes = np.zeros(ids.shape) if class_id is None else np.array(class_id)
    return Labels((), ids, classes.astype(np.uint16))


@pytest.mark.parametrize(
    ('nanoseconds', 'sec', 'nanosec'),
    [(0, 0, 0), (1, 0, 1), (999_999_999, 0, 999_999_999), (2_500_000_000, 2, 500_000_000)],
)
def test_stamp(nanoseconds, sec, nanosec):
    stamp = convert.stamp_message(nanoseconds)
    assert (stamp.sec, stamp.nanosec) == (sec, nanosec)
    assert convert.stamp_ns(stamp) == nanoseconds


def test_header():
    assert (HEAD.stamp.sec, HEAD.stamp.nanosec) == (12, 345)
    assert HEAD.frame_id == 'head_color_optical_frame'


def test_camera_info():
    camera = CameraModel('head', 640, 480, fx=500.0, fy=501.0, cx=319.5, cy=239.5)
    info = convert.camera_info(camera, HEAD)
    assert info.header == HEAD
    assert (info.width, info.height, info.distortion_model) == (640, 480, 'plumb_bob')
    assert list(info.d) == [0, 0, 0, 0, 0]
    assert list(info.k) == [500, 0, 319.5, 0, 501, 239.5, 0, 0, 1]
    assert list(info.r) == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert list(info.p) == [500, 0, 319.5, 0, 0, 501, 239.5, 0, 0, 0, 1, 0]
    assert (info.binning_x, info.binning_y, info.roi.width, info.roi.do_rectify) == (
        0,
        0,
        0,
        False,
    )


def test_depth_in_millimetres_is_rounded():
    depth = np.array([[0, 0.0004, 0.0006, 1.2344], [1.2346, 65.535, 0.5, 2.0]], np.float32)
    image = convert.depth_image(depth, '16UC1', HEAD)
    assert (image.encoding, image.header) == ('16UC1', HEAD)
    assert image_array(image).tolist() == [[0, 0, 1, 1234], [1235, 65535, 500, 2000]]


def test_depth_in_metres_marks_what_is_invalid():
    depth = np.array([[0, 1.25], [70.0, 0]], np.float32)
    image = convert.depth_image(depth, '32FC1', HEAD)
    assert image.encoding == '32FC1'
    np.testing.assert_array_equal(
        image_array(image), np.array([[np.nan, 1.25], [70, np.nan]], np.float32)
    )


def test_depth_too_far_for_millimetres():
    depth = np.full((2, 2), 70.0, np.float32)
    with pytest.raises(OutputError, match=r'70\.0 m does not fit 16UC1.*depth_range_m.*32FC1'):
        convert.depth_image(depth, '16UC1', HEAD)


def test_instance_mask():
    image = convert.instance_mask(masks([[0, 1], [65535, 300]]), HEAD)
    assert (image.encoding, image.header) == ('16UC1', HEAD)
    assert image_array(image).tolist() == [[0, 1], [65535, 300]]


def test_instance_id_too_large():
    with pytest.raises(OutputError, match=r'Instance id 65536 does not fit a 16UC1 mask'):
        convert.instance_mask(masks([[0, 65536]]), HEAD)


@pytest.mark.parametrize(('classes', 'encoding'), [(254, 'mono8'), (255, '16UC1')])
def test_semantic_mask_grows_with_the_number_of_classes(classes, encoding):
    categories = [Category(k, f'class {k}') for k in range(1, classes + 1)]
    labels = masks([[0, 1]], [[0, classes]])
    image = convert.semantic_mask(labels, categories, HEAD)
    assert image.encoding == encoding
    assert image_array(image).tolist() == [[0, classes]]


def test_label_info():
    info = convert.label_info(CATEGORIES, HEAD)
    named = {entry.class_id: entry.class_name for entry in info.class_map}
    assert named == {0: 'background', 1: 'mug', 2: 'box', 3: 'drill'}
    assert info.header == HEAD
    assert info.threshold == 1.0


@pytest.mark.parametrize(('form', 'class_id'), [('id', '3'), ('name', 'mug')])
def test_detection_2d(form, class_id):
    message = convert.detections_2d([label()], HEAD, class_id_format=form)
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
    message = convert.detections_3d([label()], HEAD, class_id_format=form)
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
    assert convert.detections_2d([], HEAD, class_id_format='id').detections == []
    assert convert.detections_3d([], HEAD, class_id_format='id').detections == []


def test_pose_of_a_sample_takes_points_where_the_transform_takes_them():
    sample = make_sample(SampleKey(1, 0, 'head'))
    assert len(sample.labels.instances) > 2
    for entry in sample.labels.instances:
        pose = convert.pose_message(entry.camera_from_object)
        back = transform_of(pose)
        points = np.eye(3)
        np.testing.assert_allclose(
            transform_points(back, points),
            transform_points(entry.camera_from_object, points),
            atol=1e-12,
        )


def transform_of(pose):
    """A transform from a pose; the rotation by the quaternion's own product, not our code."""
    q = pose.orientation
    x, y, z, w = q.x, q.y, q.z, q.w
    rotation = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return make_transform(np.array(rotation), [pose.position.x, pose.position.y, pose.position.z])
