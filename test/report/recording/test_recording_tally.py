"""Figures of a recording: rates, gaps between stamps, and time lines in bounded memory."""

import pytest

from synth_ros.report.recording.intervals import Intervals
from synth_ros.report.recording.tally import RecordingTally

SECOND = 10**9
START = 1_700_000_000 * SECOND


def tally_of(times, *, topic='/a', stamps=None):
    tally = RecordingTally()
    tally.begin(topic, 'std_msgs/msg/Header')
    for number, time_ns in enumerate(times):
        stamp_ns = None if stamps is None else stamps[number]
        tally.add(topic, 10, now_ns=START + time_ns, stamp_ns=stamp_ns)
    return tally


def test_rates_are_those_of_arrival():
    """Ten a second for two seconds, twenty a second for two more."""
    times = [k * SECOND // 10 for k in range(20)] + [
        2 * SECOND + k * SECOND // 20 for k in range(41)
    ]
    tally = tally_of(times)
    rates = tally.rates('/a')
    assert rates.mean_hz == pytest.approx(60 / 4)
    assert (rates.low_hz, rates.high_hz) == (pytest.approx(10), pytest.approx(20))
    assert tally.topics['/a'].size_bytes == 10 * 61
    line = tally.line('/a')
    assert sum(line) == 61
    assert line[:20] == (1,) * 20
    assert line[20:40] == (2,) * 20


@pytest.mark.parametrize(('count', 'mean'), [(0, None), (1, None), (2, 5.0)])
def test_few_messages_have_no_rates(count, mean):
    tally = tally_of([k * SECOND // 5 for k in range(count)])
    rates = tally.rates('/a')
    assert rates == (mean if mean is None else pytest.approx(mean), None, None)
    assert sum(tally.line('/a')) == count


def test_a_night_has_no_more_bins_than_a_minute():
    tally = tally_of(range(0, 8 * 3600 * SECOND, 10 * SECOND))
    tally.begin('/late', 'std_msgs/msg/Header')
    tally.add('/late', 1, now_ns=START + 4 * 3600 * SECOND, stamp_ns=None)
    line = tally.line('/a')
    assert 300 <= len(line) <= 600
    assert sum(line) == 2880
    assert tally.bin_s == pytest.approx(51.2)
    assert tally.window_s == tally.bin_s
    late = tally.line('/late')
    assert late.index(1) == pytest.approx(4 * 3600 / 51.2, abs=1)
    assert tally.rates('/a').mean_hz == pytest.approx(0.1)


def test_a_message_from_before_the_first_counts_at_the_start():
    tally = tally_of([SECOND, 0, 2 * SECOND])
    assert tally.line('/a')[0] == 2
    assert tally.rates('/a').mean_hz == pytest.approx(2.0)


def figures(stamps, *, breaks=()):
    intervals = Intervals()
    for number, stamp in enumerate(stamps):
        if number in breaks:
            intervals.interrupt()
        intervals.add(stamp, now_ns=START + stamp)
    return intervals.figures(start_ns=START)


def test_gaps_are_found_against_the_period():
    stamps = [k * SECOND // 20 for k in range(100) if k not in {30, 60, 61}]
    found = figures(stamps)
    assert found.period_s == pytest.approx(0.05)
    assert found.regular
    assert (found.gaps, found.missing, found.backwards) == (2, 3, 0)
    assert found.longest_s == pytest.approx(0.15)
    assert found.longest_at_s == pytest.approx(3.1)


def test_stamps_that_repeat_or_begin_anew_are_no_gaps():
    """Several messages of one instant, and a simulation that is started again."""
    once = [k * SECOND // 10 for k in range(20) for _ in range(3)]
    found = figures([*once, *once])
    assert (found.gaps, found.backwards, found.regular) == (0, 1, True)
    assert found.period_s == pytest.approx(0.1)


def test_what_was_not_asked_for_is_no_gap():
    stamps = [k * SECOND // 10 for k in (*range(10), *range(50, 60))]
    assert figures(stamps).gaps == 1
    assert figures(stamps, breaks={10}).gaps == 0


def test_irregular_stamps_are_said_to_be():
    found = figures([k * k * SECOND // 100 for k in range(1, 40)])
    assert not found.regular


def test_one_stamp_tells_nothing():
    assert figures([]) is None
    assert figures([5, 5]) is None


def test_losses_are_noted_a_thousand_times():
    tally = tally_of([0])
    for number in range(1200):
        tally.lose('/a', now_ns=START + number)
    assert len(tally.topics['/a'].lost_ns) == 1000
