"""Point clouds: fields read by hand at their offsets, positions by hand projection."""

import struct

import numpy as np
import pytest
from full_sample import full_sample
from sensor_msgs.msg import PointField

from synth_ros.errors import OutputError, RosError
from synth_ros.geometry.camera import project
from synth_ros.ros import convert
from synth_ros.ros.convert_points import (
    cloud_array,
    colored_points,
    labelled_points,
    points_array,
)
from synth_ros.types import Labels

HEAD = convert.header(12_000_000_345, 'head_color_optical_frame')


@pytest.fixture(scope='module')
def sample():
    return full_sample()


@pytest.fixture(scope='module')
def colored(sample):
    # A hole in the sensed depth.
    return colored_points(sample, HEAD)


def layout(message):
    return {f.name: (f.offset, f.datatype, f.count) for f in message.fields}


def test_colored_layout_is_that_of_realsense(sample, colored):
    height, width = sample.depth_m.shape
    assert colored.header == HEAD
    assert (colored.height, colored.width, colored.is_dense) == (height, width, False)
    assert (colored.point_step, colored.row_step) == (20, 20 * width)
    assert len(colored.data) == 20 * width * height
    kind = PointField.FLOAT32
    assert layout(colored) == {
        'x': (0, kind, 1),
        'y': (4, kind, 1),
        'z': (8, kind, 1),
        'rgb': (16, kind, 1),
    }


@pytest.mark.parametrize(('row', 'column'), [(0, 0), (40, 60), (71, 95)])
def test_colored_point(sample, colored, row, column):
    data = bytes(colored.data)
    at = row * colored.row_step + column * colored.point_step
    x, y, z = struct.unpack_from('<3f', data, at)
    blue, green, red, zero = struct.unpack_from('4B', data, at + 16)
    assert (red, green, blue) == tuple(sample.rgb[row, column])
    assert zero == 0
    assert z == sample.depth_m[row, column]
    k = sample.frame.camera
    assert k.fx * x / z + k.cx == pytest.approx(column, abs=1e-4)
    assert k.fy * y / z + k.cy == pytest.approx(row, abs=1e-4)


def test_points_without_depth_are_nan(sample):
    from dataclasses import replace

    depth_m = sample.depth_m.copy()
    depth_m[3, 4] = 0
    xyz = points_array(colored_points(replace(sample, depth_m=depth_m), HEAD))
    assert np.isnan(xyz[3, 4]).all()
    np.testing.assert_array_equal(np.isnan(xyz).any(-1), depth_m == 0)
    v, u = np.nonzero(depth_m)
    np.testing.assert_allclose(
        project(sample.frame.camera, xyz[v, u].astype(np.float64)),
        np.stack([u, v], -1),
        atol=1e-4,
    )


def test_labelled_cloud(sample):
    points_m, labels = sample.labels.dense.points_m, sample.labels
    message = labelled_points(points_m, labels, HEAD)
    assert message.header == HEAD
    assert message.point_step == 16
    assert layout(message) == {
        'x': (0, PointField.FLOAT32, 1),
        'y': (4, PointField.FLOAT32, 1),
        'z': (8, PointField.FLOAT32, 1),
        'instance_id': (12, PointField.UINT16, 1),
        'class_id': (14, PointField.UINT16, 1),
    }
    data = bytes(message.data)
    seen = 0
    for row, column in ((8, 8), (40, 60), (70, 90), *np.argwhere(labels.instance_id)[::50]):
        at = row * message.row_step + column * 16
        *xyz, instance, category = struct.unpack_from('<3f2H', data, at)
        np.testing.assert_array_equal(np.float32(xyz), points_m[row, column])
        assert instance == labels.instance_id[row, column]
        assert category == labels.class_id[row, column]
        seen += instance > 0
    assert seen > 3
    assert points_array(message).tobytes() == points_m.tobytes()


def test_an_id_too_large():
    ids = np.full((1, 1), 65536, np.int32)
    labels = Labels((), ids, ids.astype(np.uint16))
    with pytest.raises(OutputError, match=r'Instance id 65536 does not fit a point cloud'):
        labelled_points(np.zeros((1, 1, 3), np.float32), labels, HEAD)


@pytest.mark.parametrize(
    ('field', 'value', 'message'),
    [
        ('height', 71, r'point cloud of 96x71 carries .* it is damaged'),
        ('point_step', 24, r'row step 1920 and point step 24; it is damaged'),
    ],
)
def test_damaged_cloud(sample, field, value, message):
    cloud = colored_points(sample, HEAD)
    setattr(cloud, field, value)
    with pytest.raises(RosError, match=message):
        cloud_array(cloud)


def test_foreign_fields(sample):
    cloud = colored_points(sample, HEAD)
    cloud.fields[0].datatype = PointField.FLOAT64
    with pytest.raises(RosError, match=r'Field x of a point cloud has type 8 x 1'):
        points_array(cloud)
    cloud.fields[0].datatype = PointField.FLOAT32
    cloud.fields = cloud.fields[1:]
    with pytest.raises(RosError, match=r"needs x, y, z as 32-bit floats, but has \('y', 'z'"):
        points_array(cloud)


def test_big_endian_data_is_turned(sample):
    cloud = labelled_points(sample.labels.dense.points_m, sample.labels, HEAD)
    native = cloud_array(cloud)
    turned = native.astype(native.dtype.newbyteorder('>'))
    cloud.is_bigendian, cloud.data = True, np.frombuffer(turned.tobytes(), np.uint8).tolist()
    assert points_array(cloud).tobytes() == sample.labels.dense.points_m.tobytes()
