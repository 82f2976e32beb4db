"""Crossing sides of polygons, against the obvious loop with exact numbers."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synth_ros.validate.rings import crosses_itself

COORDINATES = st.integers(0, 12)
RINGS = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=3, max_size=9)


def side(a, b, point):
    """On which side of a-b a point lies."""
    value = (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
    return (value > 0) - (value < 0)


def crosses_slowly(ring):
    points = [tuple(map(Fraction, point)) for point in ring]
    sides = list(zip(points, points[1:] + points[:1], strict=True))
    return any(
        side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        for a, b in sides
        for c, d in sides
    )


@given(RINGS)
@example([(0, 0), (4, 4), (4, 0), (0, 4)])
@example([(0, 0), (4, 0), (4, 4), (0, 4)])
def test_as_the_loop_says(ring):
    assert crosses_itself(np.array(ring, dtype=float), tolerance=0) == crosses_slowly(ring)


def test_touching_is_no_crossing():
    # Two squares that share a corner, and a bridge that is walked both ways.
    eight = np.array([(0, 0), (2, 0), (2, 2), (4, 2), (4, 4), (2, 4), (2, 2), (0, 2)], dtype=float)
    bridge = np.array([(0, 0), (9, 0), (9, 1), (1, 1), (9, 1), (9, 9), (0, 9)], dtype=float)
    for ring in (eight, bridge):
        assert not crosses_itself(ring)
        shaken = ring + np.random.default_rng(1).uniform(-0.01, 0.01, ring.shape)
        assert not crosses_itself(shaken)


@pytest.mark.parametrize('count', [255, 256, 257, 700])
def test_long_rings_are_looked_at_in_blocks(count):
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 1000
    assert not crosses_itself(ring)
    ring[[3, count - 4]] = ring[[count - 4, 3]]
    assert crosses_itself(ring)
