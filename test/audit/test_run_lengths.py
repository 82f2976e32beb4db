"""Run lengths decoded by hand against the library that defines them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from synth_ros.audit.run_lengths import decode, run_lengths


@given(arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_decodes_what_pycocotools_encodes(mask):
    packed = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert (decode(packed['counts'].decode(), mask.shape) == mask).all()


def test_long_runs():
    mask = np.zeros((400, 500), bool)
    mask[100:300, 7:400] = True
    packed = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert (decode(packed['counts'].decode(), mask.shape) == mask).all()


def test_refuses_a_text_that_is_cut():
    mask = np.zeros((400, 500), bool)
    mask[100:300, 7:400] = True
    text = coco.encode(np.asfortranarray(mask.astype(np.uint8)))['counts'].decode()
    with pytest.raises(ValueError, match='of 200000 pixels'):
        decode(text[:-40], (400, 500))
    with pytest.raises(ValueError, match='inside a number'):
        run_lengths(text[0])
