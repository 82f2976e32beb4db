"""Image files: there, whole, and of the size that is stated."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from synth_ros.errors import UsageError
from synth_ros.readers.container import StoredFile
from synth_ros.readers.layouts.exif import quarter_turns
from synth_ros.validate.base import Rule, Sink

LARGEST_PX = 1 << 28
"""More pixels than this are taken for a damaged head; 16384 squared."""
IMAGE_SUFFIXES = frozenset({'.bmp', '.jpeg', '.jpg', '.png', '.ppm', '.tif', '.tiff', '.webp'})

RULES = (
    Rule(
        'file.missing',
        'error',
        'every file that is named exists',
        'Bring the file back, or remove the records that name it.',
    ),
    Rule(
        'file.unreadable',
        'error',
        'every file can be read',
        'Check permissions and the disk, then copy the file again.',
    ),
    Rule(
        'file.outside',
        'error',
        'file names are relative and stay inside the dataset',
        'Write names relative to the dataset, or move the files into it.',
    ),
    Rule(
        'image.damaged',
        'error',
        'every image can be decoded to its last pixel',
        'Copy or make the image again; it was cut short or changed.',
    ),
    Rule(
        'image.size',
        'error',
        'an image has the size that its labels state',
        'Correct the stated size, or use the image that was labelled: boxes and masks are in its '
        'pixels.',
    ),
)


class Seen(NamedTuple):
    """What is known of an image file.

    Attributes:
        width: Pixels, as labels count them (turned as EXIF says where the labels do so).
        height: Pixels.
        digest: Of its bytes; empty if they were not read.
    """

    width: int
    height: int
    digest: bytes


def read_bytes(path: StoredFile, file: str, sink: Sink) -> bytes | None:
    """All of a file; ``None``, and reported, if it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        sink.add('file.missing', file, 'there is no such file')
    except UsageError as error:
        sink.add('file.unreadable', file, str(error)[:300])
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        sink.add('file.unreadable', file, f'it cannot be read: {reason}')
    return None


def inside(folder: Path, name: str) -> Path | None:
    """The path of a file that is named relative to a folder; ``None`` if it leaves it."""
    if not name or name.startswith(('/', '\\')) or '..' in Path(name).parts or '\0' in name:
        return None
    if len(name) > 1 and name[1] == ':':
        return None
    return folder / name


def check_image(
    path: StoredFile, file: str, sink: Sink, *, size: tuple[int, int] | None, fast: bool
) -> Seen | None:
    """Look at an image file.

    Args:
        path: Where it is.
        file: Its name in findings.
        sink: Where to report.
        size: Width and height that labels state; ``None`` if they state none.
        fast: Read its head alone.

    Returns:
        What was seen; ``None`` if it is no image.
    """
    if fast and isinstance(path, Path):
        return _check_head(path, file, sink, size=size)
    data = read_bytes(path, file, sink)
    if data is None:
        return None
    seen = check_image_bytes(data, file, sink, size=size, decode=not fast)
    return seen and seen._replace(digest=b'' if fast else seen.digest)


def check_image_bytes(
    data: bytes, file: str, sink: Sink, *, size: tuple[int, int] | None, decode: bool = True
) -> Seen | None:
    """Look at the bytes of an image file; see ``check_image``."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            seen = _sized(image, file, sink, size=size)
            if seen is not None and decode:
                image.load()
    except Exception as error:  # noqa: BLE001 (decoders raise anything on damaged bytes)
        sink.add('image.damaged', file, _reason(data, error))
        return None
    return seen and seen._replace(digest=digest_of(data))


def digest_of(data: bytes) -> bytes:
    """Sixteen bytes that tell contents apart."""
    return hashlib.blake2b(data, digest_size=16).digest()


def _check_head(path: Path, file: str, sink: Sink, *, size: tuple[int, int] | None) -> Seen | None:
    try:
        with Image.open(path) as image:
            return _sized(image, file, sink, size=size)
    except FileNotFoundError:
        sink.add('file.missing', file, 'there is no such file')
    except Exception as error:  # noqa: BLE001 (decoders raise anything on damaged bytes)
        sink.add('image.damaged', file, _reason(b'?', error))
    return None


def _sized(
    image: Image.Image, file: str, sink: Sink, *, size: tuple[int, int] | None
) -> Seen | None:
    width, height = image.size
    if width * height > LARGEST_PX:
        sink.add('image.damaged', file, f'its head says {width} x {height} pixels')
        return None
    if size is not None and size != (width, height):
        if size == (height, width) and quarter_turns(image):
            return Seen(height, width, b'')
        sink.add(
            'image.size',
            file,
            f'it has {width} x {height} pixels, but {size[0]} x {size[1]} are stated',
        )
        # Labels fit the stated size; decoding what is another image proves nothing more.
    return Seen(width, height, b'')


def read_pixels(
    path: StoredFile, file: str, sink: Sink, *, size: tuple[int, int] | None
) -> NDArray[np.generic] | None:
    """Values of a mask or depth image; palettes are not looked up.

    Returns:
        (height, width) or (height, width, channels); ``None``, and reported, if it is damaged
        or of another size.
    """
    data = read_bytes(path, file, sink)
    return None if data is None else pixels_of(data, file, sink, size=size)


def pixels_of(
    data: bytes, file: str, sink: Sink, *, size: tuple[int, int] | None
) -> NDArray[np.generic] | None:
    """Values in the bytes of an image file; see ``read_pixels``."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
            if width * height > LARGEST_PX:
                sink.add('image.damaged', file, f'its head says {width} x {height} pixels')
                return None
            pixels = np.asarray(image)
    except Exception as error:  # noqa: BLE001 (decoders raise anything on damaged bytes)
        sink.add('image.damaged', file, _reason(data, error))
        return None
    if size is not None and size != (width, height):
        sink.add(
            'image.size',
            file,
            f'it has {width} x {height} pixels, but its image has {size[0]} x {size[1]}',
        )
        return None
    return pixels


def _reason(data: bytes, error: Exception) -> str:
    if not data:
        return 'the file is empty'
    if isinstance(error, UnidentifiedImageError):
        return 'it is no image of a known kind'
    return f'it cannot be decoded: {str(error) or type(error).__name__}'
