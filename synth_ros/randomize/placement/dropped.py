"""Objects that are dropped: spread over a surface, into a bin, or onto a pile.

Each object is wrapped in an upright cylinder around its rotated bounding box. A cylinder
takes a free spot on the surface; where none is found it is dropped from above what stands in
its way, so that nothing starts inside something else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.geometry.boxes import extents
from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.randomize.draws import quadruple
from synth_ros.randomize.inventory import SurfaceInfo
from synth_ros.randomize.placement.kit import Kit
from synth_ros.randomize.placement.room import (
    GAP_M,
    NO_ROOM,
    TOO_LARGE,
    Pose,
    Refused,
    boxed,
    in_surface,
    on_surface,
)
from synth_ros.types import FloatArray

_SPOTS_TRIED = 40
_SPOTS_LOOKED_AT = 10
_TURNS_TRIED = 20
# The middle of a pile keeps away from the edge: what rolls off it should stay on the surface.
_PILE_MARGIN_M = 0.1


class _Spot(NamedTuple):
    x: float
    y: float
    stands_on_m: float


def spread(kit: Kit) -> Pose | Refused:
    """Drop an object somewhere on a surface, beside the others if there is room."""
    surface = kit.place.surfaces[0]
    quat = kit.rotation()
    reach = extents(matrix_from_quat_wxyz(quat), kit.item.half_m)
    radius = math.hypot(reach[0], reach[1])
    # An object wider than the surface is dropped on its middle.
    room = [max(half - radius, 0.0) for half in surface.half_size_m]
    spots = _spots(kit, surface, room=room, radius=radius)
    free = [spot for spot in spots if spot.stands_on_m <= surface.center_m[2]]
    if not free and kit.place.config.spacing_m is not None:
        return NO_ROOM
    return _let_go(kit, free or spots[::-1], quat=quat, height=float(reach[2]))


def into_bin(kit: Kit) -> Pose | Refused:
    """Drop an object between the walls of a bin, where the heap is lowest if it is full."""
    surface = kit.place.surfaces[0]
    for attempt in range(_TURNS_TRIED):
        quat = kit.rotation(attempt)
        rotation = matrix_from_quat_wxyz(quat)
        inside = extents(in_surface(surface, rotation), kit.item.half_m)
        room = [h - e - GAP_M for h, e in zip(surface.half_size_m, inside[:2], strict=True)]
        if min(room) < 0:
            continue
        spots = _spots(kit, surface, room=room, radius=math.hypot(inside[0], inside[1]))
        spots.sort(key=lambda spot: spot.stands_on_m)
        lowest = spots[0].stands_on_m
        if lowest > surface.center_m[2] and kit.place.config.spacing_m is not None:
            return NO_ROOM
        return _let_go(kit, spots, quat=quat, height=float(inside[2]))
    return TOO_LARGE


def onto_pile(kit: Kit) -> Pose | Refused:
    """Drop an object near the middle of the pile, above all that was dropped before."""
    surface = kit.place.surfaces[0]
    quat = kit.rotation()
    reach = extents(matrix_from_quat_wxyz(quat), kit.item.half_m)
    radius = kit.place.config.radius_m
    margin = radius + _PILE_MARGIN_M
    share = kit.shared.generator('middle').random(2) * 2 - 1
    middle = share * [max(half - margin, 0.0) for half in surface.half_size_m]
    away, angle = kit.shares('spot', 1)[0] * (1.0, 2 * math.pi)
    # The square root spreads evenly over the disc.
    offset = radius * math.sqrt(away) * np.array([math.cos(angle), math.sin(angle)])
    x, y = on_surface(surface, *(float(v) for v in middle + offset))
    wide = math.hypot(reach[0], reach[1]) + GAP_M
    top = float(kit.room.heights(np.array([[x, y]]), wide, surface)[0])
    return _let_go(kit, [_Spot(x, y, top)], quat=quat, height=float(reach[2]))


def _spots(kit: Kit, surface: SurfaceInfo, *, room: Sequence[float], radius: float) -> list[_Spot]:
    """A fixed number of spots, and what the object would stand on there."""
    local = (kit.shares('spot', _SPOTS_TRIED) * 2 - 1) * room
    at = np.array([on_surface(surface, a, b) for a, b in local.tolist()])
    heights = kit.room.heights(at, radius + max(kit.gap_m, GAP_M), surface)
    return [_Spot(x, y, z) for (x, y), z in zip(at.tolist(), heights.tolist(), strict=True)]


def _let_go(
    kit: Kit, spots: Sequence[_Spot], *, quat: FloatArray, height: float
) -> Pose | Refused:
    """The pose above the first of some spots at which nothing solid is in the way.

    Args:
        kit: The object.
        spots: Where, the best first. If something seems to be above all of them, the first is
            taken: boxes are larger than what is in them, and the physics tells.
        quat: How it is turned.
        height: Half its extent along z.
    """
    surface = kit.place.surfaces[0]
    drop = kit.drop_m()
    highest = surface.center_m[2] + surface.clear_height_m
    poses = [
        Pose((spot.x, spot.y, spot.stands_on_m + drop + height), quadruple(quat))
        for spot in spots[:_SPOTS_LOOKED_AT]
        if spot.stands_on_m + drop + 2 * height <= highest
    ]
    if not poses:
        return NO_ROOM
    clear = (p for p in poses if not kit.room.hits_solid(boxed(p, kit.item.half_m)))
    pose = next(clear, poses[0])
    kit.room.take(pose, kit.item.half_m, falls_to_m=surface.center_m[2])
    return pose
