"""Network coordinates and image coordinates, there and back."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.errors import UsageError
from synth_ros.evaluate.letterbox import FITS, Letterbox, usable
from synth_ros.evaluate.mask_iou import to_image
from synth_ros.evaluate.types import Box

SIDES = st.integers(1, 4000)


@given(
    image=st.tuples(SIDES, SIDES),
    network=st.tuples(SIDES, SIDES),
    fit=st.sampled_from(FITS),
    box=st.tuples(*[st.floats(0, 4000)] * 4),
)
def test_there_and_back(image, network, fit, box):
    lens = Letterbox.fitted(image, network, fit)
    scale = max(*image, *network) / min(*image, *network)
    assert lens.to_image(lens.to_network(Box(*box))) == pytest.approx(box, abs=1e-8 * scale)


@pytest.mark.parametrize(
    ('fit', 'expected'),
    [
        # 1280 x 720 in 640 x 640: half the size, 140 pixels of border above.
        ('letterbox', (50, 190, 100, 60)),
        ('corner', (50, 50, 100, 60)),
        ('stretch', (50, 50 / 360 * 640, 100, 60 / 360 * 640)),
        ('none', (100, 100, 200, 120)),
    ],
)
def test_a_box_by_hand(fit, expected):
    lens = Letterbox.fitted((1280, 720), (640, 640), fit)
    assert lens.to_network(Box(100, 100, 200, 120)) == pytest.approx(expected)
    assert lens.to_image(Box(*expected)) == pytest.approx((100, 100, 200, 120))


@pytest.mark.parametrize('fit', FITS)
def test_the_image_lies_inside_the_network(fit):
    lens = Letterbox.fitted((641, 480), (320, 512), fit)
    x, y, width, height = lens.to_network(Box(0, 0, 641, 480))
    if fit != 'none':
        assert min(x, y) >= 0
        assert x + width <= 320 + 1e-9
        assert y + height <= 512 + 1e-9


def test_no_network_size_leaves_coordinates_alone():
    assert Letterbox.fitted((640, 480), (0, 0), 'letterbox') == Letterbox()


def test_half_a_network_size_is_refused():
    with pytest.raises(UsageError, match='network_width and network_height'):
        Letterbox.fitted((640, 480), (640, 0), 'letterbox')


def test_a_mask_comes_back_from_the_network():
    mask = np.zeros((480, 640), np.uint8)
    mask[100:300, 200:500] = 3
    lens = Letterbox.fitted((640, 480), (320, 320), 'letterbox')
    network = np.zeros((320, 320), np.uint8)
    network[40:280] = mask[::2, ::2]
    assert (to_image(network, lens, size=(480, 640)) == mask).all()


@pytest.mark.parametrize(
    ('box', 'reason'),
    [
        ((math.nan, 0, 1, 1), 'box_not_finite'),
        ((0, math.inf, 1, 1), 'box_not_finite'),
        ((0, 0, 0, 1), 'box_without_area'),
        ((0, 0, 3, -1), 'box_without_area'),
        ((-5, -5, 3, 1), ''),
    ],
)
def test_what_is_no_box(box, reason):
    assert usable(Box(*box)) == reason
