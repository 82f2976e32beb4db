"""Smooth shells through rounded rectangles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from tools.make_assets.objects.surface import FloatArray, Surface, grid_faces, merge, unit


class Ring(NamedTuple):
    """A rounded rectangle across the z axis, metres.

    Attributes:
        z: Its height.
        half_x: Half its extent along x.
        half_y: Half its extent along y.
        corner: Radius of its corners; limited to the smaller half extent.
        x: Where its centre is.
        y: Where its centre is.
    """

    z: float
    half_x: float
    half_y: float
    corner: float
    x: float = 0.0
    y: float = 0.0


_CORNER_STEPS = 4
_FILLET_STEPS = 3


def loft(
    rings: Sequence[Ring],
    *,
    fillets_m: tuple[float, float] = (0.0, 0.0),
    rows: int = 3,
) -> Surface:
    """A closed shell through rings from the bottom up.

    Args:
        rings: At rising heights, at least two.
        fillets_m: Radius of the lower and the upper edge.
        rows: Divisions between neighbouring rings.
    """
    table = _filleted(_between(np.array(rings, dtype=float), rows), fillets_m)
    outline, normal = zip(*(_outline(Ring(*row)) for row in table), strict=True)
    points = np.stack(outline)
    flat = np.stack(normal)
    along = np.stack([-flat[..., 1], flat[..., 0], np.zeros(flat.shape[:2])], axis=-1)
    step = np.linalg.norm(np.diff(points, axis=0), axis=-1).mean(axis=1)
    run = np.concatenate([[0.0], np.cumsum(np.maximum(step, 1e-9))])
    up = np.gradient(points, run, axis=0)
    normals = unit(np.cross(along, up))
    around = np.linalg.norm(np.diff(points[len(points) // 2], axis=0), axis=-1)
    u = np.concatenate([[0.0], np.cumsum(around)])
    uv = np.stack(np.meshgrid(u, run), axis=-1)
    side = Surface(
        points.reshape(-1, 3), normals.reshape(-1, 3), uv.reshape(-1, 2), grid_faces(points)
    )
    return merge(side, _cap(points[0], up=False), _cap(points[-1], up=True))


def _between(rings: FloatArray, rows: int) -> FloatArray:
    """Rows on smooth curves through the rings, without overshoot."""
    knots = np.arange(len(rings), dtype=float)
    stations = np.linspace(0, len(rings) - 1, (len(rings) - 1) * rows + 1)
    if len(rings) == 2:
        return np.asarray(rings[0] + stations[:, None] * (rings[1] - rings[0]))
    return np.asarray(PchipInterpolator(knots, rings, axis=0)(stations))


def _filleted(table: FloatArray, fillets_m: tuple[float, float]) -> FloatArray:
    """Replaces the ends by rows that curve inwards."""
    low, high = fillets_m
    z = table[:, 0]
    kept = table[(z > z[0] + low) & (z < z[-1] - high)]
    start = _fillet(table, z[0], low) if low else table[:1]
    end = _fillet(table, z[-1], -high)[::-1] if high else table[-1:]
    return np.concatenate([start, kept, end])


def _fillet(table: FloatArray, z_end: float, radius: float) -> FloatArray:
    """Rows of a quarter circle from the flat end to the side; negative at the upper end."""
    angle = np.linspace(0, np.pi / 2, _FILLET_STEPS + 1)
    z = z_end + radius * (1 - np.cos(angle))
    rows = np.stack([np.interp(z, table[:, 0], column) for column in table.T], axis=1)
    inset = abs(radius) * (1 - np.sin(angle))
    rows[:, 1:3] -= inset[:, None]
    rows[:, 3] = np.maximum(rows[:, 3] - inset, 1e-4)
    return rows


def _outline(ring: Ring) -> tuple[FloatArray, FloatArray]:
    """Closed outline (M, 3), counter-clockwise, and its normals (M, 2)."""
    corner = min(ring.corner, ring.half_x, ring.half_y)
    points, normals = [], []
    for quarter, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        a = np.radians(90 * quarter + np.linspace(0, 90, _CORNER_STEPS + 1))
        n = np.stack([np.cos(a), np.sin(a)], axis=1)
        centre = np.array([sx * (ring.half_x - corner), sy * (ring.half_y - corner)])
        points.append(centre + corner * n)
        normals.append(n)
    flat = np.concatenate([*points, points[0][:1]])
    normal = np.concatenate([*normals, normals[0][:1]])
    # Edges get points of their own: the classic renderer lights vertices only.
    flat, normal = _with_middles(flat), _with_middles(normal)
    height = np.full((len(flat), 1), ring.z)
    return np.concatenate([flat + np.array([ring.x, ring.y]), height], axis=1), normal


def _with_middles(values: FloatArray) -> FloatArray:
    count = _CORNER_STEPS + 1
    pieces = []
    for quarter in range(4):
        arc = values[quarter * count : (quarter + 1) * count]
        following = values[(quarter + 1) * count]
        pieces += [arc, (arc[-1:] + following) / 2]
    return np.concatenate([*pieces, values[-1:]])


def _cap(ring: FloatArray, *, up: bool) -> Surface:
    """Fills a flat ring (M, 3) from its middle."""
    centre = ring[:-1].mean(axis=0)
    points = np.stack([ring, np.broadcast_to(centre, ring.shape)])
    if not up:
        points = points[:, ::-1]
    flat = points.reshape(-1, 3)
    normal = np.tile([0.0, 0.0, 1.0 if up else -1.0], (len(flat), 1))
    return Surface(flat, normal, flat[:, :2].copy(), grid_faces(points))
