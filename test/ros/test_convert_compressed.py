"""Compressed images: what a receiver of image_transport decodes."""

import struct

import cv2
import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import CompressedImage

from synth_ros.errors import OutputError
from synth_ros.ros.convert import header
from synth_ros.ros.convert_compressed import color_jpeg, depth_png

HEAD = header(1_500_000_000, 'cam_color_optical_frame')


def received(message):
    """The message behind the middleware."""
    return deserialize_message(bytes(serialize_message(message)), CompressedImage)


def pixels(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def smooth(height=48, width=64):
    rows, columns = np.mgrid[:height, :width]
    planes = (columns * 3, rows * 4, np.full_like(rows, 40))
    return np.stack(planes, axis=2).astype(np.uint8)


def test_colour_is_a_jpeg_of_the_right_channels():
    message = received(color_jpeg(smooth(), HEAD, quality=95))
    assert message.format == 'rgb8; jpeg compressed bgr8'
    assert message.header == HEAD
    # OpenCV gives bgr, as the plugin does.
    error = pixels(message.data)[:, :, ::-1].astype(int) - smooth()
    assert np.abs(error).mean() < 2


def test_quality_is_that_of_the_encoder():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (48, 64, 3)).astype(np.uint8)
    sizes = [len(color_jpeg(noise, HEAD, quality=quality).data) for quality in (20, 60, 95)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] / 2


def test_depth_of_both_encodings():
    depth = np.linspace(0.5, 9.0, 48 * 64, dtype=np.float32).reshape(48, 64)
    depth[0, 0] = 0
    whole = received(depth_png(depth, '16UC1', HEAD))
    assert whole.format == '16UC1; compressedDepth png'
    assert struct.unpack('<iff', bytes(whole.data[:12])) == (0, 0.0, 0.0)
    assert np.array_equal(pixels(whole.data[12:]), np.rint(depth * 1000).astype(np.uint16))
    metres = received(depth_png(depth, '32FC1', HEAD))
    assert metres.format == '32FC1; compressedDepth png'
    _, a, b = struct.unpack('<iff', bytes(metres.data[:12]))
    stored = pixels(metres.data[12:])
    assert stored[0, 0] == 0
    assert np.allclose(a / (stored[1:] - b), depth[1:], atol=0.005)


def test_depth_that_does_not_fit_millimetres_is_told():
    with pytest.raises(OutputError, match=r'70\.0 m does not fit 16UC1'):
        depth_png(np.full((8, 8), 70, np.float32), '16UC1', HEAD)
