"""Images to messages and back, through cv_bridge where it is installed.

``cv_bridge`` and the numpy path give equal messages for every encoding we publish; a test
holds them to it wherever cv_bridge can be imported.
"""

from __future__ import annotations

import array
import functools
import importlib.util
import sys
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from synth_ros.errors import RosError

Encoding = Literal['rgb8', 'mono8', '16UC1', '32SC1', '32FC1', '32FC2', '32FC3']

_LAYOUT: dict[str, tuple[type[np.generic], int]] = {
    'rgb8': (np.uint8, 3),
    'mono8': (np.uint8, 1),
    '16UC1': (np.uint16, 1),
    '32SC1': (np.int32, 1),
    '32FC1': (np.float32, 1),
    '32FC2': (np.float32, 2),
    '32FC3': (np.float32, 3),
}

# How many channels there are, and which are red, green and blue.
_COLOURS: dict[str, tuple[int, tuple[int, int, int]]] = {
    'rgb8': (3, (0, 1, 2)),
    'bgr8': (3, (2, 1, 0)),
    'rgba8': (4, (0, 1, 2)),
    'bgra8': (4, (2, 1, 0)),
    'mono8': (1, (0, 0, 0)),
}


@functools.cache
def have_cv_bridge() -> bool:
    """Whether cv_bridge is installed."""
    return importlib.util.find_spec('cv_bridge') is not None


def image_message(image: NDArray[np.generic], encoding: Encoding, header: Header) -> Image:
    """An Image message.

    Args:
        image: Of the encoding's type, shape (height, width), or (height, width, channels) where
            it has several.
        encoding: One of those we publish.
        header: Stamp and optical frame.
    """
    if have_cv_bridge():
        return _with_cv_bridge(image, encoding, header)
    return _with_numpy(image, encoding, header)


def image_array(message: Image) -> NDArray[np.generic]:
    """The pixels of a message, read-only; a view where the layout allows.

    Raises:
        RosError: If the encoding is not one we know or the data does not fit the size.
    """
    if message.encoding not in _LAYOUT:
        known = ', '.join(_LAYOUT)
        raise RosError(f'Image encoding {message.encoding!r} is not supported; known: {known}.')
    dtype, channels = _LAYOUT[message.encoding]
    return _pixels(message, np.dtype(dtype), channels)


def colour_array(message: Image) -> NDArray[np.uint8]:
    """Red, green and blue of any camera's image, (height, width, 3), read-only.

    Grey ones are spread over the channels; opacity is left out.

    Raises:
        RosError: The encoding is no colour of 8 bits, the data does not fit the size, or there
            are no pixels.
    """
    if message.encoding not in _COLOURS:
        known = ', '.join(_COLOURS)
        raise RosError(
            f'Image encoding {message.encoding!r} is no colour image of 8 bits; known: {known}.'
        )
    if not message.width or not message.height:
        raise RosError(f'An image of {message.width}x{message.height} has no pixels.')
    channels, order = _COLOURS[message.encoding]
    pixels = _pixels(message, np.dtype(np.uint8), channels)
    pixels = pixels.reshape(message.height, message.width, channels).astype(np.uint8, copy=False)
    if message.encoding == 'rgb8':
        return pixels
    colours = np.ascontiguousarray(pixels[..., order])
    colours.flags.writeable = False
    return colours


def _pixels(message: Image, native: np.dtype, channels: int) -> NDArray[np.generic]:
    """The pixels of a message by their type and number of channels."""
    wire = native.newbyteorder('>' if message.is_bigendian else '<')
    row_bytes = message.width * channels * native.itemsize
    if message.step < row_bytes or len(message.data) != message.step * message.height:
        raise RosError(
            f'An image of {message.width}x{message.height} {message.encoding} carries '
            f'{len(message.data)} bytes with step {message.step}; it is damaged.'
        )
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)
    flat = np.ascontiguousarray(rows[:, :row_bytes]).view(wire).astype(native, copy=False)
    shape = (message.height, message.width, channels)
    pixels = flat.reshape(shape if channels > 1 else shape[:2])
    pixels.flags.writeable = False
    return pixels


def _with_numpy(image: NDArray[np.generic], encoding: Encoding, header: Header) -> Image:
    dtype, channels = _LAYOUT[encoding]
    assert image.dtype == dtype, f'{encoding} needs {np.dtype(dtype)}, got {image.dtype}'
    assert image.ndim == (3 if channels > 1 else 2)
    message = Image()
    message.header = header
    message.height, message.width = image.shape[:2]
    message.encoding = encoding
    message.is_bigendian = int(sys.byteorder == 'big')
    message.step = message.width * channels * image.dtype.itemsize
    # Only array.array takes the fast path of the generated setter; anything else is copied
    # element by element, a second and more for one image.
    data = array.array('B')
    # Flat, since an image may have no pixels.
    data.frombytes(np.ascontiguousarray(image).reshape(-1).view(np.uint8))
    message.data = data
    return message


def _with_cv_bridge(image: NDArray[np.generic], encoding: Encoding, header: Header) -> Image:
    from cv_bridge import CvBridge

    return CvBridge().cv2_to_imgmsg(np.ascontiguousarray(image), encoding, header)
