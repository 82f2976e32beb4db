"""Durations: summed, their median kept in little room, added up over threads and processes."""

import pickle
import threading

import pytest

from synth_ros.pipeline.clock import Clock, Tally


def test_a_median_is_within_five_percent():
    tally = Tally()
    for k in range(1, 1001):
        tally.add(k / 1000)
    spent = tally.spent()
    assert spent.calls == 1000
    assert spent.seconds == pytest.approx(500.5)
    assert spent.median_s == pytest.approx(0.5, rel=0.05)
    assert len(tally.classes) < 200


def test_nothing_measured_is_nothing_spent():
    assert tuple(Tally().spent()) == (0, 0.0, 0.0)


def test_no_time_at_all_can_be_added():
    tally = Tally()
    tally.add(0.0)
    assert tally.spent().calls == 1


def test_clocks_of_several_processes_add_up():
    total = Clock()
    for seconds in (0.1, 0.2, 0.4):
        clock = Clock()
        clock.add('label', seconds)
        clock.add('scene', seconds / 10)
        total.merge(pickle.loads(pickle.dumps(clock.tallies())))
    profile = total.profile(wall_s=2.0, workers=3, frames=7)
    assert list(profile.steps) == ['label']
    assert list(profile.waits) == ['scene']
    assert profile.steps['label'].calls == 3
    assert profile.steps['label'].seconds == pytest.approx(0.7)
    assert profile.steps['label'].median_s == pytest.approx(0.2, rel=0.05)
    assert profile.waits['scene'].seconds == pytest.approx(0.07)


def test_what_was_handed_out_does_not_change_afterwards():
    clock = Clock()
    clock.add('label', 1.0)
    before = clock.tallies()
    clock.add('label', 1.0)
    assert before['label'].calls == 1
    assert sum(before['label'].classes.values()) == 1


def test_threads_lose_no_measurement():
    clock = Clock()

    def work():
        for _ in range(500):
            with clock.measure('encode'):
                pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.tallies()['encode'].calls == 4000


def test_a_failed_block_is_measured_too():
    clock = Clock()
    with pytest.raises(ZeroDivisionError, match='division'), clock.measure('write'):
        _ = 1 / 0
    assert clock.tallies()['write'].calls == 1
