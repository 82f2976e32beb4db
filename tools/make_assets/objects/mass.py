"""Mass properties of closed triangle meshes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.surface import FloatArray, Surface


class MassProperties(NamedTuple):
    """Mass, centre and inertia of a rigid body.

    Attributes:
        mass_kg: Total mass.
        center_m: (3,) centre of mass.
        inertia: (3, 3) inertia about the centre of mass, kg m^2.
    """

    mass_kg: float
    center_m: FloatArray
    inertia: FloatArray


def of_solid(surface: Surface, density_kg_m3: float) -> MassProperties:
    """Mass properties of the inside of a closed surface.

    Sums signed tetrahedra from the origin; the covariance of a tetrahedron follows Blow and
    Binstock, "How to find the inertia tensor (or other mass properties) of a 3D solid body
    represented by a triangle mesh" (2004).
    """
    corners = surface.points[surface.triangles()]
    volume = np.einsum('ti,ti->t', corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    total = corners.sum(axis=1)
    center = (volume[:, None] * total).sum(axis=0) / (4 * volume.sum())
    outer = np.einsum('tai,taj->tij', corners, corners) + np.einsum('ti,tj->tij', total, total)
    second = np.einsum('t,tij->ij', volume, outer) / 20
    second -= volume.sum() * np.outer(center, center)
    inertia = np.trace(second) * np.eye(3) - second
    return MassProperties(float(volume.sum() * density_kg_m3), center, inertia * density_kg_m3)


def total(parts: Sequence[MassProperties]) -> MassProperties:
    """Mass properties of rigidly joined parts."""
    mass = sum(p.mass_kg for p in parts)
    center = sum((p.mass_kg * p.center_m for p in parts), np.zeros(3)) / mass
    inertia = np.zeros((3, 3))
    for part in parts:
        d = part.center_m - center
        inertia += part.inertia + part.mass_kg * ((d @ d) * np.eye(3) - np.outer(d, d))
    return MassProperties(mass, center, inertia)
