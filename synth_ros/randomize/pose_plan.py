"""Hangs the objects of the pose curriculum in front of the camera: where in the image is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.config.curriculum import PoseCurriculum
from synth_ros.errors import PlacementError
from synth_ros.geometry.transforms import (
    matrix_from_rotation_vector,
    quat_wxyz_from_matrix,
    rotation_between,
)
from synth_ros.randomize.draws import quadruple, triple, uniform_quat_wxyz
from synth_ros.randomize.pose_bins import PoseBin, camera_from_object
from synth_ros.randomize.scene import PlannedPose
from synth_ros.types import CameraModel, FloatArray, MaskImage

_SPOTS_TRIED = 200
_FORWARD = np.array([0.0, 0.0, 1.0])


class Hanging(NamedTuple):
    """An object of the pose curriculum.

    Attributes:
        instance_id: Of the object.
        radius_m: Of the ball around its 3D box.
        planned: Its pose.
    """

    instance_id: int
    radius_m: float
    planned: PoseBin


class _Ball(NamedTuple):
    center_m: FloatArray
    radius_m: float


def hang(
    config: PoseCurriculum,
    objects: Sequence[Hanging],
    camera: CameraModel,
    *,
    rng: np.random.Generator,
) -> tuple[PlannedPose, ...]:
    """Draw where in the image each object hangs, wholly inside if it fits.

    The planned pose is the one seen along the ray to the object: away from the image's middle the
    object is turned with the ray.

    Args:
        config: The curriculum.
        objects: In the order of their ids.
        camera: Intrinsics.
        rng: Source of randomness.

    Raises:
        PlacementError: They do not fit into the image without touching each other.
    """
    taken: list[_Ball] = []
    poses: dict[int, PlannedPose] = {}
    # The largest in the image first: it finds room only while there is some.
    order = sorted(objects, key=lambda o: -o.radius_m / config.distances_m[o.planned.distance])
    for item in order:
        ball = _spot(config, item, camera, taken=taken, rng=rng)
        taken.append(ball)
        ray = ball.center_m / np.linalg.norm(ball.center_m)
        turned = rotation_between(_FORWARD, ray) @ camera_from_object(config, item.planned)
        rotation = _jitter(rng, config.jitter_deg) @ turned
        poses[item.instance_id] = PlannedPose(
            instance_id=item.instance_id,
            position_m=triple(ball.center_m),
            quat_wxyz=quadruple(quat_wxyz_from_matrix(rotation)),
            direction=item.planned.direction,
            roll=item.planned.roll,
            distance=item.planned.distance,
        )
    return tuple(poses[item.instance_id] for item in objects)


def _spot(
    config: PoseCurriculum,
    item: Hanging,
    camera: CameraModel,
    *,
    taken: Sequence[_Ball],
    rng: np.random.Generator,
) -> _Ball:
    """The first free one of a fixed number of places in the image."""
    distance = config.distances_m[item.planned.distance]
    # The cone around the ball meets the image plane within this much of its centre's pixel.
    angle = math.asin(min(item.radius_m / distance, 1.0))
    margin_x, margin_y = (math.tan(angle) * f for f in (camera.fx, camera.fy))
    u = _inside(rng.random(_SPOTS_TRIED), camera.width, margin_x)
    v = _inside(rng.random(_SPOTS_TRIED), camera.height, margin_y)
    x, y = (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy
    rays = np.stack([x, y, np.ones_like(x)], axis=1)
    centers = rays / np.linalg.norm(rays, axis=1, keepdims=True) * distance
    whole = _within(centers, item.radius_m, camera)
    # What is larger than the image is cut off at all sides.
    for center in centers[whole] if whole.any() else centers:
        ball = _Ball(center, item.radius_m)
        if all(_apart(ball, other, config.overlap) for other in taken):
            return ball
    raise PlacementError(
        f'{len(taken) + 1} objects of the pose curriculum do not fit into the image of '
        f'{camera.name} at {distance:g} m without touching each other. Ask for fewer '
        '(curriculum.poses.objects), let them overlap more (overlap) or hang farther away '
        '(distances_m).'
    )


def _inside(share: FloatArray, pixels: int, margin: float) -> FloatArray:
    """Pixel coordinates between the margins; the middle where the margins meet."""
    room = max(pixels - 2 * margin, 0.0)
    return pixels / 2 - 0.5 + (share - 0.5) * room


def _within(centers_m: FloatArray, radius_m: float, camera: CameraModel) -> MaskImage:
    """Which balls (n, 3) are seen as a whole, (n,).

    Seen along the other image axis, a ball is a circle, and its outline two tangents.
    """
    inside: MaskImage = np.ones(len(centers_m), np.bool_)
    axes = ((0, camera.fx, camera.cx, camera.width), (1, camera.fy, camera.cy, camera.height))
    for axis, focal, middle, size in axes:
        aside, ahead = centers_m[:, axis], centers_m[:, 2]
        towards = np.arctan2(aside, ahead)
        half = np.arcsin(np.minimum(radius_m / np.hypot(aside, ahead), 1.0))
        inside &= np.abs(towards) + half < math.pi / 2
        inside &= middle + focal * np.tan(towards - half) >= -0.5
        inside &= middle + focal * np.tan(towards + half) <= size - 0.5
    return inside


def _apart(one: _Ball, other: _Ball, overlap: float) -> bool:
    """Whether two balls do not touch and overlap in the image no more than allowed."""
    if np.linalg.norm(one.center_m - other.center_m) < one.radius_m + other.radius_m:
        return False
    d1, d2 = (float(np.linalg.norm(ball.center_m)) for ball in (one, other))
    r1, r2 = math.asin(min(one.radius_m / d1, 1)), math.asin(min(other.radius_m / d2, 1))
    cosine = float(one.center_m @ other.center_m) / (d1 * d2)
    between = math.acos(min(max(cosine, -1.0), 1.0))
    return between >= r1 + r2 - overlap * min(r1, r2)


def _jitter(rng: np.random.Generator, most_deg: float) -> FloatArray:
    """A rotation by up to an angle about any axis."""
    axis = uniform_quat_wxyz(rng)[1:]
    axis /= np.linalg.norm(axis)
    return matrix_from_rotation_vector(axis * math.radians(most_deg) * rng.random())
