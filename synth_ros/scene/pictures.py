"""Folders of panoramas and of pictures for backdrops, as light and as the screen shows them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from synth_ros.errors import AssetError, NotFoundError
from synth_ros.randomize.inventory import ImageInfo, TextureFolder
from synth_ros.randomize.scene import SampledImage
from synth_ros.types import ByteImage

SUFFIXES = ('.png', '.jpg', '.jpeg', '.hdr')
# Larger ones are made smaller: a camera sees a part of a panorama with fewer pixels than that.
_WIDEST = 2048
# Twice as wide as high, give or take.
_ASPECT_SLACK = 0.02
_REMEMBERED = 4
# Brightness of a finished picture that the mean of a picture with more than 8 bits becomes.
_MIDDLE = 0.25


class Picture(NamedTuple):
    """A decoded picture.

    Attributes:
        screen: As the screen shows it, (height, width, 3), uint8.
        light: Linear light, of any scale, (height, width, 3), float32.
    """

    screen: ByteImage
    light: NDArray[np.float32]


class PictureFolder(NamedTuple):
    """A folder of pictures.

    Attributes:
        info: What there is to draw from.
        path: Where it is.
    """

    info: TextureFolder
    path: Path


class PictureFiles:
    """The pictures of all folders of a config; the last few are kept decoded.

    Attributes:
        folders: What there is to draw from.
    """

    def __init__(self, folders: Sequence[PictureFolder] = ()) -> None:
        self.folders = tuple(folder.info for folder in folders)
        self._paths = {
            image.sha256: folder.path / image.file
            for folder in folders
            for image in folder.info.images
        }
        self._decoded: dict[str, Picture] = {}

    def picture(self, drawn: SampledImage) -> Picture:
        """A drawn picture.

        Raises:
            NotFoundError: If no folder of the config has it.
            AssetError: If it changed since it was listed.
        """
        if drawn.sha256 not in self._decoded:
            if drawn.sha256 not in self._paths:
                raise NotFoundError(
                    'picture', drawn.file, available=sorted(p.name for p in self._paths.values())
                )
            path = self._paths[drawn.sha256]
            data = _read(path)
            if hashlib.sha256(data).hexdigest() != drawn.sha256:
                raise AssetError(path, 'it changed while it was in use; start again.')
            while len(self._decoded) >= _REMEMBERED:
                del self._decoded[next(iter(self._decoded))]
            self._decoded[drawn.sha256] = _decoded(data, path)
        return self._decoded[drawn.sha256]


def list_pictures(folder: str, base_dir: Path, *, panoramas: bool) -> PictureFolder:
    """The pictures of a folder, each tried.

    Args:
        folder: As the config names it.
        base_dir: Folder that relative paths start from.
        panoramas: Whether all must be twice as wide as high.

    Raises:
        AssetError: If it is missing, holds no picture, or one that cannot be used.
    """
    path = base_dir / Path(folder).expanduser()
    noun = 'panoramas' if panoramas else 'pictures'
    if not path.is_dir():
        raise AssetError(path, f'there is no such folder of {noun}.')
    files = sorted(entry for entry in path.iterdir() if entry.suffix.lower() in SUFFIXES)
    if not files:
        raise AssetError(
            path, f'the folder holds no picture; put in files that end in {", ".join(SUFFIXES)}.'
        )
    images = []
    for file in files:
        data = _read(file)
        height, width, _ = _decoded(data, file).screen.shape
        if panoramas and abs(width / height - 2) > _ASPECT_SLACK * 2:
            raise AssetError(
                file,
                f'it is {width / height:.2f} times as wide as high; a panorama of all around '
                '(equirectangular) is twice as wide as high.',
            )
        images.append(ImageInfo(file.name, hashlib.sha256(data).hexdigest()))
    return PictureFolder(TextureFolder(folder, tuple(images)), path)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AssetError(path, f'the picture cannot be read: {error.strerror}.') from error


def _decoded(data: bytes, path: Path) -> Picture:
    if path.suffix.lower() == '.hdr':
        return _high_range(data, path)
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.thumbnail((_WIDEST, _WIDEST))
            screen = np.asarray(image.convert('RGB'), np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise AssetError(
            path, f'the picture is broken or of another kind ({error}); mend or remove it.'
        ) from error
    return Picture(screen, linear(screen / np.float32(255)).astype(np.float32))


def _high_range(data: bytes, path: Path) -> Picture:
    """A Radiance picture, which holds light itself."""
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH
    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        found = None
    if found is None or found.dtype != np.float32 or not np.isfinite(found).all():
        raise AssetError(path, 'the picture is broken or no Radiance file; mend or remove it.')
    light = found[..., ::-1]
    width = light.shape[1]
    if width > _WIDEST:
        size = (_WIDEST, max(round(light.shape[0] * _WIDEST / width), 1))
        light = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
    light = np.maximum(light, 0).astype(np.float32)
    shown = light * (_MIDDLE / max(float(light.mean()), 1e-9))
    return Picture((encoded(shown) * 255).round().astype(np.uint8), np.asarray(light, np.float32))


def linear(screen: NDArray[np.floating]) -> NDArray[np.float64]:
    """Light of screen colours, both 0 to 1 (sRGB, IEC 61966-2-1)."""
    x = np.asarray(screen, np.float64)
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def encoded(light: NDArray[np.floating]) -> NDArray[np.float64]:
    """Screen colours of light, both 0 to 1; what is brighter is cut off."""
    x = np.clip(light, 0, 1)
    return np.asarray(np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055))
