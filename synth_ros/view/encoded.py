"""Pictures as the bytes of files."""

from __future__ import annotations

import cv2
import rerun as rr
from cv2.typing import MatLike

PNG, JPEG = 'image/png', 'image/jpeg'

_JPEG_START = b'\xff\xd8\xff'
_FASTEST = (cv2.IMWRITE_PNG_COMPRESSION, 1)


def encoded_image(data: bytes) -> rr.EncodedImage:
    """A PNG or JPEG for the viewer."""
    return rr.EncodedImage(contents=data, media_type=JPEG if is_jpeg(data) else PNG)


def is_jpeg(data: bytes) -> bool:
    """Whether a file begins like a JPEG."""
    return data.startswith(_JPEG_START)


def png_of(pixels: MatLike) -> bytes:
    """A PNG of grey or BGR pixels of 8 or 16 bits: lossless and quick."""
    fine, encoded = cv2.imencode('.png', pixels, _FASTEST)
    assert fine, pixels.shape
    return encoded.tobytes()
