"""How a camera sees a point: from which distance and side, how turned, where in the image."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from synth_ros.geometry.transforms import (
    make_transform,
    matrix_from_rotation_vector,
    rotation_between,
)
from synth_ros.types import CameraModel, FloatArray

UP = np.array([0.0, 0.0, 1.0])
"""The world's up."""
UP.flags.writeable = False
_FORWARD = np.array([0.0, 0.0, 1.0])


class Gaze(NamedTuple):
    """How one camera shall see one point; what is ``None`` is free.

    Attributes:
        link: Body that carries the camera, as the robot's own model calls it.
        link_from_camera: Pose of the optical frame on it, (4, 4).
        target_m: The point in the world, (3,).
        bearing: Unit direction of the optical frame in which the point shall be, (3,).
        distance_m: From the camera's centre to the point.
        elevation_rad: Of the camera as seen from the point, above the horizon.
        azimuth_rad: Of the camera as seen from the point, from the world's x axis towards y.
        roll_rad: Turn of the upright camera about its line of sight, clockwise as it looks; the
            camera as it is when turned the shortest way to look straight at the target.
    """

    link: str
    link_from_camera: FloatArray
    target_m: FloatArray
    bearing: FloatArray
    distance_m: float | None = None
    elevation_rad: float | None = None
    azimuth_rad: float | None = None
    roll_rad: float | None = None


class Miss(NamedTuple):
    """How far a camera is from how it shall see a point; 0 for what is free.

    Attributes:
        aim_rad: Between the directions in which the point is and shall be.
        distance_m: Of the distance.
        side_rad: Between the directions from the point to where the camera is and shall be.
        roll_rad: Of the turn about the line of sight.
    """

    aim_rad: float
    distance_m: float
    side_rad: float
    roll_rad: float


def measure(world_from_camera: FloatArray, gaze: Gaze) -> Miss:
    """How far a camera is from how it shall see a point.

    Args:
        world_from_camera: Pose of the optical frame, (4, 4).
        gaze: What is asked.
    """
    rotation, centre = world_from_camera[:3, :3], world_from_camera[:3, 3]
    way = gaze.target_m - centre
    length = float(np.linalg.norm(way))
    if length < 1e-9:
        return Miss(math.pi, math.inf, math.pi, math.pi)
    out = -way / length
    distance = 0.0 if gaze.distance_m is None else length - gaze.distance_m
    elevation, azimuth = math.asin(np.clip(out[2], -1, 1)), math.atan2(out[1], out[0])
    wanted = side(
        elevation if gaze.elevation_rad is None else gaze.elevation_rad,
        azimuth if gaze.azimuth_rad is None else gaze.azimuth_rad,
    )
    roll = 0.0
    if gaze.roll_rad is not None:
        # Nearly straight up or down, hardly any turn is wrong.
        straight = rotation @ facing_target(gaze.bearing)
        up = straight.T @ UP
        turned = wrapped(roll_of(straight) - gaze.roll_rad)
        roll = turned * float(math.hypot(up[0], up[1]))
    return Miss(
        _angle(rotation.T @ way / length, gaze.bearing), abs(distance), _angle(out, wanted), roll
    )


def side(elevation_rad: float, azimuth_rad: float) -> FloatArray:
    """Unit direction from a target to the camera, world frame, (3,)."""
    flat = math.cos(elevation_rad)
    return np.array(
        [
            flat * math.cos(azimuth_rad),
            flat * math.sin(azimuth_rad),
            math.sin(elevation_rad),
        ]
    )


def roll_of(rotation: FloatArray) -> float:
    """Turn of an upright camera about its optical axis, clockwise as it looks, radians.

    Upright is a camera in whose image the world's up points up. Straight up and down, where
    that says nothing, it is 0.
    """
    up = rotation.T @ UP
    return math.atan2(-up[0], -up[1]) if math.hypot(up[0], up[1]) > 1e-9 else 0.0


def bearing(
    camera: CameraModel,
    offset_px: tuple[float, float],
    *,
    aim_error_rad: float,
    aim_direction_rad: float,
) -> FloatArray:
    """Unit direction of the optical frame in which a target shall be, (3,).

    Args:
        camera: Intrinsics.
        offset_px: Of the target from the middle of the image: columns and rows.
        aim_error_rad: Angle between that and where the target shall be instead.
        aim_direction_rad: In which direction, from the image's right, clockwise.
    """
    u = (camera.width - 1) / 2 + offset_px[0]
    v = (camera.height - 1) / 2 + offset_px[1]
    way = np.array([(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, 1.0])
    way /= np.linalg.norm(way)
    right = np.array([way[2], 0.0, -way[0]])
    right /= np.linalg.norm(right)
    aside = math.cos(aim_direction_rad) * right
    aside += math.sin(aim_direction_rad) * np.cross(way, right)
    out: FloatArray = math.cos(aim_error_rad) * way + math.sin(aim_error_rad) * aside
    return out


def placed(gaze: Gaze) -> FloatArray:
    """Pose of the optical frame that satisfies a gaze in which only the roll may be free, (4, 4).

    A free roll is 0. Looking straight up or down, upright means that the top of the image points
    along the world's x axis.
    """
    assert gaze.distance_m is not None
    assert gaze.elevation_rad is not None
    assert gaze.azimuth_rad is not None
    out = side(gaze.elevation_rad, gaze.azimuth_rad)
    turn = matrix_from_rotation_vector(np.array([0.0, 0.0, gaze.roll_rad or 0.0]))
    rotation = _facing(-out) @ turn @ facing_target(gaze.bearing).T
    return make_transform(rotation, gaze.target_m + gaze.distance_m * out)


def _facing(forward: FloatArray) -> FloatArray:
    """Rotation of an optical frame that looks along a unit direction with the image upright."""
    up = UP if math.hypot(forward[0], forward[1]) > 1e-9 else np.array([1.0, 0.0, 0.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    return np.column_stack([right, np.cross(forward, right), forward])


def facing_target(direction: FloatArray) -> FloatArray:
    """The smallest rotation that takes the optical axis to a unit direction, (3, 3).

    A camera with rotation R in the world that sees a target in that direction would, turned the
    shortest way until it looks straight at it, have the rotation R times this.
    """
    return rotation_between(_FORWARD, direction)


def wrapped(angle_rad: float) -> float:
    """The same angle between -pi and pi."""
    return (angle_rad + math.pi) % (2 * math.pi) - math.pi


def _angle(one: FloatArray, other: FloatArray) -> float:
    """Between two unit vectors, exact for small ones too."""
    return 2 * math.asin(min(1.0, float(np.linalg.norm(one - other)) / 2))
