"""Tubes, hubs and rings that the links are built from."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import Profile, rounded
from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.robot.model import Axis
from tools.make_assets.shapes.loft import Ring, loft


def along(surface: Surface, axis: Axis) -> Surface:
    """Turns what was made along z so that it lies along another axis."""
    if axis == 'x':
        return surface.rotated('y', 90)
    return surface.rotated('x', -90) if axis == 'y' else surface


def disc(
    radius: float, half_length: float, *, axis: Axis, edge: float = 0.006, slices: int = 24
) -> Surface:
    """A cylinder with rounded edges about the origin."""
    turn = np.radians([0.0, 30.0, 60.0, 90.0])
    r = np.concatenate([[0.0], radius - edge + edge * np.sin(turn)])
    z = np.concatenate([[0.0], edge * (1 - np.cos(turn))]) - half_length
    lower = np.stack([np.concatenate([[0.0], np.sin(turn)]), -np.cos([0.0, *turn])], axis=1)
    points = np.concatenate([np.stack([r, z], axis=1), np.stack([r, -z], axis=1)[::-1]])
    normals = np.concatenate([lower, (lower * [1, -1])[::-1]])
    profile = Profile(points, normals, np.arange(len(points), dtype=float))
    return along(lathe(profile, slices=slices), axis)


def cap_rings(
    radius: float, at: float, *, axis: Axis, width: float = 0.008, slices: int = 24
) -> Surface:
    """Two flat rings on the ends of a hub whose half length is ``at``."""
    rise = 0.0015
    profile = rounded(
        [(radius, 0.0), (radius, rise), (radius - width, rise), (radius - width, 0.0)]
    )
    upper = lathe(profile, slices=slices).moved(z=at)
    return along(merge(upper, upper.rotated('x', 180)), axis)


def tube(
    start: float,
    end: float,
    radii: tuple[tuple[float, float], tuple[float, float]],
    *,
    corner: float = 1.0,
    fillets_m: tuple[float, float] = (0.008, 0.008),
) -> Surface:
    """A tapered limb along x.

    Args:
        start: Where it begins on x, metres.
        end: Where it ends.
        radii: Half extents (y, z) at the start and at the end.
        corner: Roundness of its section; 1 is as round as can be.
        fillets_m: Radius of the edges at its ends.
    """
    rings = [
        Ring(x, half_z, half_y, corner * min(half_y, half_z))
        for x, (half_y, half_z) in zip((start, end), radii, strict=True)
    ]
    return along(loft(rings, fillets_m=fillets_m, rows=2), 'x')


def collar(radius: float, at: float, *, half_length: float = 0.012) -> Surface:
    """A ring around a limb along x."""
    return disc(radius, half_length, axis='x', edge=0.004).moved(x=at)
