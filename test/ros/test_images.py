"""Images go through messages unchanged, and damaged messages are refused."""

import importlib.util

import numpy as np
import pytest
from std_msgs.msg import Header

from synth_ros.errors import RosError
from synth_ros.ros import images

ENCODINGS = {
    'rgb8': (np.uint8, (3,)),
    'mono8': (np.uint8, ()),
    '16UC1': (np.uint16, ()),
    '32SC1': (np.int32, ()),
    '32FC1': (np.float32, ()),
    '32FC2': (np.float32, (2,)),
    '32FC3': (np.float32, (3,)),
}
PATHS = [images._with_numpy]
if importlib.util.find_spec('cv_bridge'):
    PATHS += [images._with_cv_bridge]


def picture(encoding, *, height=5, width=7):
    dtype, channels = ENCODINGS[encoding]
    shape = (height, width, *channels)
    rng = np.random.default_rng(3)
    if dtype is np.float32:
        values = rng.normal(size=shape).astype(np.float32)
        values[0, 0] = np.nan
        return values
    return rng.integers(0, np.iinfo(dtype).max, shape, dtype=dtype, endpoint=True)


def head():
    message = Header(frame_id='head_color_optical_frame')
    message.stamp.sec, message.stamp.nanosec = 3, 4
    return message


@pytest.mark.parametrize('make', PATHS)
@pytest.mark.parametrize('encoding', ENCODINGS)
def test_round_trip(encoding, make):
    image = picture(encoding)
    message = make(image, encoding, head())
    assert message.header == head()
    assert (message.height, message.width, message.encoding) == (5, 7, encoding)
    assert message.step == image[0].nbytes
    assert message.is_bigendian == 0
    assert bytes(message.data) == image.tobytes()
    back = images.image_array(message)
    assert back.dtype == image.dtype
    np.testing.assert_array_equal(back, image)
    assert not back.flags.writeable


@pytest.mark.parametrize('encoding', ENCODINGS)
def test_all_ways_give_equal_messages(encoding):
    image = picture(encoding)
    first, *others = [make(image, encoding, head()) for make in (*PATHS, images.image_message)]
    assert others
    # Compared field by field as text: NaN bytes are bytes here.
    assert all(other == first for other in others)


def test_a_slice_is_published_as_it_looks():
    image = picture('rgb8', height=8, width=8)[::2, ::-1]
    np.testing.assert_array_equal(
        images.image_array(images.image_message(image, 'rgb8', head())), image
    )


def test_padded_rows():
    image = picture('16UC1')
    message = images.image_message(image, '16UC1', head())
    rows = np.zeros((5, 20), np.uint8)
    rows[:, :14] = image.view(np.uint8)
    message.step = 20
    message.data = rows.tobytes()
    np.testing.assert_array_equal(images.image_array(message), image)


@pytest.mark.parametrize('encoding', ['16UC1', '32FC1'])
def test_big_endian_input(encoding):
    image = picture(encoding)
    message = images.image_message(image, encoding, head())
    message.is_bigendian = 1
    message.data = image.byteswap().tobytes()
    back = images.image_array(message)
    assert back.dtype.isnative
    np.testing.assert_array_equal(back, image)


@pytest.mark.parametrize(
    'damage',
    [
        lambda m: setattr(m, 'data', m.data[:-1]),
        lambda m: setattr(m, 'step', 5),
        lambda m: setattr(m, 'height', m.height + 1),
    ],
)
def test_damaged_message(damage):
    message = images.image_message(picture('mono8'), 'mono8', head())
    damage(message)
    with pytest.raises(RosError, match=r'7x\d mono8 carries .* bytes with step .*damaged'):
        images.image_array(message)


def test_unknown_encoding():
    message = images.image_message(picture('mono8'), 'mono8', head())
    message.encoding = 'bayer_rggb8'
    with pytest.raises(RosError, match=r"'bayer_rggb8' is not supported; known: rgb8, mono8"):
        images.image_array(message)


def test_wrong_dtype_is_our_bug():
    with pytest.raises(AssertionError, match='16UC1 needs uint16, got uint8'):
        images._with_numpy(picture('mono8'), '16UC1', head())
