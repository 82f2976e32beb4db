"""The full extent against a canvas painted whole."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from ray_reference import brute_box
from small_frames import on_canvas

from synth_ros.errors import InternalError
from synth_ros.labels.amodal import amodal, unite
from synth_ros.labels.boxes import row_runs, visible_regions
from synth_ros.types import Box2D, Silhouette

WIDTH, HEIGHT = 9, 7


@st.composite
def silhouettes(draw):
    mask = draw(
        hnp.arrays(
            np.bool_, st.tuples(st.integers(1, 2 * HEIGHT), st.integers(1, 2 * WIDTH))
        ).filter(np.any)
    )
    x0 = draw(st.integers(-WIDTH, 2 * WIDTH - mask.shape[1]))
    y0 = draw(st.integers(-HEIGHT, 2 * HEIGHT - mask.shape[0]))
    return Silhouette(x0, y0, mask)


def _region(image):
    return visible_regions(row_runs(image))[1]


@given(silhouettes())
def test_box_and_counts_equal_those_of_the_painted_canvas(silhouette):
    canvas = on_canvas(silhouette, (WIDTH, HEIGHT))

    extent = amodal(silhouette, (WIDTH, HEIGHT))

    assert tuple(extent.box) == brute_box(canvas, (-WIDTH, -HEIGHT))
    assert extent.pixels_full == np.count_nonzero(canvas)
    inside = canvas[HEIGHT : 2 * HEIGHT, WIDTH : 2 * WIDTH]
    assert extent.pixels_in_image == np.count_nonzero(inside)


@given(silhouettes(), st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1))
def test_a_visible_pixel_always_belongs_to_the_full_mask(silhouette, u, v):
    image = np.zeros((HEIGHT, WIDTH), np.int32)
    image[v, u] = 1
    before = silhouette.mask.copy()

    united = unite(silhouette, image, key=1, region=_region(image))

    expected = on_canvas(silhouette, (WIDTH, HEIGHT))
    expected[HEIGHT + v, WIDTH + u] = True
    assert on_canvas(united, (WIDTH, HEIGHT)).tolist() == expected.tolist()
    assert np.array_equal(silhouette.mask, before)


@given(silhouettes(), st.data())
def test_what_lies_inside_the_silhouette_changes_nothing(silhouette, data):
    canvas = on_canvas(silhouette, (WIDTH, HEIGHT))[HEIGHT : 2 * HEIGHT, WIDTH : 2 * WIDTH]
    shown = canvas & data.draw(hnp.arrays(np.bool_, canvas.shape))
    assume(shown.any())
    image = shown.astype(np.int32)

    assert unite(silhouette, image, key=1, region=_region(image)) is silhouette


def test_a_speck_needs_no_silhouette():
    image = np.zeros((HEIGHT, WIDTH), np.int32)
    image[2, 3] = 1

    united = unite(None, image, key=1, region=_region(image))

    assert amodal(united, (WIDTH, HEIGHT)) == (Box2D(3, 2, 4, 3), 1, 1)


def test_a_missing_silhouette_is_an_error():
    image = np.ones((HEIGHT, WIDTH), np.int32)

    with pytest.raises(InternalError, match=r'63 visible pixels of instance 1 .* at most 16'):
        unite(None, image, key=1, region=_region(image))


def test_a_silhouette_of_another_place_is_an_error():
    image = np.zeros((HEIGHT, WIDTH), np.int32)
    image[1:6, 1:6] = 1
    elsewhere = Silhouette(WIDTH, 0, np.ones((5, 5), np.bool_))

    with pytest.raises(InternalError, match='different states or cameras'):
        unite(elsewhere, image, key=1, region=_region(image))


def test_an_empty_silhouette_is_an_error():
    with pytest.raises(InternalError, match='at least one pixel'):
        amodal(Silhouette(0, 0, np.zeros((2, 2), np.bool_)), (WIDTH, HEIGHT))


@pytest.mark.parametrize(
    ('x0', 'y0'), [(-WIDTH - 1, 0), (2 * WIDTH, 0), (0, -HEIGHT - 1), (0, 2 * HEIGHT)]
)
def test_a_silhouette_outside_the_canvas_is_an_error(x0, y0):
    with pytest.raises(InternalError, match='outside the canvas of a 9 x 7 image'):
        amodal(Silhouette(x0, y0, np.ones((1, 1), np.bool_)), (WIDTH, HEIGHT))


def test_pixels_along_an_outline_that_the_silhouette_misses_are_added():
    image = np.zeros((HEIGHT, WIDTH), np.int32)
    image[2, 2:5] = 1
    only_one = Silhouette(3, 2, np.ones((1, 1), np.bool_))

    united = unite(only_one, image, key=1, region=_region(image))

    assert amodal(united, (WIDTH, HEIGHT)) == (Box2D(2, 2, 5, 3), 3, 3)
