"""Finite groups of rotations: turns about axes and all that they combine to."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np

from synth_ros.geometry.transforms import make_transform
from synth_ros.types import ContinuousSymmetry, FloatArray

LARGEST_GROUP = 120
"""A prism with sixty sides has as many motions: finer turns are as good as continuous ones."""
_SAME_RAD = math.radians(2)
"""Motions that turn an object alike to this are one: the finest turns are 6 degrees apart."""


def turn(axis: FloatArray, angle_rad: float, *, center_m: FloatArray) -> FloatArray:
    """Rotation about an axis through a point, (4, 4), by Rodrigues' formula.

    Args:
        axis: Unit, shape (3,).
        angle_rad: Counter-clockwise seen from the axis' tip.
        center_m: A point of the axis, shape (3,).
    """
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    rotation = np.eye(3) + math.sin(angle_rad) * cross + (1 - math.cos(angle_rad)) * cross @ cross
    return make_transform(rotation, center_m - rotation @ center_m)


def closure(generators: Iterable[FloatArray]) -> tuple[FloatArray, ...] | None:
    """All motions that some motions combine to, the identity left out.

    Args:
        generators: Rotations about axes that share a point, (4, 4) each.

    Returns:
        Generators first, then products in the order they are found; ``None`` if there are more
        than ``LARGEST_GROUP``, as of axes that belong to no finite group.
    """
    known = [np.eye(4)]
    added = [item for item in generators if _add(known, item)]
    waiting = list(added)
    while waiting:
        item = waiting.pop(0)
        waiting += [made for other in added if _add(known, made := other @ item)]
        if len(known) > LARGEST_GROUP:
            return None
    return tuple(known[1:])


def without_covered(
    motions: Iterable[FloatArray], axes: Sequence[ContinuousSymmetry]
) -> tuple[FloatArray, ...]:
    """The motions that turns about continuous axes do not already cover.

    With one axis, all motions that turn it round differ by a turn about it: the first is kept.
    Two different axes make every rotation.
    """
    if not axes:
        return tuple(motions)
    if len(axes) > 1:
        return ()
    axis = np.array(axes[0].axis)
    return tuple(itertools.islice((m for m in motions if axis @ m[:3, :3] @ axis < -0.5), 1))


def _add(known: list[FloatArray], item: FloatArray) -> bool:
    """Append a motion unless it, or one very like it, is there."""
    turns = np.stack(known)[:, :3, :3]
    # The trace of the rotation between two motions is 1 + 2 cos(angle).
    cosines = (np.sum(turns * item[:3, :3], axis=(1, 2)) - 1) / 2
    if cosines.max() > math.cos(_SAME_RAD):
        return False
    known.append(item)
    return True
