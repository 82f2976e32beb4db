"""Compressed images, as the plugins ``compressed`` and ``compressedDepth`` of image_transport."""

from __future__ import annotations

import array

from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Header

from synth_ros.ros.convert import DepthEncoding, depth_millimetres
from synth_ros.types import ByteImage, DepthImage
from synth_ros.writers.codecs import encode_rgb
from synth_ros.writers.compressed_depth import pack_inverse_depth, pack_millimetres


def color_jpeg(rgb: ByteImage, head: Header, *, quality: int) -> CompressedImage:
    """A colour image as JPEG.

    Args:
        rgb: Shape (height, width, 3), uint8.
        head: Header of the image.
        quality: 1..100.

    Raises:
        OutputError: The encoder refused the image.
    """
    data = encode_rgb(rgb, rgb_format='jpeg', jpeg_quality=quality)
    # The pixels are rgb8, and the encoder was given them as bgr8.
    return _message('rgb8; jpeg compressed bgr8', data, head)


def depth_png(depth_m: DepthImage, encoding: DepthEncoding, head: Header) -> CompressedImage:
    """A depth image as ``compressedDepth``.

    Args:
        depth_m: Metres along the optical axis, 0 invalid.
        encoding: Of the image that a receiver gets: ``16UC1`` is exact, ``32FC1`` rounded.
        head: Header of the image.

    Raises:
        OutputError: If a depth does not fit 16 bits of millimetres, for ``16UC1``.
    """
    if encoding == '16UC1':
        data = pack_millimetres(depth_millimetres(depth_m))
    else:
        data = pack_inverse_depth(depth_m)
    return _message(f'{encoding}; compressedDepth png', data, head)


def _message(form: str, data: bytes, head: Header) -> CompressedImage:
    # Only array.array takes the fast path of the generated setter.
    return CompressedImage(header=head, format=form, data=array.array('B', data))
