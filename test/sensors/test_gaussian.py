"""Fast Gaussian noise has the moments and quantiles of the normal distribution."""

import numpy as np
from scipy import stats

from synth_ros.sensors.gaussian import normal


def test_noise_is_standard_normal():
    noise = normal(np.random.default_rng(1), (400, 500))

    assert noise.dtype == np.float32
    assert noise.shape == (400, 500)
    assert stats.kstest(noise.ravel(), 'norm').pvalue > 0.01
    assert abs(noise.mean()) < 4 / np.sqrt(noise.size)
    assert abs(noise.std() - 1) < 4 / np.sqrt(2 * noise.size)
    assert 4 < np.abs(noise).max() < 4.5


def test_neighbours_are_independent():
    noise = normal(np.random.default_rng(2), (400, 500))

    for a, b in ((noise[1:], noise[:-1]), (noise[:, 1:], noise[:, :-1])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 4 / np.sqrt(a.size)


def test_one_seed_draws_one_noise():
    first, second, other = (normal(np.random.default_rng(seed), (30, 7)) for seed in (3, 3, 4))

    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
