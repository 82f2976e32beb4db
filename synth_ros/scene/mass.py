"""Mass, centre and inertia of an object from its geometry, and doubts about stated ones."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from synth_ros.scene.solid import (
    Bounds,
    MassProperties,
    SolidGeom,
    SolidMesh,
    geom_transform,
)
from synth_ros.types import FloatArray

# Hollow things have up to about 2.5 times the inertia of solid ones (a thin ring), and a
# heavy core lowers it; beyond this factor a stated moment describes another object.
_INERTIA_FACTOR = 4.0
_SAME = 1e-6


def from_geometry(
    geoms: Iterable[SolidGeom], meshes: tuple[SolidMesh, ...], density_kg_m3: float
) -> MassProperties:
    """Mass properties of the colliding geoms at uniform density.

    Colliding meshes are convex hulls. Overlaps of geoms count twice, as in MuJoCo.
    """
    parts = [_geom_mass(geom, meshes, density_kg_m3) for geom in geoms if geom.collides]
    return combine(parts)


def combine(parts: list[MassProperties]) -> MassProperties:
    """Mass properties of rigidly joined parts, by the parallel axis theorem."""
    mass = sum(part.mass_kg for part in parts)
    centre = sum((part.mass_kg * part.center_m for part in parts), np.zeros(3)) / mass
    inertia = np.zeros((3, 3))
    for part in parts:
        offset = part.center_m - centre
        inertia += part.inertia_kg_m2
        inertia += part.mass_kg * (offset @ offset * np.eye(3) - np.outer(offset, offset))
    return MassProperties(mass, centre, inertia)


def with_mass(properties: MassProperties, mass_kg: float) -> MassProperties:
    """The same distribution of mass with another total."""
    factor = mass_kg / properties.mass_kg
    return MassProperties(mass_kg, properties.center_m, properties.inertia_kg_m2 * factor)


def why_unphysical(stated: MassProperties, uniform: MassProperties, bounds: Bounds) -> str | None:
    """What is wrong with the mass properties that a model states.

    Args:
        stated: What the model says.
        uniform: The same mass spread evenly over the model's geometry.
        bounds: Box of the geometry.

    Returns:
        A clause such as ``'its inertia ...'``, or ``None`` when nothing is wrong.
    """
    # A little slack: a heavy handle may reach out of a coarse collision shape.
    if np.any(np.abs(stated.center_m - bounds.center_m) > 1.05 * bounds.half_size_m):
        return 'its centre of mass lies outside the geometry'
    have = np.linalg.eigvalsh(stated.inertia_kg_m2)
    want = np.linalg.eigvalsh(uniform.inertia_kg_m2)
    if have[0] <= 0 or have[0] + have[1] < have[2] * (1 - 1e-6):
        return 'its inertia breaks the triangle inequality'
    ratio = have / want
    if ratio.max() > _INERTIA_FACTOR or ratio.min() < 1 / _INERTIA_FACTOR:
        worst = max(ratio.max(), 1 / ratio.min())
        return f'its inertia is {worst:.1f} times off what its mass and geometry allow'
    if have[2] - have[0] < _SAME * have[2] and want[2] > 1.3 * want[0]:
        return 'its inertia is the same about all axes although its geometry is not'
    return None


def _geom_mass(geom: SolidGeom, meshes: tuple[SolidMesh, ...], density: float) -> MassProperties:
    transform = geom_transform(geom)
    if geom.shape == 'mesh':
        mass, centre, inertia = _closed_mesh_mass(meshes[geom.mesh], density)
    else:
        mass, moments = _primitive_mass(geom, density)
        centre, inertia = np.zeros(3), np.diag(moments)
    rotation = transform[:3, :3]
    return MassProperties(
        float(mass), rotation @ centre + transform[:3, 3], rotation @ inertia @ rotation.T
    )


def _closed_mesh_mass(mesh: SolidMesh, density: float) -> MassProperties:
    """Mass properties of a closed mesh, from the tetrahedra that its triangles span.

    A tetrahedron (0, a, b, c) of six-fold volume v has second moments
    ``v / 120 (aa' + bb' + cc' + ss')`` with ``s = a + b + c``.
    """
    origin = mesh.vertices_m.mean(axis=0)
    corners = mesh.vertices_m[mesh.faces] - origin
    a, b, c = np.moveaxis(corners, 1, 0)
    six_volumes = np.einsum('ij,ij->i', a, np.cross(b, c))
    total = corners.sum(axis=1)
    volume = six_volumes.sum() / 6
    centre = six_volumes @ total / 24 / volume
    seconds = np.einsum('i,ikx,iky->xy', six_volumes, corners, corners)
    seconds += np.einsum('i,ix,iy->xy', six_volumes, total, total)
    seconds = seconds / 120 - volume * np.outer(centre, centre)
    inertia = np.trace(seconds) * np.eye(3) - seconds
    return MassProperties(float(volume * density), centre + origin, inertia * density)


def _primitive_mass(geom: SolidGeom, density: float) -> tuple[float, FloatArray]:
    """Mass and principal moments of a primitive about its centre (textbook formulas)."""
    x, y, z = geom.size_m
    match geom.shape:
        case 'box':
            mass = 8 * x * y * z * density
            unit = np.array([y * y + z * z, x * x + z * z, x * x + y * y]) / 3
        case 'sphere':
            mass = 4 / 3 * math.pi * x**3 * density
            unit = np.full(3, 0.4 * x * x)
        case 'cylinder':
            mass = 2 * math.pi * x * x * y * density
            side = x * x / 4 + y * y / 3
            unit = np.array([side, side, x * x / 2])
        case 'capsule':
            return _capsule_mass(x, y, density)
        case _:
            mass = 4 / 3 * math.pi * x * y * z * density
            unit = np.array([y * y + z * z, x * x + z * z, x * x + y * y]) / 5
    return mass, mass * unit


def _capsule_mass(radius: float, half: float, density: float) -> tuple[float, FloatArray]:
    """A cylinder with a half ball at each end, each centred 3/8 radius beyond the end."""
    tube = 2 * math.pi * radius**2 * half * density
    balls = 4 / 3 * math.pi * radius**3 * density
    r2 = radius**2
    # Half balls about their own centres have 2/5 - (3/8)^2 of m r^2 across the axis.
    across = balls * ((2 / 5 - 9 / 64) * r2 + (half + 3 / 8 * radius) ** 2)
    side = tube * (r2 / 4 + half**2 / 3) + across
    return tube + balls, np.array([side, side, tube * r2 / 2 + balls * 2 / 5 * r2])
