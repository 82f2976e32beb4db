"""Where objects start before they drop: apart from each other, above the surface.

Each object is wrapped in an upright cylinder around its rotated bounding box. A cylinder
takes a free spot on the surface; where none is found it is dropped from above what stands in
its way, so that nothing starts inside something else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.config.objects import Placement
from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.draws import (
    quadruple,
    triple,
    uniform,
    uniform_quat_wxyz,
    yaw_quat_wxyz,
)
from synth_ros.randomize.inventory import SurfaceInfo
from synth_ros.types import FloatArray

_SPOTS_TRIED = 40
_GAP_M = 0.005


class DropPose(NamedTuple):
    """Pose of an object's bounding-box centre when it is let go, in the world."""

    position_m: tuple[float, float, float]
    quat_wxyz: tuple[float, float, float, float]


class _Cylinder(NamedTuple):
    x: float
    y: float
    radius: float
    top: float


def draw_drop_poses(
    half_sizes_m: Sequence[tuple[float, float, float]],
    surface: SurfaceInfo,
    *,
    placement: Placement,
    draws: Draws,
) -> tuple[DropPose, ...]:
    """Draw a start pose for each object, in order.

    Args:
        half_sizes_m: Half extents of each object's bounding box along its own axes.
        surface: The rectangle to drop on.
        placement: Drop heights and the share of upright objects.
        draws: Draws of this attempt at the scene.

    Returns:
        One pose per object; no two wrapped cylinders overlap.
    """
    rng = draws.generator('poses')
    taken: list[_Cylinder] = []
    poses = []
    for number, half_size in enumerate(half_sizes_m, start=1):
        quat = _draw_rotation(rng, placement.upright_probability)
        extent = np.abs(matrix_from_quat_wxyz(quat)) @ np.asarray(half_size)
        radius = float(math.hypot(extent[0], extent[1]))
        spot = _draw_spot(rng, surface, radius=radius, taken=taken)
        floor = max(
            (c.top for c in taken if _overlap(c, spot, radius)), default=surface.center_m[2]
        )
        bottom = floor + draws.number(placement.drop_height_m, f'{number}/drop_height_m')
        taken.append(_Cylinder(spot[0], spot[1], radius, bottom + 2 * float(extent[2])))
        center = np.array([spot[0], spot[1], bottom + float(extent[2])])
        poses.append(DropPose(triple(center), quadruple(quat)))
    return tuple(poses)


def _draw_rotation(rng: np.random.Generator, upright_probability: float) -> FloatArray:
    # Draw both, always: the number of draws must not depend on their outcome, or a change of
    # one object would shift all later ones.
    upright = rng.random() < upright_probability
    yaw = yaw_quat_wxyz(uniform(rng, (-math.pi, math.pi)))
    free = uniform_quat_wxyz(rng)
    return yaw if upright else free


def _draw_spot(
    rng: np.random.Generator,
    surface: SurfaceInfo,
    *,
    radius: float,
    taken: Sequence[_Cylinder],
) -> tuple[float, float]:
    """The first free of a fixed number of spots, or the last one tried."""
    cos, sin = math.cos(surface.yaw_rad), math.sin(surface.yaw_rad)
    # An object wider than the surface is dropped on its middle.
    reach = [max(half - radius, 0.0) for half in surface.half_size_m]
    local = (rng.random((_SPOTS_TRIED, 2)) * 2 - 1) * reach
    spots = [
        (
            float(surface.center_m[0] + cos * a - sin * b),
            float(surface.center_m[1] + sin * a + cos * b),
        )
        for a, b in local
    ]
    for spot in spots:
        if not any(_overlap(cylinder, spot, radius) for cylinder in taken):
            return spot
    return spots[-1]


def _overlap(cylinder: _Cylinder, spot: tuple[float, float], radius: float) -> bool:
    distance = math.hypot(cylinder.x - spot[0], cylinder.y - spot[1])
    return distance < cylinder.radius + radius + _GAP_M
