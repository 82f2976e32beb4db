"""Objects on the floor, in the air, in other objects, and in the robot's hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.config.distributions import uniform
from synth_ros.config.placement import Grasp
from synth_ros.geometry.boxes import distance_along, extents
from synth_ros.geometry.transforms import (
    matrix_from_quat_wxyz,
    quat_wxyz_from_matrix,
)
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.draws import quadruple, triple
from synth_ros.randomize.placement.fits import HOLD, holds
from synth_ros.randomize.placement.kit import Kit
from synth_ros.randomize.placement.room import (
    GAP_M,
    NO_ROOM,
    Item,
    Pose,
    Refused,
    boxed,
    on_surface,
)
from synth_ros.randomize.points import draw_points
from synth_ros.randomize.rotations import draw_quat_wxyz
from synth_ros.types import FloatArray

CONTAINER_DROP_M = uniform(0.01, 0.03)
_SPOTS_TRIED = 80
_FLOOR_GAP_M = 0.02
_AIR_GAP_M = 0.01
# How much farther down than its drop the floor may be: rugs and thresholds.
_SUPPORT_M = 0.03


class Holder(NamedTuple):
    """An object that others may lie in.

    Attributes:
        item: It.
        pose: Where it is let go.
    """

    item: Item
    pose: Pose


def on_floor(kit: Kit) -> Pose | Refused:
    """Drop an object where the floor is free, in a rectangle or around the robot."""
    quat = kit.rotation()
    height = float(extents(matrix_from_quat_wxyz(quat), kit.item.half_m)[2])
    drop = kit.drop_m()
    gap = max(kit.gap_m, _FLOOR_GAP_M)
    for x, y, z in _floor_spots(kit):
        pose = Pose((x, y, z + drop + height), quadruple(quat))
        own = boxed(pose, kit.item.half_m)
        down = distance_along((x, y, z + drop), (0.0, 0.0, -1.0), kit.room.solids)
        supported = down <= drop + _SUPPORT_M
        # The rug below is nearer than the gap to furniture: only what stands beside must keep it.
        lifted = own._replace(center_m=own.center_m + np.array([0.0, 0.0, gap]))
        if not supported or kit.room.hits_solid(own) or kit.room.hits_solid(lifted, margin_m=gap):
            continue
        if kit.room.hits_object(own, margin_m=gap, with_falls=True):
            continue
        kit.room.take(pose, kit.item.half_m, falls_to_m=z)
        return pose
    return NO_ROOM


def _floor_spots(kit: Kit) -> list[tuple[float, float, float]]:
    """A fixed number of points on the floor."""
    shares = kit.shares('spot', _SPOTS_TRIED)
    if kit.place.surfaces:
        surface = kit.place.surfaces[0]
        local = (2 * shares - 1) * surface.half_size_m
        return [(*on_surface(surface, x, y), surface.center_m[2]) for x, y in local.tolist()]
    x0, y0, z = kit.place.center_m
    away = kit.draws.numbers(kit.place.config.distance_m, 'distance_m', _SPOTS_TRIED)
    angle = 2 * math.pi * shares[:, 1]
    x, y = x0 + away * np.cos(angle), y0 + away * np.sin(angle)
    return [(a, b, z) for a, b in zip(x.tolist(), y.tolist(), strict=True)]


def in_air(kit: Kit) -> Pose | Refused:
    """Hang an object where it overlaps nothing, nor the way that others fall."""
    points = kit.place.config.points
    assert points is not None
    gap = max(kit.gap_m, _AIR_GAP_M)
    drawn = draw_points(points, 'point', _SPOTS_TRIED, draws=kit.draws)
    for attempt, point in enumerate(drawn):
        pose = Pose(triple(point), quadruple(kit.rotation(attempt)))
        own = boxed(pose, kit.item.half_m)
        if kit.room.hits_solid(own, margin_m=gap):
            continue
        if kit.room.hits_object(own, margin_m=gap, with_falls=True):
            continue
        kit.room.take(pose, kit.item.half_m)
        return pose
    return NO_ROOM


def in_container(kit: Kit, holders: Sequence[Holder]) -> Pose | Refused:
    """Let an object fall into one of the objects that can hold it."""
    name = kit.place.config.container
    known = [holder for holder in holders if holder.item.class_name == name]
    if not known:
        return Refused(f'no "{name}" in the scene')
    quat = kit.rotation()
    reach = extents(matrix_from_quat_wxyz(quat), kit.item.half_m)
    wide = math.hypot(reach[0], reach[1])
    fitting = [h for h in known if holds(h.item.half_m, (reach[0], reach[1]))]
    if not fitting:
        return Refused(f'too large for any "{name}" in the scene')
    holder = fitting[int(kit.draws.generator('container').random() * len(fitting))]
    x, y, z = holder.pose.position_m
    room = HOLD * min(holder.item.half_m[:2]) - wide
    away, angle = kit.shares('spot', 1)[0] * (1.0, 2 * math.pi)
    offset = room * math.sqrt(away)
    x, y = x + offset * math.cos(angle), y + offset * math.sin(angle)
    bottom = kit.room.highest((x, y), wide + GAP_M, above_m=z) + kit.drop_m(CONTAINER_DROP_M)
    pose = Pose((x, y, bottom + float(reach[2])), quadruple(quat))
    own = boxed(pose, kit.item.half_m)
    if kit.room.hits_solid(own) or kit.room.hits_object(own, margin_m=0.0):
        return NO_ROOM
    kit.room.take(pose, kit.item.half_m, falls_to_m=z)
    return pose


def in_hand(item: Item, grasp: Grasp, draws: Draws) -> Pose:
    """Draw how a hand holds an object.

    Args:
        item: The object.
        grasp: How it may be held.
        draws: Of this object in this episode.

    Returns:
        Pose of the object's box in the link's frame: the narrower of its two horizontal sides
        between the fingers.
    """
    jitter = (draws.generator('jitter').random(3) * 2 - 1) * grasp.jitter_m
    position = triple(np.array(grasp.position_m) + jitter)
    if grasp.rotation is not None:
        return Pose(position, draw_quat_wxyz(grasp.rotation, 'rotation', draws=draws))
    axis: FloatArray = np.array(grasp.axis, float)
    axis /= np.linalg.norm(axis)
    upward: FloatArray = np.array(grasp.up, float)
    upward -= (upward @ axis) * axis
    upward /= np.linalg.norm(upward)
    across = np.cross(upward, axis)
    # Columns: the object's x, y and z as directions of the link.
    narrow_x = item.half_m[0] <= item.half_m[1]
    columns = (axis, across, upward) if narrow_x else (-across, axis, upward)
    upright = np.stack(columns, axis=1)
    turn = math.radians(draws.number(grasp.turn_deg, 'turn_deg'))
    x, y, z = axis * math.sin(turn / 2)
    rotation = matrix_from_quat_wxyz((math.cos(turn / 2), x, y, z)) @ upright
    return Pose(position, quadruple(quat_wxyz_from_matrix(rotation)))
