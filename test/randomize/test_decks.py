"""Class frequencies hold over the dataset; scenes stay independent of each other otherwise."""

from collections import Counter

import numpy as np
import pytest

from synth_ros.randomize.decks import BLOCK, deal, deck_size, within_limits
from synth_ros.randomize.streams import Streams


def number_of(seed):
    return lambda episode: int(Streams(seed, episode).generator('count').integers(3, 9))


def scene(weights, episode, seed=0):
    count_of = number_of(seed)
    return deal(weights, count_of(episode), streams=Streams(seed, episode), count_of=count_of)


def test_equal_classes_are_equally_often():
    counted = Counter(c for episode in range(BLOCK) for c in scene([1.0] * 20, episode))
    total = sum(counted.values())
    # All but the last deck come out even.
    assert max(counted.values()) - min(counted.values()) <= deck_size(20) / 20
    assert total == sum(map(number_of(0), range(BLOCK)))


def test_shares_follow_the_weights_closer_than_chance():
    weights = [4.0, 2.0, 1.0, 0.0, 1.0]
    counted = Counter(c for episode in range(2 * BLOCK) for c in scene(weights, episode))
    total = sum(counted.values())
    assert counted[3] == 0
    for k, weight in enumerate(weights):
        expected = total * weight / 8
        by_chance = (expected * (1 - weight / 8)) ** 0.5
        assert abs(counted[k] - expected) <= 0.4 * by_chance


def test_classes_meet_by_chance():
    pairs = Counter()
    for episode in range(3 * BLOCK):
        cards = sorted(set(scene([1.0] * 6, episode)))
        pairs.update((a, b) for i, a in enumerate(cards) for b in cards[i + 1 :])
    assert len(pairs) == 15
    assert min(pairs.values()) > 0.85 * max(pairs.values())


def test_an_episode_depends_on_nothing_made_before():
    late = scene([1.0, 1.0, 2.0], 700)
    for episode in range(690, 700):
        scene([1.0, 1.0, 2.0], episode)
    assert scene([1.0, 1.0, 2.0], 700) == late
    assert [scene([1.0, 1.0, 2.0], n, seed=1) for n in range(5)] != [
        scene([1.0, 1.0, 2.0], n) for n in range(5)
    ]


@pytest.mark.parametrize('seed', range(50))
def test_limits_hold_and_little_changes(seed):
    rng = np.random.default_rng(seed)
    cards = rng.integers(0, 4, 9).tolist()
    limits = [(2, 3), (0, 9), (1, 2), (0, 0)]
    out = within_limits(cards, [1.0, 1.0, 1.0, 1.0], limits, rng=rng)
    before, after = Counter(cards), Counter(out)
    assert len(out) == 9
    for k, (fewest, most) in enumerate(limits):
        assert fewest <= after[k] <= most
    # No fewer changes would do.
    missing = sum(max(fewest - before[k], 0) for k, (fewest, _) in enumerate(limits))
    surplus = sum(max(before[k] - most, 0) for k, (_, most) in enumerate(limits))
    changed = sum(a != b for a, b in zip(cards, out, strict=True))
    assert changed == max(missing, surplus)


def test_limits_that_hold_already_change_nothing():
    rng = np.random.default_rng(0)
    assert within_limits([0, 1, 1], [1.0, 1.0], [(1, 2), (0, 3)], rng=rng) == [0, 1, 1]
