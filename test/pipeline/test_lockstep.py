"""Frames wait for answers: counted, timed, told apart."""

import threading
import time

import pytest

from synth_ros.errors import RosError
from synth_ros.pipeline.lockstep import Lockstep, LockstepCounts


class Time:
    """Real time that a test moves."""

    now = 100.0

    def __call__(self):
        return self.now


def send(lockstep, *stamps):
    for stamp in stamps:
        lockstep.expect(stamp)
        lockstep.sent(stamp)


def test_the_next_frame_waits_for_the_answer():
    lockstep = Lockstep()
    assert lockstep.wait(0)
    send(lockstep, 50)
    assert not lockstep.wait(0)
    assert lockstep.answer(50) == 'expected'
    assert lockstep.wait(0)
    assert lockstep.counts == LockstepCounts(expected=1, answered=1)


def test_an_answer_wakes_who_waits():
    lockstep = Lockstep()
    send(lockstep, 50)
    threading.Timer(0.05, lockstep.answer, [50]).start()
    begun = time.monotonic()
    assert lockstep.wait(30)
    assert time.monotonic() - begun < 20


def test_a_window_lets_several_frames_fly():
    lockstep = Lockstep(window=3)
    for stamp in (1, 2, 3):
        assert lockstep.wait(0)
        send(lockstep, stamp)
    assert not lockstep.wait(0)
    # In any order.
    lockstep.answer(2)
    assert lockstep.wait(0)
    assert lockstep.in_flight == (1, 3)
    assert not lockstep.wait(0, room=0)


def test_an_answer_may_come_before_sending_has_returned():
    lockstep = Lockstep()
    lockstep.expect(7)
    assert lockstep.answer(7) == 'expected'
    lockstep.sent(7)
    assert lockstep.in_flight == ()


@pytest.mark.parametrize('stamp', [0, 49, 51, -50, 2**62])
def test_wrong_stamps_are_counted_and_open_nothing(stamp):
    lockstep = Lockstep()
    send(lockstep, 50)
    assert lockstep.answer(stamp) == 'unknown'
    assert not lockstep.wait(0)
    assert lockstep.counts.unknown == 1


def test_the_same_answer_counts_once():
    lockstep = Lockstep(window=2)
    send(lockstep, 1, 2)
    assert [lockstep.answer(1), lockstep.answer(1)] == ['expected', 'unknown']
    assert lockstep.counts == LockstepCounts(expected=2, answered=1, unknown=1)


def test_a_missing_answer_is_given_up_after_its_time():
    now = Time()
    lockstep = Lockstep(timeout_s=2, now_s=now)
    lockstep.expect(50_000_000)
    now.now += 10
    # It is still being published.
    assert not lockstep.wait(0)
    lockstep.sent(50_000_000)
    now.now += 1.9
    assert not lockstep.wait(0)
    assert lockstep.take_notes() == []
    now.now += 0.2
    assert lockstep.wait(0)
    [note] = lockstep.take_notes()
    assert 'frame at 0.050 s had no answer within 2 s; going on without (1 so far)' in note
    assert lockstep.answer(50_000_000) == 'late'
    assert lockstep.answer(50_000_000) == 'unknown'
    assert lockstep.counts == LockstepCounts(expected=1, given_up=1, late=1, unknown=1)


def test_a_missing_answer_may_end_it():
    now = Time()
    lockstep = Lockstep(timeout_s=0.5, stop_on_timeout=True, now_s=now)
    send(lockstep, 1_000_000_000)
    now.now += 1
    with pytest.raises(RosError, match=r'frame at 1\.000 s had no answer within 0\.5 s; lockstep'):
        lockstep.wait(0)


def test_who_comes_back_does_not_owe_what_it_has_not_seen():
    lockstep = Lockstep(window=3)
    send(lockstep, 1, 2)
    lockstep.expect(3)
    assert lockstep.forsake() == 2
    # The third one is not out yet.
    assert lockstep.in_flight == (3,)
    assert lockstep.forsake() == 0
    assert lockstep.counts.given_up == 2


def test_instants_without_the_camera_need_no_answer():
    lockstep = Lockstep(camera='head')
    lockstep.expect(1, ('wrist', 'chest'))
    assert lockstep.wait(0)
    lockstep.expect(2, ('wrist', 'head'))
    assert not lockstep.wait(0)
    assert lockstep.counts.expected == 1


def test_a_wait_without_limit_is_told_of_once_a_frame():
    clock = Time()
    lockstep = Lockstep(window=2, now_s=clock)
    send(lockstep, 1_500_000_000, 2_000_000_000)
    clock.now += 9
    assert not lockstep.wait(0)
    assert lockstep.take_notes() == []
    clock.now += 2
    assert not lockstep.wait(0)
    assert not lockstep.wait(0)
    (note,) = lockstep.take_notes()
    assert note.startswith('Lockstep: the frame at 1.500 s has had no answer for 10 s; still')
    lockstep.answer(1_500_000_000)
    assert lockstep.wait(0)
    (note,) = lockstep.take_notes()
    assert 'the frame at 2.000 s' in note
    assert lockstep.counts.given_up == 0
