"""Every message field against values worked out by hand."""

import numpy as np
import pytest
from sample_factory import CATEGORIES, make_sample

from synth_ros.errors import OutputError
from synth_ros.geometry.transforms import make_transform, transform_points
from synth_ros.ros import convert
from synth_ros.ros.images import image_array
from synth_ros.types import CameraModel, Category, Labels, SampleKey

HEAD = convert.header(12_000_000_345, 'head_color_optical_frame')


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
