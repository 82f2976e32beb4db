"""Outlines in the (radius, height) half plane, with exact normals and fillets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.surface import FloatArray, unit

Corner = tuple[float, float] | tuple[float, float, float]
"""(r, z) of a sharp corner or (r, z, fillet radius), metres."""


class Profile(NamedTuple):
    """A polyline travelled with the outside on its right.

    Attributes:
        points: (N, 2) positions (r, z), metres; doubled at creases.
        normals: (N, 2) unit outward normals.
        station: (N,) corner coordinate: k at corner k, fractions between corners.
    """

    points: FloatArray
    normals: FloatArray
    station: FloatArray

    def v_by_length(self, weights: Sequence[float] | None = None) -> FloatArray:
        """Texture coordinate (corners,) of each corner, by arc length.

        Args:
            weights: Share of extra texture each segment between corners gets; 1 each if None.
        """
        last = round(float(self.station[-1]))
        steps = np.linalg.norm(np.diff(self.points, axis=0), axis=1)
        run = np.concatenate([[0.0], np.cumsum(steps)])
        at_corner = np.interp(np.arange(last + 1), self.station, run)
        lengths = np.diff(at_corner) * (1.0 if weights is None else np.asarray(weights))
        total = np.concatenate([[0.0], np.cumsum(lengths)])
        return np.asarray(total / total[-1])


def _right(direction: FloatArray) -> FloatArray:
    return np.array([direction[1], -direction[0]])


class _Fillet(NamedTuple):
    points: FloatArray
    normals: FloatArray


def _fillet(legs: tuple[FloatArray, FloatArray], corner: FloatArray, radius: float) -> _Fillet:
    """Rounds one corner; ``legs`` are the usable parts of the straights before and after."""
    d0, d1 = unit(legs[0]), unit(legs[1])
    n0, n1 = _right(d0), _right(d1)
    turn = float(np.arctan2(d0[0] * d1[1] - d0[1] * d1[0], d0 @ d1))
    if radius <= 0 or abs(turn) < 1e-6:
        same = abs(turn) < 1e-6
        return _Fillet(corner[None].repeat(2 - same, 0), n0[None] if same else np.stack([n0, n1]))
    room = float(min(np.linalg.norm(legs[0]), np.linalg.norm(legs[1])))
    cut = min(radius * np.tan(abs(turn) / 2), room)
    radius = cut / np.tan(abs(turn) / 2)
    side = np.sign(turn)
    centre = corner - d0 * cut - side * radius * n0
    # Chords stay within 0.15 mm of the arc; no chord turns by more than 45 degrees.
    chord_rad = min(np.radians(46.0), 2 * np.arccos(max(0.0, 1 - 1.5e-4 / max(radius, 1.5e-4))))
    steps = max(1, int(np.ceil(abs(turn) / chord_rad)))
    angles = np.linspace(0, turn, steps + 1)
    rotated = np.stack(
        [
            n0[0] * np.cos(angles) - n0[1] * np.sin(angles),
            n0[0] * np.sin(angles) + n0[1] * np.cos(angles),
        ],
        axis=1,
    )
    return _Fillet(centre + side * radius * rotated, rotated)


def rounded(corners: Sequence[Corner], *, step_m: float = 0.03) -> Profile:
    """A polyline whose corners are rounded by arcs that meet the straights tangentially.

    Args:
        corners: In travelling order; fillets that do not fit are made smaller.
        step_m: Straight segments are divided into pieces no longer than this.
    """
    raw = np.array([c[:2] for c in corners], dtype=float)
    radii = [c[2] if len(c) == 3 else 0.0 for c in corners]
    last = len(raw) - 1
    radii[0] = radii[last] = 0.0
    blocks: list[_Fillet] = []
    for k in range(last + 1):
        if k in (0, last):
            d = unit(raw[1] - raw[0]) if k == 0 else unit(raw[last] - raw[last - 1])
            blocks.append(_Fillet(raw[k][None], _right(d)[None]))
        else:
            # Two fillets share the straight between them in proportion to their radii.
            share = [radii[k] / max(radii[k] + radii[n], 1e-9) for n in (k - 1, k + 1)]
            before = (raw[k] - raw[k - 1]) * max(0.999 * share[0], 1e-3)
            after = (raw[k + 1] - raw[k]) * max(0.999 * share[1], 1e-3)
            blocks.append(_fillet((before, after), raw[k], radii[k]))
    points, normals, station = [], [], []
    for k, block in enumerate(blocks):
        points.append(block.points)
        normals.append(block.normals)
        station.append(_arc_station(raw, k, block.points))
        if k == last:
            break
        start, end = block.points[-1], blocks[k + 1].points[0]
        pieces = int(np.ceil(np.linalg.norm(end - start) / step_m))
        inner = np.linspace(0, 1, pieces + 1)[1:-1]
        points.append(start + inner[:, None] * (end - start))
        normals.append(np.broadcast_to(block.normals[-1], (len(inner), 2)))
        after = _arc_station(raw, k + 1, blocks[k + 1].points)[0]
        station.append(station[-1][-1] + inner * (after - station[-1][-1]))
    return Profile(np.concatenate(points), np.concatenate(normals), np.concatenate(station))


def _arc_station(raw: FloatArray, k: int, arc: FloatArray) -> FloatArray:
    """Stations of the points around corner k: true shares of the straights it cuts off."""
    before = after = 0.0
    if 0 < k < len(raw) - 1:
        before = float(np.linalg.norm(raw[k] - arc[0]) / np.linalg.norm(raw[k] - raw[k - 1]))
        after = float(np.linalg.norm(raw[k] - arc[-1]) / np.linalg.norm(raw[k] - raw[k + 1]))
    run = np.linspace(-1, 1, len(arc)) if len(arc) > 1 else np.zeros(1)
    return k + np.where(run < 0, run * before, run * after)


def smooth(knots: Sequence[tuple[float, float]], count: int) -> Profile:
    """A smooth curve through ``knots`` (natural in chord length, Catmull-Rom), one station each.

    Args:
        knots: (r, z) positions, metres.
        count: Points per segment between knots.
    """
    raw = np.array(knots, dtype=float)
    padded = np.concatenate([2 * raw[:1] - raw[1:2], raw, 2 * raw[-1:] - raw[-2:-1]])
    chord = np.sqrt(np.linalg.norm(np.diff(padded, axis=0), axis=1))
    t = np.concatenate([[0.0], np.cumsum(chord)])
    slopes = np.empty_like(raw)
    for k in range(len(raw)):
        d0 = (padded[k + 1] - padded[k]) / (t[k + 1] - t[k])
        d1 = (padded[k + 2] - padded[k + 1]) / (t[k + 2] - t[k + 1])
        w = (t[k + 1] - t[k]) / (t[k + 2] - t[k])
        slopes[k] = d0 * (1 - w) + d1 * w
    points, tangents, station = [], [], []
    for k in range(len(raw) - 1):
        end = k == len(raw) - 2
        s = np.linspace(0, 1, count + 1)[: count + 1 if end else count, None]
        h = t[k + 2] - t[k + 1]
        p0, p1, m0, m1 = raw[k], raw[k + 1], slopes[k] * h, slopes[k + 1] * h
        points.append(
            (2 * s**3 - 3 * s**2 + 1) * p0
            + (s**3 - 2 * s**2 + s) * m0
            + (3 * s**2 - 2 * s**3) * p1
            + (s**3 - s**2) * m1
        )
        tangents.append(
            (6 * s**2 - 6 * s) * (p0 - p1) + (3 * s**2 - 4 * s + 1) * m0 + (3 * s**2 - 2 * s) * m1
        )
        station.append(k + s[:, 0])
    direction = unit(np.concatenate(tangents))
    normals = np.stack([direction[:, 1], -direction[:, 0]], axis=1)
    return Profile(np.concatenate(points), normals, np.concatenate(station))


def chain(*profiles: Profile) -> Profile:
    """Profiles one after the other; stations run on, the joints are creases."""
    shift, stations = 0.0, []
    for profile in profiles:
        stations.append(profile.station + shift)
        shift = stations[-1][-1]
    return Profile(
        np.concatenate([p.points for p in profiles]),
        np.concatenate([p.normals for p in profiles]),
        np.concatenate(stations),
    )
