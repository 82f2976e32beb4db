"""Quantile functions against scipy.stats, and against what the kinds promise."""

import json

import numpy as np
import pytest
from scipy import stats

from synth_ros.config.base import Section
from synth_ros.config.distributions import Distribution, Drawn, DrawnCount
from synth_ros.errors import UsageError
from synth_ros.randomize.curves import Blend, Ramp, Steps
from synth_ros.randomize.distributions import (
    START,
    Moment,
    curve,
    quantile,
    quantiles,
    whole_quantiles,
)

RANKS = np.random.default_rng(5).random(20_000)
EVEN = (np.arange(500) + 0.5) / 500


class _Fields(Section):
    any: Drawn = None
    count: DrawnCount = None


def make(value) -> Distribution:
    return _Fields.model_validate_json(json.dumps({'any': value})).any


def make_whole(value) -> Distribution:
    return _Fields.model_validate_json(json.dumps({'count': value})).count


def with_values(values, order='random') -> Distribution:
    distribution = make({'file': {'path': 'x.csv', 'order': order}})
    distribution.file.attach(tuple(values))
    return distribution


CONTINUOUS = {
    'uniform': ([2, 5], stats.uniform(2, 3)),
    'normal': ({'normal': {'mean': 1, 'std': 2}}, stats.norm(1, 2)),
    'truncated': (
        {'normal': {'mean': 1, 'std': 2, 'within': [0, 6]}},
        stats.truncnorm(-0.5, 2.5, 1, 2),
    ),
    'upper tail': (
        {'normal': {'mean': 0, 'std': 1, 'within': [9, 12]}},
        stats.truncnorm(9, 12),
    ),
    'lower tail': (
        {'normal': {'mean': 0, 'std': 1, 'within': [-12, -9]}},
        stats.truncnorm(-12, -9),
    ),
    'log_uniform': ({'log_uniform': [0.5, 8]}, stats.loguniform(0.5, 8)),
    'beta': (
        {'beta': {'a': 2, 'b': 5, 'within': [-1, 3]}},
        stats.beta(2, 5, -1, 4),
    ),
    'von_mises 0': ({'von_mises': {'kappa': 0}}, stats.uniform(-180, 360)),
    'von_mises 0.5': ({'von_mises': {'kappa': 0.5}}, stats.vonmises(0.5, 0, 180 / np.pi)),
    'von_mises 4': (
        {'von_mises': {'mean_deg': 30, 'kappa': 4}},
        stats.vonmises(4, 30, 180 / np.pi),
    ),
}


@pytest.mark.parametrize('name', CONTINUOUS)
def test_quantiles_are_those_of_scipy(name):
    value, reference = CONTINUOUS[name]
    # scipy's own von Mises distribution is the least exact of these.
    np.testing.assert_allclose(quantiles(make(value), EVEN), reference.ppf(EVEN), atol=2e-6)


@pytest.mark.parametrize('name', CONTINUOUS)
def test_the_inverse_is_that_of_scipy(name):
    value, reference = CONTINUOUS[name]
    x = reference.ppf(EVEN)
    np.testing.assert_allclose(curve(make(value)).cdf(x), EVEN, atol=1e-6)


@pytest.mark.parametrize('name', CONTINUOUS)
def test_draws_have_the_shape(name):
    value, reference = CONTINUOUS[name]
    assert stats.kstest(quantiles(make(value), RANKS), reference.cdf).pvalue > 0.01


@pytest.mark.parametrize('kappa', [20, 400, 10_000])
def test_a_sharp_von_mises_is_nearly_normal_and_its_own_inverse(kappa):
    value = make({'von_mises': {'kappa': kappa}})
    drawn = quantiles(value, RANKS)
    assert np.std(np.radians(drawn)) == pytest.approx(kappa**-0.5, rel=0.03)
    np.testing.assert_allclose(curve(value).cdf(drawn), RANKS, atol=1e-9)


def test_truncation_cuts_and_does_not_clip():
    drawn = quantiles(make({'normal': {'mean': 0, 'std': 1, 'within': [-0.5, 0.5]}}), RANKS)
    assert np.unique(drawn).size > 19_900  # clipping would pile up 62 % at the ends


EVERY = [value for value, _ in CONTINUOUS.values()] + [
    3,
    {'discrete': [-2, 4]},
    {'choice': {'values': [5, 1, 2], 'weights': [2, 1, 1]}},
    {'normal': {'mean': 3, 'std': 0}},
    {'normal': {'mean': 3, 'std': 1, 'within': [1, 1]}},
    {'log_uniform': [2, 2]},
    {'mixture': {'of': [1, [0, 4], {'normal': {'mean': 2, 'std': 1}}], 'weights': [1, 2, 1]}},
    {'schedule': [[0, [0, 1]], [1, {'mixture': {'of': [1, [2, 3]]}}]]},
    {'schedule': [[0.3, [0, 1]]]},
]


@pytest.mark.parametrize('value', EVERY, ids=json.dumps)
@pytest.mark.parametrize('progress', [0, 0.4, 1])
def test_quantiles_grow_and_stay_within_the_support(value, progress):
    distribution = make(value)
    ranks = np.array([0.0, 1e-12, *EVEN, 1 - 2.0**-53])
    drawn = quantiles(distribution, ranks, Moment(progress))
    low, high = distribution.support()
    assert np.isfinite(drawn).all()
    assert (np.diff(drawn) >= 0).all()
    assert low <= drawn.min()
    assert drawn.max() <= high


@pytest.mark.parametrize('value', EVERY, ids=json.dumps)
def test_one_rank_gives_what_many_give(value):
    distribution = make(value)
    ones = [quantile(distribution, float(u)) for u in EVEN[::23]]
    np.testing.assert_allclose(ones, quantiles(distribution, EVEN[::23]), rtol=1e-15)


def shares(drawn):
    values, counts = np.unique(drawn, return_counts=True)
    return dict(zip(values.tolist(), (counts / len(drawn)).tolist(), strict=True))


@pytest.mark.parametrize(
    ('value', 'expected'),
    [
        ({'discrete': [1, 4]}, {1: 0.25, 2: 0.25, 3: 0.25, 4: 0.25}),
        ({'choice': {'values': [5, 1, 2], 'weights': [2, 1, 1]}}, {1: 0.25, 2: 0.25, 5: 0.5}),
        ({'choice': {'values': [5, 1], 'weights': [0, 1]}}, {1: 1}),
        (
            {'mixture': {'of': [7, {'discrete': [0, 1]}], 'weights': [1, 3]}},
            {0: 3 / 8, 1: 3 / 8, 7: 1 / 4},
        ),
        (
            {'mixture': {'of': [0, -0.1, {'choice': {'values': [0.3, 1e9]}}]}},
            {-0.1: 1 / 3, 0: 1 / 3, 0.3: 1 / 6, 1e9: 1 / 6},
        ),
    ],
    ids=json.dumps,
)
def test_listed_numbers_have_their_shares_exactly(value, expected):
    even = (np.arange(2400) + 0.5) / 2400
    assert shares(quantiles(make(value), even)) == pytest.approx(expected)


def test_a_mixture_is_the_weighted_mean_of_its_parts():
    value = {
        'mixture': {
            'of': [[0, 1], {'normal': {'mean': 0.5, 'std': 2}}, 0.25],
            'weights': [1, 2, 1],
        }
    }
    drawn = quantiles(make(value), RANKS)
    assert np.mean(drawn == 0.25) == pytest.approx(0.25, abs=0.01)
    rest = drawn[drawn != 0.25]

    def mixed(x):
        return (stats.uniform.cdf(x) + 2 * stats.norm(0.5, 2).cdf(x)) / 3

    assert stats.kstest(rest, mixed).pvalue > 0.01


def test_files_give_their_values_and_no_others():
    values = (3.0, 1.0, 1.0, 8.0)
    even = (np.arange(400) + 0.5) / 400
    assert shares(quantiles(with_values(values), even)) == {1: 0.5, 3: 0.25, 8: 0.25}
    in_order = [quantile(with_values(values, 'episode'), 0.9, Moment(episode=n)) for n in range(6)]
    assert in_order == [3, 1, 1, 8, 3, 1]


def test_a_file_that_was_not_read_is_an_error():
    with pytest.raises(UsageError, match=r'The numbers of x\.csv have not been read\. Load'):
        quantile(make({'file': {'path': 'x.csv'}}), 0.5)


def test_draws_depend_on_variables():
    value = make({'draw': {'variable': 'a', 'scale': 2, 'offset': 1}})
    assert quantile(value, 0.3, Moment(variables={'a': 3.0})) == 7
    with pytest.raises(UsageError, match=r'No variable "a" is drawn here\. Variables: b\.'):
        quantile(value, 0.3, Moment(variables={'b': 3.0}))


@pytest.mark.parametrize(
    ('progress', 'low', 'high'),
    [(0, 0, 1), (0.2, 0, 1), (0.4, 1, 2), (0.6, 2, 3), (1, 2, 3)],
)
def test_schedules_hold_before_and_after_and_blend_between(progress, low, high):
    value = make({'schedule': [[0.2, [0, 1]], [0.6, [2, 3]]]})
    drawn = quantiles(value, RANKS, Moment(progress))
    assert stats.kstest(drawn, stats.uniform(low, high - low).cdf).pvalue > 0.01


def test_schedules_blend_different_kinds_by_rank():
    value = make({'schedule': [[0, 4], [1, {'normal': {'mean': 0, 'std': 2}}]]})
    drawn = quantiles(value, RANKS, Moment(0.25))
    assert stats.kstest(drawn, stats.norm(3, 0.5).cdf).pvalue > 0.01


def test_the_inverse_of_a_blend():
    blend = Blend(Steps(np.array([1.0]), np.array([1.0])), Ramp(0, 1), 0.5)
    x = np.array([0.4, 0.5, 0.6, 0.99, 1.0, 1.1])
    np.testing.assert_allclose(blend.cdf(x), [0, 0, 0.2, 0.98, 1, 1], atol=1e-12)


class TestWholeNumbers:
    @pytest.mark.parametrize(
        ('value', 'expected'),
        [
            ([1, 4], {1: 0.25, 2: 0.25, 3: 0.25, 4: 0.25}),
            ([3, 3], {3: 1}),
            (2, {2: 1}),
            ({'mixture': {'of': [[1, 2], 7]}}, {1: 0.25, 2: 0.25, 7: 0.5}),
            ({'beta': {'a': 1, 'b': 1, 'within': [0, 2]}}, {0: 0.25, 1: 0.5, 2: 0.25}),
        ],
        ids=json.dumps,
    )
    def test_shares(self, value, expected):
        even = (np.arange(2400) + 0.5) / 2400
        assert shares(quantiles(make_whole(value), even)) == pytest.approx(expected)

    def test_any_distribution_can_be_rounded(self):
        drawn = whole_quantiles(make({'normal': {'mean': 3, 'std': 1}}), RANKS)
        expected = stats.norm.cdf(0.5) - stats.norm.cdf(-0.5)
        assert np.mean(drawn == 3) == pytest.approx(expected, abs=0.01)

    def test_a_schedule_of_counts_blends_their_ranges(self):
        value = make_whole({'schedule': [[0, [0, 2]], [1, [10, 12]]]})
        drawn = quantiles(value, RANKS, Moment(0.5))
        assert sorted(shares(drawn)) == [5, 6, 7]
        np.testing.assert_allclose(list(shares(drawn).values()), 1 / 3, atol=0.02)

    def test_rounding_never_leaves_the_support(self):
        value = make({'normal': {'mean': 0, 'std': 5, 'within': [0.4, 3.6]}})
        assert sorted(shares(whole_quantiles(value, RANKS))) == [1, 2, 3]


def test_the_first_moment_is_the_start():
    assert Moment(0.0, 0, {}) == START
