"""Gain and noise of the colour image."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.sensors.rgb import sense_rgb

EVERY_BYTE = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)


def _flat(value, shape=(300, 200, 3)):
    return np.full(shape, value, np.uint8)


def _rng(seed=0):
    return np.random.default_rng(seed)


def test_nothing_to_do_returns_the_clean_image():
    assert sense_rgb(EVERY_BYTE, gain=1.0, noise_levels=0.0, rng=_rng()) is EVERY_BYTE


@given(st.floats(0, 300))
def test_gain_rounds_to_nearest_and_never_wraps(gain):
    read = sense_rgb(EVERY_BYTE, gain=gain, noise_levels=0.0, rng=_rng())

    assert read.dtype == np.uint8
    expected = [min(255, round(value * gain)) for value in range(256)]
    assert read[..., 0].ravel().tolist() == expected
    assert np.array_equal(read[..., 0], read[..., 2])


@pytest.mark.parametrize('value', [40, 128, 200])
@pytest.mark.parametrize(('gain', 'levels'), [(1.0, 2.0), (1.1, 6.0)])
def test_noise_has_the_given_spread_about_the_gained_value(value, gain, levels):
    read = sense_rgb(_flat(value), gain=gain, noise_levels=levels, rng=_rng(1)).astype(float)

    # Rounding to whole levels adds a variance of 1/12.
    assert read.mean() == pytest.approx(value * gain, abs=0.1)
    assert read.std() == pytest.approx(np.sqrt(levels**2 + 1 / 12), rel=0.02)


@pytest.mark.parametrize(('value', 'bound'), [(0, 0), (255, 255)])
def test_noise_at_black_and_white_saturates(value, bound):
    read = sense_rgb(_flat(value), gain=1.0, noise_levels=10.0, rng=_rng(2))

    assert np.mean(read == bound) == pytest.approx(0.52, abs=0.02)
    assert np.abs(read.astype(int) - value).max() < 60


def test_faint_noise_is_rounded_and_not_truncated():
    read = sense_rgb(_flat(100), gain=1.0, noise_levels=0.05, rng=_rng(3))

    assert np.all(read == 100)


def test_channels_are_independent():
    read = sense_rgb(_flat(128), gain=1.0, noise_levels=8.0, rng=_rng(4)).reshape(-1, 3)

    assert np.abs(np.corrcoef(read.T.astype(float)) - np.eye(3)).max() < 0.02


def test_the_clean_image_is_not_touched():
    clean = EVERY_BYTE.copy()
    clean.flags.writeable = False

    sense_rgb(clean, gain=1.3, noise_levels=5.0, rng=_rng(5))

    assert np.array_equal(clean, EVERY_BYTE)
