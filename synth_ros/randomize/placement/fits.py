"""Whether an object is too large for a place, whatever else is there."""

from __future__ import annotations

import math
from collections.abc import Sequence

from synth_ros.randomize.inventory import ClassInfo, PlaceInfo, SurfaceInfo

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
    kind = place.config.kind
    limit = ''
    if kind == 'bin':
        limit = _bin_limit(place, half_size_m)
    elif kind == 'shelf':
        fits = any(_on_board(board, half_size_m) for board in place.surfaces)
        limit = '' if fits else 'no board has that much room'
    elif kind == 'floor' and place.surfaces:
        limit = _floor_limit(place, half_size_m)
    elif kind == 'container':
        least, middle, _ = sorted(half_size_m)
        fits = any(holds(inner, (least, middle)) for inner in containers_m)
        limit = '' if fits else f'no "{place.config.container}" is wide enough'
    elif kind == 'gripper' and 2 * min(half_size_m[:2]) > place.opening_m - _FINGER_M:
        limit = f'the fingers open {place.opening_m:.3g} m'
    return f'{_size(half_size_m)}, and {limit}' if limit else ''


def _bin_limit(place: PlaceInfo, half_size_m: Triple) -> str:
    narrow, wide = sorted(place.surfaces[0].half_size_m)
    _, middle, most = sorted(half_size_m)
    # However it falls, it may come to lie on its largest side.
    if middle <= narrow and most <= wide:
        return ''
    return f'the bin is {2 * narrow:.3g} x {2 * wide:.3g} m'


def _floor_limit(place: PlaceInfo, half_size_m: Triple) -> str:
    narrow, wide = sorted(place.surfaces[0].half_size_m)
    if min(half_size_m[:2]) <= narrow and max(half_size_m[:2]) <= wide:
        return ''
    return f'the floor is {2 * narrow:.3g} x {2 * wide:.3g} m'


def _on_board(board: SurfaceInfo, half_size_m: Triple) -> bool:
    x, y, z = half_size_m
    low_enough = 2 * z + HEADROOM_M <= board.clear_height_m
    return low_enough and x <= board.half_size_m[0] and y <= board.half_size_m[1]


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
