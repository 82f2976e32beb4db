"""Even points: strata, independence of names, and repeatability."""

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

from synth_ros.randomize.low_discrepancy import even_ranks
from synth_ros.randomize.streams import Streams


def points(count, *, name='a', dimensions=1, seed=0, start=0):
    streams = Streams(seed, 0)
    return np.array(
        [even_ranks(start + i, dimensions, streams.shared(name)) for i in range(count)]
    )


@pytest.mark.parametrize('name', ['a', 'b', 'lamps'])
@pytest.mark.parametrize('power', [1, 4, 8])
@pytest.mark.parametrize('block', [0, 3])
def test_each_coordinate_has_one_point_in_each_interval(name, power, block):
    count = 2**power
    drawn = points(count, name=name, dimensions=6, start=block * count)
    for column in drawn.T:
        assert sorted(np.floor(column * count)) == list(range(count))


def test_pairs_of_coordinates_of_a_name_fill_boxes_evenly():
    # The first two Sobol coordinates are a (0, 2)-sequence: every elementary box has its share.
    drawn = points(64, dimensions=2)
    for across in (1, 2, 4, 8, 16, 32, 64):
        boxes = np.floor(drawn * [across, 64 // across]).astype(int)
        assert len({tuple(box) for box in boxes}) == 64


def test_they_are_more_even_than_random_points():
    drawn = points(256, dimensions=4)
    random = np.random.default_rng(0).random((256, 4))
    assert qmc.discrepancy(drawn) < 0.3 * qmc.discrepancy(random)


def test_names_are_independent_of_each_other():
    one, other = points(512, name='a')[:, 0], points(512, name='b')[:, 0]
    table, *_ = np.histogram2d(one, other, bins=4, range=[(0, 1), (0, 1)])
    assert stats.chisquare(table.ravel()).pvalue > 0.01
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


def test_seeds_scramble():
    assert not np.isclose(points(16, seed=1), points(16, seed=2)).any()


def test_any_number_of_points_is_uniform():
    drawn = points(700)[:, 0]
    assert stats.kstest(drawn, stats.uniform.cdf).statistic < 0.01
    assert drawn.min() >= 0
    assert drawn.max() < 1


def test_a_point_does_not_depend_on_how_many_coordinates_are_asked_for():
    streams = Streams(0, 0)
    few, many = even_ranks(5, 2, streams.shared('a')), even_ranks(5, 7, streams.shared('a'))
    np.testing.assert_array_equal(few, many[:2])
