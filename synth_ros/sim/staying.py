"""Whether an object stayed where it was put: in its bin, on its shelf, in its container."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.geometry.boxes import extents
from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.randomize.inventory import PlaceInfo, SurfaceInfo
from synth_ros.randomize.scene import SampledObject
from synth_ros.scene.clearance import surface_rotation
from synth_ros.types import FloatArray

_SLACK_M = 0.01
# Of its height when it was put up; less, and it lies.
_STANDING = 0.85


class Lying(NamedTuple):
    """A free object at rest.

    Attributes:
        number: Its instance id.
        class_name: Its class.
        center_m: Centre of its 3D box in the world, (3,).
        rotation: World from box, (3, 3).
        half_m: Half extents of the box, (3,).
        drawn: How it was let go.
        place: Where it should be; ``None`` if nothing is known of it.
    """

    number: int
    class_name: str
    center_m: FloatArray
    rotation: FloatArray
    half_m: FloatArray
    drawn: SampledObject
    place: PlaceInfo | None


def stays(thing: Lying, others: Sequence[Lying], *, touching: Sequence[frozenset[int]]) -> bool:
    """Whether an object is where its place keeps it; most places let objects go anywhere.

    * ``bin``: its centre is between the walls, and its lowest point below their rim.
    * ``shelf``: its centre is above one of the boards and below the next, and it stands as high as
      when it was put there.
    * ``container``: its centre is over an object of that class and above its bottom, and that
      object carries it: they touch, or others in between do.

    Args:
        thing: The object.
        others: All free objects.
        touching: Pairs of instance ids in contact.
    """
    if thing.place is None:
        return True
    match thing.place.config.kind:
        case 'bin':
            return _in_bin(thing, thing.place.surfaces[0])
        case 'shelf':
            return _stands(thing) and any(_on_board(thing, s) for s in thing.place.surfaces)
        case 'container':
            name = thing.place.config.container
            holders = [other for other in others if other.class_name == name]
            return any(
                _over(thing, holder) and _carried(thing, holder, others=others, touching=touching)
                for holder in holders
            )
        case _:
            return True


def _local(thing: Lying, surface: SurfaceInfo) -> FloatArray:
    """Centre of an object's box in the frame of a surface, (3,)."""
    centered: FloatArray = (thing.center_m - surface.center_m) @ surface_rotation(surface)
    return centered


def _in_bin(thing: Lying, surface: SurfaceInfo) -> bool:
    x, y, z = _local(thing, surface)
    half_x, half_y = surface.half_size_m
    lowest = z - extents(thing.rotation, thing.half_m)[2]
    return bool(abs(x) <= half_x and abs(y) <= half_y and z > -_SLACK_M and lowest < surface.rim_m)


def _on_board(thing: Lying, surface: SurfaceInfo) -> bool:
    x, y, z = _local(thing, surface)
    half_x, half_y = surface.half_size_m
    return bool(abs(x) <= half_x and abs(y) <= half_y and 0 < z < surface.clear_height_m)


def _stands(thing: Lying) -> bool:
    before = extents(matrix_from_quat_wxyz(thing.drawn.quat_wxyz), thing.half_m)[2]
    return bool(extents(thing.rotation, thing.half_m)[2] >= _STANDING * before)


def _over(thing: Lying, holder: Lying) -> bool:
    """Whether the centre is within the holder's box seen from above, and not below it."""
    local = (thing.center_m - holder.center_m) @ holder.rotation
    inside = np.abs(local[:2]) <= holder.half_m[:2]
    return bool(inside.all() and local[2] > -holder.half_m[2])


def _carried(
    thing: Lying,
    holder: Lying,
    *,
    others: Sequence[Lying],
    touching: Sequence[frozenset[int]],
) -> bool:
    """Whether a chain of touching objects over the holder leads to it."""
    over = {other.number for other in others if _over(other, holder)} | {thing.number}
    reached, waiting = {holder.number}, [holder.number]
    while waiting:
        here = waiting.pop()
        for pair in touching:
            if here in pair:
                other = next(iter(pair - {here}))
                if other in over and other not in reached:
                    reached.add(other)
                    waiting.append(other)
    return thing.number in reached
