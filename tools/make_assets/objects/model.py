"""One generated object before it is written: looks, shape, mass and collision."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.make_assets.objects import mass
from tools.make_assets.objects.collision import Shape
from tools.make_assets.objects.surface import FloatArray, Surface

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Material:
    """Looks of a part.

    Attributes:
        name: File and material name, unique within the object.
        pixels: (H, W, 3) albedo, or ``None`` for a plain colour.
        rgb: Factor on the albedo, or the plain colour, 0..1.
        roughness: 0 mirror .. 1 matt.
        metallic: 0 plastic .. 1 metal.
        tint: Whether its hue may be shifted per scene.
        colors: Palette size of the image file; 0 keeps true colour.
    """

    name: str
    pixels: Pixels | None = None
    rgb: tuple[float, float, float] = (1.0, 1.0, 1.0)
    roughness: float = 0.5
    metallic: float = 0.0
    tint: bool = False
    colors: int = 128


class Part(NamedTuple):
    """A rigid piece with one material.

    Attributes:
        name: Suffix of the mesh file.
        surface: Its closed surface.
        material: Its looks.
        density_kg_m3: Mean density of what the surface encloses.
    """

    name: str
    surface: Surface
    material: Material
    density_kg_m3: float


@dataclass(frozen=True)
class ObjectModel:
    """An object; z up in its usual pose, any origin.

    Attributes:
        parts: The first is the main one.
        collision: Convex shapes in the same frame.
        rolls: Whether it rolls, so that contacts need rolling friction.
    """

    parts: tuple[Part, ...]
    collision: tuple[Shape, ...]
    rolls: bool = False
    friction: float = field(default=0.7)

    def center_m(self) -> FloatArray:
        """Centre (3,) of the bounding box of all parts."""
        points = np.concatenate([p.surface.points for p in self.parts])
        return np.asarray(points.min(axis=0) + points.max(axis=0)) / 2

    def mass_properties(self) -> mass.MassProperties:
        """Mass properties in the object's own frame."""
        return mass.total([mass.of_solid(p.surface, p.density_kg_m3) for p in self.parts])
