"""Image files of a dataset back to arrays, with their meaning restored."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import UsageError
from synth_ros.readers.container import StoredFile
from synth_ros.types import ByteImage, DepthImage, IdImage

_ENDS = ((b'\x89PNG', b'IEND\xaeB`\x82'), (b'\xff\xd8', b'\xff\xd9'))
"""How a file of a kind begins and ends."""


def read_rgb(path: StoredFile) -> ByteImage:
    """A colour image, shape (height, width, 3), uint8, RGB.

    Raises:
        UsageError: The file is missing, damaged or no 8-bit colour image.
    """
    bgr = _decode(path)
    if bgr.ndim != 3 or bgr.shape[2] != 3 or bgr.dtype != np.uint8:
        raise _wrong(path, bgr, 'three channels of 8 bits')
    return cast('ByteImage', cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))


def read_depth_m(path: StoredFile) -> DepthImage:
    """Depth from a 16-bit PNG of millimetres: float32, metres, 0 invalid.

    Raises:
        UsageError: The file is missing, damaged or no 16-bit image.
    """
    depth_mm = _decode(path)
    if depth_mm.ndim != 2 or depth_mm.dtype != np.uint16:
        raise _wrong(path, depth_mm, 'one channel of 16 bits')
    return depth_mm.astype(np.float32) / np.float32(1000)


def read_ids(path: StoredFile) -> IdImage:
    """An instance or semantic mask, shape (height, width), int32.

    Raises:
        UsageError: The file is missing, damaged or has several channels.
    """
    ids = _decode(path)
    if ids.ndim != 2:
        raise _wrong(path, ids, 'one channel')
    return ids.astype(np.int32)


def read_parts(path: StoredFile) -> NDArray[np.uint16]:
    """A part mask, shape (height, width), uint16.

    Raises:
        UsageError: The file is missing, damaged or no 16-bit image.
    """
    parts = _decode(path)
    if parts.ndim != 2 or parts.dtype != np.uint16:
        raise _wrong(path, parts, 'one channel of 16 bits')
    return cast('NDArray[np.uint16]', parts)


def read_panoptic_ids(path: StoredFile) -> IdImage:
    """Segment ids of a COCO panoptic mask, id = R + 256 G + 65536 B: (height, width), int32.

    Raises:
        UsageError: The file is missing, damaged or no 8-bit colour image.
    """
    red, green, blue = np.moveaxis(read_rgb(path).astype(np.int32), 2, 0)
    ids: IdImage = red | (green << 8) | (blue << 16)
    return ids


def _decode(path: StoredFile) -> NDArray[np.uint8] | NDArray[np.uint16]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f'Cannot read {path}: {error.strerror}. Check the dataset with '
            '"sha256sum -c SHA256SUMS" in its folder.'
        ) from None
    # Of what was cut OpenCV makes a picture that is partly grey, and refuses empty input with an
    # exception of its own.
    whole = bool(data) and not _is_cut(data)
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if whole else None
    if pixels is None:
        reason = 'it cannot be decoded as an image' if whole else 'its end is missing'
        raise UsageError(
            f'{path} is damaged: {reason}. Check the dataset with "sha256sum -c SHA256SUMS" in '
            'its folder.'
        )
    return cast('NDArray[np.uint8] | NDArray[np.uint16]', pixels)


def _is_cut(data: bytes) -> bool:
    """Whether a PNG or JPEG file lacks its end."""
    return any(data.startswith(head) and not data.endswith(end) for head, end in _ENDS)


def _wrong(path: StoredFile, pixels: NDArray[np.generic], expected: str) -> UsageError:
    return UsageError(
        f'{path} is an image of {pixels.dtype} with shape {pixels.shape}, expected {expected}.'
    )
