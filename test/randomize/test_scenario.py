"""Scenarios are drawn by weight, and weights may change over the run."""

from collections import Counter

import pytest

from synth_ros.config.load import load_config_text
from synth_ros.randomize.draw import progress_of
from synth_ros.randomize.scenario import draw_scenario, scenario_weights
from synth_ros.randomize.streams import Streams

FILE = """
cameras: [{name: head}]
objects: {count: [0, 0]}
output: {dataset: {episodes: 2001}}
scenarios:
  - {name: one, weight: 1}
  - {name: none, weight: 0}
  - {name: three, weight: 3}
"""


def config_of(text):
    return load_config_text(text).config


def names(config, episodes, seed=5):
    return Counter(draw_scenario(config, streams=Streams(seed, n)) for n in episodes)


def test_shares_follow_the_weights():
    config = config_of(FILE)
    counted = names(config, range(2000))
    assert set(counted) == {'one', 'three'}
    # Three standard deviations of a binomial share.
    assert counted['three'] / 2000 == pytest.approx(0.75, abs=0.03)


def test_weights_that_change_move_the_share():
    config = config_of(FILE.replace('weight: 1}', 'weight: 1, weight_at_end: 9}'))
    assert scenario_weights(config, 0)['one'] == 0.25
    assert scenario_weights(config, 2000)['one'] == 0.75
    first, last = names(config, range(500)), names(config, range(1500, 2000))
    assert first['one'] / 500 == pytest.approx(0.39, abs=0.07)
    assert last['one'] / 500 == pytest.approx(0.73, abs=0.07)


def test_no_scenarios_is_no_name():
    config = config_of(FILE.split('scenarios', maxsplit=1)[0])
    assert draw_scenario(config, streams=Streams(0, 0)) == ''


def test_progress_is_a_function_of_the_config_and_the_number():
    config = config_of(FILE)
    assert [progress_of(config, n) for n in (0, 500, 1000, 2000, 9000)] == [0, 0.25, 0.5, 1, 1]
    single = config_of(FILE.replace('episodes: 2001', 'episodes: 1'))
    assert progress_of(single, 0) == 0
