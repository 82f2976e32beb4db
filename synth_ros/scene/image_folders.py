"""Loads all folders of images that a config names: textures, panoramas, backdrops."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from synth_ros.config.base import KeyPath
from synth_ros.config.root import Config
from synth_ros.config.textures import TextureConfig
from synth_ros.randomize.inventory import TextureFolder
from synth_ros.scene.pictures import PictureFiles, PictureFolder, list_pictures
from synth_ros.scene.texture_images import ImageFiles, list_folder

T = TypeVar('T')


class Attempt(Protocol):
    """Does some work; notes its error at a key of the config and gives ``None`` instead."""

    def __call__(self, key_path: KeyPath, work: Callable[[], T]) -> T | None:
        """The result of the work."""
        ...


def load_images(config: Config, base_dir: Path, *, attempt: Attempt) -> ImageFiles:
    """All folders of textures; one that several keys name is read once.

    Args:
        config: Names them.
        base_dir: Folder that relative paths start from.
        attempt: Notes what is wrong.
    """
    named: list[tuple[KeyPath, TextureConfig]] = [
        (('objects', 'texture'), config.objects.texture),
        (('environment', 'textures'), config.environment.textures),
        (('distractors', 'contextual', 'texture'), config.distractors.contextual.texture),
        (('distractors', 'flying', 'texture'), config.distractors.flying.texture),
        (('distractors', 'occluders', 'texture'), config.distractors.occluders.texture),
        (('distractors', 'background', 'texture'), config.distractors.background.texture),
    ]
    folders: dict[str, tuple[TextureFolder, Path] | None] = {}
    for key, entry in named:
        if entry.folder is not None and entry.folder not in folders:
            work = partial(list_folder, entry.folder, base_dir)
            folders[entry.folder] = attempt((*key, 'folder'), work)
    return ImageFiles([folder for folder in folders.values() if folder is not None])


def load_pictures(config: Config, base_dir: Path, *, attempt: Attempt) -> PictureFiles:
    """All folders of panoramas and backdrops; one that several keys name is read once.

    Args:
        config: Names them.
        base_dir: Folder that relative paths start from.
        attempt: Notes what is wrong.
    """
    around = config.environment
    named = [
        ('sky', around.sky.folder if around.sky else None),
        ('image_light', around.image_light.folder),
        ('backdrop', around.backdrop.folder),
    ]
    folders: dict[str, PictureFolder | None] = {}
    for key, folder in named:
        # Panoramas come first, so what serves as both is tried as the stricter one.
        if folder is not None and folder not in folders:
            work = partial(list_pictures, folder, base_dir, panoramas=key != 'backdrop')
            folders[folder] = attempt(('environment', key, 'folder'), work)
    return PictureFiles([folder for folder in folders.values() if folder is not None])
