"""Work beside the publishing thread: in order, without loss, and never far behind."""

import threading
import time

import pytest

from synth_ros.errors import OutputError
from synth_ros.ros.aside import Asides


@pytest.fixture
def asides():
    made = Asides()
    yield made
    made.close()


def test_tasks_of_a_stream_keep_their_order_and_none_is_lost(asides):
    done = {'a': [], 'b': []}

    def task(stream, number):
        time.sleep(0.002 if number % 3 else 0.01)
        done[stream].append((number, threading.current_thread().name))

    for number in range(20):
        for stream in done:
            asides.do(stream, lambda s=stream, n=number: task(s, n))
    asides.close()
    assert {s: [number for number, _ in tasks] for s, tasks in done.items()} == {
        'a': list(range(20)),
        'b': list(range(20)),
    }
    # Each stream has a thread, and none is the caller's.
    names = [{name for _, name in tasks} for tasks in done.values()]
    assert [len(found) for found in names] == [1, 1]
    assert names[0] != names[1]
    assert threading.current_thread().name not in names[0] | names[1]


def test_the_third_task_waits_for_the_first(asides):
    gate, third = threading.Event(), threading.Event()

    def bring():
        for _ in range(3):
            asides.do('a', gate.wait)
        third.set()

    thread = threading.Thread(target=bring)
    thread.start()
    assert not third.wait(0.1)
    # Another stream has room of its own.
    other = threading.Event()
    asides.do('b', other.set)
    assert other.wait(5)
    gate.set()
    assert third.wait(5)
    thread.join()


def test_an_error_is_raised_by_a_later_call():
    asides = Asides()

    def fail():
        raise OutputError('It could not be encoded.')

    asides.do('a', fail)
    with pytest.raises(OutputError, match='could not be encoded'):
        asides.close()


def test_an_error_does_not_wait_for_the_end(asides):
    failed = threading.Event()

    def fail():
        failed.set()
        raise OutputError('It could not be encoded.')

    asides.do('a', fail)
    assert failed.wait(5)
    time.sleep(0.1)
    with pytest.raises(OutputError, match='could not be encoded'):
        asides.do('b', failed.set)
