"""Rigid transforms as 4x4 matrices, named ``target_from_source``.

Quaternions carry their order in the name: MuJoCo uses wxyz, ROS messages use xyzw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from synth_ros.types import FloatArray

# A MuJoCo (OpenGL) camera looks along -z with y up; the optical frame of REP-103 looks along
# +z with y down: half a turn about x.
GL_FROM_OPTICAL = np.diag([1.0, -1.0, -1.0, 1.0])
GL_FROM_OPTICAL.flags.writeable = False

# camera_link (x forward, y left, z up) from its optical frame, REP-103.
LINK_FROM_OPTICAL = np.array([[0.0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
LINK_FROM_OPTICAL.flags.writeable = False

# Cosine of a pitch below which roll and yaw turn about one axis.
_GIMBAL = 1e-9


def make_transform(rotation: FloatArray, translation: Sequence[float] | FloatArray) -> FloatArray:
    """A transform from a rotation matrix (3, 3) and a translation (3,), metres."""
    out = np.eye(4)
    out[:3, :3] = rotation
    out[:3, 3] = translation
    return out


def inverse(transform: FloatArray) -> FloatArray:
    """The inverse of a rigid transform, exact in structure (bottom row stays 0 0 0 1)."""
    rotation = transform[:3, :3].T
    return make_transform(rotation, -rotation @ transform[:3, 3])


def transform_points(target_from_source: FloatArray, points: FloatArray) -> FloatArray:
    """Points (..., 3) moved from the source frame to the target frame."""
    moved: FloatArray = points @ target_from_source[:3, :3].T + target_from_source[:3, 3]
    return moved


def matrix_from_quat_wxyz(quat_wxyz: Sequence[float] | FloatArray) -> FloatArray:
    """Rotation matrix (3, 3) of a quaternion, normalised first.

    Raises:
        ValueError: If the quaternion has no length.
    """
    w, x, y, z = (float(c) for c in quat_wxyz)
    norm = math.sqrt(w * w + x * x + y * y + z * z)
    if norm < 1e-12:
        raise ValueError('a rotation quaternion must not be zero')
    w, x, y, z = w / norm, x / norm, y / norm, z / norm
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def quat_wxyz_from_matrix(rotation: FloatArray) -> FloatArray:
    """Unit quaternion (4,) with w >= 0 of a rotation matrix.

    Shepperd's method: divide by the largest component, stable for every angle.
    """
    # In plain numbers: many times as fast as arrays of four.
    (a, b, c), (d, e, f), (g, h, i) = np.asarray(rotation, float).tolist()
    squares = (1 + a + e + i, 1 + a - e - i, 1 - a + e - i, 1 - a - e + i)
    k = squares.index(max(squares))
    w, x, y, z = (
        (squares[0], h - f, c - g, d - b),
        (h - f, squares[1], d + b, c + g),
        (c - g, d + b, squares[2], h + f),
        (d - b, c + g, h + f, squares[3]),
    )[k]
    norm = math.sqrt(w * w + x * x + y * y + z * z)
    if w < 0:
        norm = -norm
    return np.array([w / norm, x / norm, y / norm, z / norm])


def quat_xyzw_from_matrix(rotation: FloatArray) -> FloatArray:
    """Unit quaternion (4,) in the order of ROS messages."""
    w, x, y, z = quat_wxyz_from_matrix(rotation)
    return np.array([x, y, z, w])


def matrix_from_rpy(rpy_rad: Sequence[float] | FloatArray) -> FloatArray:
    """Rotation matrix of fixed-axis roll, pitch, yaw (REP-103, as in URDF), radians."""
    roll, pitch, yaw = (float(a) for a in rpy_rad)
    cr, sr = math.cos(roll), math.sin(roll)
    cp, sp = math.cos(pitch), math.sin(pitch)
    cy, sy = math.cos(yaw), math.sin(yaw)
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def rpy_from_matrix(rotation: FloatArray) -> FloatArray:
    """Fixed-axis roll, pitch, yaw of a rotation, radians, shape (3,); yaw 0 where pitch is 90°.

    Args:
        rotation: Shape (3, 3).
    """
    level = float(np.hypot(rotation[0, 0], rotation[1, 0]))
    pitch = np.arctan2(-rotation[2, 0], level)
    if level < _GIMBAL:
        return np.array([np.arctan2(-rotation[1, 2], rotation[1, 1]), pitch, 0.0])
    roll = np.arctan2(rotation[2, 1], rotation[2, 2])
    return np.array([roll, pitch, np.arctan2(rotation[1, 0], rotation[0, 0])])


def matrix_from_rotation_vector(vector_rad: Sequence[float] | FloatArray) -> FloatArray:
    """Rotation matrix (3, 3) of a rotation vector: its length is the angle (Rodrigues)."""
    vector = np.asarray(vector_rad, np.float64)
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    rotation: FloatArray = np.eye(3) + math.sin(angle) * cross
    rotation += (1 - math.cos(angle)) * cross @ cross
    return rotation


def rotation_vector_from_matrix(rotation: FloatArray) -> FloatArray:
    """Rotation vector (3,) of a rotation (3, 3), radians; half a turn at most."""
    w, *axis = quat_wxyz_from_matrix(rotation)
    sine = float(np.linalg.norm(axis))
    if sine < 1e-12:
        return np.zeros(3)
    vector: FloatArray = np.array(axis) / sine * (2 * math.atan2(sine, float(w)))
    return vector


def rotation_between(start: FloatArray, end: FloatArray) -> FloatArray:
    """The smallest rotation (3, 3) that turns one unit vector to another.

    Opposite vectors are half a turn about some axis apart.
    """
    axis = np.cross(start, end)
    sine, cosine = float(np.linalg.norm(axis)), float(np.dot(start, end))
    if sine > 1e-12:
        return matrix_from_rotation_vector(axis / sine * math.atan2(sine, cosine))
    if cosine > 0:
        return np.eye(3)
    aside = np.cross(start, np.eye(3)[int(np.argmin(np.abs(start)))])
    return matrix_from_rotation_vector(aside / np.linalg.norm(aside) * math.pi)


def box_corners(size_m: FloatArray) -> FloatArray:
    """The eight corners (8, 3) of a box centred at the origin, x fastest, then y, then z."""
    signs = np.array([[x, y, z] for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)])
    corners: FloatArray = signs * np.asarray(size_m) / 2
    return corners
