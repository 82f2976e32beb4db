"""Visibility, occlusion and truncation by definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.errors import InternalError
from synth_ros.labels.visibility import visibility


@given(st.integers(1, 10**7), st.integers(0, 10**7), st.integers(0, 10**7))
def test_shares_are_shares_and_multiply(visible, hidden, outside):
    in_image = visible + hidden
    full = in_image + outside

    shares = visibility(visible=visible, in_image=in_image, full=full)

    assert shares.visibility == visible / full
    assert 0 <= shares.occlusion < 1
    assert 0 <= shares.truncation < 1
    assert shares.visibility == pytest.approx(
        (1 - shares.occlusion) * (1 - shares.truncation), rel=1e-6
    )


def test_a_whole_object_is_fully_visible():
    assert visibility(visible=12, in_image=12, full=12) == (1.0, 0.0, 0.0)


def test_hidden_and_cut_parts_are_told_apart():
    # 100 pixels: 20 outside the image, and half of the 80 inside hidden.
    shares = visibility(visible=40, in_image=80, full=100)

    assert shares == pytest.approx((0.4, 0.5, 0.2))


@pytest.mark.parametrize('counts', [(0, 1, 1), (3, 2, 4), (1, 5, 4), (-1, 2, 3)])
def test_counts_out_of_order_are_an_error(counts):
    visible, in_image, full = counts
    with pytest.raises(InternalError, match=f'but are {visible}, {in_image}, {full}'):
        visibility(visible=visible, in_image=in_image, full=full)
