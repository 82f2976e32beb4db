"""Tubes along planar paths, and prisms with rounded edges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.make_assets.objects.profile import Profile, rounded
from tools.make_assets.objects.surface import (
    FULL,
    FloatArray,
    Rect,
    Surface,
    from_grid,
    grid_faces,
    merge,
    unit,
)


def superellipse(half_x: float, half_y: float, power: float, *, count: int = 20) -> FloatArray:
    """Closed outline (count + 1, 2), counter-clockwise; power 2 is an ellipse, 4 boxy."""
    angle = np.linspace(0, 2 * np.pi, count + 1)
    c, s = np.cos(angle), np.sin(angle)
    outline = np.stack(
        [
            half_x * np.sign(c) * np.abs(c) ** (2 / power),
            half_y * np.sign(s) * np.abs(s) ** (2 / power),
        ],
        axis=1,
    )
    outline[-1] = outline[0]
    return outline


def sweep(
    path: FloatArray,
    section: FloatArray,
    scale: FloatArray,
    *,
    side: Sequence[float] = (0.0, 1.0, 0.0),
    domes: tuple[float, float] = (0.0, 0.0),
) -> Surface:
    """A closed tube along a path in a plane.

    Args:
        path: (N, 3) stations, metres.
        section: (M + 1, 2) closed outline; x lies in the plane of the path, y along ``side``.
        scale: (N,) or (N, 2) factor on the section per station.
        side: Unit normal of the plane of the path.
        domes: How far the rounded start and end stick out, as a factor of the section's size;
            0 closes the tube with a flat disc.
    """
    scale = np.broadcast_to(np.reshape(scale, (len(path), -1)), (len(path), 2))
    across = np.asarray(side, dtype=float)
    tangent = unit(np.gradient(path, axis=0))
    inward = np.cross(across, tangent)
    reach = float(np.abs(section).max())
    rows_p, rows_t, rows_s = [path], [inward], [scale]
    for end, dome in ((0, domes[0]), (-1, domes[1])):
        if dome <= 0:
            continue
        a = np.radians([25.0, 45.0, 62.0, 77.0, 90.0])
        out = tangent[end] * (-1 if end == 0 else 1)
        extra_p = path[end] + np.sin(a)[:, None] * out * dome * reach * scale[end].max()
        extra_s = np.cos(a)[:, None] * scale[end]
        extra_s[-1] = 0.0
        order = slice(None, None, -1) if end == 0 else slice(None)
        at = 0 if end == 0 else len(rows_p)
        rows_p.insert(at, extra_p[order])
        rows_s.insert(at, extra_s[order])
        rows_t.insert(at, np.broadcast_to(inward[end], extra_p.shape))
    centres, frames, sizes = map(np.concatenate, (rows_p, rows_t, rows_s))
    grid = (
        centres[:, None]
        + (section[None, :, 0] * sizes[:, 0:1])[..., None] * frames[:, None]
        + (section[None, :, 1] * sizes[:, 1:2])[..., None] * across
    )
    run = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(centres, axis=0), axis=1))])
    parts = [from_grid(grid, run / run[-1])]
    if domes[0] <= 0:
        parts.append(_disc(grid[0][::-1], parts[0].uv[0]))
    if domes[1] <= 0:
        parts.append(_disc(grid[-1], parts[0].uv[-1]))
    return merge(*parts)


def _disc(ring: FloatArray, uv: FloatArray) -> Surface:
    """Closes a ring (M + 1, 3), counter-clockwise from outside, with a flat fan."""
    centre = ring[:-1].mean(axis=0)
    points = np.stack([ring, np.broadcast_to(centre, ring.shape)])
    normal = unit(np.cross(ring[1:] - centre, ring[:-1] - centre).sum(axis=0) * -1)
    flat = points.reshape(-1, 3)
    return Surface(
        flat, np.tile(normal, (len(flat), 1)), np.tile(uv, (len(flat), 1)), grid_faces(points)
    )


def rounded_outline(half_x: float, half_y: float, radius: float, *, steps: int = 5) -> Profile:
    """A rounded rectangle as closed outline, counter-clockwise from the middle of the +x edge."""
    points, normals = [np.array([[half_x, 0.0]])], [np.array([[1.0, 0.0]])]
    for quarter, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        a = np.radians(90 * quarter + np.linspace(0, 90, steps + 1))
        n = np.stack([np.cos(a), np.sin(a)], axis=1)
        points.append(np.array([sx * (half_x - radius), sy * (half_y - radius)]) + radius * n)
        normals.append(n)
    points.append(points[0])
    normals.append(normals[0])
    flat = np.concatenate(points)
    return Profile(flat, np.concatenate(normals), np.arange(len(flat), dtype=float))


def prism(
    outline: Profile,
    height_m: float,
    fillets_m: tuple[float, float],
    *,
    rects: tuple[Rect, Rect, Rect] = (FULL, FULL, FULL),
    crown_m: float = 0.0,
) -> Surface:
    """A flat body with a convex outline, standing on z = 0.

    Args:
        outline: Closed curve in (x, y) with outward normals.
        height_m: Full height.
        fillets_m: Radius of the lower and the upper edge.
        rects: Texture of bottom, side (u around from the outline's start, v up) and top (seen
            from outside, x to the right).
        crown_m: How far the middle of the top bulges upwards above its edge.
    """
    low, high = fillets_m
    edge = rounded(
        [
            (-max(low, 1e-4) * 1.01, 0.0),
            (0.0, 0.0, low),
            (0.0, height_m, high),
            (-max(high, 1e-4) * 1.01, height_m),
        ]
    )
    inset, z = edge.points[:, 0], edge.points[:, 1]
    xy = outline.points[None] + inset[:, None, None] * outline.normals[None]
    points = np.concatenate([xy, np.broadcast_to(z[:, None, None], (*xy.shape[:2], 1))], axis=-1)
    n_xy = edge.normals[:, 0, None, None] * outline.normals[None]
    n_z = np.broadcast_to(edge.normals[:, 1, None, None], (*xy.shape[:2], 1))
    run = np.concatenate(
        [[0.0], np.cumsum(np.linalg.norm(np.diff(outline.points, axis=0), axis=1))]
    )
    u = np.broadcast_to(run / run[-1], xy.shape[:2])
    uv = np.stack([u, np.broadcast_to((z / height_m)[:, None], u.shape)], axis=-1)
    side = Surface(
        points.reshape(-1, 3),
        np.concatenate([n_xy, n_z], axis=-1).reshape(-1, 3),
        uv.reshape(-1, 2),
        grid_faces(points),
    ).mapped(rects[1])
    half = np.abs(outline.points).max(axis=0)
    caps = [
        _cap(points[0], half, up=False, crown_m=0.0).mapped(rects[0]),
        _cap(points[-1], half, up=True, crown_m=crown_m).mapped(rects[2]),
    ]
    return merge(side, *caps)


def _cap(ring: FloatArray, half: FloatArray, *, up: bool, crown_m: float) -> Surface:
    """Fills a flat closed ring with rows towards its middle; uv is planar over ``half``."""
    centre = np.array([0.0, 0.0, ring[0, 2]])
    shrink = np.array([1.0, 0.85, 0.6, 0.3, 0.0]) if crown_m else np.array([1.0, 0.0])
    points = centre + shrink[:, None, None] * (ring - centre)
    points[..., 2] += (crown_m * (1 - shrink**2))[:, None]
    if not up:
        points = points[:, ::-1]
    uv = 0.5 + points[..., :2] / (2 * half)
    if not up:
        uv[..., 0] = 1 - uv[..., 0]
    if crown_m:
        normals = from_grid(points, shrink).normals
    else:
        normals = np.tile([0.0, 0.0, 1.0 if up else -1.0], (points[..., 0].size, 1))
    return Surface(points.reshape(-1, 3), normals, uv.reshape(-1, 2), grid_faces(points))
