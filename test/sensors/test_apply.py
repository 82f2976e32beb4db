"""sense(): clean in, clean out; repeatable; effects do not disturb each other."""

import numpy as np
import pytest

from synth_ros.config.randomization import SensorNoise
from synth_ros.sensors.apply import sense, sense_color, sense_depth
from synth_ros.types import CameraModel, Frame

RANGE_M = (0.3, 3.0)
NOISY = SensorNoise(rgb_noise=3.0, depth_noise_m=0.002, depth_dropout=0.05)


@pytest.fixture
def frame():
    rng = np.random.default_rng(9)
    ids = np.zeros((60, 80), np.int32)
    ids[20:40, 30:60] = 1
    return Frame(
        camera=CameraModel('eye', 80, 60, 70.0, 70.0, 39.5, 29.5),
        stamp_ns=0,
        world_from_camera=np.eye(4),
        rgb=rng.integers(0, 256, (60, 80, 3), dtype=np.uint8),
        depth_m=rng.uniform(0.1, 4, (60, 80)).astype(np.float32),
        instance_id=ids,
        instances=(),
    )


def _sense(frame, noise, seed=0, *, gain=1.0):
    rng = np.random.default_rng(seed)
    return sense(frame, noise, gain=gain, depth_range_m=RANGE_M, rng=rng)


def test_without_noise_only_the_range_limits_apply(frame):
    rgb, depth_m = _sense(frame, SensorNoise())

    inside = (frame.depth_m >= RANGE_M[0]) & (frame.depth_m <= RANGE_M[1])
    assert np.array_equal(rgb, frame.rgb)
    assert np.array_equal(depth_m, np.where(inside, frame.depth_m, np.float32(0)))
    assert 0 < inside.sum() < inside.size


def test_the_same_seed_senses_the_same(frame):
    first, second, other = (_sense(frame, NOISY, seed) for seed in (1, 1, 2))

    assert np.array_equal(first.rgb, second.rgb)
    assert np.array_equal(first.depth_m, second.depth_m)
    assert not np.array_equal(first.rgb, other.rgb)
    assert not np.array_equal(first.depth_m, other.depth_m)


def test_each_image_alone_is_as_with_the_other(frame):
    both = _sense(frame, NOISY, seed=4, gain=0.8)
    rgb = sense_color(frame, NOISY, gain=0.8, rng=np.random.default_rng(4))
    depth_m = sense_depth(frame, NOISY, depth_range_m=RANGE_M, rng=np.random.default_rng(4))
    assert np.array_equal(rgb, both.rgb)
    assert np.array_equal(depth_m, both.depth_m)
    for image in (rgb, depth_m):
        with pytest.raises(ValueError, match='read-only'):
            image[0, 0] = 0


def test_turning_one_effect_off_leaves_the_others_alone(frame):
    full = _sense(frame, NOISY)

    without_dropout = _sense(frame, NOISY.model_copy(update={'depth_dropout': 0.0}))
    without_depth_noise = _sense(frame, NOISY.model_copy(update={'depth_noise_m': 0.0}))
    without_rgb = _sense(frame, SensorNoise(depth_noise_m=0.002, depth_dropout=0.05))

    assert np.array_equal(full.rgb, without_dropout.rgb)
    kept = full.depth_m > 0
    assert np.array_equal(full.depth_m[kept], without_dropout.depth_m[kept])
    assert np.array_equal(full.rgb, without_depth_noise.rgb)
    assert np.array_equal(full.depth_m, without_rgb.depth_m)
    # The same pixels drop out whether or not the others are noisy.
    dropped = (without_dropout.depth_m > 0) & (full.depth_m == 0)
    assert dropped.any()
    assert not without_depth_noise.depth_m[dropped].any()


@pytest.mark.parametrize('gain', [0.5, 0.8])
def test_the_gain_scales_the_picture(frame, gain):
    middle = frame.rgb[..., 0] > 60
    rgb = _sense(frame, SensorNoise(), gain=gain).rgb
    measured = np.median(rgb[..., 0][middle] / frame.rgb[..., 0][middle])
    assert measured == pytest.approx(gain, abs=0.01)


def test_sensed_depth_is_zero_or_in_range(frame):
    depth_m = _sense(frame, SensorNoise(depth_noise_m=0.5)).depth_m

    valid = depth_m[depth_m != 0]
    assert valid.min() >= RANGE_M[0]
    assert valid.max() <= RANGE_M[1]
    assert np.isfinite(depth_m).all()


def test_the_clean_frame_and_its_labels_stay_clean(frame):
    before = frame.rgb.copy(), frame.depth_m.copy(), frame.instance_id.copy()

    sensed = _sense(frame, NOISY)

    after = frame.rgb, frame.depth_m, frame.instance_id
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert not sensed.rgb.flags.writeable
    assert not sensed.depth_m.flags.writeable


def test_a_frame_with_nothing_in_it(frame):
    empty = Frame(
        camera=frame.camera,
        stamp_ns=0,
        world_from_camera=np.eye(4),
        rgb=np.zeros((60, 80, 3), np.uint8),
        depth_m=np.zeros((60, 80), np.float32),
        instance_id=np.zeros((60, 80), np.int32),
        instances=(),
    )

    assert not _sense(empty, NOISY).depth_m.any()
