"""Rates and durations of a running simulation."""

import pytest

from synth_ros.pipeline.clock import Clock
from synth_ros.pipeline.vital_signs import VitalSigns, milliseconds, resident_bytes


class Time:
    """Real time that a test moves."""

    now = 0.0

    def __call__(self):
        return self.now


def play(signs, now, *, count, period_s, stamps_ms, cameras=('a',)):
    for number in range(count):
        signs.published(number * stamps_ms * 1_000_000, cameras)
        now.now += period_s


def test_nothing_is_said_of_nothing():
    signs = VitalSigns()
    assert signs.rates() == (None, None, {})
    signs.published(0, ['a'])
    assert signs.rates() == (None, None, {})


def test_rates_of_time_and_cameras():
    now = Time()
    signs = VitalSigns(now)
    for number in range(21):
        cameras = ['a', 'b'] if number % 4 == 0 else ['a']
        signs.published(number * 50_000_000, cameras)
        now.now += 0.1
    rates = signs.rates()
    assert rates.real_time_factor == pytest.approx(0.5)
    assert rates.instants_per_s == pytest.approx(10.0)
    assert rates.camera_hz == pytest.approx({'a': 20.0, 'b': 5.0})
    assert signs.frames == {'a': 21, 'b': 6}


def test_what_is_long_ago_does_not_count():
    now = Time()
    signs = VitalSigns(now)
    play(signs, now, count=100, period_s=0.5, stamps_ms=100)
    assert signs.rates().real_time_factor == pytest.approx(0.2)
    for number in range(100, 200):
        signs.published(number * 100_000_000, ['a'])
        now.now += 0.1
    assert signs.rates().real_time_factor == pytest.approx(1.0)


def test_a_stop_shows_after_what_is_usual():
    now = Time()
    signs = VitalSigns(now)
    play(signs, now, count=11, period_s=0.1, stamps_ms=100)
    assert signs.rates().real_time_factor == pytest.approx(1.0)
    now.now += 1.0
    assert signs.rates().real_time_factor == pytest.approx(0.5)
    signs.rest()
    assert signs.rates().real_time_factor is None
    assert signs.frames == {'a': 11}


def test_milliseconds_between_two_readings():
    clock = Clock()
    clock.add('label', 5.0)
    before = clock.tallies()
    clock.add('label', 0.010)
    clock.add('label', 0.020)
    clock.add('pictures', 0.004)
    assert milliseconds(clock.tallies(), before) == pytest.approx({'pictures': 4.0, 'label': 15.0})
    assert milliseconds(before, before) == {}


def test_memory_is_that_of_a_process_with_python_in_it():
    assert 5e6 < resident_bytes() < 1e12
