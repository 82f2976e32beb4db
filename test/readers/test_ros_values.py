"""Decoded messages back to values."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from synth_ros.errors import UsageError
from synth_ros.readers import ros_values as values


def image(pixels, encoding, *, padding=0, big=False):
    rows = pixels.astype(pixels.dtype.newbyteorder('>' if big else '<'))
    rows = np.ascontiguousarray(rows).view(np.uint8).reshape(len(pixels), -1)
    rows = np.pad(rows, ((0, 0), (0, padding)))
    return SimpleNamespace(
        height=pixels.shape[0],
        width=pixels.shape[1],
        encoding=encoding,
        is_bigendian=int(big),
        step=rows.shape[1],
        data=rows.tobytes(),
    )


@pytest.mark.parametrize('big', [False, True])
@pytest.mark.parametrize('padding', [0, 3])
@pytest.mark.parametrize(
    ('encoding', 'dtype', 'channels'),
    [
        ('rgb8', np.uint8, 3),
        ('mono8', np.uint8, 1),
        ('16UC1', np.uint16, 1),
        ('32SC1', np.int32, 1),
        ('32FC1', np.float32, 1),
        ('32FC2', np.float32, 2),
        ('32FC3', np.float32, 3),
    ],
)
def test_images(encoding, dtype, channels, padding, big):
    shape = (5, 7) if channels == 1 else (5, 7, channels)
    pixels = np.random.default_rng(0).integers(0, 200, shape).astype(dtype)
    found = values.image_array(image(pixels, encoding, padding=padding, big=big))
    assert found.dtype == dtype
    assert (found == pixels).all()


def test_bgr_is_turned():
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[..., 0] = 9
    assert values.image_array(image(pixels, 'bgr8'))[0, 0].tolist() == [0, 0, 9]


def test_image_with_too_few_bytes():
    message = image(np.zeros((5, 7), np.uint8), 'mono8')
    message.data = message.data[:-1]
    with pytest.raises(UsageError, match='has 34 bytes in rows of 7'):
        values.image_array(message)


def test_unknown_encoding():
    with pytest.raises(UsageError, match="encoding 'bayer' is not one of"):
        values.image_array(image(np.zeros((5, 7), np.uint8), 'bayer'))


def test_cloud():
    kind = np.dtype([('x', 'f4'), ('y', 'f4'), ('z', 'f4'), ('instance_id', 'u2'), ('c', 'u2')])
    cloud = np.zeros((3, 4), kind)
    cloud['x'], cloud['z'] = 1.5, np.arange(12).reshape(3, 4)
    message = SimpleNamespace(
        height=3,
        width=4,
        fields=[SimpleNamespace(name=n, offset=kind.fields[n][1]) for n in kind.names],
        is_bigendian=False,
        point_step=16,
        row_step=64,
        data=cloud.tobytes(),
    )
    points = values.cloud_points(message)
    assert points.shape == (3, 4, 3)
    assert (points[..., 0] == 1.5).all()
    assert (points[..., 2] == cloud['z']).all()
    message.fields = message.fields[1:]
    with pytest.raises(UsageError, match='without x, y, z'):
        values.cloud_points(message)


def test_poses():
    rotation = Rotation.random(random_state=4)
    x, y, z, w = rotation.as_quat()
    pose = SimpleNamespace(
        position=SimpleNamespace(x=1.0, y=2.0, z=3.0),
        orientation=SimpleNamespace(x=2 * x, y=2 * y, z=2 * z, w=2 * w),
    )
    found = values.pose_matrix(pose)
    assert found[:3, :3] == pytest.approx(rotation.as_matrix())
    assert found[:3, 3].tolist() == [1, 2, 3]
    assert found[3].tolist() == [0, 0, 0, 1]


def test_stamp():
    stamp = SimpleNamespace(sec=3, nanosec=5)
    assert values.stamp_ns(SimpleNamespace(stamp=stamp)) == 3_000_000_005
