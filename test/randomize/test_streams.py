"""Streams are functions of (seed, episode, name) and of nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.randomize.streams import Streams

SEEDS = st.integers(0, 2**63 - 1)


@given(seed=SEEDS, episode=st.integers(0, 10**7), name=st.text(max_size=20))
def test_a_stream_repeats(seed, episode, name):
    first = Streams(seed, episode).generator(name).random(5)
    again = Streams(seed, episode).generator(name).random(5)
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(
    ('one', 'other'),
    [
        ((0, 0, 'lamps'), (1, 0, 'lamps')),
        ((0, 0, 'lamps'), (0, 1, 'lamps')),
        ((0, 0, 'lamps'), (0, 0, 'objects')),
        ((1, 0, 'lamps'), (0, 1, 'lamps')),
        ((2**32, 0, 'lamps'), (0, 0, 'lamps')),
    ],
)
def test_streams_differ(one, other):
    draws = [Streams(s, e).generator(n).random(4) for s, e, n in (one, other)]
    assert not np.isclose(*draws).any()


def test_streams_do_not_touch_the_global_generator():
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    Streams(0, 0).generator('x').random(100)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
