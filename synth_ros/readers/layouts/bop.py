"""BOP scenewise: ``<split>/<scene>/`` with images, masks and three JSON files; ``models/``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from synth_ros.readers.layouts.folders import folders_in, with_stem

Nine = Annotated[list[float], Field(min_length=9, max_length=9)]
Three = Annotated[list[float], Field(min_length=3, max_length=3)]
Four = Annotated[list[float], Field(min_length=4, max_length=4)]
Sixteen = Annotated[list[float], Field(min_length=16, max_length=16)]


class BopScene(NamedTuple):
    """A scene.

    Attributes:
        path: Its folder.
        split: Name of the folder above; empty if the dataset is one split.
    """

    path: Path
    split: str

    @property
    def group(self) -> str:
        """What its images belong to."""
        return f'{self.split}/{self.path.name}'


class _Record(BaseModel):
    model_config = ConfigDict(strict=True, extra='ignore')


class BopCamera(_Record):
    """An image's entry of ``scene_camera.json``; translations in millimetres."""

    cam_K: Nine  # noqa: N815 (the format's name)
    depth_scale: float | None = None
    cam_R_w2c: Nine | None = None  # noqa: N815
    cam_t_w2c: Three | None = None


class BopPose(_Record):
    """An object of an image in ``scene_gt.json``; translation in millimetres."""

    obj_id: int
    cam_R_m2c: Nine  # noqa: N815
    cam_t_m2c: Three


class BopInfo(_Record):
    """An object of an image in ``scene_gt_info.json``; boxes x, y, width, height."""

    bbox_obj: Four
    bbox_visib: Four
    px_count_all: int
    px_count_valid: int
    px_count_visib: int
    visib_fract: float


class _Continuous(_Record):
    axis: Three
    offset: Three


class BopModel(_Record):
    """An entry of ``models_info.json``, millimetres."""

    diameter: float
    min_x: float
    min_y: float
    min_z: float
    size_x: float
    size_y: float
    size_z: float
    symmetries_discrete: list[Sixteen] = Field(default_factory=list)
    symmetries_continuous: list[_Continuous] = Field(default_factory=list)


CAMERA, POSE, INFO = TypeAdapter(BopCamera), TypeAdapter(BopPose), TypeAdapter(BopInfo)
MODEL = TypeAdapter(BopModel)


def find_scenes(root: Path) -> list[BopScene]:
    """All scenes of all splits, sorted; the root may also be a split or a scene."""
    if is_scene(root):
        return [BopScene(root, '')]
    below = [BopScene(folder, '') for folder in folders_in(root) if is_scene(folder)]
    deeper = [
        BopScene(folder, split.name)
        for split in folders_in(root)
        for folder in folders_in(split)
        if is_scene(folder)
    ]
    return below + deeper


def is_scene(folder: Path) -> bool:
    """Whether a folder is a scene."""
    return any((folder / name).is_file() for name in ('scene_gt.json', 'scene_camera.json'))


def find_models(root: Path) -> dict[str, Path]:
    """Folders of models by name: ``models``, ``models_eval`` and others of a dataset."""
    return {folder.name: folder for folder in folders_in(root) if folder.name.startswith('models')}


def image_of(scene: Path, number: int) -> Path | None:
    """The colour or grey image of a number; ``None`` if there is none."""
    for folder in ('rgb', 'gray'):
        path = with_stem(scene / folder, f'{number:06d}')
        if path is not None:
            return path
    return None
