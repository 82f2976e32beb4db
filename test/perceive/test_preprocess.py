"""Images reach a network as exporters want them, and boxes come back exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.evaluate.letterbox import Letterbox
from synth_ros.evaluate.types import Box
from synth_ros.geometry.fitting import FITS, place
from synth_ros.perceive.preprocess import network_input

SIZES = st.tuples(st.integers(2, 2000), st.integers(2, 2000))


def picture(width, height):
    rng = np.random.default_rng(width * 10_007 + height)
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_letterbox_is_that_of_ultralytics():
    # Worked out by hand from its rules: 640/1280 = 0.5, (640 - 360) / 2 = 140.
    where = place((1280, 720), (640, 640), 'letterbox')
    assert where.resized == (640, 360)
    assert where.pad == (0, 140)
    # An odd row of padding goes below: (640 - 479) / 2 = 80.5 becomes 80 above.
    assert place((1000, 748), (640, 640), 'letterbox').pad == (0, 80)
    assert place((1000, 748), (640, 640), 'letterbox').resized == (640, 479)


def test_corner_pads_right_and_below_alone():
    where = place((1280, 720), (640, 640), 'corner')
    assert (where.resized, where.pad) == ((640, 360), (0, 0))
    made = network_input(picture(1280, 720), where, fit='corner')
    assert not made[0, :, 360:].any()
    assert made[0, :, :360].any()


def test_stretch_fills_the_input():
    where = place((100, 50), (640, 320), 'stretch')
    assert (where.resized, where.pad) == ((640, 320), (0, 0))


@given(image=SIZES, network=SIZES, fit=st.sampled_from(FITS))
def test_boxes_come_back_exactly(image, network, fit):
    where = place(image, network, fit)
    boxes = np.array([[0, 0, *image], [0.25, 0.5, 1.5, 1.75]], np.float64)
    back = where.to_image(where.to_network(boxes))
    np.testing.assert_allclose(back, boxes, rtol=0, atol=1e-9 * max(*image, *network))
    low, high = where.to_network(boxes)[0, :2], where.to_network(boxes)[0, 2:]
    np.testing.assert_allclose(low, where.pad)
    assert (high <= np.array(network) + 1e-9).all()


@given(image=SIZES, network=SIZES)
def test_padding_is_rounded_as_ultralytics_rounds_it(image, network):
    where = place(image, network, 'letterbox')
    halves = [(network[axis] - where.resized[axis]) / 2 for axis in (0, 1)]
    assert where.pad == tuple(round(half - 0.1) for half in halves)


@given(image=SIZES, network=SIZES, fit=st.sampled_from(FITS))
def test_what_the_detector_says_of_the_network_the_evaluator_takes_back(image, network, fit):
    """Through vision_msgs, which have centre and size; to a millionth of a pixel."""
    boxes = np.array([[0, 0, *image], [0.25, 0.5, 1.5, 1.75]], np.float64)
    lens = Letterbox.fitted(image, network, fit)
    for box, said in zip(boxes, place(image, network, fit).to_network(boxes), strict=True):
        centre, size = (said[:2] + said[2:]) / 2, said[2:] - said[:2]
        back = lens.to_image(Box(*(centre - size / 2), *size))
        expected = (*box[:2], *(box[2:] - box[:2]))
        np.testing.assert_allclose(back, expected, rtol=0, atol=1e-6)


@given(
    image=st.tuples(st.integers(2, 80), st.integers(2, 80)),
    network=st.tuples(st.integers(2, 80), st.integers(2, 80)),
    fit=st.sampled_from(FITS),
)
def test_every_image_fills_the_input_to_the_pixel(image, network, fit):
    made = network_input(picture(*image), place(image, network, fit), fit=fit)
    assert made.shape == (1, 3, network[1], network[0])
    assert made.dtype == np.float32
    assert made.flags.c_contiguous
    assert 0 <= made.min() <= made.max() <= 1


def test_bytes_become_what_the_network_was_trained_on():
    rgb = np.zeros((4, 4, 3), np.uint8)
    rgb[...] = (255, 51, 0)
    where = place((4, 4), (4, 4), 'letterbox')
    unit = network_input(rgb, where, fit='letterbox')
    np.testing.assert_allclose(unit[0, :, 0, 0], [1.0, 0.2, 0.0], atol=1e-6)
    none = network_input(rgb, where, fit='letterbox', scaling='none')
    np.testing.assert_array_equal(none[0, :, 0, 0], [255, 51, 0])
    imagenet = network_input(rgb, where, fit='letterbox', scaling='imagenet')
    wanted = [(1 - 0.485) / 0.229, (0.2 - 0.456) / 0.224, -0.406 / 0.225]
    np.testing.assert_allclose(imagenet[0, :, 0, 0], wanted, rtol=1e-5)


@pytest.mark.parametrize(('fit', 'grey'), [('letterbox', 114), ('corner', 0)])
def test_padding_has_the_colour_of_its_exporter(fit, grey):
    made = network_input(
        np.full((2, 8, 3), 200, np.uint8), place((8, 2), (8, 8), fit), fit=fit, scaling='none'
    )
    assert set(np.unique(made).astype(int)) == {grey, 200}
