"""The robot and the objects of a running simulation as entities: names, places, motion, filters.

This is what simulators are asked for by name. All of it is that of the last frame that went out,
so that it agrees with the transforms and labels of that frame to the last bit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.geometry.boxes import Boxes, box, extents, joined, overlapping
from synth_ros.geometry.transforms import rotation_vector_from_matrix
from synth_ros.pipeline.live import LiveFrame
from synth_ros.types import FloatArray, Instance

ROBOT = 'robot'
_LONGEST_PATTERN = 256
_STILL = np.zeros(3)

# What POSIX calls classes of characters, as Python has them inside brackets.
_POSIX = {
    'alnum': '0-9A-Za-z',
    'alpha': 'A-Za-z',
    'blank': ' \\t',
    'digit': '0-9',
    'lower': 'a-z',
    'punct': '!-\\/:-@\\[-`{-~',
    'space': '\\s',
    'upper': 'A-Z',
    'xdigit': '0-9A-Fa-f',
}


class Extent(NamedTuple):
    """How far an entity reaches along the axes of its own frame, metres.

    Attributes:
        low_m: Lowest corner, (3,).
        high_m: Highest corner, (3,).
    """

    low_m: FloatArray
    high_m: FloatArray


class Entity(NamedTuple):
    """The robot or an object at one instant.

    Attributes:
        stamp_ns: Simulated time of the instant.
        name: Unique in its scene.
        is_robot: Whether it is the robot; else an object.
        description: A sentence for people.
        tags: Class and model of an object.
        world_from_entity: Pose of its own frame, (4, 4); of the robot that of its root link.
        linear_m_s: Mean velocity of that frame's origin since the frame before, in the world.
        angular_rad_s: Likewise, about axes of the world.
        extent: How far it reaches; ``None`` for the robot.
        solid: What may overlap, in the world: an object's box, the origins of the robot's links.
    """

    stamp_ns: int
    name: str
    is_robot: bool
    description: str
    tags: tuple[str, ...]
    world_from_entity: FloatArray
    linear_m_s: FloatArray
    angular_rad_s: FloatArray
    extent: Extent | None
    solid: Boxes


class Sphere(NamedTuple):
    """A ball in the world.

    Attributes:
        center_m: Shape (3,).
        radius_m: Metres.
    """

    center_m: FloatArray
    radius_m: float


class Wanted(NamedTuple):
    """Which entities are wanted; what is empty lets all pass.

    Attributes:
        pattern: Extended regular expression; matches anywhere in the name.
        robots: Whether robots are.
        objects: Whether objects are.
        tags: An entity must have one of them.
        all_tags: It must have all of them.
        region: What it must overlap, in the world.
    """

    pattern: str = ''
    robots: bool = True
    objects: bool = True
    tags: tuple[str, ...] = ()
    all_tags: bool = False
    region: Boxes | Sphere | None = None


class _Still(NamedTuple):
    """Where everything is at one instant."""

    stamp_ns: int
    run: int
    world_from: Mapping[str, FloatArray]


class EntityLog:
    """Keeps the last frame, and of the one before what velocities need."""

    def __init__(self) -> None:
        self._known: tuple[LiveFrame, _Still | None] | None = None

    def take(self, frame: LiveFrame) -> None:
        """Take note of a frame that goes out; may be called on another thread."""
        before = None if self._known is None else _still(self._known[0])
        self._known = (frame, before)

    @property
    def stamp_ns(self) -> int | None:
        """Simulated time of the last frame; ``None`` before the first one."""
        return None if self._known is None else self._known[0].stamp_ns

    def entities(self) -> list[Entity]:
        """The robot and the objects in the last frame; empty before the first one."""
        if self._known is None:
            return []
        frame, before = self._known
        if before is not None and (before.run != frame.run or before.stamp_ns >= frame.stamp_ns):
            # Another scene began: things did not move here, they were put here.
            before = None
        objects = [_object(instance, frame, before) for instance in _instances(frame)]
        return [*_robot(frame, before), *objects]


def matching(entities: Sequence[Entity], wanted: Wanted) -> list[Entity]:
    """Those that are wanted, in order.

    Raises:
        UsageError: The pattern is no regular expression.
    """
    pattern = _compiled(wanted.pattern)
    return [
        entity
        for entity in entities
        if pattern.search(entity.name)
        and (wanted.robots if entity.is_robot else wanted.objects)
        and _has_tags(entity, wanted)
        and (wanted.region is None or _overlaps(entity.solid, wanted.region))
    ]


def region_of_box(low_m: FloatArray, high_m: FloatArray) -> Boxes:
    """A region along the axes of the world between any two opposite corners (3,)."""
    return box((low_m + high_m) / 2, np.abs(high_m - low_m) / 2)


def _instances(frame: LiveFrame) -> tuple[Instance, ...]:
    """All objects of the scene, whoever looks."""
    return frame.instances


def _still(frame: LiveFrame) -> _Still:
    world_from = {item.name: item.world_from_object for item in _instances(frame)}
    if frame.links:
        world_from[_robot_name(frame)] = frame.links[0].world_from_link
    return _Still(frame.stamp_ns, frame.run, world_from)


def _robot_name(frame: LiveFrame) -> str:
    taken = {instance.name for instance in _instances(frame)}
    name = ROBOT
    while name in taken:
        name += '_'
    return name


def _robot(frame: LiveFrame, before: _Still | None) -> list[Entity]:
    if not frame.links:
        return []
    name, pose = _robot_name(frame), frame.links[0].world_from_link
    origins = [box(link.world_from_link[:3, 3], (0.0, 0.0, 0.0)) for link in frame.links]
    velocity = _velocity(name, pose, frame=frame, before=before)
    return [
        Entity(
            stamp_ns=frame.stamp_ns,
            name=name,
            is_robot=True,
            description=f'The robot, at its link {frame.links[0].name}',
            tags=(),
            world_from_entity=pose,
            linear_m_s=velocity[0],
            angular_rad_s=velocity[1],
            extent=None,
            solid=joined(origins),
        )
    ]


def _object(instance: Instance, frame: LiveFrame, before: _Still | None) -> Entity:
    pose = instance.world_from_object
    half = instance.size_m / 2
    own = instance.object_from_box
    reach = extents(own[:3, :3], half)
    world_from_box = pose @ own
    velocity = _velocity(instance.name, pose, frame=frame, before=before)
    return Entity(
        stamp_ns=frame.stamp_ns,
        name=instance.name,
        is_robot=False,
        description=(
            f'An object of class {instance.class_name} ({instance.class_id}), '
            f'model {instance.model_name}, instance {instance.instance_id}'
        ),
        tags=(instance.class_name, instance.model_name),
        world_from_entity=pose,
        linear_m_s=velocity[0],
        angular_rad_s=velocity[1],
        extent=Extent(own[:3, 3] - reach, own[:3, 3] + reach),
        solid=box(world_from_box[:3, 3], half, world_from_box[:3, :3]),
    )


def _velocity(
    name: str, pose: FloatArray, *, frame: LiveFrame, before: _Still | None
) -> tuple[FloatArray, FloatArray]:
    """Mean linear and angular velocity since the frame before, in the world."""
    start = None if before is None else before.world_from.get(name)
    if before is None or start is None:
        return _STILL, _STILL
    seconds = (frame.stamp_ns - before.stamp_ns) * 1e-9
    turned = pose[:3, :3] @ start[:3, :3].T
    return (pose[:3, 3] - start[:3, 3]) / seconds, rotation_vector_from_matrix(turned) / seconds


def _compiled(pattern: str) -> re.Pattern[str]:
    """A POSIX extended regular expression as Python's.

    Raises:
        UsageError: It is none.
    """
    if len(pattern) > _LONGEST_PATTERN:
        raise UsageError(
            f'The filter has {len(pattern)} characters; give {_LONGEST_PATTERN} at most.'
        )

    def characters(match: re.Match[str]) -> str:
        name = match[1]
        if name not in _POSIX:
            raise UsageError(
                f'The filter {pattern!r} has a class [:{name}:]; there are {", ".join(_POSIX)}.'
            )
        return _POSIX[name]

    try:
        return re.compile(re.sub(r'\[:(\w*):\]', characters, pattern))
    except (re.error, OverflowError, RecursionError) as error:
        raise UsageError(
            f'The filter {pattern!r} is no regular expression: {error}. Write ^name$ for one '
            'name, nothing for all.'
        ) from error


def _has_tags(entity: Entity, wanted: Wanted) -> bool:
    if not wanted.tags:
        return True
    found = [tag in entity.tags for tag in wanted.tags]
    return all(found) if wanted.all_tags else any(found)


def _overlaps(solid: Boxes, region: Boxes | Sphere) -> bool:
    if isinstance(region, Boxes):
        return bool(overlapping(region, solid).any())
    # To the point of each box that is nearest to the centre, in the box's own frame.
    offset = np.einsum('nji,nj->ni', solid.rotation, region.center_m - solid.center_m)
    nearest = np.clip(offset, -solid.half_m, solid.half_m)
    return bool((np.linalg.norm(offset - nearest, axis=1) <= region.radius_m).any())
