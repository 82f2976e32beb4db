"""Hangs the objects of the pose curriculum in front of the camera: where in the image is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.config.curriculum import PoseCurriculum
from synth_ros.errors import PlacementError
from synth_ros.geometry.boxes import NO_BOXES, Boxes, box, overlapping
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
        half_m: Half extents of its 3D box.
        planned: Its pose.
    """

    instance_id: int
    half_m: tuple[float, float, float]
    planned: PoseBin

    @property
    def radius_m(self) -> float:
        """Of the ball around its 3D box."""
        return math.hypot(*self.half_m)


class _Taken(NamedTuple):
    """An object that hangs.

    Attributes:
        box: Its 3D box in the camera's frame.
        towards: Unit vector to its middle, (3,).
        angle_rad: Its size as the camera sees it: half of a typical extent.
    """

    box: Boxes
    towards: FloatArray
    angle_rad: float


class Scenery(NamedTuple):
    """What objects of the curriculum hang in front of, in the camera's frame.

    Attributes:
        camera: Intrinsics.
        obstacles: Boxes around everything solid.
    """

    camera: CameraModel
    obstacles: Boxes = NO_BOXES


def seen_from(world_from_camera: FloatArray, boxes: Boxes) -> Boxes:
    """Boxes of the world in a camera's frame.

    Args:
        world_from_camera: Pose of the optical frame, (4, 4).
        boxes: In the world.
    """
    turn = world_from_camera[:3, :3].T
    return Boxes(
        (boxes.center_m - world_from_camera[:3, 3]) @ turn.T, boxes.half_m, turn @ boxes.rotation
    )


def hang(
    config: PoseCurriculum,
    objects: Sequence[Hanging],
    scenery: Scenery,
    *,
    rng: np.random.Generator,
) -> tuple[PlannedPose, ...]:
    """Draw where in the image each object hangs, wholly inside if it fits.

    The planned pose is the one seen along the ray to the object: away from the image's middle the
    object is turned with the ray.

    Args:
        config: The curriculum.
        objects: In the order of their ids.
        scenery: The camera and what stands before it.
        rng: Source of randomness.

    Raises:
        PlacementError: They do not fit into the image without touching each other or the scene.
    """
    taken: list[_Taken] = []
    poses: dict[int, PlannedPose] = {}
    # The largest in the image first: it finds room only while there is some.
    order = sorted(objects, key=lambda o: -o.radius_m / config.distances_m[o.planned.distance])
    for item in order:
        one = _hung(config, item, scenery, taken=taken, rng=rng)
        taken.append(one)
        poses[item.instance_id] = PlannedPose(
            instance_id=item.instance_id,
            position_m=triple(one.box.center_m[0]),
            quat_wxyz=quadruple(quat_wxyz_from_matrix(one.box.rotation[0])),
            direction=item.planned.direction,
            roll=item.planned.roll,
            distance=item.planned.distance,
        )
    return tuple(poses[item.instance_id] for item in objects)


def _hung(
    config: PoseCurriculum,
    item: Hanging,
    scenery: Scenery,
    *,
    taken: Sequence[_Taken],
    rng: np.random.Generator,
) -> _Taken:
    """The object at the first free one of a fixed number of places in the image."""
    distance = config.distances_m[item.planned.distance]
    jitter = _jitter(rng, config.jitter_deg)
    upright = camera_from_object(config, item.planned)
    size = math.atan2(sum(item.half_m) / 3, distance)
    centers = _centers(item.radius_m, distance, scenery.camera, rng=rng)
    in_the_way = 0
    for center in centers:
        towards = center / distance
        rotation = jitter @ rotation_between(_FORWARD, towards) @ upright
        one = _Taken(box(center, item.half_m, rotation), towards, size)
        if overlapping(one.box, scenery.obstacles).any():
            in_the_way += 1
        elif all(_apart(one, other, config.overlap) for other in taken):
            return one
    where = f'{distance:g} m from {scenery.camera.name}'
    if in_the_way > len(centers) / 2:
        raise PlacementError(
            f'The pose curriculum finds no free place {where}: in {in_the_way} of {len(centers)} '
            'places something of the scene is in the way. Use environment.model builtin://empty, '
            'another posture, or another distance.'
        )
    raise PlacementError(
        f'{len(taken) + 1} objects of the pose curriculum do not fit into the image {where} '
        'without touching each other. Ask for fewer (curriculum.poses.objects), let them overlap '
        'more (overlap) or hang farther away (distances_m).'
    )


def _centers(
    radius_m: float, distance: float, camera: CameraModel, *, rng: np.random.Generator
) -> FloatArray:
    """Places at a distance in the image, (n, 3): first those that show all of a ball."""
    # The cone around the ball meets the image plane within this much of its centre's pixel.
    angle = math.asin(min(radius_m / distance, 1.0))
    margins = (math.tan(angle) * camera.fx, math.tan(angle) * camera.fy)
    inner = _places(rng, camera, distance, margins_px=margins)
    inner = inner[_within(inner, radius_m, camera)]
    # What is larger than the room that is left is cut off at the border.
    return np.concatenate([inner, _places(rng, camera, distance, margins_px=(0.0, 0.0))])


def _places(
    rng: np.random.Generator,
    camera: CameraModel,
    distance: float,
    *,
    margins_px: tuple[float, float],
) -> FloatArray:
    """Random places at a distance, evenly in the image but for margins, (n, 3)."""
    u = _inside(rng.random(_SPOTS_TRIED), camera.width, margins_px[0])
    v = _inside(rng.random(_SPOTS_TRIED), camera.height, margins_px[1])
    x, y = (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy
    rays = np.stack([x, y, np.ones_like(x)], axis=1)
    centers: FloatArray = rays / np.linalg.norm(rays, axis=1, keepdims=True) * distance
    return centers


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


def _apart(one: _Taken, other: _Taken, overlap: float) -> bool:
    """Whether two objects do not touch and overlap in the image no more than allowed."""
    if overlapping(one.box, other.box).any():
        return False
    cosine = float(one.towards @ other.towards)
    between = math.acos(min(max(cosine, -1.0), 1.0))
    sizes = one.angle_rad, other.angle_rad
    return between >= sum(sizes) - overlap * min(sizes)


def _jitter(rng: np.random.Generator, most_deg: float) -> FloatArray:
    """A rotation by up to an angle about any axis."""
    axis = uniform_quat_wxyz(rng)[1:]
    axis /= np.linalg.norm(axis)
    return matrix_from_rotation_vector(axis * math.radians(most_deg) * rng.random())
