"""Distances against SciPy and against formulas by hand; their noise against many draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from synth_ros.report.comparison.distances import (
    coarsen,
    divergence,
    jensen_shannon,
    merge_bins,
    pooled_spread,
    wasserstein,
    wasserstein_1,
)
from synth_ros.report.statistics.tally import Axis, NumberTally, side_of

AXIS = Axis('x', 'X', '', -8, 8, 128)
counts = st.lists(st.integers(0, 50), min_size=6, max_size=6).filter(any).map(np.array)


@settings(deadline=None)
@given(a=counts, b=counts)
def test_divergence_is_that_of_scipy(a, b):
    assert divergence(a, b) == pytest.approx(jensenshannon(a, b, base=2) ** 2, abs=1e-9)
    assert divergence(a, b) == divergence(b, a)
    assert 0 <= divergence(a, b) <= 1
    assert divergence(a, a) == divergence(a, 3 * a) == 0


@settings(deadline=None)
@given(a=counts, b=counts, step=st.floats(0.1, 5))
def test_wasserstein_is_that_of_scipy(a, b, step):
    places = np.arange(6) * step
    expected = wasserstein_distance(places, places, a, b)
    assert wasserstein(a, b, step=step) == pytest.approx(expected, abs=1e-9)


def test_distributions_with_nothing_in_common_diverge_by_one():
    assert divergence(np.array([3, 0]), np.array([0, 9])) == 1


def test_pooled_spread():
    a, b = np.array([1, 0, 0, 1]), np.array([0, 0, 4, 4])
    assert pooled_spread(a, b, step=2.0) == pytest.approx(np.sqrt((9 + 1) / 2))
    assert pooled_spread(a[:1], b[2:3], step=0.25) == 0.25


@settings(deadline=None)
@given(a=counts, b=counts)
def test_coarse_bins_keep_all_counts_and_their_order(a, b):
    places = coarsen(a, b)
    assert (np.diff(places) >= 0).all()
    assert merge_bins(a, places).sum() == a.sum()
    table = np.stack([a, b])
    assert (merge_bins(table, places)[1] == merge_bins(b, places)).all()


def drawn(seed, *, groups, shift=0.0, each=10, between=1.0):
    """Values of groups that resemble each other, as images of a scene do."""
    rng, tally = np.random.default_rng(seed), NumberTally(AXIS)
    for k in range(groups):
        centre = rng.normal(shift, between)
        tally.add(rng.normal(centre, 0.5, each), side_of(f'{seed} {k}'))
    return tally.counts


def ratios(measure, *, shift):
    """Distance by noise of many pairs of datasets."""
    found = [
        measure(drawn(2 * k, groups=40), drawn(2 * k + 1, groups=60, shift=shift))
        for k in range(40)
    ]
    return np.array([distance.value / distance.noise for distance in found])


def moved(a, b):
    return wasserstein_1(a, b, step=AXIS.step)


def diverged(a, b):
    places = coarsen(a[0], b[0])
    return jensen_shannon(merge_bins(a, places), merge_bins(b, places))


@pytest.mark.parametrize('measure', [moved, diverged])
def test_chance_hardly_exceeds_the_noise_and_a_shift_does(measure):
    null = ratios(measure, shift=0.0)
    assert (null > 1).mean() <= 0.2
    assert null.max() < 2
    # The noise is no larger than it has to be, either.
    assert np.median(null) > 0.35
    assert (ratios(measure, shift=1.5) > 1.3).all()


def test_noise_counts_groups_and_not_values():
    few, many = (
        moved(drawn(1, groups=20, each=each), drawn(2, groups=20, each=each)).noise
        for each in (5, 500)
    )
    assert few == pytest.approx(many, rel=0.35)


def test_the_noise_of_one_group_is_not_known():
    lonely = drawn(0, groups=1)
    for measure in (moved, diverged):
        assert measure(lonely, drawn(1, groups=40)).noise is None
        assert measure(drawn(1, groups=40), lonely).noise is None


def test_a_dataset_is_no_distance_from_itself():
    found = drawn(0, groups=30)
    assert moved(found, found).value == diverged(found, found).value == 0
    assert moved(found, found).noise > 0
