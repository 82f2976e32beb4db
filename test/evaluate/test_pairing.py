"""Stamps: matched, missed, late, repeated, of no frame."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.evaluate.pairing import Pairing

MS = 1_000_000


def make(streams=('a',), *, tolerance_ns=0):
    return Pairing(streams, tolerance_ns=tolerance_ns, timeout_s=1.0)


@pytest.mark.parametrize('answer_first', [True, False])
def test_order_does_not_matter(answer_first):
    pairing = make()
    steps = [
        lambda: pairing.frame(5, 'truth', 0.0),
        lambda: pairing.answer('a', 5, 'said', now_s=0.1),
    ]
    for step in reversed(steps) if answer_first else steps:
        step()
    [paired] = pairing.due(0.2)
    assert paired == (5, 'truth', {'a': 'said'})
    assert (pairing.counts['a'].matched, pairing.counts['a'].missed) == (1, 0)
    assert len(pairing) == 0


def test_a_frame_waits_for_all_streams_or_until_time_is_up():
    pairing = make(('a', 'b'))
    pairing.frame(5, 'truth', 0.0)
    pairing.answer('a', 5, 'said', now_s=0.1)
    assert pairing.due(0.9) == []
    [paired] = pairing.due(1.0)
    assert paired.answers == {'a': 'said'}
    assert (pairing.counts['a'].missed, pairing.counts['b'].missed) == (0, 1)
    pairing.answer('b', 5, 'said', now_s=1.1)
    pairing.answer('a', 5, 'again', now_s=1.1)
    assert (pairing.counts['b'].late, pairing.counts['a'].repeated) == (1, 1)


def test_a_stamp_of_no_frame_is_given_up():
    pairing = make()
    pairing.answer('a', 77, 'said', now_s=0.0)
    assert (pairing.counts['a'].unmatched, len(pairing)) == (0, 1)
    pairing.due(1.0)
    assert pairing.counts['a'].unmatched == 1


def test_a_tolerance_takes_the_nearest():
    pairing = make(tolerance_ns=5 * MS)
    for stamp in (0, 33 * MS, 66 * MS):
        pairing.frame(stamp, stamp, 0.0)
    pairing.answer('a', 35 * MS, 'near', now_s=0.0)
    pairing.answer('a', 50 * MS, 'far', now_s=0.0)
    [paired] = pairing.due(0.0)
    assert paired.stamp_ns == 33 * MS
    pairing.answer('a', 34 * MS, 'late twin', now_s=0.0)
    assert pairing.counts['a'].repeated == 1
    assert make().answer('a', 35 * MS, 'x', now_s=0.0) is None


def test_no_message_is_forgotten_without_a_count():
    pairing = make()
    for stamp in range(5000):
        pairing.answer('a', stamp, 'said', now_s=0.0)
    assert len(pairing._early['a']) == 2000
    assert pairing.counts['a'].unmatched == 3000


def test_frames_do_not_pile_up():
    pairing = make()
    done = 0
    for stamp in range(4000):
        pairing.frame(stamp, stamp, 0.0)
        done += len(pairing.due(0.0))
    assert done == 2000
    assert pairing.counts['a'].missed == 2000


@given(
    frames=st.lists(st.integers(0, 30), max_size=20),
    answers=st.lists(st.integers(0, 30), max_size=30),
    tolerance=st.integers(0, 3),
    split=st.integers(0, 20),
)
def test_every_message_is_counted_once(frames, answers, tolerance, split):
    pairing = make(tolerance_ns=tolerance)
    done = []
    for stamp in frames[:split]:
        pairing.frame(stamp, stamp, 0.0)
    for number, stamp in enumerate(answers):
        pairing.answer('a', stamp, number, now_s=0.0)
        done += pairing.due(0.0)
    for stamp in frames[split:]:
        pairing.frame(stamp, stamp, 0.0)
    done += [*pairing.due(0.0), *pairing.rest()]
    counts = pairing.counts['a']
    assert counts.received == len(answers)
    assert counts.matched + counts.late + counts.repeated + counts.unmatched == counts.received
    assert counts.matched + counts.missed == len(set(frames)) == len(done)
    assert pairing.repeated_frames == len(frames) - len(set(frames))
    for one, other in itertools.combinations(done, 2):
        assert one.stamp_ns != other.stamp_ns
