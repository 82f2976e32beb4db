"""All extents at once against one instance after the other."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from small_frames import make_frame, make_instance
from test_amodal import HEIGHT, WIDTH, silhouettes

from synth_ros.errors import InternalError
from synth_ros.labels.amodal import amodal, unite
from synth_ros.labels.boxes import row_runs, visible_regions
from synth_ros.labels.extents import extents
from synth_ros.types import Silhouette

KEYS = (1, 2, 300, 65535)
# Few pixels, so that those outside a silhouette stay within what rounding explains.
pixels = st.lists(
    st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.sampled_from(KEYS)),
    max_size=12,
)


def _extents(frame):
    return extents(frame, row_runs(frame.instance_id))


def _frame(image, crops, keys=KEYS):
    return make_frame(
        image, instances=tuple(make_instance(key) for key in keys), silhouettes=crops
    )


@given(pixels, st.dictionaries(st.sampled_from(KEYS), silhouettes()))
def test_extents_equal_those_of_one_instance_after_the_other(pixels, crops):
    image = np.zeros((HEIGHT, WIDTH), np.int32)
    for v, u, key in pixels:
        image[v, u] = key

    regions = visible_regions(row_runs(image))
    for key, region in regions.items():
        assume(np.count_nonzero(image == key) <= region.box.width + region.box.height)

    found = _extents(_frame(image, crops))

    assert list(found) == [key for key in KEYS if key in crops or key in regions]
    for key, extent in found.items():
        region, full = regions.get(key), crops.get(key)
        if region is not None:
            full = unite(full, image, key=key, region=region)
        assert extent.region == region
        assert extent.full[:2] == full[:2]
        assert np.array_equal(extent.full.mask, full.mask)
        assert extent.amodal == amodal(full, (WIDTH, HEIGHT))


def test_a_silhouette_that_covers_what_is_visible_is_handed_out_as_it_is():
    image = np.zeros((HEIGHT, WIDTH), np.int32)
    image[2, 3:6] = image[3, 4] = 300
    crop = Silhouette(3, 1, np.ones((4, 3), np.bool_))

    assert _extents(_frame(image, {300: crop}))[300].full is crop


def test_silhouettes_of_any_memory_layout_are_read_right():
    mask = np.zeros((6, 8), np.bool_)
    mask[1:4, 2:7] = True
    image = np.zeros((HEIGHT, WIDTH), np.int32)

    found = _extents(
        _frame(image, {1: Silhouette(0, 0, mask[::-1]), 2: Silhouette(0, 0, mask[:, ::2])})
    )

    assert tuple(found[1].amodal.box) == (2, 2, 7, 5)
    assert tuple(found[2].amodal.box) == (1, 1, 4, 4)
    assert found[2].amodal.pixels_full == 9


def test_instances_that_the_frame_does_not_list_are_left_out():
    image = np.full((HEIGHT, WIDTH), 2, np.int32)
    crop = Silhouette(0, 0, np.ones((2, 2), np.bool_))

    assert list(_extents(_frame(image, {1: crop, 2: crop}, keys=(1,)))) == [1]


def test_without_instances_there_are_no_extents():
    assert _extents(_frame(np.zeros((HEIGHT, WIDTH), np.int32), {}, keys=())) == {}


def test_an_empty_silhouette_is_an_error_even_of_a_hidden_instance():
    frame = _frame(
        np.zeros((HEIGHT, WIDTH), np.int32), {2: Silhouette(0, 0, np.zeros((2, 3), np.bool_))}
    )

    with pytest.raises(InternalError, match='at least one pixel'):
        _extents(frame)


@pytest.mark.parametrize(
    'at', [(-WIDTH - 1, 0), (2 * WIDTH, 0), (0, -HEIGHT - 1), (0, 2 * HEIGHT)]
)
def test_a_silhouette_beyond_the_canvas_is_an_error(at):
    frame = _frame(
        np.zeros((HEIGHT, WIDTH), np.int32), {1: Silhouette(*at, np.ones((1, 1), np.bool_))}
    )

    with pytest.raises(InternalError, match='leaves the canvas of a 9 x 7 image'):
        _extents(frame)
