"""The threads of one process: in order, bounded, and gone with the first error."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from synth_ros.errors import OutputError, PlacementError
from synth_ros.pipeline.clock import Clock
from synth_ros.pipeline.overlap import Overlap, finisher_threads, from_list


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def overlap(**options):
    return Overlap(Clock(), **{'threads': 2, 'room': 4, **options})


def fail(error):
    def task():
        raise error

    return task


def test_scenes_come_in_order_and_one_ahead():
    begun = []
    third = threading.Event()

    def prepare(number):
        begun.append(number)
        if number == 2:
            third.set()
        return number * 10

    with overlap() as line:
        scenes = line.prepared(prepare, from_list(range(5)))
        assert next(scenes) == 0
        assert next(scenes) == 10
        # While the second is in use, the third is prepared, and no more than that.
        assert third.wait(10)
        assert begun == [0, 1, 2]
        assert list(scenes) == [20, 30, 40]
    assert begun == [0, 1, 2, 3, 4]


def test_a_taker_that_is_told_not_now_asks_again_when_idle():
    asked = []

    def take(*, idle):
        asked.append(idle)
        return len(asked) if idle and len(asked) < 5 else None

    with overlap() as line:
        assert list(line.prepared(lambda number: number, take)) == [1, 3]
    assert asked == [True, False, True, False, True]


def test_no_more_frames_wait_than_there_is_room():
    gate = threading.Event()
    drawn = []

    def draw(line):
        for number in range(10):
            line.finish(gate.wait)
            drawn.append(number)
        line.commit(lambda: 'done')
        return list(line.done(most=0))

    with ThreadPoolExecutor(1) as drawer, overlap(room=4) as line:
        drawing = drawer.submit(draw, line)
        deadline = time.monotonic() + 10
        while len(drawn) < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)
        assert drawn == [0, 1, 2, 3]
        gate.set()
        assert drawing.result(10) == ['done']
    assert drawn == list(range(10))


def test_episodes_are_done_in_order_after_all_their_frames():
    stored = []
    with overlap() as line:
        for episode in range(6):
            for frame in range(5):
                line.finish(lambda at=(episode, frame): stored.append(at))
            line.commit(lambda episode=episode: (episode, len(stored)))
        results = list(line.done(most=0))
    assert [episode for episode, _ in results] == list(range(6))
    assert all(count >= 5 * (episode + 1) for episode, count in results)


def test_an_error_of_a_frame_is_raised_as_it_is():
    error = OutputError('the disk is full')
    with overlap() as line:
        line.finish(lambda: None)
        line.finish(fail(error))
        line.commit(lambda: pytest.fail('a frame of it is missing'))
        with pytest.raises(OutputError, match='the disk is full') as caught:
            list(line.done(most=0))
    assert caught.value is error


def test_nothing_is_committed_after_an_error():
    with overlap() as line:
        line.commit(lambda: 0)
        line.commit(fail(OutputError('the disk is full')))
        line.commit(lambda: pytest.fail('it comes after the error'))
        committed = []
        with pytest.raises(OutputError, match='the disk is full'):
            committed.extend(line.done(most=0))
    assert committed == [0]


def test_an_error_of_a_scene_is_raised_as_it_is_and_in_its_place():
    def prepare(number):
        if number == 2:
            raise PlacementError('none settled')
        return number

    with overlap() as line:
        scenes = line.prepared(prepare, from_list(range(9)))
        assert [next(scenes), next(scenes)] == [0, 1]
        with pytest.raises(PlacementError, match='none settled'):
            next(scenes)


def test_an_error_of_the_drawing_waits_for_the_episodes_before():
    with overlap() as line:
        line.finish(lambda: None)
        line.commit(lambda: 0)
        line.finish(lambda: None)
        assert list(line.settle_up()) == [0]


def test_an_earlier_error_of_a_frame_goes_before_a_later_one_of_the_drawing():
    with overlap() as line:
        line.finish(lambda: None)
        line.commit(lambda: 0)
        line.finish(fail(OutputError('frame')))
        committed = []
        with pytest.raises(OutputError, match='frame'):
            committed.extend(line.settle_up())
    assert committed == [0]


def test_leaving_forgets_what_was_not_begun():
    gate = threading.Event()
    done = []

    def first():
        gate.wait(10)
        done.append('first')

    def leave(line):
        with line:
            line.finish(first)
            for _ in range(3):
                line.finish(lambda: done.append('later'))
            line.commit(lambda: done.append('commit'))
            raise KeyboardInterrupt('stop')

    threading.Timer(0.2, gate.set).start()
    with pytest.raises(KeyboardInterrupt, match='stop'):
        leave(overlap(threads=1))
    assert done == ['first']


def test_processes_share_the_processors():
    alone = finisher_threads(1)
    assert 1 <= finisher_threads(2) <= alone <= 4
    assert finisher_threads(1000) == 1
