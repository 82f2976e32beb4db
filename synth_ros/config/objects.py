"""The labelled objects: classes, their assets, and where they are dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from synth_ros.config.base import (
    Asset,
    Axis,
    CountRange,
    Fault,
    Name,
    NonNegative,
    Positive,
    Rgb,
    Section,
    Size3,
    Text,
    Vector3,
    repeated_names,
)
from synth_ros.config.distribution_kinds import INFINITY
from synth_ros.config.distributions import (
    Drawn,
    DrawnCount,
    DrawnPositive,
    uniform,
    whole_uniform,
)
from synth_ros.config.placement import Placement
from synth_ros.config.textures import TextureConfig
from synth_ros.errors import suggest

CollisionMode = Literal['auto', 'hull', 'decompose']
InertiaMode = Literal['auto', 'geometry', 'model']
CategoryId = Annotated[int, Field(ge=1, le=65535)]
"""Semantic masks have 16 bits."""

OWN_TAGS = ('target', 'distractor', 'occluder')
"""Tags that tell what an object is for."""


class Primitive(Section):
    """A simple solid."""

    shape: Literal['box', 'sphere', 'cylinder', 'capsule', 'ellipsoid']
    """Its form."""
    size_m: Size3
    """Full extents along x, y, z. A sphere uses x; cylinder and capsule use x as diameter and
    z as full length."""
    rgb: Rgb = (0.7, 0.7, 0.7)
    """Red, green and blue of its surface, each from 0 to 1."""


class DiscreteSymmetry(Section):
    """An object looks the same after each of a number of equal turns about an axis."""

    axis: Axis
    """Direction of the axis in the object's frame; it passes through the centre of the 3D box."""
    order: Annotated[int, Field(ge=2, le=60)]
    """Turns in a full circle: 2 for half turns, 4 for quarter turns."""


class SymmetryConfig(Section):
    """Which motions leave an object's shape as it is, as in BOP."""

    detect: bool = True
    """Finds them from the shape where none are declared; textures do not count."""
    discrete: tuple[DiscreteSymmetry, ...] = ()
    """Declared turns; combinations of them are added. What is declared replaces detection."""
    continuous: tuple[Axis, ...] = ()
    """Declared axes through the centre of the 3D box, object's frame, about which any turn
    will do."""

    @property
    def declared(self) -> bool:
        """Whether anything is declared."""
        return bool(self.discrete or self.continuous)


class ObjectClass(Section):
    """One class of labelled objects.

    Without ids, the category id is the place in the list, from 1.
    """

    name: Name
    """Category name. Without sources and primitives, the built-in class of this name."""
    sources: Annotated[tuple[Asset, ...], Field(min_length=1)] | None = None
    """Variants as files: MJCF, or OBJ/STL/PLY/GLB meshes (z up; GLB, y up by its standard, is
    turned); paths relative to the config file,
    ``builtin://CLASS`` or ``package://PACKAGE/path``."""
    primitives: Annotated[tuple[Primitive, ...], Field(min_length=1)] | None = None
    """Variants as simple solids."""
    weight: Positive = 1.0
    """How often this class is drawn, relative to the others."""
    scale: Positive = 1.0
    """Fixed factor on the asset's size, for meshes that are not in metres."""
    mass_kg: Positive | None = None
    """Overrides the mass of the asset."""
    density_kg_m3: Positive = 400.0
    """Used for meshes and primitives without mass_kg."""
    collision: CollisionMode = 'auto'
    """Collision shape of a mesh: one convex hull, a convex decomposition, or auto."""
    inertia: InertiaMode = 'auto'
    """Inertia from the geometry or the model; auto recomputes it where the model's is not
    physical, with a warning."""
    id: CategoryId | None = None
    """Category id in all labels; give one to every class or to none. Gaps are fine."""
    keypoints: dict[str, Vector3] = Field(default_factory=dict)
    """Named points on the surface, [x, y, z] in the object's frame and in the asset's own units;
    scaled with it. They replace sites of the same name; without any, the corners and the
    centre of the 3D box."""
    virtual_keypoints: dict[str, Vector3] = Field(default_factory=dict)
    """Named points that need not lie on the surface, such as a centre; only other things hide
    them."""
    skeleton: tuple[tuple[Text, Text], ...] = ()
    """Pairs of keypoints that a line connects."""
    symmetry: SymmetryConfig = SymmetryConfig()
    """Which turns leave the shape as it is."""
    tags: tuple[Name, ...] = ()
    """Names of groups that its objects belong to, for ``randomization.vary``."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults for two origins of a class, and for points and lines given twice."""
        if self.sources is not None and self.primitives is not None:
            yield Fault(('primitives',), 'give sources or primitives, not both')
        for place, tag in enumerate(self.tags):
            if tag in OWN_TAGS:
                message = f'"{tag}" is given by what an object is for: choose another name'
                yield Fault(('tags', place), message)
        yield from self._keypoint_faults()
        yield from self._skeleton_faults()

    def _keypoint_faults(self) -> Iterator[Fault]:
        for key, points in (
            ('keypoints', self.keypoints),
            ('virtual_keypoints', self.virtual_keypoints),
        ):
            if '' in points:
                yield Fault((key, ''), 'a keypoint needs a name')
        for name in self.virtual_keypoints:
            if name in self.keypoints:
                message = 'keypoints has a point of this name already; give it once'
                yield Fault(('virtual_keypoints', name), message)

    def _skeleton_faults(self) -> Iterator[Fault]:
        first: dict[frozenset[str], int] = {}
        for i, pair in enumerate(self.skeleton):
            if pair[0] == pair[1]:
                yield Fault(
                    ('skeleton', i), f'a line connects two keypoints, got "{pair[0]}" twice'
                )
            elif first.setdefault(frozenset(pair), i) != i:
                message = f'skeleton[{first[frozenset(pair)]}] connects these two already'
                yield Fault(('skeleton', i), message)


class ObjectsConfig(Section):
    """What lies in the scene and gets labels."""

    count: DrawnCount = whole_uniform(6, 12)
    """Objects per scene."""
    classes: tuple[ObjectClass, ...] = ()
    """Classes to draw from."""
    weights: dict[str, NonNegative] = Field(default_factory=dict)
    """Weights of classes by name, in place of their own; 0 leaves a class out. For scenarios,
    which share the classes."""
    limits: dict[str, CountRange] = Field(default_factory=dict)
    """[fewest, most] objects of a class in each scene, by its name."""
    balance: Literal['dataset', 'none'] = 'dataset'
    """``dataset``: classes are dealt like cards, so that over the dataset each is as often as its
    weight says; ``none``: every object draws its class by itself."""
    placement: Placement = Placement()
    """Where and how they are dropped."""
    scale: DrawnPositive = uniform(0.92, 1.08)
    """Random factor on each object's size."""
    hue_shift_deg: Drawn = uniform(-15, 15)
    """Random rotation of each object's colour about the hue circle."""
    value_scale: DrawnPositive = uniform(0.8, 1.1)
    """Random factor on each object's brightness."""
    texture: TextureConfig = TextureConfig()
    """Textures in place of the objects' own."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults for classes that share a name or id, and for objects of no class."""
        yield from repeated_names('classes', [entry.name for entry in self.classes])
        yield from self._id_faults()
        yield from self._frequency_faults()
        yield from self._place_faults()
        low, high = self.count.support()
        if high > 0 and not self.classes:
            number = f'{low:g} to {high:g} objects' if low > -INFINITY else 'objects'
            message = (
                f'count asks for {number}, but no class is listed: list classes, or set count to 0'
            )
            yield Fault(('classes',), message, because=(('count',),))

    def _frequency_faults(self) -> Iterator[Fault]:
        """Yield faults for weights and limits of no class, and for those that nothing can meet."""
        names = [entry.name for entry in self.classes]
        for key, table in (('weights', self.weights), ('limits', self.limits)):
            for name in table:
                if name not in names:
                    message = f'there is no class "{name}". {suggest(name, names)}'
                    yield Fault((key, name), message)
        if names and not any(self.weights.get(e.name, e.weight) for e in self.classes):
            yield Fault(('weights',), 'the weights of all classes sum to zero')
        low, high = self.count.support()
        if not self.limits or low == -INFINITY:  # then it depends on a variable
            return
        fewest = sum(self.limits.get(name, (0, 0))[0] for name in names)
        if fewest > low:
            message = f'they ask for at least {fewest} objects, but count allows {low:g}'
            yield Fault(('limits',), message, because=(('count',),))
        most = sum(self.limits[name][1] if name in self.limits else high for name in names)
        if names and most < high:
            message = f'they allow at most {most:g} objects, but count asks for up to {high:g}'
            yield Fault(('limits',), message, because=(('count',),))

    def _place_faults(self) -> Iterator[Fault]:
        """Yield faults for places that name classes there are not, and classes without a place."""
        if self.placement.places is None:
            return
        names = tuple(entry.name for entry in self.classes)
        for fault in self.placement.class_faults(names):
            yield Fault(('placement', *fault.path), fault.message, because=(('classes',),))
        places = self.placement.places
        for i, name in enumerate(names):
            if not any(place.takes(name) for place in places):
                message = f'no place of placement.places takes objects of class "{name}"'
                yield Fault(('classes', i, 'name'), message, because=(('placement', 'places'),))
        shared = [place for place in places if place.count is None]
        if (
            names
            and self.count.support().high > 0
            and not any(p.takes(n) for p in shared for n in names)
        ):
            message = (
                'every place has a count of its own, or takes no class that is listed: these '
                'objects have nowhere to go; set count to [0, 0] or add a place without count'
            )
            yield Fault(('count',), message, because=(('placement', 'places'),))

    def _id_faults(self) -> Iterator[Fault]:
        """Yield faults for ids that some classes lack or share."""
        first: dict[int, int] = {}
        for i, entry in enumerate(self.classes):
            if entry.id is None:
                continue
            if first.setdefault(entry.id, i) != i:
                message = f'{entry.id} is taken: classes[{first[entry.id]}] has this id already'
                yield Fault(('classes', i, 'id'), message)
        if not first:
            return
        holder = next(iter(first.values()))
        for i, entry in enumerate(self.classes):
            if entry.id is None:
                message = (
                    f'this class has no id, but classes[{holder}] has: '
                    'give every class an id, or none'
                )
                yield Fault(('classes', i, 'id'), message, because=(('classes', holder, 'id'),))
