"""Masks of records equal those of pycocotools, and damaged ones are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from synth_ros.errors import UsageError
from synth_ros.schema.rle import Rle, decode_mask, encode_mask

MASKS = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40))


@settings(max_examples=150, deadline=None)
@given(MASKS, st.sampled_from([1, 7, 60]))
def test_masks_come_back(mask, zoom):
    mask = np.kron(mask, np.ones((zoom, 1), np.bool_))
    rle = encode_mask(mask)
    found = decode_mask(rle)
    np.testing.assert_array_equal(found, mask)
    assert (found.dtype, found.flags.writeable) == (np.bool_, False)
    packed = {'size': list(rle.size), 'counts': rle.counts}
    assert int(coco_mask.area(packed)) == mask.sum()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=20), st.integers(1, 9), st.integers(1, 9))
def test_any_text_is_a_mask_or_refused(counts, height, width):
    try:
        found = decode_mask(Rle((height, width), counts))
    except UsageError:
        return
    assert found.shape == (height, width)
    assert decode_mask(encode_mask(found)).tobytes() == found.tobytes()


@pytest.mark.parametrize(
    ('counts', 'told'),
    [
        ('', 'damaged'),
        ('12', 'do not fill'),
        ('1', 'do not fill'),
        ('P', 'damaged'),
        ('PPPPPPPPPP0', 'damaged'),
        ('\n', 'damaged'),
        ('~', 'damaged'),
        ('ü', 'not ASCII'),
        ('O5', 'do not fill'),
    ],
)
def test_damage_is_told(counts, told):
    assert decode_mask(Rle((2, 2), '4')).shape == (2, 2)
    with pytest.raises(UsageError, match=told):
        decode_mask(Rle((2, 2), counts))
