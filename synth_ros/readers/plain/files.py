"""What readers of foreign datasets share: images from files, errors that name file and line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from synth_ros.errors import UsageError
from synth_ros.readers.layouts.exif import quarter_turns
from synth_ros.readers.layouts.names import scene_of
from synth_ros.readers.plain.types import PlainImage, PlainObject
from synth_ros.types import ByteImage, MaskImage

T = TypeVar('T')


ADVICE = 'Run synth-ros validate on the dataset to see all that is wrong.'


class Entry(NamedTuple):
    """An image that a dataset knows, not read yet.

    Attributes:
        path: Its file.
        split: Its split; empty if there are none.
        group: What it belongs to; empty if not known.
        size: Width and height that labels state; ``None`` if they state none.
    """

    path: Path
    split: str
    group: str = ''
    size: tuple[int, int] | None = None


def plain_image(root: Path, entry: Entry, objects: Sequence[PlainObject]) -> PlainImage:
    """An image with its objects; looks up its size where labels state none.

    Raises:
        UsageError: Its file is missing or damaged.
    """
    name = entry.path.relative_to(root).as_posix()
    width, height = entry.size or image_size(entry.path)
    return PlainImage(
        name=name,
        width=width,
        height=height,
        split=entry.split,
        group=entry.group or scene_of(name),
        objects=tuple(objects),
    )


def read_text(path: Path) -> str:
    """A text file.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return path.read_bytes().decode('utf-8-sig')
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}.') from None
    except UnicodeDecodeError as error:
        raise UsageError(f'{path} is no UTF-8 text: {error.reason}. {ADVICE}') from None


def image_size(path: Path) -> tuple[int, int]:
    """Width and height of an image file, from its head.

    Raises:
        UsageError: It is missing or damaged.
    """
    with _opened(path) as image:
        return image.size


def read_colour(path: Path, size: tuple[int, int] | None = None) -> ByteImage:
    """A colour image of any kind, (height, width, 3), uint8, RGB.

    Args:
        path: The file.
        size: Width and height that labels state: the image is turned as its EXIF data say if
            it fits only then.

    Raises:
        UsageError: It is missing or damaged.
    """
    with _opened(path) as image:
        turn = _whole(path, lambda: quarter_turns(image))
        pixels = _whole(path, lambda: _rgb(image))
    if size is not None and turn and pixels.shape[:2] != (size[1], size[0]):
        pixels = np.ascontiguousarray(np.rot90(pixels, turn))
    return pixels


def read_values(path: Path) -> NDArray[np.int64]:
    """Values of a mask, (height, width); palettes are not looked up.

    Raises:
        UsageError: It is missing or damaged, or has several channels.
    """
    with _opened(path) as image:
        values = _whole(path, lambda: np.asarray(image))
    if values.ndim != 2:
        raise UsageError(f'{path} has {values.shape[2]} channels; a mask has one.')
    return values.astype(np.int64)


def has_values(path: Path) -> bool:
    """Whether an image has one channel, of values or of places in a palette.

    Raises:
        UsageError: It is missing or damaged.
    """
    with _opened(path) as image:
        return len(image.getbands()) == 1


def box_around(mask: MaskImage) -> tuple[float, float, float, float]:
    """Box (x0, y0, x1, y1) around the pixels of a mask that has some, half-open."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def area_of(box: tuple[float, float, float, float]) -> float:
    """Pixels of a box."""
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def _opened(path: Path) -> Image.Image:
    try:
        return Image.open(path)
    except FileNotFoundError:
        raise UsageError(f'There is no image {path}. {ADVICE}') from None
    except Exception as error:  # noqa: BLE001 (decoders raise anything on damaged bytes)
        raise UsageError(f'{path} is no image that can be read: {error}. {ADVICE}') from None


def _whole(path: Path, read: Callable[[], T]) -> T:
    try:
        return read()
    except Exception as error:  # noqa: BLE001 (decoders raise anything on damaged bytes)
        raise UsageError(f'{path} is damaged: {error}. {ADVICE}') from None


def _rgb(image: Image.Image) -> ByteImage:
    if image.mode.startswith('I;16'):
        grey = (np.asarray(image) >> 8).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    pixels: ByteImage = np.array(image.convert('RGB'))
    return pixels
