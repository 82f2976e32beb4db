"""Draws rotations: maps of the unit cube to unit quaternions (w, x, y, z)."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from synth_ros.config.rotations import Cone, Near, PlainRotations, Rotations, Sides, Tilt
from synth_ros.geometry.transforms import (
    matrix_from_rpy,
    quat_wxyz_from_matrix,
    rotation_between,
)
from synth_ros.randomize.cubes import cubes, parts_of
from synth_ros.randomize.draw import Draws
from synth_ros.types import FloatArray

Quat = tuple[float, float, float, float]

_HALF_TURN = math.sqrt(0.5)
_SIDES = np.array(
    [
        [1.0, 0.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [_HALF_TURN, _HALF_TURN, 0.0, 0.0],
        [_HALF_TURN, -_HALF_TURN, 0.0, 0.0],
        [_HALF_TURN, 0.0, _HALF_TURN, 0.0],
        [_HALF_TURN, 0.0, -_HALF_TURN, 0.0],
    ]
)
"""Rotations that bring each of the six sides of a box to the top."""


def draw_quat_wxyz(rotations: PlainRotations, name: str, *, draws: Draws) -> Quat:
    """Draw a rotation.

    Args:
        rotations: What to draw from.
        name: What is turned; part of the names of its streams.
        draws: Where it is drawn.

    Returns:
        Unit quaternion (w, x, y, z) of the turned thing's frame in the frame around it.
    """
    quat = draw_quats_wxyz(rotations, name, 1, draws=draws)[0]
    w, x, y, z = (float(value) for value in quat)
    return w, x, y, z


def draw_quats_wxyz(
    rotations: PlainRotations, name: str, count: int, *, draws: Draws
) -> FloatArray:
    """Draw several rotations; the first of more are those of fewer.

    Args:
        rotations: What to draw from.
        name: What is turned; part of the names of its streams.
        count: How many.
        draws: Where they are drawn.

    Returns:
        Unit quaternions (w, x, y, z), shape (count, 4).
    """
    draws.streams.note(rotations, draws.prefix + name)
    across = rotations.across if isinstance(rotations, Rotations) else None
    u = cubes(draws, name, count, across=across)
    mixture = rotations.mixture if isinstance(rotations, Rotations) else None
    if mixture is None:
        return _plain(rotations, u, draws=draws.below(f'{name}/'))
    parts = mixture.weighted()
    drawn = np.zeros((count, 4))
    places = parts_of(u[:, 3], [share for _, share in parts])
    for number, ((part, _), at) in enumerate(zip(parts, places, strict=True)):
        # All are drawn and some taken, so that the parts do not shift each other.
        drawn[at] = _plain(part, u, draws=draws.below(f'{name}/{number}/'))[at]
    return drawn


def _plain(rotations: PlainRotations, u: FloatArray, *, draws: Draws) -> FloatArray:
    """Rotations of one kind; ``u`` has shape (count, 4), of which three are used."""
    if rotations.uniform is not None:
        return _any(u)
    leaning = rotations.cone or rotations.tilt
    if leaning is not None:
        return _leaning(leaning, u, draws=draws)
    if rotations.near is not None:
        return _near(rotations.near, u)
    if rotations.sides is not None:
        return _on_sides(rotations.sides, u, draws=draws)
    return _by_angles(rotations, len(u), draws=draws)


def _any(u: FloatArray) -> FloatArray:
    """Uniform on SO(3): Shoemake (1992), "Uniform random rotations", Graphics Gems III."""
    first, second = np.sqrt(1 - u[:, 0]), np.sqrt(u[:, 0])
    one, other = 2 * math.pi * u[:, 1], 2 * math.pi * u[:, 2]
    return np.stack(
        [
            second * np.cos(other),
            first * np.sin(one),
            first * np.cos(one),
            second * np.sin(other),
        ],
        axis=1,
    )


def _by_angles(rotations: PlainRotations, count: int, *, draws: Draws) -> FloatArray:
    if rotations.yaw_deg is not None:
        return _about_z(draws.numbers(rotations.yaw_deg, 'yaw_deg', count))
    angles = rotations.rpy_deg
    if angles is None:
        assert rotations.quat_wxyz is not None
        quat = np.array(rotations.quat_wxyz)
        return np.tile(quat / np.linalg.norm(quat), (count, 1))
    roll, pitch, yaw = (
        _about(axis, draws.numbers(angle, name, count))
        for axis, angle, name in (
            (0, angles.roll_deg, 'roll_deg'),
            (1, angles.pitch_deg, 'pitch_deg'),
            (2, angles.yaw_deg, 'yaw_deg'),
        )
    )
    return product(yaw, product(pitch, roll))


def _leaning(leaning: Cone | Tilt, u: FloatArray, *, draws: Draws) -> FloatArray:
    spin = _about_z(draws.numbers(leaning.spin_deg, 'spin_deg', len(u)))
    if isinstance(leaning, Cone):
        # Caps of equal height have equal areas (Archimedes).
        height = 1 - u[:, 0] * (1 - math.cos(math.radians(leaning.half_angle_deg)))
        angle_rad = np.arccos(np.clip(height, -1.0, 1.0))
    else:
        angle_rad = np.radians(draws.numbers(leaning.angle_deg, 'angle_deg', len(u)))
    side = 2 * math.pi * u[:, 1]
    half = angle_rad / 2
    flat = np.zeros(len(u))
    # About a horizontal axis at right angles to the side that it leans to.
    lean = np.stack(
        [np.cos(half), -np.sin(half) * np.sin(side), np.sin(half) * np.cos(side), flat], axis=1
    )
    turned = product(lean, spin)
    if isinstance(leaning, Tilt):
        return turned
    axis = np.array(leaning.axis) / np.linalg.norm(leaning.axis)
    aim = quat_wxyz_from_matrix(rotation_between(np.array([0.0, 0.0, 1.0]), axis))
    return product(aim[None], turned)


def _near(near: Near, u: FloatArray) -> FloatArray:
    vector = special.ndtri(np.maximum(u[:, :3], 2.0**-54)) * math.radians(near.std_deg)
    angle = np.linalg.norm(vector, axis=1)
    # sin(a / 2) / a, which is 1/2 where the angle is 0.
    share = 0.5 * np.sinc(angle / (2 * math.pi))
    small = np.concatenate([np.cos(angle / 2)[:, None], share[:, None] * vector], axis=1)
    middle = quat_wxyz_from_matrix(matrix_from_rpy(np.radians(near.rpy_deg)))
    return product(small, middle[None])


def _on_sides(sides: Sides, u: FloatArray, *, draws: Draws) -> FloatArray:
    side = _SIDES[np.minimum(np.floor(u[:, 0] * 6).astype(np.int64), 5)]
    return product(_about_z(draws.numbers(sides.yaw_deg, 'yaw_deg', len(u))), side)


def _about_z(angle_deg: FloatArray) -> FloatArray:
    return _about(2, angle_deg)


def _about(axis: int, angle_deg: FloatArray) -> FloatArray:
    half = np.radians(angle_deg) / 2
    quats = np.zeros((len(half), 4))
    quats[:, 0], quats[:, 1 + axis] = np.cos(half), np.sin(half)
    return quats


def product(first: FloatArray, second: FloatArray) -> FloatArray:
    """Products of quaternions (w, x, y, z): the second rotation, then the first.

    Args:
        first: Shape (n, 4) or (1, 4).
        second: Shape (n, 4) or (1, 4).
    """
    a, b, c, d = first.T
    e, f, g, h = second.T
    return np.stack(
        [
            a * e - b * f - c * g - d * h,
            a * f + b * e + c * h - d * g,
            a * g - b * h + c * e + d * f,
            a * h + b * g - c * f + d * e,
        ],
        axis=1,
    )
