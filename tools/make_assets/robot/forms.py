"""Tubes, hubs and rings that the links are built from."""

from __future__ import annotations

from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.robot.model import Axis
from tools.make_assets.shapes.loft import Ring, loft


def along(surface: Surface, axis: Axis) -> Surface:
    """Turns what was made along z so that it lies along another axis."""
    if axis == 'x':
        return surface.rotated('y', 90)
    return surface.rotated('x', -90) if axis == 'y' else surface


def disc(radius: float, half_length: float, *, axis: Axis, edge: float = 0.006) -> Surface:
    """A cylinder with rounded edges about the origin."""
    shape = lathe(
        rounded(
            [
                (0.0, -half_length),
                (radius, -half_length, edge),
                (radius, half_length, edge),
                (0.0, half_length),
            ],
        ),
        slices=36,
    )
    return along(shape, axis)


def cap_rings(radius: float, at: float, *, axis: Axis, width: float = 0.008) -> Surface:
    """Two flat rings on the ends of a hub whose half length is ``at``."""
    rise = 0.002
    profile = rounded(
        [
            (radius, 0.0),
            (radius, rise, 0.001),
            (radius - width, rise, 0.001),
            (radius - width, 0.0),
        ],
    )
    ring = lathe(profile, slices=36)
    upper = ring.moved(z=at - rise / 4)
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
    return along(loft(rings, fillets_m=fillets_m, rows=4), 'x')


def collar(radius: float, at: float, *, half_length: float = 0.012) -> Surface:
    """A ring around a limb along x."""
    return disc(radius, half_length, axis='x', edge=0.004).moved(x=at)
