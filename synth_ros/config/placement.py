"""Where the labelled objects go: on surfaces, in bins and shelves, piled, in the air, in hands."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Literal, get_args

from pydantic import Field

from synth_ros.config.base import (
    Axis,
    Fault,
    KeyPath,
    Name,
    NonNegative,
    Positive,
    Section,
    Size2,
    Text,
    UnitInterval,
    Vector3,
    repeated_names,
)
from synth_ros.config.distributions import (
    Drawn,
    DrawnCount,
    DrawnPositive,
    uniform,
)
from synth_ros.config.points import Points
from synth_ros.config.rotations import Rotations

PlaceKind = Literal['surface', 'pile', 'bin', 'shelf', 'floor', 'air', 'container', 'gripper']
PLACE_KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)
DepthOrder = Literal['drawn', 'low_first']


class Region(Section):
    """A horizontal rectangle in the world on which objects are dropped."""

    center_m: Vector3
    """Centre of the rectangle; z is the height of the surface."""
    size_m: Size2
    """Full extents along x and y."""
    yaw_deg: float = 0.0
    """Rotation of the rectangle about z."""


class Grasp(Section):
    """How a link of the robot holds an object."""

    link: Text
    """The link that carries the object along, such as the palm of the gripper."""
    position_m: Vector3 = (0.0, 0.0, 0.0)
    """Where the centre of the object's 3D box is, in the link's frame."""
    jitter_m: NonNegative = 0.0
    """Up to this far from there along each axis, drawn for every scene."""
    axis: Axis = (0.0, 1.0, 0.0)
    """Direction in the link's frame in which the fingers close; the object's narrower side lies
    along it."""
    up: Axis = (0.0, 0.0, 1.0)
    """Direction in the link's frame in which the object's z axis points, as far as ``axis`` lets
    it; across the fingers, so that the object does not reach into the palm."""
    turn_deg: Drawn = uniform(-10.0, 10.0)
    """Turn of the object about ``axis`` after that."""
    rotation: Rotations | None = None
    """Rotation of the object in the link's frame, instead of axis, up and turn."""
    fingers: tuple[Text, ...] = ()
    """Joints that close on the object, from their open limit until they touch it. Without any,
    the fingers stay as the posture has them."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for two directions that are one."""
        along = sum(a * b for a, b in zip(self.axis, self.up, strict=True))
        if abs(along) > 0.999 * math.hypot(*self.axis) * math.hypot(*self.up):
            yield Fault(('up',), 'points along axis, and the narrower side already lies there')


class Place(Section):
    """One of several places for objects.

    Where nothing else is said, a key that a kind has no use for is refused.
    """

    name: Name
    """Names it in the provenance and in messages; also names its random draws."""
    kind: PlaceKind = 'surface'
    """``surface``: spread over a rectangle. ``pile``: dropped one upon another.
    ``bin``: inside a walled box, where all must end. ``shelf``: upright on boards, facing the
    front, in rows. ``floor``: around the robot where nothing stands. ``air``: hanging.
    ``container``: in or on an object of another class. ``gripper``: held by the robot."""
    weight: Positive = 1.0
    """How often an object goes here, relative to the other places that take its class."""
    count: DrawnCount | None = None
    """Objects of its own, besides those of ``objects.count``; then no others come here."""
    classes: tuple[Name, ...] = ()
    """Classes that come here; all of them by default."""
    surface: Text | None = None
    """Surface of the environment; the first one by default. Of a shelf, a pattern such as
    ``shelf_a_*`` for all its boards, ``shelf_*`` by default."""
    region: Region | None = None
    """Or a rectangle of your own."""
    drop_height_m: DrawnPositive | None = None
    """Free height below an object when it is let go; by default ``placement.drop_height_m``, on a
    shelf 2 to 8 mm, in a container 1 to 3 cm."""
    upright_probability: UnitInterval | None = None
    """Share of objects that stand upright; by default ``placement.upright_probability``. On a
    shelf all do."""
    rotation: Rotations | None = None
    """How objects are turned in the world when they are let go or hung up, instead of
    ``upright_probability``."""
    spacing_m: NonNegative | None = None
    """Free space around each object at the start; at rest, none of them may touch another object.
    By default they may."""
    radius_m: Positive = 0.04
    """Of a pile: how far from its middle objects are let go."""
    facing_deg: Drawn = uniform(-12.0, 12.0)
    """On a shelf: heading of the object's x axis, 0 towards the front."""
    depth_order: DepthOrder = 'drawn'
    """On a shelf, who comes to the front: ``drawn`` at random, ``low_first`` the lower objects, so
    that they hide less."""
    distance_m: DrawnPositive = uniform(0.6, 2.0)
    """On the floor without surface and region: distance from the middle of the robot's base."""
    points: Points | None = None
    """In the air: where the centres of the objects hang, in the world."""
    container: Name | None = None
    """Class of the objects that hold those of this place; they stand upright."""
    grasp: Grasp | None = None
    """How the robot holds the object; one object at most."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults for keys that the kind lacks or has no use for."""
        needed = _NEEDED.get(self.kind)
        if needed is not None and getattr(self, needed) is None:
            yield Fault((needed,), f'a place of kind "{self.kind}" needs this key')
        for key in sorted(self.model_fields_set - _COMMON - _USED[self.kind]):
            kinds = ', '.join(kind for kind in PLACE_KINDS if key in _USED[kind])
            message = f'has no meaning for a place of kind "{self.kind}"; it is for: {kinds}'
            yield Fault((key,), message)
        if self.surface is not None and self.region is not None:
            yield Fault(('region',), 'give surface or region, not both')
        if self.kind == 'gripper' and self.count is not None and self.count.support().high > 1:
            yield Fault(('count',), 'a hand holds one object at most')
        if self.rotation is not None and self.upright_probability is not None:
            message = 'give rotation or upright_probability, not both'
            yield Fault(('upright_probability',), message)
        if self.container is not None and self.container in self.classes:
            yield Fault(('classes',), f'"{self.container}" cannot lie in itself')

    @property
    def is_free(self) -> bool:
        """Whether objects of this place fall and move; those in the air and in a hand do not."""
        return self.kind not in {'air', 'gripper'}

    def takes(self, class_name: str) -> bool:
        """Whether objects of a class may come here."""
        if class_name == self.container:
            return False
        return not self.classes or class_name in self.classes


_COMMON = frozenset({'name', 'kind', 'weight', 'count', 'classes'})
_RECTANGLE = frozenset({'surface', 'region'})
_DROPPED = frozenset({'drop_height_m', 'spacing_m'})
_TURNED = frozenset({'upright_probability', 'rotation'})
_USED: dict[PlaceKind, frozenset[str]] = {
    'surface': _RECTANGLE | _DROPPED | _TURNED,
    'pile': _RECTANGLE | {'drop_height_m', 'radius_m'} | _TURNED,
    'bin': _RECTANGLE | _DROPPED | _TURNED,
    'shelf': _DROPPED | {'surface', 'facing_deg', 'depth_order'},
    'floor': _RECTANGLE | _DROPPED | _TURNED | {'distance_m'},
    'air': _TURNED | {'points', 'spacing_m'},
    'container': _TURNED | {'container', 'drop_height_m'},
    'gripper': frozenset({'grasp'}),
}
_NEEDED: dict[PlaceKind, str] = {'air': 'points', 'container': 'container', 'gripper': 'grasp'}


class Placement(Section):
    """Where and how objects are dropped."""

    surface: Text | None = None
    """Named surface of the environment; its first one by default."""
    region: Region | None = None
    """Or a rectangle of your own."""
    drop_height_m: DrawnPositive = uniform(0.02, 0.12)
    """Free height below an object's lowest point when it is let go."""
    upright_probability: UnitInterval = 0.7
    """Share of objects dropped upright with a random heading; the rest tumble freely."""
    places: Annotated[tuple[Place, ...], Field(min_length=1)] | None = None
    """Several places instead of one surface; each object goes to one of those that take its
    class, drawn by weight."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults for two places to drop objects on, and for names given twice."""
        if self.surface is not None and self.region is not None:
            yield Fault(('region',), 'give surface or region, not both')
        if self.places is None:
            return
        for key in ('surface', 'region'):
            if getattr(self, key) is not None:
                message = 'give the places theirs instead; with places, this has no meaning'
                yield Fault((key,), message)
        yield from repeated_names('places', [place.name for place in self.places])

    def all_places(self) -> tuple[Place, ...]:
        """The places; the short form is one of kind ``surface``."""
        if self.places is not None:
            return self.places
        # Of both, which is a mistake that is told elsewhere, one is enough here.
        region = self.region if self.surface is None else None
        return (Place(name='surface', surface=self.surface, region=region),)

    def class_faults(self, classes: tuple[str, ...]) -> Iterator[Fault]:
        """Yield faults for classes that are not listed, and for those that no place takes.

        Args:
            classes: Names of all classes.
        """
        for i, place in enumerate(self.places or ()):
            named: list[tuple[KeyPath, str]] = [
                (('classes', k), name) for k, name in enumerate(place.classes)
            ]
            if place.container is not None:
                named.append((('container',), place.container))
            for key, name in named:
                if name not in classes:
                    listed = ', '.join(classes) or 'none'
                    message = f'"{name}" is no class of objects.classes; listed: {listed}'
                    yield Fault(('places', i, *key), message)
