"""Draws by name: repeatable, independent of each other, correlated or even where asked for."""

import json

import numpy as np
import pytest
from scipy import stats

from synth_ros.config.distributions import log_uniform, uniform
from synth_ros.errors import UsageError
from synth_ros.randomize.draw import Draws, draw_variables, episode_draws, progress_of
from synth_ros.randomize.streams import Streams

from .inventories import CONFIG, make_config
from .test_distributions import make, make_whole


def draws(episode=0, seed=0, **more):
    return Draws(Streams(seed, episode), **more)


def over_episodes(value, count=2000, name='x'):
    return np.array([draws(episode).number(value, name) for episode in range(count)])


def config_with(variables, episodes=10):
    extra = {'variables': variables}
    text = f'{CONFIG}  {json.dumps(extra)[1:-1]}\noutput: {{dataset: {{episodes: {episodes}}}}}\n'
    return make_config(text)


def test_a_draw_depends_on_its_name_alone():
    here = draws()
    first = here.number(uniform(0, 1), 'a')
    here.number(uniform(0, 1), 'b')
    here.numbers(log_uniform(1, 2), 'c', 5)
    assert here.number(uniform(0, 1), 'a') == first
    assert draws(1).number(uniform(0, 1), 'a') != first
    assert draws(seed=1).number(uniform(0, 1), 'a') != first
    assert here.number(uniform(0, 1), 'b') != first


def test_the_same_rank_whatever_the_distribution():
    rank = draws().number(uniform(0, 1), 'a')
    assert draws().number(uniform(4, 6), 'a') == pytest.approx(4 + 2 * rank)
    assert draws().number(make({'normal': {'std': 1}}), 'a') == pytest.approx(stats.norm.ppf(rank))


def test_prefixes_are_part_of_the_name():
    value = uniform(0, 1)
    below = draws().below('object/').below('3/')
    assert below.number(value, 'scale') == draws().number(value, 'object/3/scale')
    first = below.generator('x').random()
    assert first == draws().generator('object/3/x').random()


def test_more_numbers_begin_with_fewer():
    value = uniform(0, 1)
    np.testing.assert_array_equal(
        draws().numbers(value, 'a', 3), draws().numbers(value, 'a', 9)[:3]
    )
    assert draws().numbers(value, 'a', 3)[0] == draws().number(value, 'a')


def test_whole_numbers_include_both_ends_evenly():
    drawn = [draws(episode).whole(make_whole([1, 3]), 'n') for episode in range(3000)]
    assert all(isinstance(number, int) for number in drawn[:3])
    assert stats.chisquare(np.bincount(drawn)[1:]).pvalue > 0.01
    assert draws().whole(make([2, 2]), 'n') == 2


def test_draws_of_successive_episodes_are_independent_by_default():
    drawn = over_episodes(uniform(0, 1))
    assert stats.kstest(drawn, stats.uniform.cdf).pvalue > 0.01
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.06


def test_across_episodes_draws_are_even():
    value = make({'normal': {'mean': 5, 'std': 2}, 'across': 'episodes'})
    drawn = over_episodes(value, 256)
    strata = np.floor(stats.norm(5, 2).cdf(drawn) * 256)
    assert sorted(strata) == list(range(256))
    assert np.mean(drawn) == pytest.approx(5, abs=0.02)


def test_across_episodes_several_numbers_fill_their_space():
    value = make({'uniform': [0, 1], 'across': 'episodes'})
    drawn = np.array([draws(episode).numbers(value, 'p', 2) for episode in range(64)])
    boxes = {tuple(box) for box in np.floor(drawn * 8).astype(int)}
    assert len(boxes) == 64


def test_across_whole_numbers_are_balanced():
    value = make_whole({'uniform': [1, 4], 'across': 'episodes'})
    drawn = [draws(episode).whole(value, 'n') for episode in range(64)]
    assert np.bincount(drawn)[1:].tolist() == [16] * 4


@pytest.mark.parametrize(('rho', 'other'), [(0.8, 0.5), (-0.9, 0.9), (1, 1), (0, 0.7)])
def test_correlation_is_the_product_of_rho(rho, other):
    one = make({'uniform': [0, 1], 'correlate': {'with': 'size', 'rho': rho}})
    two = make({'normal': {'std': 3}, 'correlate': {'with': 'size', 'rho': other}})
    first, second = over_episodes(one, name='one'), over_episodes(two, name='two')
    # Marginals stay as they are.
    assert stats.kstest(first, stats.uniform.cdf).pvalue > 0.01
    assert stats.kstest(second, stats.norm(0, 3).cdf).pvalue > 0.01
    measured = np.corrcoef(stats.norm.ppf(np.clip(first, 1e-15, 1 - 1e-15)), second)[0, 1]
    assert measured == pytest.approx(rho * other, abs=0.05)


def test_other_latents_are_independent():
    one = make({'uniform': [0, 1], 'correlate': {'with': 'a', 'rho': 1}})
    two = make({'uniform': [0, 1], 'correlate': {'with': 'b', 'rho': 1}})
    measured = np.corrcoef(over_episodes(one), over_episodes(two))[0, 1]
    assert abs(measured) < 0.06


def test_a_latent_is_the_episodes_whatever_the_prefix():
    value = make({'uniform': [0, 1], 'correlate': {'with': 'a', 'rho': 1}})
    assert draws().below('x/').number(value, 'n') == draws().number(value, 'm')


def test_progress_goes_from_0_to_1_and_stays():
    config = config_with({}, episodes=5)
    assert [progress_of(config, n) for n in (0, 1, 4, 9)] == [0, 0.25, 1, 1]
    assert progress_of(config_with({}, episodes=1), 0) == 0
    assert progress_of(config_with({}, episodes=1), 1) == 1


def test_schedules_follow_the_run():
    config = config_with({'a': {'schedule': [[0, 0], [1, 10]]}}, episodes=11)
    values = [episode_draws(config, Streams(0, n)).variables['a'] for n in range(11)]
    np.testing.assert_allclose(values, range(11))


def test_variables_are_drawn_after_those_they_depend_on():
    variables = {
        'c': {'draw': {'variable': 'b', 'offset': 1}},
        'b': {'draw': {'variable': 'a', 'scale': 2}},
        'a': [3, 4],
    }
    values = episode_draws(config_with(variables), Streams(0, 7)).variables
    assert 3 <= values['a'] <= 4
    assert values['b'] == 2 * values['a']
    assert values['c'] == values['b'] + 1


def test_draws_depend_on_variables():
    config = config_with({'a': [3, 4]})
    here = episode_draws(config, Streams(0, 0))
    assert here.below('x/').number(make({'draw': {'variable': 'a'}}), 'n') == here.variables['a']


def test_one_more_variable_changes_no_other():
    few = episode_draws(config_with({'a': [0, 1]}), Streams(0, 3)).variables
    many = episode_draws(config_with({'b': [0, 1], 'a': [0, 1]}), Streams(0, 3)).variables
    assert many['a'] == few['a']


def test_circles_of_variables_are_errors():
    config = config_with({'a': {'draw': {'variable': 'b'}}, 'b': {'draw': {'variable': 'a'}}})
    with pytest.raises(UsageError, match=r'randomization\.variables: a, b depend on each other'):
        draw_variables(config, draws())
