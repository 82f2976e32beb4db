"""What comes from other programs: a whole command, or a reason why it is none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.sim.commands import (
    RawPoint,
    Refusal,
    positions_by_name,
    positions_in_order,
    trajectory,
    twist,
)
from synth_ros.sim.interpolation import Spline

SECOND = 10**9
NAMES = st.lists(st.sampled_from(['lift', 'swing', 'finger', '', 'x' * 300, 'läpp']), max_size=4)
NUMBERS = st.one_of(
    st.floats(), st.floats(-3, 3), st.sampled_from([math.nan, math.inf, 1e308, -0.0])
)
ROWS = st.lists(NUMBERS, max_size=4)
POINTS = st.lists(
    st.builds(RawPoint, st.integers(-(2**31) * SECOND, 2**31 * SECOND), ROWS, ROWS, ROWS),
    max_size=4,
)


def test_positions_by_name():
    command = positions_by_name(['a', 'b'], [1, 2.5], stamp_ns=7)
    assert (command.joints, command.positions.tolist(), command.stamp_ns) == (
        ('a', 'b'),
        [1.0, 2.5],
        7,
    )


def test_positions_in_order():
    assert positions_in_order([1, 2], ()).joints is None
    assert positions_in_order([1, 2], ['b', 'a']).joints == ('b', 'a')


@pytest.mark.parametrize(
    ('made', 'reason', 'words'),
    [
        (positions_by_name([], []), 'nothing in it', 'it names no joints'),
        (positions_by_name(['a', 'a'], [1, 2]), 'joint named twice', "'a' stands in it more"),
        (positions_by_name(['a'], []), 'no positions', 'give one for each name'),
        (positions_by_name(['a'], [1, 2]), 'wrong length', '1 name and 2 positions'),
        (positions_by_name(['a', 'b'], [1, math.nan]), 'no usable number', "for 'b' is nan"),
        (positions_by_name(['a'], [1e7]), 'no usable number', 'at most 1e+06'),
        (positions_in_order([], ()), 'nothing in it', 'data is empty'),
        (positions_in_order([1], ['a', 'b']), 'wrong length', '1 position for 2 joints'),
        (positions_in_order([0, math.inf], ()), 'no usable number', "for '1' is inf"),
        (trajectory(['a'], []), 'nothing in it', 'no points'),
        (trajectory([], [RawPoint(0, [])]), 'nothing in it', 'names no joints'),
        (trajectory(['a'], [RawPoint(-1, [0])]), 'times do not grow', '0 or more'),
        (
            trajectory(['a'], [RawPoint(5, [0]), RawPoint(5, [1])]),
            'times do not grow',
            'grow from point to point',
        ),
        (trajectory(['a'], [RawPoint(0, [], [1])]), 'no positions', 'point 0 has no positions'),
        (trajectory(['a'], [RawPoint(0, [1, 2])]), 'wrong length', '2 positions for 1 joint'),
        (trajectory(['a'], [RawPoint(0, [1], [1, 2])]), 'wrong length', '2 velocities'),
        (
            trajectory(['a'], [RawPoint(0, [1]), RawPoint(1, [1], [-math.inf])]),
            'no usable number',
            "velocities of point 1 for 'a' is -inf",
        ),
        (twist([0, math.nan, 0], [0, 0, 0]), 'no usable number', "for 'linear.y' is nan"),
        (twist([0, 0, 0], [0, 0, 1e300]), 'no usable number', "for 'angular.z' is 1e+300"),
    ],
)
def test_what_is_no_command_has_a_reason(made, reason, words):
    assert isinstance(made, Refusal)
    assert made.reason == reason
    assert words in made.text
    assert made.text.endswith('.')


def test_a_twist_that_asks_for_the_sky():
    assert not twist([1, 2, 0], [0, 0, 3]).ignored
    command = twist([1, 2, 0.1], [0, 0, 3])
    assert command.ignored
    assert command.twist == (1, 2, 3)


@given(NAMES, ROWS, POINTS)
def test_whatever_comes_is_a_command_of_usable_numbers_or_refused(names, numbers, points):
    for made in (
        positions_by_name(names, numbers),
        positions_in_order(numbers, names),
        trajectory(names, points),
        twist((numbers * 3 + [0] * 3)[:3], (numbers[::-1] * 3 + [0] * 3)[:3]),
    ):
        if isinstance(made, Refusal):
            assert made.text
        elif hasattr(made, 'positions'):
            assert np.abs(made.positions).max() <= 1e6
        else:
            assert np.abs(made.twist).max() <= 1e6


@given(
    st.lists(
        st.tuples(
            st.integers(1, 3 * SECOND),
            st.floats(-1e6, 1e6),
            st.lists(st.floats(-1e6, 1e6), max_size=1),
            st.lists(st.floats(-1e6, 1e6), max_size=1),
        ),
        min_size=1,
        max_size=6,
    ),
    st.floats(0, 1),
)
def test_a_spline_passes_through_its_points(steps, begin):
    times = np.cumsum([gap for gap, *_ in steps]).tolist()
    points = [RawPoint(t, [p], v, a) for t, (_, p, v, a) in zip(times, steps, strict=True)]
    command = trajectory(['a'], points)
    begin_s = 10 + begin * times[-1] * 1e-9
    spline = Spline(command, start_s=10.0, begin_s=begin_s, state=np.array([[0.3], [0.1]]))
    for time_s, position in zip(10 + command.times_s, command.positions, strict=True):
        if time_s >= begin_s:
            np.testing.assert_allclose(spline.at(float(time_s)), position, rtol=1e-9)
    if not (10 + command.times_s == begin_s).any():
        assert spline.at(begin_s) == 0.3
    assert np.isfinite(spline.at(begin_s + 0.37))
    np.testing.assert_array_equal(spline.at(1e9), command.positions[-1])


def derivatives(spline, time_s, side):
    """Velocity and acceleration on one side of a time."""
    h = 1e-4 * side
    a, b, c = (float(spline.at(time_s + k * h)[0]) for k in (1, 2, 3))
    return (-5 * a + 8 * b - 3 * c) / (2 * h), (a - 2 * b + c) / h**2


def test_what_points_have_decides_how_smooth_the_way_is():
    points = [
        RawPoint(0, [0.0], [0.0], [0.0]),
        RawPoint(SECOND, [1.0], [0.5], [2.0]),
        RawPoint(2 * SECOND, [0.0], [-0.5]),
        RawPoint(3 * SECOND, [2.0]),
    ]
    spline = Spline(
        trajectory(['a'], points), start_s=0.0, begin_s=0.0, state=np.array([[9.0], [9.0]])
    )
    # Quintic before it, cubic after it.
    np.testing.assert_allclose(derivatives(spline, 1.0, -1), (0.5, 2.0), atol=0.02)
    np.testing.assert_allclose(derivatives(spline, 1.0, 1)[0], 0.5, atol=0.01)
    np.testing.assert_allclose(derivatives(spline, 2.0, -1)[0], -0.5, atol=0.01)
    # Linear to the last one.
    np.testing.assert_allclose(spline.at(2.25), 0.5)
