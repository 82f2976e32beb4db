"""Tallies against obvious counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_ros.report.statistics.tally import (
    SPLITS,
    Axis,
    MapAxis,
    MapTally,
    NameTally,
    NumberTally,
    side_of,
)

LINEAR = Axis('x', 'X', 'px', -2, 10, 24)
LOG = Axis('y', 'Y', 'px', 0.5, 64, 28, log=True)
WHOLE = Axis('n', 'N', '', -0.5, 15.5, 16, whole=True)
values = st.lists(st.integers(-500, 8000).map(lambda k: k / 100), max_size=30)


def slow_bins(axis, found):
    """Counts by comparing each value with each edge."""
    counts = [0] * axis.bins
    edges = list(axis.edges)
    for value in found:
        place = sum(value >= edge for edge in edges[1:-1])
        counts[place] += 1
    return counts


@pytest.mark.parametrize('axis', [LINEAR, WHOLE])
@settings(deadline=None)
@given(found=values)
def test_values_count_in_their_bins_and_outermost_beyond(axis, found):
    tally = NumberTally(axis)
    tally.add(found, side_of('a'))
    assert tally.counts[0].tolist() == slow_bins(axis, found)
    assert tally.count == len(found)
    if found:
        assert (tally.low, tally.high) == (min(found), max(found))
        assert tally.total == pytest.approx(sum(found))


@settings(deadline=None)
@given(found=st.lists(st.floats(0.1, 200), min_size=1, max_size=30))
def test_bins_of_equal_ratio(found):
    tally = NumberTally(LOG)
    tally.add(found, side_of('a'))
    for value, place in zip(found, LOG.place(np.array(found)), strict=True):
        inside = np.clip(value, LOG.low, LOG.high)
        assert LOG.edges[place] <= inside * (1 + 1e-9)
        assert inside <= LOG.edges[place + 1] * (1 + 1e-9)


def test_what_is_no_finite_number_does_not_count():
    tally = NumberTally(LINEAR)
    tally.add([np.nan, np.inf, 1.0, -np.inf], side_of('a'))
    assert tally.count == 1
    assert tally.total == 1


@settings(max_examples=50, deadline=None)
@given(found=st.lists(st.floats(-2, 9.9), min_size=1, max_size=60), share=st.floats(0, 1))
def test_quantiles_are_as_exact_as_bins_are_wide(found, share):
    tally = NumberTally(LINEAR)
    tally.add(found, side_of('a'))
    low = np.quantile(found, share, method='lower')
    high = np.quantile(found, share, method='higher')
    assert low - LINEAR.step <= tally.quantile(share) <= high + LINEAR.step


def test_values_at_an_end_are_not_spread_over_their_bin():
    tally = NumberTally(Axis('share', 'Share', '%', 0, 100, 10))
    tally.add([0.0] * 60 + [100.0] * 30 + [50.0] * 10, side_of('a'))
    assert tally.quantile(0.5) == 0
    assert tally.quantile(0.9) == 100


def test_quantiles_of_whole_numbers_are_whole():
    tally = NumberTally(WHOLE)
    tally.add([3, 3, 4, 9], side_of('a'))
    assert [tally.quantile(share) for share in (0.0, 0.5, 0.6, 1.0)] == [3, 3, 4, 9]


@settings(deadline=None)
@given(first=values, second=values)
def test_merged_tallies_are_one_tally(first, second):
    one, other, whole = (NumberTally(LINEAR) for _ in range(3))
    for tally, found, group in ((one, first, 'a'), (other, second, 'b')):
        tally.add(found, side_of(group))
        whole.add(found, side_of(group))
    one.merge(other)
    assert (one.counts == whole.counts).all()
    assert one.at_ends == whole.at_ends
    assert one.total == pytest.approx(whole.total)
    assert (one.low, one.high) == (whole.low, whole.high)


def test_halves_are_those_of_groups():
    tally = NumberTally(LINEAR)
    sides = {name: side_of(name) for name in 'abcdef'}
    for number, side in enumerate(sides.values()):
        tally.add([number + 0.1], side)
    for cut in range(SPLITS):
        halves = [number for number, side in enumerate(sides.values()) if side[cut]]
        assert tally.counts[1 + cut].tolist() == slow_bins(LINEAR, [k + 0.1 for k in halves])


def test_sides_are_fair_and_a_function_of_group_and_seed():
    sides = np.array([side_of(f'{k:06d}') for k in range(400)])
    assert abs(sides.mean() - 0.5) < 0.02
    assert abs(sides.mean(axis=0) - 0.5).max() < 0.12
    assert (side_of('x') == side_of('x')).all()
    assert (side_of('x') != side_of('x', seed=1)).any()


def test_names():
    one, other = NameTally(), NameTally()
    one.add('mug', side_of('a'), times=2)
    other.add('mug', side_of('b'))
    other.add('box', side_of('b'))
    one.merge(other)
    assert list(one) == ['box', 'mug']
    assert (one.total('mug'), one.total('box'), one.total('cup')) == (3, 1, 0)
    table = one.table(['mug', 'cup', 'box'])
    assert table[0].tolist() == [3, 0, 1]
    assert (table[1:, 0] == 2 * side_of('a') + side_of('b')).all()
    assert one.table([]).shape == (1 + SPLITS, 0)


def test_merging_names_leaves_the_other_alone():
    one, other = NameTally(), NameTally()
    other.add('mug', side_of('b'))
    one.merge(other)
    one.add('mug', side_of('a'))
    assert other.total('mug') == 1


def test_maps():
    tally, other = (MapTally(MapAxis('m', 'M', 'x', 'y', 2, 3)) for _ in range(2))
    tally.add([0, 1, 9], [0, -4, 2], side_of('a'))
    other.add(1, 2, side_of('b'))
    tally.merge(other)
    assert tally.counts[0].tolist() == [[1, 0, 0], [1, 0, 2]]
    assert (tally.counts[1:, 1, 2] == side_of('a').astype(int) + side_of('b')).all()
