"""Masks from one id image equal what pycocotools makes of each instance."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from synth_ros.types import Silhouette
from synth_ros.writers.rle import encode_clipped, encode_ids

ID_IMAGES = hnp.arrays(
    np.int32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(0, 3)
)


@settings(max_examples=200, deadline=None)
@given(ID_IMAGES, st.integers(1, 3))
def test_equals_pycocotools(ids, zoom):
    ids = np.kron(ids, np.ones((zoom, zoom), np.int32)) * 1000
    masks = encode_ids(ids)
    assert list(masks) == sorted(set(np.unique(ids).tolist()) - {0})
    for number, mask in masks.items():
        expected = coco_mask.encode(np.asfortranarray(ids == number).astype(np.uint8))
        assert mask.counts == expected['counts'].decode('ascii')
        assert list(mask.size) == expected['size']


def test_an_empty_image_has_no_masks():
    assert encode_ids(np.zeros((4, 6), np.int32)) == {}


WINDOWS = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=14))


@settings(max_examples=300, deadline=None)
@given(WINDOWS, st.integers(-15, 15), st.integers(-15, 15))
def test_clipped_masks_equal_pycocotools(mask, x0, y0):
    height, width = 7, 9
    canvas = np.zeros((60, 60), np.bool_)
    canvas[20 + y0 : 20 + y0 + mask.shape[0], 20 + x0 : 20 + x0 + mask.shape[1]] = mask
    inside = canvas[20 : 20 + height, 20 : 20 + width]
    expected = coco_mask.encode(np.asfortranarray(inside, dtype=np.uint8))
    found = encode_clipped(Silhouette(x0, y0, mask), (height, width))
    assert found.counts == expected['counts'].decode('ascii')
    assert list(found.size) == expected['size']
