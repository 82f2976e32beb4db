"""Recording starts and stops between two instants."""

import numpy as np

from synth_ros.ros.recording_switch import RecordingSwitch


def allowed(switch, *stamps, now_s=0.0):
    return [switch.allows(stamp, now_s=now_s) for stamp in stamps]


def test_it_begins_as_told():
    assert allowed(RecordingSwitch(on=True), 1, None, 2) == [True] * 3
    assert allowed(RecordingSwitch(on=False), 1, None, 2) == [False] * 3


def test_the_rest_of_an_instant_is_recorded_when_it_is_stopped():
    switch = RecordingSwitch(on=True)
    assert allowed(switch, 1, 2) == [True, True]
    assert switch.turn(on=False, now_s=0.0)
    assert not switch.turn(on=False, now_s=0.0)
    assert allowed(switch, 2, 3, 2, 1, 3, None) == [True, False, True, True, False, False]


def test_the_rest_of_an_instant_is_left_out_when_it_is_started():
    switch = RecordingSwitch(on=False)
    allowed(switch, 1, 2)
    assert switch.turn(on=True, now_s=0.0)
    assert allowed(switch, 2, 3, 2, None) == [False, True, False, True]


def test_a_topic_that_lags_does_not_move_the_border_back():
    switch = RecordingSwitch(on=False)
    allowed(switch, 1, 2, 1)
    switch.turn(on=True, now_s=0.0)
    assert allowed(switch, 2, 1, 3) == [False, False, True]


def test_a_simulation_that_begins_anew_is_recorded():
    switch = RecordingSwitch(on=False)
    allowed(switch, 100, 200)
    switch.turn(on=True, now_s=0.0)
    assert allowed(switch, 1, now_s=0.5) == [False]
    assert allowed(switch, 2, 3, now_s=1.5) == [True, True]


def test_before_the_first_message_there_is_no_border():
    switch = RecordingSwitch(on=False)
    switch.turn(on=True, now_s=0.0)
    assert allowed(switch, 1, 2) == [True, True]


def test_a_start_soon_after_a_stop_leaves_out_the_rest_of_its_instant():
    switch = RecordingSwitch(on=True)
    allowed(switch, 1)
    switch.turn(on=False, now_s=0.0)
    assert allowed(switch, 1, 2, 3, now_s=0.2) == [True, False, False]
    switch.turn(on=True, now_s=0.3)
    # The rest of 1 was asked for, that of 3 was not.
    assert allowed(switch, 3, 1, 4, 2, 4, now_s=0.4) == [False, True, True, False, True]


def test_turned_off_and_on_within_an_instant_it_is_whole():
    switch = RecordingSwitch(on=True)
    allowed(switch, 1)
    switch.turn(on=False, now_s=0.0)
    switch.turn(on=True, now_s=0.1)
    assert allowed(switch, 1, 2, now_s=0.2) == [True, True]


def test_instants_are_recorded_whole_whenever_it_is_turned():
    rng = np.random.default_rng(5)
    for _ in range(200):
        switch, kept = RecordingSwitch(on=bool(rng.integers(2))), {}
        # Two topics lag behind the first one by up to three instants.
        due = sorted((n + lag, n) for n in range(30) for lag in (0, *rng.integers(0, 4, 2)))
        for place, (_, stamp) in enumerate(due):
            now_s = 0.01 * place
            if rng.random() < 0.1:
                switch.turn(on=not switch.on, now_s=now_s)
            kept.setdefault(stamp, []).append(switch.allows(stamp, now_s=now_s))
        assert all(len(set(answers)) == 1 for answers in kept.values())
