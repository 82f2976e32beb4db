"""What an object's MJCF file says for labels: keypoints as sites, symmetries as a custom text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import mujoco
import numpy as np
from pydantic import ValidationError

from synth_ros.config.objects import SymmetryConfig
from synth_ros.errors import AssetError
from synth_ros.geometry.transforms import transform_points
from synth_ros.scene.keypoints import site_keypoint
from synth_ros.scene.symmetry import NO_GROUP, combines
from synth_ros.types import FloatArray, KeypointSpec

SYMMETRY_TEXT: Final = 'symmetry'
_FORM: Final = (
    'write none, or entries separated by ";": continuous X Y Z for an axis, '
    'discrete X Y Z N for N equal turns (2 to 60) about one'
)


def site_keypoints(
    model: mujoco.MjModel, path: Path, *, object_from_body: Callable[[int], FloatArray]
) -> tuple[KeypointSpec, ...]:
    """Keypoints of the sites whose names begin with ``keypoint_``, in the order of the model.

    Args:
        model: The object alone, compiled.
        path: Its file, named in errors.
        object_from_body: Pose of a body in the object frame, by body id.

    Raises:
        AssetError: If two sites stand for keypoints of one name.
    """
    found: dict[str, KeypointSpec] = {}
    for site in range(model.nsite):
        name = str(model.site(site).name)
        pose = object_from_body(int(model.site_bodyid[site]))
        point = site_keypoint(name, transform_points(pose, np.array(model.site_pos[site])))
        if point is None:
            continue
        if point.name in found:
            raise AssetError(path, f'two sites stand for the keypoint "{point.name}"; rename one.')
        found[point.name] = point
    return tuple(found.values())


def declared_symmetry(model: mujoco.MjModel, path: Path) -> SymmetryConfig | None:
    """Symmetries of the custom text ``symmetry``; ``None`` if the file has none.

    Raises:
        AssetError: If the text cannot be read, or its turns are those of no solid.
    """
    text = _custom_text(model, SYMMETRY_TEXT)
    if text is None:
        return None
    try:
        declared = _symmetry(text)
    except (ValueError, ValidationError) as error:
        raise AssetError(path, f'its symmetry is "{text}"; {_FORM}.') from error
    if not combines(declared):
        raise AssetError(path, f'its symmetry is "{text}"; {NO_GROUP}.')
    return declared


def _custom_text(model: mujoco.MjModel, name: str) -> str | None:
    number = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_TEXT, name)
    if number < 0:
        return None
    start, size = int(model.text_adr[number]), int(model.text_size[number])
    return bytes(model.text_data[start : start + size]).rstrip(b'\0').decode()


def _symmetry(text: str) -> SymmetryConfig:
    if text.strip() == 'none':
        return SymmetryConfig(detect=False)
    continuous, discrete = [], []
    for entry in text.split(';'):
        match entry.split():
            case ['continuous', x, y, z]:
                continuous.append((float(x), float(y), float(z)))
            case ['discrete', x, y, z, order]:
                axis = (float(x), float(y), float(z))
                discrete.append({'axis': axis, 'order': int(order)})
            case _:
                raise ValueError(entry)
    return SymmetryConfig.model_validate(
        {'continuous': tuple(continuous), 'discrete': tuple(discrete)}
    )
