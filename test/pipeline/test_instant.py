"""Instants on their way: how many are begun, in which order they come, what is waited for."""

import pytest

from synth_ros.errors import RenderError
from synth_ros.pipeline.instant import InFlight, developed


class Drawing:
    """Begins numbers, and keeps the order in which they are begun and waited for."""

    def __init__(self, count, *, broken=()):
        self.log, self.count, self.broken = [], count, broken

    def __iter__(self):
        for number in range(self.count):
            self.log.append(f'begin {number}')
            yield lambda number=number: self.wait(number)

    def wait(self, number):
        self.log.append(f'wait {number}')
        if number in self.broken:
            raise RenderError(f'{number} is broken')
        return number


def test_so_many_are_begun_before_one_is_waited_for():
    drawing = Drawing(3)
    assert list(developed(drawing, in_flight=2)) == [0, 1, 2]
    assert drawing.log == ['begin 0', 'begin 1', 'wait 0', 'begin 2', 'wait 1', 'wait 2']


def test_how_many_may_change_on_the_way():
    drawing = Drawing(4)
    instants = InFlight(drawing, most=2)
    assert next(instants) == 0
    instants.most = 1
    assert next(instants) == 1
    assert drawing.log == ['begin 0', 'begin 1', 'wait 0', 'wait 1']
    instants.most = 2
    assert list(instants) == [2, 3]
    assert drawing.log[4:] == ['begin 2', 'begin 3', 'wait 2', 'wait 3']


def test_what_is_settled_is_waited_for_once_and_comes_in_order():
    drawing = Drawing(3)
    instants = InFlight(drawing, most=2)
    assert next(instants) == 0
    instants.settle()
    assert drawing.log == ['begin 0', 'begin 1', 'wait 0', 'wait 1']
    assert list(instants) == [1, 2]
    assert drawing.log[4:] == ['begin 2', 'wait 2']


def test_whatever_ends_the_iteration_all_is_waited_for():
    drawing = Drawing(5, broken={1, 2})
    instants = developed(drawing, in_flight=3)
    assert next(instants) == 0
    with pytest.raises(RenderError, match='1 is broken'):
        next(instants)
    assert [line for line in drawing.log if line[0] == 'w'] == [f'wait {k}' for k in range(4)]
