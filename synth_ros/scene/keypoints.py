"""Keypoints of object classes: from sites of their models, from the config, or from the 3D box."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Final, Literal

import numpy as np

from synth_ros.config.objects import ObjectClass
from synth_ros.errors import NotFoundError
from synth_ros.geometry.transforms import box_corners
from synth_ros.scene.solid import Bounds
from synth_ros.types import FloatArray, KeypointSpec

SITE: Final = 'keypoint_'
"""Sites of an object's MJCF whose names begin so are keypoints on its surface."""
VIRTUAL_SITE: Final = 'keypoint_virtual_'
"""Those whose names begin so need not lie on the surface."""

BOX_NAMES: Final = (*(f'box_{corner}' for corner in range(8)), 'center')
"""Keypoints of a class without any: the corners of the 3D box, x fastest, then y, then z, all
from negative to positive, and its centre."""
BOX_SKELETON: Final = tuple(
    (a, b) for a, b in itertools.combinations(range(8), 2) if (a ^ b).bit_count() == 1
)
"""The twelve edges of the box, as places in ``BOX_NAMES``."""


def site_keypoint(site_name: str, object_from_site_m: FloatArray) -> KeypointSpec | None:
    """The keypoint that a site stands for; ``None`` if it stands for none.

    Args:
        site_name: Name in the object's MJCF.
        object_from_site_m: Position in the object frame, shape (3,).
    """
    for prefix, kind in _KINDS:
        name = site_name.removeprefix(prefix)
        if name and name != site_name:
            return _spec(name, object_from_site_m, kind)
    return None


_KINDS: Final[tuple[tuple[str, Literal['surface', 'virtual']], ...]] = (
    (VIRTUAL_SITE, 'virtual'),
    (SITE, 'surface'),
)


def with_declared(
    from_model: Sequence[KeypointSpec], entry: ObjectClass
) -> tuple[KeypointSpec, ...]:
    """Keypoints of a model and its config, in metres at the class's fixed scale.

    Args:
        from_model: Of the model, in its own units.
        entry: The class; its points replace those of the same name and follow the others.
    """
    declared = {
        **{name: _spec(name, at, 'surface') for name, at in entry.keypoints.items()},
        **{name: _spec(name, at, 'virtual') for name, at in entry.virtual_keypoints.items()},
    }
    points = {point.name: point for point in from_model} | declared
    return scaled_keypoints(points.values(), entry.scale)


def box_keypoints(bounds: Bounds) -> tuple[KeypointSpec, ...]:
    """Corners and centre of a 3D box, named ``BOX_NAMES``."""
    corners = box_corners(2 * bounds.half_size_m) + bounds.center_m
    points = [*corners, bounds.center_m]
    return tuple(_spec(name, at, 'virtual') for name, at in zip(BOX_NAMES, points, strict=True))


def common_names(variants: Iterable[Sequence[KeypointSpec]]) -> tuple[str, ...]:
    """Names of a class's keypoints: those of all variants, in the order of first mention."""
    return tuple(dict.fromkeys(point.name for points in variants for point in points))


def skeleton_of(entry: ObjectClass, names: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """The lines of a class's config as places in its keypoints.

    Raises:
        NotFoundError: If a line ends in a keypoint that no variant has.
    """
    place = {name: index for index, name in enumerate(names)}
    for name in itertools.chain.from_iterable(entry.skeleton):
        if name not in place:
            raise NotFoundError(
                'keypoint', name, available=list(names), where=f'class {entry.name}'
            )
    return tuple((place[a], place[b]) for a, b in entry.skeleton)


def in_order(points: Sequence[KeypointSpec], names: Sequence[str]) -> tuple[KeypointSpec, ...]:
    """The points in the order of their class."""
    place = {name: index for index, name in enumerate(names)}
    return tuple(sorted(points, key=lambda point: place[point.name]))


def scaled_keypoints(points: Iterable[KeypointSpec], factor: float) -> tuple[KeypointSpec, ...]:
    """The points of an object whose lengths were all multiplied."""
    return tuple(
        _spec(point.name, np.multiply(point.object_from_point_m, factor), point.kind)
        for point in points
    )


def _spec(
    name: str,
    position_m: Iterable[float],
    kind: Literal['surface', 'virtual'],
) -> KeypointSpec:
    x, y, z = (float(value) for value in position_m)
    return KeypointSpec(name, (x, y, z), kind)
