"""Objects that fall in while a sequence runs: where they wait, and the poses they fall from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from synth_ros.config.sequence import Drop
from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.draws import quadruple, triple, uniform_quat_wxyz, yaw_quat_wxyz
from synth_ros.randomize.inventory import SurfaceInfo
from synth_ros.randomize.placement.room import Pose, on_surface
from synth_ros.types import FloatArray

_LIFTS_M = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
_SPOTS = 10
SPOTS_TRIED = _SPOTS * len(_LIFTS_M)
_DEPTH_M = 100.0
_GAP_M = 4.0
_ROW = 100


def waiting_pose(number: int) -> Pose:
    """Where an object waits: far below the scene, beyond the far end of every camera's view.

    Args:
        number: Of the object among those that wait.
    """
    column, row, layer = number % _ROW, number // _ROW % _ROW, number // _ROW**2
    x, y, z = column * _GAP_M, row * _GAP_M, _DEPTH_M + layer * _GAP_M
    return Pose((x, y, -z), (1.0, 0.0, 0.0, 0.0))


def falling_poses(
    drop: Drop,
    surface: SurfaceInfo,
    half_m: FloatArray,
    *,
    upright_probability: float,
    draws: Draws,
) -> Iterator[Pose]:
    """Poses of a box's centre from which an object may fall onto a surface.

    All have one rotation; the spots differ. After some, they come from higher up, above what may
    lie in the way.

    Args:
        drop: How high.
        surface: Onto what.
        half_m: Half extents of the object's box, (3,).
        upright_probability: Share of objects that fall upright.
        draws: Of the object.
    """
    yaw = yaw_quat_wxyz((draws.generator('yaw').random() * 2 - 1) * np.pi)
    free = uniform_quat_wxyz(draws.generator('rotation'))
    upright = draws.generator('upright').random() < upright_probability
    quat = yaw if upright else free
    reach = np.abs(matrix_from_quat_wxyz(quat)) @ half_m
    height = draws.number(drop.from_height_m, 'from_height_m')
    z = surface.center_m[2] + height + float(reach[2])
    # A heading of the surface may turn the box: a circle around it is inside for all.
    around = float(np.hypot(reach[0], reach[1]))
    room = [max(half - around, 0.0) for half in surface.half_size_m]
    shares = draws.generator('spots').random((SPOTS_TRIED, 2)) * 2 - 1
    for number, share in enumerate(shares):
        x, y = on_surface(surface, float(share[0] * room[0]), float(share[1] * room[1]))
        lift = _LIFTS_M[number // _SPOTS]
        yield Pose(triple(np.array([x, y, z + lift])), quadruple(quat))
