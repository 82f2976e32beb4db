"""Where bodies of a running scene are put."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.randomize.scene import SampledObject
from synth_ros.scene.compiled import ObjectPart
from synth_ros.scene.hanging import PARKED_M


class Place(NamedTuple):
    """Where a body is in the world.

    Attributes:
        position_m: Its origin.
        quat_wxyz: World from body.
    """

    position_m: tuple[float, float, float]
    quat_wxyz: tuple[float, float, float, float]


class LoosePose(NamedTuple):
    """Where something is that can move and is never labelled.

    Attributes:
        name: Unique in the scene.
        position_m: Origin of its body in the world.
        quat_wxyz: World from body.
        radius_m: Of a ball around that origin that holds it.
    """

    name: str
    position_m: tuple[float, float, float]
    quat_wxyz: tuple[float, float, float, float]
    radius_m: float


PARKED = Place(PARKED_M, (1.0, 0.0, 0.0, 0.0))
"""Where shapes are that are out of the scene."""


def body_pose(
    part: ObjectPart, drawn: SampledObject
) -> tuple[tuple[float, float, float], tuple[float, float, float, float]]:
    """Body position and wxyz quaternion that put the object's box centre where it was drawn."""
    offset = matrix_from_quat_wxyz(drawn.quat_wxyz) @ part.object_from_box[:3, 3]
    x, y, z = (float(c) for c in np.asarray(drawn.position_m) - offset)
    return (x, y, z), drawn.quat_wxyz
