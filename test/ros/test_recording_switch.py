"""Recording starts and stops between two instants."""

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
