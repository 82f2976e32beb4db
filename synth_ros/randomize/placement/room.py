"""The room that objects are placed in: what is solid, and what was placed before."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from synth_ros.geometry.boxes import Boxes, box, extents, joined, overlapping
from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.randomize.inventory import SurfaceInfo
from synth_ros.randomize.scene import Quat, Triple
from synth_ros.types import FloatArray

GAP_M = 0.005
"""Least free space between objects at the start."""
_STACK_M = 0.3


class Item(NamedTuple):
    """An object to be placed.

    Attributes:
        number: Its instance id.
        key: Names its draws.
        class_name: Its class.
        half_m: Half extents of its 3D box along its own axes.
        place: Name of the place drawn for it.
        upright: Whether it must stand upright, since others are to lie in it.
    """

    number: int
    key: str
    class_name: str
    half_m: Triple
    place: str
    upright: bool = False


class Pose(NamedTuple):
    """Where the centre of an object's 3D box is when it is let go, in the world.

    Attributes:
        position_m: Centre of the box.
        quat_wxyz: World from object.
    """

    position_m: Triple
    quat_wxyz: Quat


class Refused(NamedTuple):
    """An object that found no spot.

    Attributes:
        reason: Why, as words that are counted.
    """

    reason: str


NO_ROOM = Refused('no free room')
TOO_LARGE = Refused('too large')


class Column(NamedTuple):
    """An upright cylinder around an object's box.

    Attributes:
        x: Of its axis, metres.
        y: Of its axis, metres.
        radius: In metres.
        bottom: Height of its lower end.
        top: Height of its upper end.
    """

    x: float
    y: float
    radius: float
    bottom: float
    top: float

    def meets(self, x: float, y: float, reach: float) -> bool:
        """Whether its axis is nearer to (x, y) than its radius and a reach."""
        return math.hypot(self.x - x, self.y - y) < self.radius + reach


class Room:
    """What is taken.

    Args:
        solids: Boxes around everything solid.
    """

    def __init__(self, solids: Boxes) -> None:
        self._solids = solids
        self._objects: list[Boxes] = []
        self._falls: list[Boxes] = []
        self._columns: list[Column] = []

    def take(self, pose: Pose, half_m: Triple, *, falls_to_m: float | None = None) -> None:
        """Remember an object.

        Args:
            pose: Its pose.
            half_m: Half extents of its box.
            falls_to_m: Height that it falls to, if it falls.
        """
        own = boxed(pose, half_m)
        self._objects.append(own)
        reach = extents(own.rotation[0], half_m)
        x, y, z = pose.position_m
        top = z + float(reach[2])
        self._columns.append(
            Column(x, y, math.hypot(reach[0], reach[1]), z - float(reach[2]), top)
        )
        if falls_to_m is not None:
            middle = (top + falls_to_m) / 2
            self._falls.append(box((x, y, middle), (reach[0], reach[1], top - middle)))

    def heights(self, spots: FloatArray, reach: float, surface: SurfaceInfo) -> FloatArray:
        """What is below each of several spots: the surface, or the highest column in reach.

        Args:
            spots: World x and y, (n, 2).
            reach: Radius around a spot.
            surface: Only columns in the air above it count.

        Returns:
            Heights, (n,).
        """
        low = surface.center_m[2]
        high = low + surface.clear_height_m
        found: FloatArray = np.full(len(spots), low)
        columns = np.array([c for c in self._columns if c.top > low and c.bottom < high])
        if len(columns):
            away = np.hypot(*(spots[:, None] - columns[:, :2]).transpose(2, 0, 1))
            tops = np.where(away < columns[:, 2] + reach, columns[:, 4], low)
            found = tops.max(axis=1)
        return found

    def highest(self, at: tuple[float, float], reach: float, *, above_m: float) -> float:
        """Top of the stack of columns above a point.

        Args:
            at: World x and y.
            reach: Radius around the point.
            above_m: Where the stack begins; also the answer where there is none.
        """
        top = above_m
        for column in sorted(self._columns, key=lambda c: c.bottom):
            if column.meets(*at, reach) and column.bottom < top + _STACK_M:
                top = max(top, column.top)
        return top

    def hits_solid(self, one: Boxes, *, margin_m: float = 0.0) -> bool:
        """Whether a box overlaps something solid, or comes closer than the margin."""
        return bool(overlapping(one, self._solids, margin_m=margin_m).any())

    def hits_object(
        self, one: Boxes, *, margin_m: float = GAP_M, with_falls: bool = False
    ) -> bool:
        """Whether a box overlaps an object, or comes closer than the margin.

        Args:
            one: The box.
            margin_m: Free space to keep.
            with_falls: Whether the way that objects fall counts as taken, too.
        """
        others = [*self._objects, *(self._falls if with_falls else ())]
        if not others:
            return False
        return bool(overlapping(one, joined(others), margin_m=margin_m).any())

    @property
    def solids(self) -> Boxes:
        """Boxes around everything solid."""
        return self._solids


def boxed(pose: Pose, half_m: Triple) -> Boxes:
    """The 3D box of an object in a pose."""
    return box(pose.position_m, half_m, matrix_from_quat_wxyz(pose.quat_wxyz))


def on_surface(surface: SurfaceInfo, x: float, y: float) -> tuple[float, float]:
    """World x and y of a point in a surface's own frame."""
    cos, sin = math.cos(surface.yaw_rad), math.sin(surface.yaw_rad)
    return (
        float(surface.center_m[0] + cos * x - sin * y),
        float(surface.center_m[1] + sin * x + cos * y),
    )


def in_surface(surface: SurfaceInfo, rotation: FloatArray) -> FloatArray:
    """A world rotation (3, 3) as seen from a surface's own frame."""
    cos, sin = math.cos(surface.yaw_rad), math.sin(surface.yaw_rad)
    turned: FloatArray = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]]) @ rotation
    return turned
