"""The simulation thread: requests, errors and ends, with a stand-in for the session."""

import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from synth_ros.errors import OutputError, PlacementError
from synth_ros.pipeline.live import DrawnFrame, SessionOver
from synth_ros.pipeline.lockstep import Lockstep
from synth_ros.ros.sim_thread import Action, Request, SimThread


class Session:
    """Frames without a simulation: what ``LiveSession`` offers to the thread."""

    def __init__(self, *, period_s=0.05, last=None):
        self.episode = 0
        self.last = last
        self.world = SimpleNamespace(scene=None)
        self.owner = threading.current_thread()
        self.fail = False
        self.drawn = 0
        self.ahead = []
        self._stamp_ns = 0
        self._period_ns = round(period_s * 1e9)

    def draw(self, *, ahead=False):
        if self.drawn == self.last:
            raise SessionOver
        self.ahead.append(ahead)
        assert threading.current_thread() is self.owner
        self._stamp_ns += self._period_ns
        self.drawn += 1
        frame = SimpleNamespace(stamp_ns=self._stamp_ns, episode=self.episode)
        return DrawnFrame(self._stamp_ns, lambda: frame)

    def next_episode(self):
        if self.fail:
            raise PlacementError('No room.')
        self.episode += 1

    def restart(self):
        assert threading.current_thread() is self.owner


class Rig:
    def __init__(self, *, last=None, **options):
        self.frames, self.closed, self.session = [], False, None
        self.last = last
        self.stop = threading.Event()
        self.options = {'sink': lambda frame, _scene: self.frames.append(frame), **options}

    @contextmanager
    def open(self):
        self.session = Session(last=self.last)
        try:
            yield self.session
        finally:
            self.closed = True

    def __enter__(self):
        sink = self.options.pop('sink')
        self.thread = SimThread(self.open, sink, stop=self.stop, **self.options)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()

    def wait_for_frames(self, count):
        deadline = time.monotonic() + 10
        while len(self.frames) < count and time.monotonic() < deadline:
            time.sleep(0.002)
        assert len(self.frames) >= count


def test_frame_limit():
    with Rig(frame_limit=5) as rig:
        assert rig.thread.finished.wait(10)
        assert (rig.thread.frames, len(rig.frames)) == (5, 5)
        assert rig.thread.complete
        assert rig.closed
        assert rig.thread.error is None


def test_a_session_that_is_over_ends_the_thread():
    with Rig(last=3) as rig:
        assert rig.thread.finished.wait(10)
        assert (rig.thread.frames, rig.thread.complete) == (3, True)
        assert rig.thread.error is None


def test_pace_keeps_to_real_time():
    began = time.monotonic()
    with Rig(frame_limit=9, real_time_factor=2.0) as rig:
        assert rig.thread.finished.wait(10)
    # A frame waits for the time of the one before it, so the first two come at once; then seven
    # periods of 50 ms at twice real time. Load only adds to it.
    assert time.monotonic() - began >= 0.17


def test_a_slow_pace_neither_delays_services_nor_the_end():
    with Rig(real_time_factor=0.0001) as rig:
        rig.wait_for_frames(1)
        began = time.monotonic()
        answer = rig.thread.ask(Action.RANDOMIZE)
        assert (answer.ok, answer.message) == (True, 'Episode 1 begins.')
        assert time.monotonic() - began < 5
    assert time.monotonic() - began < 5
    assert len(rig.frames) < 4
    assert not rig.thread.complete


def test_step_makes_exactly_one_frame_before_it_answers():
    with Rig(paused=True) as rig:
        for count in (1, 2, 3):
            answer = rig.thread.ask(Action.STEP)
            assert answer.ok
            assert len(rig.frames) == count
        assert 'Frame at 0.150 s is out' in answer.message
        time.sleep(0.1)
        assert len(rig.frames) == 3


def test_pause_and_resume():
    with Rig() as rig:
        rig.wait_for_frames(3)
        assert rig.thread.ask(Action.PAUSE).ok
        count = len(rig.frames)
        time.sleep(0.1)
        assert len(rig.frames) == count
        assert rig.thread.ask(Action.RESUME).message == 'Running.'
        rig.wait_for_frames(count + 3)


def test_services_answer_while_frames_are_held_back():
    there = threading.Event()
    with Rig(ready=there.is_set) as rig:
        assert rig.thread.ask(Action.RESET).message == 'Episode 0 begins again.'
        assert not rig.frames
        there.set()
        rig.wait_for_frames(2)


def test_a_failed_request_does_not_end_the_simulation():
    with Rig(paused=True) as rig:
        assert rig.thread.ask(Action.RESET).ok
        rig.session.fail = True
        answer = rig.thread.ask(Action.RANDOMIZE)
        assert (answer.ok, answer.message) == (False, 'No room.')
        assert rig.thread.ask(Action.STEP).ok


def test_an_error_in_the_sink_is_kept_for_the_owner():
    def sink(_frame, _scene):
        raise OutputError('full')

    with Rig(sink=sink) as rig:
        assert rig.thread.finished.wait(10)
        assert str(rig.thread.error) == 'full'
        assert rig.closed
        answer = rig.thread.ask(Action.STEP)
        assert (answer.ok, answer.message) == (False, 'The simulation is ending.')


def test_stop_releases_who_waits_for_an_answer():
    blocked, release = threading.Event(), threading.Event()

    def sink(_frame, _scene):
        blocked.set()
        assert release.wait(10)

    with Rig(sink=sink) as rig:
        assert blocked.wait(10)
        threading.Timer(0.1, rig.stop.set).start()
        answer = rig.thread.ask(Action.RANDOMIZE)
        assert (answer.ok, answer.message) == (False, 'The simulation is ending.')
        release.set()


def test_a_request_given_up_is_not_done_later():
    blocked, release = threading.Event(), threading.Event()

    def sink(_frame, _scene):
        blocked.set()
        assert release.wait(10)

    with Rig(sink=sink) as rig:
        assert blocked.wait(10)
        answer = rig.thread.ask(Action.RANDOMIZE, timeout_s=0.05)
        assert answer.message == 'No answer within 0.05 s; not done.'
        release.set()
        assert rig.thread.ask(Action.PAUSE).ok
        assert rig.session.episode == 0


def test_what_was_begun_is_done_and_said_so():
    request = Request(Action.RANDOMIZE)
    assert request.begin()
    request.give_up(0.5)
    assert request.message == 'No answer within 0.5 s; it was begun and will be done.'
    request.answer('Episode 1 begins.', ok=True)
    assert not request.ok

    late = Request(Action.RANDOMIZE)
    late.give_up(0.5)
    assert not late.begin()
    assert late.message == 'No answer within 0.5 s; not done.'


def test_stop_before_the_start_opens_nothing():
    rig = Rig()
    rig.stop.set()
    with rig:
        assert rig.thread.finished.wait(10)
    assert rig.session is None


@pytest.mark.parametrize('error', [RuntimeError('bug'), KeyboardInterrupt()])
def test_errors_of_the_session_are_kept(error):
    rig = Rig()

    @contextmanager
    def broken():
        raise error
        yield

    rig.open = broken
    with rig:
        assert rig.thread.finished.wait(10)
        assert rig.thread.error is error


def test_drawing_goes_on_while_a_frame_is_handed_on_but_not_without_end():
    gate, got = threading.Event(), []

    def sink(frame, _scene):
        gate.wait(10)
        got.append(frame.stamp_ns)

    with Rig(sink=sink) as rig:
        deadline = time.monotonic() + 10
        while (rig.session is None or rig.session.drawn < 2) and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(0.05)
        # One is being handed on, one waits, one was drawn and waits for room.
        assert 2 <= rig.session.drawn <= 3
        gate.set()
    assert len(got) == rig.session.drawn == rig.thread.frames
    assert got == sorted(got)


def test_the_next_frame_is_begun_ahead_when_nothing_paces_them():
    with Rig(frame_limit=4) as rig:
        assert rig.thread.finished.wait(10)
        assert rig.session.ahead == [True, True, True, False]
    with Rig(frame_limit=3, real_time_factor=100.0) as rig:
        assert rig.thread.finished.wait(10)
        assert rig.session.ahead == [False] * 3
    with Rig(paused=True) as rig:
        assert rig.thread.ask(Action.STEP).ok
        assert rig.session.ahead == [False]


def test_nothing_is_handed_on_after_an_error():
    got = []

    def sink(frame, _scene):
        if len(got) == 2:
            raise OutputError('No room on the disk.')
        got.append(frame)

    with Rig(sink=sink) as rig:
        assert rig.thread.finished.wait(10)
    assert len(got) == rig.thread.frames == 2
    assert str(rig.thread.error) == 'No room on the disk.'
    assert rig.closed


def test_lockstep_holds_the_next_frame_until_the_answer():
    lockstep = Lockstep()
    with Rig(lockstep=lockstep, frame_limit=3) as rig:
        for count in (1, 2, 3):
            rig.wait_for_frames(count)
            time.sleep(0.05)
            assert rig.session.drawn == len(rig.frames) == count
            # The last one is waited for, too.
            assert not rig.thread.finished.is_set()
            lockstep.answer(50_000_000 * count)
        assert rig.thread.finished.wait(10)
        assert rig.session.ahead == [False] * 3


def test_a_step_does_not_ask_lockstep_and_services_answer_meanwhile():
    lockstep = Lockstep()
    with Rig(lockstep=lockstep) as rig:
        rig.wait_for_frames(1)
        assert rig.thread.ask(Action.RANDOMIZE).message == 'Episode 1 begins.'
        assert rig.thread.ask(Action.STEP).ok
        assert len(rig.frames) == 2
        assert lockstep.in_flight == (50_000_000, 100_000_000)


def test_an_error_in_the_sink_is_not_waited_out_in_lockstep():
    def sink(_frame, _scene):
        raise OutputError('full')

    with Rig(sink=sink, lockstep=Lockstep()) as rig:
        assert rig.thread.finished.wait(10)
        assert str(rig.thread.error) == 'full'


def test_a_missing_answer_may_end_the_simulation():
    with Rig(lockstep=Lockstep(timeout_s=0.05, stop_on_timeout=True)) as rig:
        assert rig.thread.finished.wait(10)
        assert 'no answer within 0.05 s' in str(rig.thread.error)
        assert len(rig.frames) == 1
