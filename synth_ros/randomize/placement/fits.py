"""Whether an object is too large for a place, whatever else is there."""

from __future__ import annotations

import math
from collections.abc import Sequence

from synth_ros.randomize.inventory import ClassInfo, PlaceInfo

Triple = tuple[float, float, float]

HEADROOM_M = 0.01
"""Free height that an object on a shelf keeps."""
HOLD = 0.85
"""Share of a container's width that may be filled from side to side."""
_FINGER_M = 0.002


def misfit(place: PlaceInfo, half_size_m: Triple, *, containers_m: Sequence[Triple] = ()) -> str:
    """Why an object can never be at a place.

    Args:
        place: The place.
        half_size_m: Half extents of the object's 3D box along its own axes.
        containers_m: Half extents of the objects that may hold it, for ``container``.

    Returns:
        The reason with both sizes, or an empty text if it fits.
    """
    x, y, z = half_size_m
    least, middle, most = sorted(half_size_m)
    match place.config.kind:
        case 'bin':
            narrow, wide = sorted(place.surfaces[0].half_size_m)
            if middle > narrow or most > wide:
                return f'{_size(half_size_m)}, and the bin is {2 * narrow:.3g} x {2 * wide:.3g} m'
        case 'shelf':
            if not any(
                2 * z + HEADROOM_M <= board.clear_height_m
                and x <= board.half_size_m[0]
                and y <= board.half_size_m[1]
                for board in place.surfaces
            ):
                return f'{_size(half_size_m)}, and no board has that much room'
        case 'floor' if place.surfaces:
            narrow, wide = sorted(place.surfaces[0].half_size_m)
            if min(x, y) > narrow or max(x, y) > wide:
                return (
                    f'{_size(half_size_m)}, and the floor is {2 * narrow:.3g} x {2 * wide:.3g} m'
                )
        case 'container':
            if not any(holds(inner, (least, middle)) for inner in containers_m):
                return f'{_size(half_size_m)}, wider than any "{place.config.container}"'
        case 'gripper':
            if 2 * min(x, y) > place.opening_m - _FINGER_M:
                return f'{_size(half_size_m)}, and the fingers open {place.opening_m:.3g} m'
        case _:
            return ''
    return ''


def holds(container_m: Triple, footprint_m: tuple[float, float]) -> bool:
    """Whether a container is wide enough for an object.

    Args:
        container_m: Half extents of the container's 3D box.
        footprint_m: Half extents of the object along two sides.
    """
    return math.hypot(*footprint_m) <= HOLD * min(container_m[:2])


def class_misfit(
    place: PlaceInfo, entry: ClassInfo, classes: Sequence[ClassInfo], *, scale: float
) -> str:
    """Why no variant of a class can ever be at a place; empty if one can.

    Args:
        place: The place.
        entry: The class.
        classes: All classes.
        scale: The smallest factor on an object's size.
    """
    containers = [
        variant.half_size_m
        for other in classes
        if other.name == place.config.container
        for variant in other.variants
    ]
    reasons = [
        misfit(place, scaled(variant.half_size_m, scale), containers_m=containers)
        for variant in entry.variants
    ]
    return '' if '' in reasons else reasons[0]


def scaled(half_size_m: Triple, factor: float) -> Triple:
    """Half extents of an object at another scale."""
    return half_size_m[0] * factor, half_size_m[1] * factor, half_size_m[2] * factor


def _size(half_size_m: Triple) -> str:
    x, y, z = (2 * half for half in half_size_m)
    return f'it is {x:.3g} x {y:.3g} x {z:.3g} m'
