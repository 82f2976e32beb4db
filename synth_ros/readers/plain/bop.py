"""BOP as a plain dataset: boxes and shares of the visible part, poses in metres."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from synth_ros.errors import UsageError
from synth_ros.readers.layouts.bop import (
    INFO,
    MODEL,
    POSE,
    BopInfo,
    BopModel,
    BopPose,
    BopScene,
    find_models,
    find_scenes,
    image_of,
)
from synth_ros.readers.layouts.folders import is_file
from synth_ros.readers.layouts.json_items import JsonDamageError, read_json
from synth_ros.readers.plain.files import ADVICE, Entry, plain_image, read_colour, read_values
from synth_ros.readers.plain.types import PlainImage, PlainObject
from synth_ros.schema.faults import first_fault
from synth_ros.types import ByteImage, FloatArray, MaskImage

T = TypeVar('T')
_MM = 1000.0


class _Scene(NamedTuple):
    """Records of a scene by image id."""

    poses: dict[int, list[BopPose]]
    infos: dict[int, list[BopInfo]]


class BopPlain:
    """All scenes of all splits; classes are called ``obj_000001``.

    Args:
        path: The folder.

    Raises:
        UsageError: It holds no scene, or a file is damaged.
    """

    kind = 'bop'

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._images: dict[str, tuple[BopScene, int, Entry]] = {}
        self._models = _models(self.path)
        numbers = set(self._models)
        for scene in find_scenes(self.path):
            records = _scene(scene.path)
            for number, poses in sorted(records.poses.items()):
                numbers |= {pose.obj_id for pose in poses}
                image = image_of(scene.path, number)
                if image is None:
                    raise UsageError(
                        f'{scene.path} has no image {number:06d}, which scene_gt.json lists. '
                        f'{ADVICE}'
                    )
                entry = Entry(image, scene.split, scene.group)
                name = image.relative_to(self.path).as_posix()
                self._images[name] = (scene, number, entry)
        if not self._images:
            raise UsageError(f'{path} holds no scene of BOP with scene_gt.json.')
        self.class_names: Sequence[str] = tuple(_name(number) for number in sorted(numbers))

    def __len__(self) -> int:
        """Number of images."""
        return len(self._images)

    def __iter__(self) -> Iterator[PlainImage]:
        """All images, scene by scene."""
        for scene, number, entry in self._images.values():
            records = _scene(scene.path)
            infos = records.infos.get(number, [])
            objects = [
                self._object(pose, infos[place] if place < len(infos) else None)
                for place, pose in enumerate(records.poses[number])
            ]
            yield plain_image(self.path, entry, objects)

    def read_rgb(self, image: PlainImage) -> ByteImage:
        """Colour of an image."""
        return read_colour(self.path / image.name)

    def masks(self, image: PlainImage) -> Sequence[MaskImage | None]:
        """Visible mask of each object; ``None`` without ``mask_visib/``."""
        scene, number, _ = self._images[image.name]
        folder = scene.path / 'mask_visib'
        found: list[MaskImage | None] = []
        for place in range(len(image.objects)):
            path = folder / f'{number:06d}_{place:06d}.png'
            found.append(read_values(path) != 0 if is_file(path) else None)
        return found

    def _object(self, pose: BopPose, info: BopInfo | None) -> PlainObject:
        model = self._models.get(pose.obj_id)
        size = None
        if model is not None:
            size = (model.size_x / _MM, model.size_y / _MM, model.size_z / _MM)
        seen = info is not None and info.px_count_visib > 0
        return PlainObject(
            class_name=_name(pose.obj_id),
            box=_box(info.bbox_visib) if info is not None and seen else None,
            area_px=float(info.px_count_visib) if info is not None else None,
            visibility=info.visib_fract if info is not None else None,
            camera_from_object=_pose(pose),
            size_m=size,
        )


def _box(box: Sequence[float]) -> tuple[float, float, float, float]:
    """Half-open edges; BOP's width and height reach from the first pixel to the last."""
    x, y, width, height = box
    return x, y, x + width + 1, y + height + 1


def _pose(pose: BopPose) -> FloatArray:
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(pose.cam_R_m2c, (3, 3))
    matrix[:3, 3] = np.array(pose.cam_t_m2c) / _MM
    return matrix


def _name(number: int) -> str:
    return f'obj_{number:06d}'


@lru_cache(maxsize=4)
def _scene(folder: Path) -> _Scene:
    """Records of a scene; images are read scene by scene."""
    poses = _lists(folder / 'scene_gt.json', POSE)
    path = folder / 'scene_gt_info.json'
    return _Scene(poses, _lists(path, INFO) if is_file(path) else {})


def _lists(path: Path, adapter: TypeAdapter[T]) -> dict[int, list[T]]:
    stored = _stored(path)
    try:
        return {
            int(key): [adapter.validate_python(item) for item in value]  # type: ignore[attr-defined]
            for key, value in stored.items()
        }
    except ValidationError as error:
        raise UsageError(f'{path}: {first_fault(error)}. {ADVICE}') from None
    except (TypeError, ValueError) as error:
        raise UsageError(f'{path} does not map image ids to objects: {error}.') from None


def _models(root: Path) -> dict[int, BopModel]:
    folder = find_models(root).get('models')
    if folder is None or not is_file(folder / 'models_info.json'):
        return {}
    path = folder / 'models_info.json'
    try:
        return {int(key): MODEL.validate_python(v) for key, v in _stored(path).items()}
    except ValueError as error:
        raise UsageError(f'{path} is no list of models: {error}') from None


def _stored(path: Path) -> dict[str, object]:
    try:
        stored = read_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}.') from None
    except JsonDamageError as error:
        raise UsageError(f'{path}:{error.line} is damaged: {error.reason}.') from None
    if not isinstance(stored, dict):
        raise UsageError(f'{path} is no JSON object.')
    return stored
