"""Boxes and counts against a per-pixel search."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from ray_reference import brute_box

from synth_ros.labels.boxes import row_runs, visible_regions

INT32 = np.iinfo(np.int32)

shapes = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)
few_ids = st.sampled_from([0, 1, 2, 3, 255, 256, 65535, 65536, 70001, INT32.max])


@given(hnp.arrays(np.int32, shapes, elements=few_ids))
def test_regions_equal_a_search_of_every_pixel(image):
    regions = visible_regions(row_runs(image))

    assert list(regions) == [int(key) for key in np.unique(image) if key]
    for key, region in regions.items():
        assert tuple(region.box) == brute_box(image == key)
        assert region.pixels == np.count_nonzero(image == key)


@given(hnp.arrays(np.int32, shapes, elements=few_ids))
def test_runs_paint_the_image_again(image):
    runs = row_runs(image)

    assert np.repeat(runs.ids, runs.lengths).reshape(image.shape).tolist() == image.tolist()
    assert np.all(runs.starts // runs.width == (runs.starts + runs.lengths - 1) // runs.width)


def test_an_id_that_leaves_a_row_and_enters_the_next_keeps_its_columns():
    image = np.array([[0, 0, 7], [7, 0, 0]], np.int32)

    box, pixels = visible_regions(row_runs(image))[7]

    assert tuple(box) == (0, 0, 3, 2)
    assert pixels == 2


def test_one_pixel_is_a_box_of_one_pixel():
    image = np.zeros((5, 7), np.int32)
    image[3, 5] = 4

    assert tuple(visible_regions(row_runs(image))[4].box) == (5, 3, 6, 4)


def test_background_alone_has_no_regions():
    assert visible_regions(row_runs(np.zeros((3, 4), np.int32))) == {}


def test_one_id_may_fill_the_image():
    box, pixels = visible_regions(row_runs(np.full((31, 17), 9, np.int32)))[9]

    assert tuple(box) == (0, 0, 17, 31)
    assert pixels == 31 * 17


@pytest.mark.parametrize('view', [np.s_[::-1], np.s_[:, ::-1], np.s_[1::2, ::3]])
def test_any_memory_layout_is_read_right(view):
    image = np.random.default_rng(0).integers(0, 4, (20, 30)).astype(np.int32)[view]

    regions = visible_regions(row_runs(image))

    assert {k: tuple(r.box) for k, r in regions.items()} == {
        k: brute_box(image == k) for k in (1, 2, 3)
    }
