"""Images to bytes: PNG and JPEG, the same bytes for the same pixels.

PNG is framed here, with the filter of a whole image done by numpy and deflate by ISA-L. Of a noisy
640x480 frame that takes 2.4 ms for colour, 1.5 ms for depth and 0.2 ms for a mask, where OpenCV
takes four times as long for files 8 % smaller, and Pillow thirty times
(``benchmarks/bench_codecs.py``). The bytes depend on the pixels and on the version of the library
alone: no dates, no text chunks.
"""

from __future__ import annotations

import struct
from typing import Literal

import cv2
import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from synth_ros.errors import InternalError, OutputError
from synth_ros.types import ByteImage, DepthImage, IdImage

RgbFormat = Literal['png', 'jpeg']

MAX_DEPTH_M = 65.535
"""Largest depth that 16 bits hold in millimetres."""
MAX_ID = 65535
"""Largest id of a 16-bit mask."""
MAX_SEGMENT = 2**24 - 1
"""Largest segment id of a COCO panoptic mask."""
MAX_BYTE_CLASS = 254
"""Up to this class id a semantic mask has 8 bits; 255 stays free, as trainers ignore it."""

_SIGNATURE = b'\x89PNG\r\n\x1a\n'
_GREY, _RGB, _PALETTE = 0, 2, 3
_FILTER_SUB, _FILTER_UP = 1, 2
# ISA-L's levels 1 and 2 are no choice: one process in two hundred makes other bytes of the same
# pixels. Level 0 is the fastest on masks, level 3 as small as they are on colour and depth.
_MASK_LEVEL, _PICTURE_LEVEL = 0, 3

PngPixels = NDArray[np.uint8] | NDArray[np.uint16]


def suffix(rgb_format: RgbFormat) -> str:
    """File name ending of a colour image: ``.png`` or ``.jpg``."""
    return '.png' if rgb_format == 'png' else '.jpg'


def encode_png(
    pixels: PngPixels, *, is_mask: bool = False, palette: ByteImage | None = None
) -> bytes:
    """A PNG file of one image.

    Colours are filtered as differences to the pixel on the left (PNG specification, filter type
    1), all else as differences to the row above (type 2): over frames of the demo, the first makes
    colour 4 to 12 % smaller and takes no longer; depth it makes 3 % smaller, but a tenth slower
    to read (``benchmarks/bench_colour.py``).

    Args:
        pixels: Shape (height, width) of uint8 or uint16, or (height, width, 3) of uint8, RGB.
        is_mask: Whether large areas are of one value; tells how hard to look for repetitions.
        palette: Colours that viewers show for the values of a (height, width) uint8 image, shape
            (256, 3), RGB; readers that ask for indices get the values.

    Returns:
        The file's bytes; decoding gives exactly the pixels back.
    """
    height, width = pixels.shape[:2]
    bits = 8 * pixels.dtype.itemsize
    colour = _RGB if pixels.ndim == 3 else _GREY if palette is None else _PALETTE
    table = b'' if palette is None else b''.join(_chunk(b'PLTE', palette.tobytes()))
    # PNG stores 16-bit samples with the high byte first.
    stored = np.ascontiguousarray(pixels if bits == 8 else pixels.astype('>u2'))
    rows = stored.view(np.uint8).reshape(height, -1)
    filtered = _filtered(rows, left=3 if colour == _RGB and not is_mask else 0)
    header = struct.pack('>IIBBBBB', width, height, bits, colour, 0, 0, 0)
    body = isal_zlib.compress(filtered, _MASK_LEVEL if is_mask else _PICTURE_LEVEL)
    return b''.join(
        (
            _SIGNATURE,
            *_chunk(b'IHDR', header),
            table,
            *_chunk(b'IDAT', body),
            *_chunk(b'IEND', b''),
        )
    )


def _filtered(rows: ByteImage, *, left: int) -> ByteImage:
    """Rows behind the number of their filter.

    Args:
        rows: Shape (height, bytes of a row), uint8.
        left: Bytes of a pixel, for differences to the one on the left; 0 for the row above.
    """
    out = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    if left:
        out[:, 0] = _FILTER_SUB
        out[:, 1 : 1 + left] = rows[:, :left]
        np.subtract(rows[:, left:], rows[:, :-left], out=out[:, 1 + left :])
    else:
        out[:, 0] = _FILTER_UP
        out[0, 1:] = rows[0]
        np.subtract(rows[1:], rows[:-1], out=out[1:, 1:])
    return out


def encode_rgb(rgb: ByteImage, *, rgb_format: RgbFormat, jpeg_quality: int) -> bytes:
    """A colour image as PNG (lossless) or JPEG (chroma at half resolution, as cameras do).

    Args:
        rgb: Shape (height, width, 3), uint8.
        rgb_format: Which file format.
        jpeg_quality: 1..100; PNG ignores it.

    Raises:
        OutputError: The JPEG encoder refused the image.
    """
    if rgb_format == 'png':
        return encode_png(rgb)
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode('.jpg', bgr, [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality])
    if not done:
        raise OutputError(f'OpenCV could not encode an image of shape {rgb.shape} as JPEG.')
    return data.tobytes()


def encode_depth(depth_m: DepthImage) -> bytes:
    """Depth as a 16-bit PNG in millimetres, rounded to the nearest, 0 invalid.

    Args:
        depth_m: Shape (height, width), float32, metres along the optical axis, 0 invalid.

    Raises:
        OutputError: A pixel is not finite, is negative, or lies beyond 65.535 m.
    """
    with np.errstate(over='ignore', invalid='ignore'):
        depth_mm = np.rint(depth_m * np.float32(1000))
    # Negated, so that NaN is caught too.
    wrong = ~((depth_mm >= 0) & (depth_mm <= MAX_ID))
    if wrong.any():
        raise OutputError(_describe_depth(depth_m, wrong))
    return encode_png(depth_mm.astype(np.uint16))


def encode_instances(instance_id: IdImage) -> bytes:
    """Instance ids as a 16-bit PNG, 0 background.

    Args:
        instance_id: Shape (height, width), int32.

    Raises:
        OutputError: An id is negative or above 65535.
    """
    low, high = int(instance_id.min()), int(instance_id.max())
    if low < 0 or high > MAX_ID:
        raise OutputError(
            f'An instance mask holds the id {low if low < 0 else high}, but a 16-bit PNG holds '
            f'0 to {MAX_ID}. Use fewer objects.'
        )
    return encode_png(instance_id.astype(np.uint16), is_mask=True)


def encode_parts(part_id: NDArray[np.uint16]) -> bytes:
    """A part mask as a 16-bit PNG, 0 no part; shape (height, width), uint16."""
    return encode_png(part_id, is_mask=True)


def encode_panoptic(segment_id: IdImage) -> bytes:
    """Segment ids as COCO's panoptic PNG: id = R + 256 G + 65536 B, 0 void.

    Args:
        segment_id: Shape (height, width), int32.

    Raises:
        OutputError: An id is negative or above 16 777 215.
    """
    low, high = int(segment_id.min()), int(segment_id.max())
    if low < 0 or high > MAX_SEGMENT:
        raise OutputError(
            f'A panoptic mask holds the id {low if low < 0 else high}, but its PNG holds 0 to '
            f'{MAX_SEGMENT}. Use smaller class ids, or set labels.panoptic to false.'
        )
    # Little-endian bytes of the id are red, green, blue and an unused fourth.
    planes = np.ascontiguousarray(segment_id, dtype='<i4').view(np.uint8)
    return encode_png(planes.reshape(*segment_id.shape, 4)[:, :, :3], is_mask=True)


def encode_classes(class_id: NDArray[np.uint16], largest_class_id: int) -> bytes:
    """A semantic mask as PNG, 0 background.

    Args:
        class_id: Shape (height, width), uint16.
        largest_class_id: Of the whole dataset, so that all its masks have one depth: 8 bits
            up to 254, else 16.

    Raises:
        InternalError: A pixel's class is not in the dataset.
    """
    if int(class_id.max()) > largest_class_id:
        raise InternalError(
            f'A semantic mask holds class {int(class_id.max())}, but the largest class of the '
            f'dataset is {largest_class_id}.'
        )
    if largest_class_id <= MAX_BYTE_CLASS:
        return encode_png(class_id.astype(np.uint8), is_mask=True)
    return encode_png(class_id, is_mask=True)


def _chunk(kind: bytes, data: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """The parts of one PNG chunk: length, kind, data, checksum."""
    checksum = isal_zlib.crc32(data, isal_zlib.crc32(kind))
    return struct.pack('>I', len(data)), kind, data, struct.pack('>I', checksum)


def _describe_depth(depth_m: DepthImage, wrong: NDArray[np.bool_]) -> str:
    """Why a depth image does not fit, with its first wrong pixel."""
    row, column = (int(i) for i in np.argwhere(wrong)[0])
    return (
        f'Depth {float(depth_m[row, column]):g} m at pixel (column {column}, row {row}) and '
        f'{int(wrong.sum()) - 1} more pixels do not fit a 16-bit depth PNG, which holds 0 to '
        f'{MAX_DEPTH_M} m in millimetres. Give the depth camera a maximum range below '
        f'{MAX_DEPTH_M} m, or set output.dataset.depth to false.'
    )
