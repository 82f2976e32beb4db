"""Splits: sizes within an episode, nothing twice, and fairer than chance."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_ros.errors import UsageError
from synth_ros.pipeline.stratify import split_sizes, stratify

CLASSES = 'abcdefgh'


@given(
    st.integers(1, 400),
    st.lists(st.integers(1, 1000).map(lambda share: share / 1000), min_size=1, max_size=5),
)
def test_sizes_are_within_one_episode_of_the_shares(count, values):
    shares = {f's{number}': value for number, value in enumerate(values)}
    ideal = {name: count * share / sum(values) for name, share in shares.items()}
    if min(ideal.values()) < 1:
        with suppress(UsageError):
            split_sizes(count, shares)
        return
    sizes = split_sizes(count, shares)
    assert sum(sizes.values()) == count
    assert all(abs(sizes[name] - ideal[name]) < 1 for name in shares)


def test_exact_shares_are_met_exactly():
    assert split_sizes(10, {'train': 0.7, 'val': 0.2, 'test': 0.1}) == {
        'train': 7,
        'val': 2,
        'test': 1,
    }


def test_a_split_without_episodes_is_refused():
    with pytest.raises(UsageError, match=r'^test would get no episode: the dataset has 3'):
        split_sizes(3, {'train': 0.8, 'val': 0.4, 'test': 0.01})


strata = st.lists(st.frozensets(st.sampled_from(CLASSES), max_size=5), min_size=3, max_size=60)


@settings(deadline=None)
@given(strata, st.integers(0, 1000), st.permutations(range(60)))
def test_every_episode_is_dealt_once_and_the_seed_decides(found, seed, numbers):
    by_episode = dict(zip(numbers, found, strict=False))
    sizes = split_sizes(len(found), {'train': 0.4, 'val': 0.3, 'test': 0.3})
    dealt = stratify(by_episode, sizes, np.random.default_rng(seed))
    assert sorted(dealt) == sorted(by_episode) == list(dealt)
    assert {name: list(dealt.values()).count(name) for name in sizes} == sizes
    again = stratify(dict(reversed(by_episode.items())), sizes, np.random.default_rng(seed))
    assert again == dealt


def drift(strata, dealt, shares):
    """How far the episodes with a class are from its shares, in episodes, over all classes."""
    return sum(
        abs(
            sum(name in strata[episode] and dealt[episode] == split for episode in strata)
            - share * sum(name in found for found in strata.values())
        )
        for name in CLASSES
        for split, share in shares.items()
    )


def test_it_is_much_fairer_than_chance():
    shares = {'train': 0.8, 'val': 0.1, 'test': 0.1}
    ours, chance = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        # From a class in every second episode to one in every thirtieth.
        odds = np.geomspace(0.5, 1 / 30, len(CLASSES))
        by_episode = {
            number: frozenset(np.array(list(CLASSES))[rng.random(len(CLASSES)) < odds].tolist())
            for number in range(100)
        }
        sizes = split_sizes(100, shares)
        ours.append(drift(by_episode, stratify(by_episode, sizes, rng), shares))
        names = rng.permutation([name for name, size in sizes.items() for _ in range(size)])
        chance.append(drift(by_episode, dict(enumerate(names)), shares))
    assert np.mean(ours) < 0.4 * np.mean(chance)
    assert all(one < other for one, other in zip(ours, chance, strict=True))


def test_a_class_with_as_many_episodes_as_splits_is_in_each():
    by_episode = {number: frozenset({'common'}) for number in range(30)}
    for number in (3, 4, 5):
        by_episode[number] |= {'rare'}
    for seed in range(20):
        sizes = split_sizes(30, {'train': 10, 'val': 10, 'test': 10})
        dealt = stratify(by_episode, sizes, np.random.default_rng(seed))
        assert {dealt[number] for number in (3, 4, 5)} == {'train', 'val', 'test'}
