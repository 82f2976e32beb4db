"""Searches the turns that leave a shape as it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.scene.rotation_groups import turn
from synth_ros.scene.solid import Solid
from synth_ros.scene.surface_samples import SurfaceSamples
from synth_ros.types import FloatArray

_ORDERS = (2, 3, 4, 5, 6, 8)
_ANY_TURNS_RAD = (1.0, math.sqrt(7), math.pi * (math.sqrt(5) - 1), 5.3)
"""Turns that belong to no finite group of small order."""
_TIERS = (30, 250)
"""Probes are moved in lots that end here: most turns fail the first."""
_EQUAL_SPREAD = 0.05
"""Principal axes whose variances differ by less than this share are none of their own."""
_SWEEP_STEPS = 180
_CANDIDATES = 12
_PARALLEL = math.cos(math.radians(2))


class Found(NamedTuple):
    """Symmetries that generate all others.

    Attributes:
        turns: Motions, (4, 4) each.
        axes: Unit axes of any turn, shape (3,) each.
        center_m: Where those axes meet, shape (3,).
    """

    turns: tuple[FloatArray, ...]
    axes: tuple[FloatArray, ...]
    center_m: FloatArray


def search(solid: Solid, tolerance: float) -> Found:
    """Find the symmetries of a solid's visible surface.

    Axes are tried through the centre of the 3D box and through the surface's centroid: first
    those of the object's frame, then principal axes, then, where these are not unique, normals
    of large faces, outermost points and a sweep of half turns.

    Args:
        solid: The object.
        tolerance: Largest deviation, as a share of its diameter.
    """
    return _Search(solid, tolerance).result()


class _Search:
    def __init__(self, solid: Solid, tolerance: float) -> None:
        self._samples = SurfaceSamples(solid)
        self._slack_m = tolerance * self._samples.diameter_m
        self._solid = solid
        moments = self._samples.moments
        self._centers = [solid.bounds.center_m]
        if np.linalg.norm(moments.centroid_m - solid.bounds.center_m) > self._slack_m / 10:
            self._centers.append(moments.centroid_m)

    def result(self) -> Found:
        """Try all candidates."""
        candidates = self._candidates()
        for center in self._centers:
            axes = [axis for axis in candidates if self._any_turn(axis, center)]
            if len(axes) > 1:
                return Found((), tuple(axes), center)
            if axes:
                flip = self._half_turn(_perpendicular(axes[0]), center)
                return Found(flip, tuple(axes), center)
        turns = [motion for axis in candidates for motion in self._turns(axis)]
        turns += self._swept(turns)
        return Found(tuple(turns), (), self._centers[0])

    def holds(self, motion: FloatArray) -> bool:
        """Whether a motion leaves the surface as it is."""
        moved = self._moved(motion)
        ends = (*_TIERS, len(moved))
        return all(
            self._samples.are_near(moved[start:end], self._slack_m)
            for start, end in zip((0, *_TIERS), ends, strict=True)
        )

    def _moved(self, motion: FloatArray) -> FloatArray:
        moved: FloatArray = self._samples.probes_m @ motion[:3, :3].T + motion[:3, 3]
        return moved

    def _any_turn(self, axis: FloatArray, center: FloatArray) -> bool:
        return all(self.holds(turn(axis, angle, center_m=center)) for angle in _ANY_TURNS_RAD)

    def _half_turn(self, axis: FloatArray, center: FloatArray) -> tuple[FloatArray, ...]:
        motion = turn(axis, math.pi, center_m=center)
        return (motion,) if self.holds(motion) else ()

    def _turns(self, axis: FloatArray) -> list[FloatArray]:
        """The turns of small order about an axis through the first centre that has any."""
        for center in self._centers:
            made = (turn(axis, 2 * math.pi / order, center_m=center) for order in _ORDERS)
            found = [motion for motion in made if self.holds(motion)]
            if found:
                return found
        return []

    def _candidates(self) -> list[FloatArray]:
        moments = self._samples.moments
        axes = _distinct([*np.eye(3)[::-1], *moments.axes.T])
        low, _, high = moments.spread_m2
        if high - low < _EQUAL_SPREAD * high:
            axes = _distinct([*axes, *self._samples.marked_directions(_CANDIDATES)])
        return axes

    def _swept(self, known: Sequence[FloatArray]) -> list[FloatArray]:
        """A half turn about an axis across the unique principal one, if none is known yet.

        Only shapes that are alike after a third or less of a circle hide such axes: the principal
        axes of the others are their own.
        """
        unique = self._unique_axis()
        if unique is None or not any(_turns_little(motion, unique) for motion in known):
            return []
        if any(unique @ motion[:3, :3] @ unique < -0.5 for motion in known):
            return []
        first = _perpendicular(unique)
        second = np.cross(unique, first)
        angles = np.arange(_SWEEP_STEPS) * math.pi / _SWEEP_STEPS
        axes = (math.cos(angle) * first + math.sin(angle) * second for angle in angles)
        motions = (turn(axis, math.pi, center_m=self._centers[-1]) for axis in axes)
        found = [motion for motion in motions if self.holds(motion)]
        # Several neighbours pass; the middle one is told by the mean.
        best = sorted(found, key=lambda m: float(self._samples.distance_m(self._moved(m)).mean()))
        return best[:1]

    def _unique_axis(self) -> FloatArray | None:
        """The principal axis whose variance differs from two equal others."""
        low, middle, high = self._samples.moments.spread_m2
        axes: FloatArray = self._samples.moments.axes
        below, above = middle - low < _EQUAL_SPREAD * high, high - middle < _EQUAL_SPREAD * high
        if below == above:
            return None
        unique: FloatArray = axes[:, 2] if below else axes[:, 0]
        return unique


def _turns_little(motion: FloatArray, axis: FloatArray) -> bool:
    """Whether a motion turns about an axis by a third of a circle or less."""
    rotation = motion[:3, :3]
    return bool(axis @ rotation @ axis > _PARALLEL and np.trace(rotation) > -0.1)


def _perpendicular(axis: FloatArray) -> FloatArray:
    """A unit vector across an axis: the x axis made so, or another where that lies along it."""
    start = np.eye(3)[int(abs(axis[0]) > 0.9)]
    across: FloatArray = start - axis * (axis @ start)
    across /= np.linalg.norm(across)
    return across


def _distinct(axes: Iterable[FloatArray]) -> list[FloatArray]:
    """The axes without those that are nearly parallel to one before."""
    kept: list[FloatArray] = []
    for axis in axes:
        if all(abs(axis @ other) < _PARALLEL for other in kept):
            kept.append(axis)
    return kept
