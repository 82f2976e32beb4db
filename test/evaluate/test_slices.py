"""Slices and findings: what is there is told, what is chance is not."""

import numpy as np
import pytest
from scipy import stats

from synth_ros.evaluate.slices import Outcome, findings_of, slices_of, wilson


def outcomes(rng, share, *, scenes=40, each=8, factors=None):
    """Objects in scenes; ``share`` says how often one with these factors is found."""
    for scene in range(scenes):
        lamp = float(rng.uniform(0, 2))
        shared = {'lamp': lamp, **{f'noise {k}': float(rng.random()) for k in range(30)}}
        for item in range(each):
            own = {'visibility': float(rng.random()), 'class': str(rng.choice(['mug', 'box']))}
            right = bool(rng.random() < share(own, shared))
            yield Outcome(right, scene, item, own, shared)


def test_wilson_by_hand():
    # 12 of 61: the example of the documentation.
    lower, upper = wilson(12, 61)
    reference = stats.binomtest(12, 61).proportion_ci(method='wilson')
    assert (lower, upper) == pytest.approx((reference.low, reference.high))
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 10)[0] == pytest.approx(0.0, abs=1e-12)
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_what_lowers_recall_is_told_with_its_numbers():
    rng = np.random.default_rng(1)
    found = list(outcomes(rng, lambda own, _: 0.1 if own['visibility'] < 0.3 else 0.95))
    told = findings_of(found, 'recall')
    first = told[0]
    assert [item.factor for item in told] == ['visibility']
    inside = [item for item in found if item.own['visibility'] < 0.3]
    assert first.total == len(inside)
    assert first.right == sum(item.right for item in inside)
    assert first.text.startswith('recall falls below 30 % when visibility < 0.3 (')
    assert f'({first.right} of {first.total} objects found; otherwise 9' in first.text
    assert first.p_value < 1e-6


def test_a_word_can_be_the_reason():
    rng = np.random.default_rng(2)
    found = list(outcomes(rng, lambda own, _: 0.4 if own['class'] == 'mug' else 0.9))
    [told] = findings_of(found, 'precision')
    assert 'precision falls below 50 % when class is mug' in told.text
    assert 'detections right' in told.text


@pytest.mark.parametrize('seed', range(8))
def test_chance_is_not_told(seed):
    rng = np.random.default_rng(100 + seed)
    assert findings_of(outcomes(rng, lambda *_: 0.7), 'recall') == ()


@pytest.mark.parametrize('seed', range(8))
def test_a_bad_scene_is_not_taken_for_its_lamps(seed):
    """All objects of a scene share its draws: one scene in five fails, whatever its light."""
    rng = np.random.default_rng(200 + seed)
    bad = {}

    def share(_own, shared):
        lamp = shared['lamp']
        return bad.setdefault(lamp, 0.1 if rng.random() < 0.2 else 0.95)

    told = findings_of(outcomes(rng, share, scenes=30, each=12), 'recall')
    assert told == ()


def test_light_of_many_scenes_is_told():
    rng = np.random.default_rng(3)
    found = outcomes(rng, lambda _, shared: 0.3 if shared['lamp'] < 0.5 else 0.95, scenes=80)
    told = findings_of(found, 'recall')
    assert [item.factor for item in told] == ['lamp']
    assert 'when lamp < 0.' in told[0].text


def test_few_objects_tell_nothing():
    found = [Outcome(k > 5, k, 0, {'visibility': k / 15}, {}) for k in range(15)]
    assert findings_of(found, 'recall') == ()
    assert findings_of([], 'recall') == ()


def test_bins_hold_every_outcome_once():
    rng = np.random.default_rng(4)
    found = list(outcomes(rng, lambda *_: 0.5))
    told = slices_of(found)
    assert [item.factor for item in told] == sorted({*found[0].own, *found[0].shared})
    for item in told:
        assert sum(part.total for part in item.bins) == len(found)
        assert sum(part.right for part in item.bins) == sum(o.right for o in found)
        assert len(item.bins) <= 11
        for part in item.bins:
            assert part.lower <= part.share <= part.upper
    [shares] = [item for item in told if item.factor == 'visibility']
    assert [part.high for part in shares.bins][:9] == pytest.approx(np.arange(1, 10) / 10)


def test_a_factor_with_one_value_is_no_slice():
    found = [Outcome(bool(k % 2), k, 0, {'a': 1.0, 'b': float(k % 2)}, {}) for k in range(40)]
    assert [item.factor for item in slices_of(found)] == ['b']


def test_words_and_numbers_may_mix():
    found = [Outcome(bool(k), k, 0, {'place': 'bin' if k % 2 else 3.0}, {}) for k in range(20)]
    [told] = slices_of(found)
    assert {part.label for part in told.bins} == {'bin', '3.0'}
