"""What moves and is never labelled, as the provenance of a frame tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from synth_ros.types import FloatArray


class Loose(NamedTuple):
    """A distractor or a shape in the air.

    Attributes:
        world_from_thing: Its pose, (4, 4).
        radius_m: Of a ball around its origin that holds it.
    """

    world_from_thing: FloatArray
    radius_m: float


def loose_things(provenance_json: str) -> Mapping[str, Loose]:
    """Those of a frame by name; none where the provenance does not tell.

    Args:
        provenance_json: Of the frame; may be empty.
    """
    try:
        stored = json.loads(provenance_json).get('unlabelled', {})
        return {
            str(name): Loose(_pose(np.array(position), np.array(quat)), float(radius))
            for name, (position, quat, radius) in stored.items()
        }
    except (ValueError, AttributeError, TypeError):
        return {}


def _pose(position: FloatArray, quat_wxyz: FloatArray) -> FloatArray:
    w, x, y, z = quat_wxyz / np.linalg.norm(quat_wxyz)
    pose = np.eye(4)
    pose[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    pose[:3, 3] = position
    return pose


def waiting_objects(provenance_json: str) -> frozenset[str]:
    """Names of the objects that are not in the scene yet, because they fall in later.

    Args:
        provenance_json: Of the frame; may be empty.
    """
    try:
        return frozenset(str(name) for name in json.loads(provenance_json).get('waiting', ()))
    except (ValueError, AttributeError, TypeError):
        return frozenset()
