"""Whether a view shows what the config asks for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth_ros.config.constraints import ViewConstraint
from synth_ros.labels.extents import Extent, known_extents
from synth_ros.labels.visibility import visibility
from synth_ros.types import Frame, Instance


def unmet(frames: Sequence[Frame], constraints: Sequence[ViewConstraint]) -> tuple[str, ...]:
    """Names of the constraints that a view does not meet, in config order.

    Args:
        frames: Clean frames of all cameras of one instant.
        constraints: Of the config.
    """
    return tuple(
        constraint.name
        for constraint in constraints
        if not any(
            _met(frame, constraint)
            for frame in frames
            if constraint.camera in (None, frame.camera.name)
        )
    )


def _met(frame: Frame, constraint: ViewConstraint) -> bool:
    extents = known_extents(frame)
    fewest, most = constraint.objects
    good = sum(
        _fulfils(frame, item, constraint, extent=extents.get(item.instance_id))
        for item in frame.instances
        if not constraint.classes or item.class_name in constraint.classes
    )
    return fewest <= good <= most


def _fulfils(
    frame: Frame, item: Instance, constraint: ViewConstraint, *, extent: Extent | None
) -> bool:
    """Whether one object is as asked. What shows no pixel has visibility 0 and no truncation."""
    pixels, share, cut = 0, 0.0, 0.0
    if extent is not None and extent.region is not None:
        pixels = extent.region.pixels
        seen = visibility(
            visible=pixels,
            in_image=extent.amodal.pixels_in_image,
            full=extent.amodal.pixels_full,
        )
        share, cut = seen.visibility, seen.truncation
    elif constraint.truncation is not None:
        return False
    return (
        _within(share, constraint.visibility)
        and _within(cut, constraint.truncation)
        and _within(_distance_m(frame, item), constraint.distance_m)
        and _within(pixels, constraint.pixels)
    )


def _within(value: float, bounds: tuple[float, float] | None) -> bool:
    return bounds is None or bounds[0] <= value <= bounds[1]


def _distance_m(frame: Frame, item: Instance) -> float:
    """From the camera to the centre of the 3D box."""
    centre = item.world_from_object @ item.object_from_box[:, 3]
    return float(np.linalg.norm(centre[:3] - frame.world_from_camera[:3, 3]))
