"""Grey images of a stereo pair."""

import numpy as np
import pytest

from synth_ros.sensors.infra import grey, sense_pair
from synth_ros.types import CameraModel, Frame


@pytest.fixture
def frame():
    rng = np.random.default_rng(4)
    left, right = rng.integers(0, 256, (2, 60, 80, 3), dtype=np.uint8)
    return Frame(
        camera=CameraModel('eye', 80, 60, 70.0, 70.0, 39.5, 29.5),
        stamp_ns=0,
        world_from_camera=np.eye(4),
        rgb=left,
        depth_m=np.ones((60, 80), np.float32),
        instance_id=np.zeros((60, 80), np.int32),
        instances=(),
        right_rgb=right,
    )


def test_grey_is_the_luma_of_bt_601(frame):
    exact = frame.rgb @ np.array([0.299, 0.587, 0.114])
    assert np.abs(grey(frame.rgb) - exact).max() < 0.51
    white = np.full((2, 2, 3), 255, np.uint8)
    assert grey(white).tolist() == [[255, 255], [255, 255]]


def test_gain_and_noise_are_those_of_the_colour_image(frame):
    eyes = frozenset(('infra1', 'infra2'))
    rng = np.random.default_rng(1)
    pair = sense_pair(frame, eyes, gain=0.5, noise_levels=2.0, rng=rng)
    for image, rgb in ((pair.infra1, frame.rgb), (pair.infra2, frame.right_rgb)):
        error = image - 0.5 * grey(rgb)
        inside = (image > 8) & (image < 247)
        assert abs(error[inside].mean()) < 0.2
        assert error[inside].std() == pytest.approx(2.0, rel=0.1)


def test_what_was_not_drawn_is_not_sensed(frame):
    clean = Frame(
        camera=frame.camera,
        stamp_ns=0,
        world_from_camera=np.eye(4),
        rgb=frame.rgb,
        depth_m=frame.depth_m,
        instance_id=frame.instance_id,
        instances=(),
    )
    eyes = frozenset(('infra1', 'infra2'))
    pair = sense_pair(clean, eyes, gain=1.0, noise_levels=0.0, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(pair.infra1, grey(frame.rgb))
    assert pair.infra2 is None
