"""The labelled objects: classes, their assets, and where they are dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from synth_ros.config.base import (
    Asset,
    CountRange,
    Fault,
    Name,
    Positive,
    PositiveRange,
    Range,
    Rgb,
    Section,
    Size2,
    Size3,
    Text,
    UnitInterval,
    Vector3,
    repeated_names,
)

CollisionMode = Literal['auto', 'hull', 'decompose']
InertiaMode = Literal['auto', 'geometry', 'model']


class Primitive(Section):
    """A simple solid."""

    shape: Literal['box', 'sphere', 'cylinder', 'capsule', 'ellipsoid']
    """Its form."""
    size_m: Size3
    """Full extents along x, y, z. A sphere uses x; cylinder and capsule use x as diameter and
    z as full length."""
    rgb: Rgb = (0.7, 0.7, 0.7)
    """Red, green and blue of its surface, each from 0 to 1."""


class ObjectClass(Section):
    """One class of labelled objects; its category id is its place in the list, from 1."""

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

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for two origins of the same class."""
        if self.sources is not None and self.primitives is not None:
            yield Fault(('primitives',), 'give sources or primitives, not both')


class Region(Section):
    """A horizontal rectangle in the world on which objects are dropped."""

    center_m: Vector3
    """Centre of the rectangle; z is the height of the surface."""
    size_m: Size2
    """Full extents along x and y."""
    yaw_deg: float = 0.0
    """Rotation of the rectangle about z."""


class Placement(Section):
    """Where and how objects are dropped."""

    surface: Text | None = None
    """Named surface of the environment; its first one by default."""
    region: Region | None = None
    """Or a rectangle of your own."""
    drop_height_m: PositiveRange = (0.02, 0.12)
    """Free height below an object's lowest point when it is let go."""
    upright_probability: UnitInterval = 0.7
    """Share of objects dropped upright with a random heading; the rest tumble freely."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for two places to drop objects on."""
        if self.surface is not None and self.region is not None:
            yield Fault(('region',), 'give surface or region, not both')


class ObjectsConfig(Section):
    """What lies in the scene and gets labels."""

    count: CountRange = (6, 12)
    """Objects per scene, [fewest, most]."""
    classes: tuple[ObjectClass, ...] = ()
    """Classes to draw from."""
    placement: Placement = Placement()
    """Where and how they are dropped."""
    scale: PositiveRange = (0.92, 1.08)
    """Random factor on each object's size."""
    hue_shift_deg: Range = (-15.0, 15.0)
    """Random rotation of each object's colour about the hue circle."""
    value_scale: PositiveRange = (0.8, 1.1)
    """Random factor on each object's brightness."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults for classes that share a name, and for objects of no class."""
        yield from repeated_names('classes', [entry.name for entry in self.classes])
        if self.count[1] > 0 and not self.classes:
            low, high = self.count
            message = (
                f'count asks for {low} to {high} objects, but no class is listed: list classes, '
                'or set count to [0, 0]'
            )
            yield Fault(('classes',), message, because=(('count',),))
