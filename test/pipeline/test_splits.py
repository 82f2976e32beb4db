"""Episodes dealt to splits while they are made."""

import pickle
from collections import Counter

import pytest

from synth_ros.config.load import load_config_text
from synth_ros.pipeline.splits import DealtSplits
from synth_ros.randomize.scenario import draw_scenario
from synth_ros.randomize.streams import Streams

SHARES = {'train': 0.7, 'val': 0.2, 'test': 0.1}
TEXT = """
cameras: [{name: cam}]
objects: {count: 1, classes: [{name: mug}]}
scenarios:
  - {name: often, weight: 3}
  - {name: rare, weight: 1}
output:
  dataset:
    splits: [{name: train, share: 7}, {name: val, share: 2}, {name: test, share: 1}]
"""


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    return load_config_text(TEXT, base_dir=tmp_path_factory.mktemp('splits')).config


def test_names_are_those_of_the_config(config):
    assert DealtSplits(config, 3).names == ('train', 'val', 'test')


@pytest.mark.parametrize('seed', [0, 1, 2**40])
@pytest.mark.parametrize('count', [20, 100, 700])
def test_every_share_is_met_in_every_scenario(config, seed, count):
    splits = DealtSplits(config, seed)
    found: dict[str, Counter[str]] = {}
    for episode in range(count):
        scenario = draw_scenario(config, streams=Streams(seed, episode))
        found.setdefault(scenario, Counter())[splits.of(episode)] += 1
    assert set(found) == {'often', 'rare'}
    for counts in found.values():
        for name, share in SHARES.items():
            assert abs(counts[name] - share * counts.total()) < 2


def test_an_episode_keeps_its_split(config):
    first, again = DealtSplits(config, 5), DealtSplits(config, 5)
    forward = [first.of(episode) for episode in range(60)]
    assert [again.of(episode) for episode in reversed(range(60))] == forward[::-1]
    sent = pickle.loads(pickle.dumps(first))
    assert [sent.of(episode) for episode in range(60)] == forward
    other = DealtSplits(config, 6)
    assert [other.of(episode) for episode in range(60)] != forward
