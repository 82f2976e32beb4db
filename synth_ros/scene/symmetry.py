"""Symmetries of an object: declared in the config, or found from its shape.

Only the shape counts: a can with a printed label is as symmetric as a plain one. A turn is a
symmetry when no point of the surface ends up farther than 1 % of the object's diameter from the
surface (BOP's own models are judged more loosely, by eye and with texture).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from synth_ros.config.objects import SymmetryConfig
from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.scene.rotation_groups import LARGEST_GROUP, closure, turn, without_covered
from synth_ros.scene.solid import Solid, SolidGeom
from synth_ros.scene.symmetry_search import search
from synth_ros.types import NO_SYMMETRY, ContinuousSymmetry, FloatArray, Symmetry

TOLERANCE = 0.01
"""Share of the diameter by which a symmetric surface may deviate."""
NO_GROUP = (
    f'these turns combine to more than {LARGEST_GROUP} motions, as those of no solid do: check '
    'their axes, or declare a continuous axis'
)
"""What is wrong with turns that do not combine, as a clause."""


def symmetry_of(solid: Solid, config: SymmetryConfig) -> Symmetry:
    """Symmetries of a solid, in its frame: the declared ones, else those found.

    Args:
        solid: At the class's fixed scale.
        config: What is declared (and :func:`combines`), or whether to search.
    """
    if config.declared:
        declared = _declared(config, solid.bounds.center_m)
        assert declared is not None
        return declared
    return detect(solid) if config.detect else NO_SYMMETRY


def combines(config: SymmetryConfig) -> bool:
    """Whether declared turns combine to a finite group of a size that a thing may have."""
    return _declared(config, np.zeros(3)) is not None


def scaled_symmetry(symmetry: Symmetry, factor: float) -> Symmetry:
    """Symmetries of an object whose lengths were all multiplied."""
    if factor == 1:
        return symmetry
    scale = np.ones((4, 4))
    scale[:3, 3] = factor
    return Symmetry(
        tuple(_locked(motion * scale) for motion in symmetry.discrete),
        tuple(
            _continuous(np.array(item.axis), factor * np.array(item.offset_m))
            for item in symmetry.continuous
        ),
    )


def detect(solid: Solid) -> Symmetry:
    """The symmetries of a solid's visible shape: exact for one primitive, else by search."""
    visible = [geom for geom in solid.geoms if geom.visible]
    if len(visible) == 1 and visible[0].shape != 'mesh':
        return _of_primitive(visible[0])
    found = search(solid, TOLERANCE)
    made = _made(found.turns, found.axes, found.center_m)
    # Turns that are only nearly symmetric may combine to no group: each of them still holds.
    return made or Symmetry(tuple(_locked(motion) for motion in found.turns))


def _declared(config: SymmetryConfig, center_m: FloatArray) -> Symmetry | None:
    axes = [_unit(axis) for axis in config.continuous]
    turns = [
        turn(_unit(item.axis), 2 * math.pi / item.order, center_m=center_m)
        for item in config.discrete
    ]
    return _made(turns, axes, center_m)


def _of_primitive(geom: SolidGeom) -> Symmetry:
    """By the sizes of a primitive; its own axes are those of its frame."""
    center = np.array(geom.position_m)
    axes = tuple(matrix_from_quat_wxyz(geom.quat_wxyz).T)
    x, y, z = geom.size_m
    match geom.shape:
        case 'sphere':
            lengths, diameter = (x, x, x), 2 * x
        case 'capsule':
            lengths, diameter = (x, x, x + y), 2 * (x + y)
        case 'cylinder':
            # However long it is, it has no third direction like the other two.
            lengths, diameter = (x, x, math.inf), 2 * x
        case 'box':
            lengths, diameter = (x, y, z), 2 * math.hypot(x, y, z)
        case _:
            lengths, diameter = (x, y, z), 2 * max(x, y, z)
    # The axes about which the two other lengths are equal.
    alike = [
        axes[k]
        for k in range(3)
        if abs(lengths[(k + 1) % 3] - lengths[(k + 2) % 3]) <= TOLERANCE * diameter
    ]
    turns = [turn(axis, math.pi, center_m=center) for axis in axes]
    if geom.shape == 'box':
        turns += [turn(axis, math.pi / 2, center_m=center) for axis in alike]
        alike = []
    made = _made(turns, alike, center)
    assert made is not None
    return made


def _made(
    turns: Iterable[FloatArray], axes: Sequence[FloatArray], center_m: FloatArray
) -> Symmetry | None:
    """A symmetry from generators that share a centre."""
    continuous = tuple(_continuous(axis, center_m) for axis in axes)
    if len(axes) > 1:
        # Two axes make all rotations, which three perpendicular ones say best.
        continuous = tuple(_continuous(axis, center_m) for axis in np.eye(3))
    motions = closure(without_covered(turns, continuous))
    if motions is None:
        return None
    return Symmetry(tuple(_locked(motion) for motion in motions), continuous)


def _continuous(axis: FloatArray, offset_m: FloatArray) -> ContinuousSymmetry:
    ax, ay, az = (float(value) for value in axis)
    px, py, pz = (float(value) for value in offset_m)
    return ContinuousSymmetry((ax, ay, az), (px, py, pz))


def _unit(axis: Sequence[float]) -> FloatArray:
    vector = np.array(axis, np.float64)
    unit: FloatArray = vector / np.linalg.norm(vector)
    return unit


def _locked(motion: FloatArray) -> FloatArray:
    motion.flags.writeable = False
    return motion
