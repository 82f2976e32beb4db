"""Depth noise, missing pixels and range limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.sensors.depth import (
    EDGE_STEP,
    EDGE_WEIGHT,
    add_noise,
    depth_edges,
    dropout,
    dropout_chances,
    limit_range,
)


def _flat(depth_m, shape=(300, 400)):
    return np.full(shape, depth_m, np.float32)


def _rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize('depth_m', [0.5, 1.0, 2.0, 4.0])
def test_noise_grows_with_the_square_of_the_distance(depth_m):
    noisy = add_noise(_flat(depth_m), noise_m=0.002, rng=_rng())

    assert noisy.dtype == np.float32
    assert noisy.std() == pytest.approx(0.002 * depth_m**2, rel=0.02)
    assert noisy.mean() == pytest.approx(depth_m, abs=1e-4 * depth_m**2)


def test_nothing_stays_nothing():
    depth = _flat(1.0)
    depth[:, :100] = 0

    noisy = add_noise(depth, noise_m=0.01, rng=_rng())

    assert not noisy[:, :100].any()
    assert np.all(depth[:, 100:] == 1)


def _slow_edges(depth):
    """Each pixel against its four neighbours."""
    edges = np.zeros(depth.shape, bool)
    for (v, u), here in np.ndenumerate(depth):
        for dv, du in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            if 0 <= v + dv < depth.shape[0] and 0 <= u + du < depth.shape[1]:
                there = depth[v + dv, u + du]
                limit = max(here, there) * np.float32(EDGE_STEP)
                edges[v, u] |= abs(here - there) > limit
    return edges


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9))
def test_edges_equal_a_comparison_of_all_neighbours(seed, rows, columns):
    depth = _rng(seed).choice(np.array([0, 1, 1.02, 1.05, 2], np.float32), size=(rows, columns))

    assert np.array_equal(depth_edges(depth), _slow_edges(depth))


def test_a_slanted_plane_has_no_edges_and_a_step_has_two_sides():
    slope = np.linspace(1, 2, 200, dtype=np.float32)[None].repeat(5, axis=0)
    step = _flat(1.0, (4, 6))
    step[:, 3:] = 1.5

    assert not depth_edges(slope).any()
    assert np.flatnonzero(depth_edges(step)[0]).tolist() == [2, 3]


@given(st.floats(0, 0.999), st.floats(0, 1))
def test_chances_average_to_the_share(share, edge_share):
    at_edge, elsewhere = dropout_chances(share, edge_share)

    assert 0 <= elsewhere <= at_edge <= 1
    assert edge_share * at_edge + (1 - edge_share) * elsewhere == pytest.approx(share)


def test_edges_lose_depth_more_often():
    depth = _flat(1.0)
    depth[:, 1::8] = 2.0
    edges = depth_edges(depth)

    lost = dropout(depth, share=0.02, rng=_rng(1))

    assert lost.mean() == pytest.approx(0.02, rel=0.1)
    assert lost[edges].mean() / lost[~edges].mean() == pytest.approx(EDGE_WEIGHT, rel=0.25)


@pytest.mark.parametrize('share', [0.0, 0.1, 0.5, 0.99])
def test_the_share_counts_pixels_that_have_depth(share):
    depth = _flat(1.0)
    depth[:, :200] = 0

    lost = dropout(depth, share=share, rng=_rng(2))

    assert lost[depth > 0].mean() == pytest.approx(share, abs=0.01)


def test_range_limits_are_inclusive_and_invalid_is_zero():
    far = np.float32(10)
    depth = np.array(
        [[-1, 0, 0.0499, 0.05, 1, far, np.nextafter(far, np.float32(11)), np.inf, np.nan]],
        np.float32,
    )

    limited = limit_range(depth, (0.05, 10.0))

    assert limited.dtype == np.float32
    assert limited.tolist() == np.array([[0, 0, 0, 0.05, 1, 10, 0, 0, 0]], np.float32).tolist()
    assert np.isnan(depth[0, -1])
