"""Draws points: maps of the unit cube that keep equal volumes, areas or lengths equal."""

from __future__ import annotations

import math

import numpy as np

from synth_ros.config.points import (
    FilePoints,
    InBall,
    InBox,
    InCylinder,
    OnBox,
    OnDisc,
    OnDome,
    OnSphere,
    PlainPoints,
    Points,
)
from synth_ros.errors import UsageError
from synth_ros.randomize.cubes import cubes, parts_of
from synth_ros.randomize.draw import Draws
from synth_ros.types import FloatArray

Triple = tuple[float, float, float]


def draw_point(points: PlainPoints, name: str, *, draws: Draws) -> Triple:
    """Draw a point.

    Args:
        points: What to draw from.
        name: What the point is; part of the names of its streams.
        draws: Where it is drawn.

    Returns:
        x, y and z, metres.
    """
    x, y, z = (float(value) for value in draw_points(points, name, 1, draws=draws)[0])
    return x, y, z


def draw_points(points: PlainPoints, name: str, count: int, *, draws: Draws) -> FloatArray:
    """Draw several points; the first of more are those of fewer.

    Args:
        points: What to draw from.
        name: What the points are; part of the names of their streams.
        count: How many.
        draws: Where they are drawn.

    Returns:
        Metres, shape (count, 3).

    Raises:
        UsageError: If a file of points has not been read.
    """
    draws.streams.note(points, draws.prefix + name)
    across = points.across if isinstance(points, Points) else None
    u = cubes(draws, name, count, across=across)
    mixture = points.mixture if isinstance(points, Points) else None
    if mixture is None:
        return _plain(points, u, draws=draws.below(f'{name}/'))
    parts = mixture.weighted()
    drawn = np.zeros((count, 3))
    places = parts_of(u[:, 3], [share for _, share in parts])
    for number, ((part, _), at) in enumerate(zip(parts, places, strict=True)):
        # All are drawn and some taken, so that the parts do not shift each other.
        drawn[at] = _plain(part, u, draws=draws.below(f'{name}/{number}/'))[at]
    return drawn


def _plain(points: PlainPoints, u: FloatArray, *, draws: Draws) -> FloatArray:
    """Points of one kind; ``u`` has shape (count, 4), of which three are used."""
    solid = points.in_box or points.in_ball or points.in_cylinder
    if solid is not None:
        return _in_solid(solid, u)
    if points.on_box is not None:
        return _on_box(points.on_box, u)
    if points.on_disc is not None:
        return _on_disc(points.on_disc, u)
    round_one = points.on_sphere or points.on_dome
    if round_one is not None:
        return _on_sphere(round_one, u, draws=draws)
    return _by_axis(points, u, draws=draws)


def _by_axis(points: PlainPoints, u: FloatArray, *, draws: Draws) -> FloatArray:
    count = len(u)
    if points.on_line is not None:
        start, end = np.array(points.on_line.start_m), np.array(points.on_line.end_m)
        return np.asarray(start + u[:, :1] * (end - start))
    if points.coordinates is not None:
        axes = points.coordinates
        named = ((axes.x_m, 'x_m'), (axes.y_m, 'y_m'), (axes.z_m, 'z_m'))
        return np.stack([draws.numbers(axis, name, count) for axis, name in named], axis=1)
    if points.file is not None:
        return _from_file(points.file, u, episode=draws.streams.episode)
    assert points.constant is not None
    return np.tile(np.array(points.constant), (count, 1))


def _in_solid(solid: InBox | InBall | InCylinder, u: FloatArray) -> FloatArray:
    if isinstance(solid, InBox):
        local = (u[:, :3] - 0.5) * solid.size_m
        return _turned(local, solid.yaw_deg, solid.center_m)
    if isinstance(solid, InCylinder):
        radius = _between(u[:, 0], solid.inner_radius_m, solid.radius_m, power=2)
        angle = 2 * math.pi * u[:, 1]
        height = (u[:, 2] - 0.5) * solid.height_m
        local = np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=1)
        return np.asarray(local + np.array(solid.center_m))
    radius = _between(u[:, 2], solid.inner_radius_m, solid.radius_m, power=3)
    local = radius[:, None] * directions(u[:, 0], u[:, 1])
    return np.asarray(local + np.array(solid.center_m))


def _between(u: FloatArray, inner: float, outer: float, *, power: int) -> FloatArray:
    """A radius whose power is uniform: as many points in equal areas (2) or volumes (3)."""
    return np.asarray((inner**power + u * (outer**power - inner**power)) ** (1 / power))


def _on_box(box: OnBox, u: FloatArray) -> FloatArray:
    size = np.array(box.size_m)
    # Faces across x, y and z; two of each.
    areas = np.array([size[1] * size[2], size[0] * size[2], size[0] * size[1]])
    ends = np.cumsum(np.repeat(areas, 2)) / (2 * areas.sum())
    face = np.minimum(np.searchsorted(ends, u[:, 2], side='right'), 5)
    axis, side = face // 2, face % 2
    rows = np.arange(len(u))
    local = np.zeros((len(u), 3))
    local[rows, (axis + 1) % 3] = u[:, 0] - 0.5
    local[rows, (axis + 2) % 3] = u[:, 1] - 0.5
    local[rows, axis] = side - 0.5
    return _turned(local * size, box.yaw_deg, box.center_m)


def _on_disc(disc: OnDisc, u: FloatArray) -> FloatArray:
    radius = _between(u[:, 0], disc.inner_radius_m, disc.radius_m, power=2)
    angle = 2 * math.pi * u[:, 1]
    right, forward = _across(np.array(disc.normal))
    local = np.outer(radius * np.cos(angle), right) + np.outer(radius * np.sin(angle), forward)
    return np.asarray(local + np.array(disc.center_m))


def _on_sphere(sphere: OnSphere | OnDome, u: FloatArray, *, draws: Draws) -> FloatArray:
    height, turn = u[:, 0], u[:, 1]
    if isinstance(sphere, OnDome):
        low, high = np.sin(np.radians(sphere.elevation_deg))
        first, last = np.array(sphere.azimuth_deg) / 360
        # Bands of equal height have equal areas (Archimedes).
        height = (low + (high - low) * height + 1) / 2
        turn = first + (last - first) * turn
    radius = draws.numbers(sphere.radius_m, 'radius_m', len(u))
    return np.asarray(radius[:, None] * directions(height, turn) + np.array(sphere.center_m))


def _from_file(file: FilePoints, u: FloatArray, *, episode: int) -> FloatArray:
    if not file.rows:
        raise UsageError(
            f'The points of {file.path} have not been read. Load the config with '
            'synth_ros.config.load.load_config, which reads them.'
        )
    rows = np.array(file.rows)
    if file.order == 'episode':
        return np.tile(rows[episode % len(rows)], (len(u), 1))
    return np.asarray(rows[np.floor(u[:, 0] * len(rows)).astype(np.int64)])


def directions(height: FloatArray, turn: FloatArray) -> FloatArray:
    """Unit vectors, uniform on the sphere for uniform arguments.

    Args:
        height: From 0 at the bottom to 1 at the top, shape (n,).
        turn: Share of a full turn about z from x, shape (n,).

    Returns:
        Shape (n, 3).
    """
    z = 2 * height - 1
    radius = np.sqrt(np.maximum(1 - z * z, 0.0))
    angle = 2 * math.pi * turn
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def _across(normal: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two unit vectors at right angles to a vector and to each other; x and y where it is z."""
    unit = normal / np.linalg.norm(normal)
    helper = np.array([0.0, 1.0, 0.0]) if abs(unit[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    right = np.cross(helper, unit)
    right /= np.linalg.norm(right)
    return right, np.cross(unit, right)


def _turned(local: FloatArray, yaw_deg: float, center_m: Triple) -> FloatArray:
    cos, sin = math.cos(math.radians(yaw_deg)), math.sin(math.radians(yaw_deg))
    turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    return np.asarray(local @ turn.T + np.array(center_m))
