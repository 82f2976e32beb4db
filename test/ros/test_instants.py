"""An instant is whole when all is there that comes with it."""

import pytest

from synth_ros.ros.instants import Instants

TOPICS = {
    '': frozenset({'/clock', '/tf'}),
    'head': frozenset({'head/color', 'head/depth'}),
    'wrist': frozenset({'wrist/color'}),
}
BASE, HEAD = ('/clock', '/tf'), ('head/color', 'head/depth')


@pytest.fixture
def instants():
    return Instants(TOPICS, patience_s=1.0)


def see(instants, stamp_ns, *topics, now_s=0.0):
    return [instants.see(topic, stamp_ns, now_s=now_s) for topic in topics]


def test_it_is_said_once_with_the_last_message(instants):
    assert see(instants, 5, *BASE, *HEAD) == [False] * 3 + [True]
    assert see(instants, 6, *HEAD, *BASE) == [False] * 3 + [True]
    assert instants.overdue(9.0) == []


def test_two_instants_at_once_are_told_apart(instants):
    assert see(instants, 1, *BASE, 'head/color') == [False] * 3
    assert see(instants, 2, *BASE, *HEAD) == [False] * 3 + [True]
    assert see(instants, 1, 'head/depth') == [True]


def test_cameras_have_rates_of_their_own(instants):
    assert see(instants, 1, *BASE, 'wrist/color') == [False, False, True]
    # One that comes after the others is taken for late, not for another instant.
    assert see(instants, 1, *HEAD) == [False, False]
    assert see(instants, 2, *BASE, *HEAD) == [False] * 3 + [True]


def test_what_is_lost_is_waited_for_once(instants):
    see(instants, 1, *BASE, 'head/color', now_s=10.0)
    assert instants.overdue(10.9) == []
    assert instants.overdue(11.0) == [1]
    assert instants.overdue(12.0) == []
    # It may be switched off: the next instant is whole without it.
    assert see(instants, 2, *BASE, 'head/color') == [False, False, True]
    assert see(instants, 2, 'head/depth') == [False]
    # It was there after all, and is waited for again.
    assert see(instants, 3, *BASE, *HEAD) == [False, False, False, True]


def test_a_simulation_that_begins_anew_has_the_same_stamps(instants):
    for _ in range(3):
        assert see(instants, 7, *BASE, *HEAD) == [False] * 3 + [True]
    see(instants, 8, '/clock', 'head/color')
    assert see(instants, 8, *BASE, *HEAD)[-1]


def test_topics_of_nobody_are_passed_over(instants):
    assert see(instants, 1, '/rosout') == [False]
    assert instants.overdue(9.0) == []
