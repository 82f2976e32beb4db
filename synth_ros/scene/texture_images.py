"""Folders of images that serve as textures."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from synth_ros.errors import AssetError, NotFoundError
from synth_ros.randomize.inventory import ImageInfo, TextureFolder
from synth_ros.randomize.scene import SampledTexture
from synth_ros.types import ByteImage

SUFFIXES = ('.png', '.jpg', '.jpeg')
# Larger ones are made smaller: a texture that covers a hand's breadth shows no more.
_MOST_PIXELS = 512


class ImageFiles:
    """The images of all folders of a config, decoded when first used.

    Attributes:
        folders: What there is to draw from.
    """

    def __init__(self, folders: Sequence[tuple[TextureFolder, Path]] = ()) -> None:
        self.folders = tuple(folder for folder, _ in folders)
        self._paths = {
            image.sha256: path / image.file for folder, path in folders for image in folder.images
        }
        self._pixels: dict[str, ByteImage] = {}

    def pixels(self, drawn: SampledTexture) -> ByteImage:
        """The pixels of a drawn image, (height, width, 3), uint8.

        Raises:
            NotFoundError: If no folder of the config has it (a replayed scene of another
                config, or an image that changed since).
            AssetError: If it changed since it was listed.
        """
        if drawn.sha256 not in self._pixels:
            if drawn.sha256 not in self._paths:
                raise NotFoundError(
                    'image', drawn.file, available=sorted(p.name for p in self._paths.values())
                )
            path = self._paths[drawn.sha256]
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() != drawn.sha256:
                raise AssetError(path, 'it changed while it was in use; start again.')
            self._pixels[drawn.sha256] = _decoded(data, path)
        return self._pixels[drawn.sha256]


def list_folder(folder: str, base_dir: Path) -> tuple[TextureFolder, Path]:
    """The images of a folder, each tried.

    Args:
        folder: As the config names it.
        base_dir: Folder that relative paths start from.

    Returns:
        Its images in alphabetical order, and where it is.

    Raises:
        AssetError: If it is missing, holds no image, or one that cannot be read.
    """
    path = base_dir / Path(folder).expanduser()
    if not path.is_dir():
        raise AssetError(path, 'there is no such folder of textures.')
    files = sorted(entry for entry in path.iterdir() if entry.suffix.lower() in SUFFIXES)
    if not files:
        raise AssetError(
            path, f'the folder holds no image; put in files that end in {", ".join(SUFFIXES)}.'
        )
    images = []
    for file in files:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise AssetError(file, f'the image cannot be read: {error.strerror}.') from error
        _decoded(data, file)
        images.append(ImageInfo(file.name, hashlib.sha256(data).hexdigest()))
    return TextureFolder(folder, tuple(images)), path


def _decoded(data: bytes, path: Path) -> ByteImage:
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.thumbnail((_MOST_PIXELS, _MOST_PIXELS))
            return np.asarray(image.convert('RGB'), np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise AssetError(
            path, f'the image is broken or of another kind ({error}); mend or remove it.'
        ) from error
