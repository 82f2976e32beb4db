"""The semantic mask."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from synth_ros.errors import InternalError
from synth_ros.labels.boxes import row_runs
from synth_ros.labels.masks import class_mask

CLASS_OF = {1: 3, 2: 3, 300: 1, 70000: 65535}

images = hnp.arrays(
    np.int32,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=10),
    elements=st.sampled_from([0, *CLASS_OF]),
)


@given(images)
def test_each_pixel_has_the_class_of_its_instance(image):
    mask = class_mask(row_runs(image), CLASS_OF)

    assert mask.dtype == np.uint16
    assert mask.shape == image.shape
    assert not mask.flags.writeable
    for (row, column), key in np.ndenumerate(image):
        assert mask[row, column] == (CLASS_OF[int(key)] if key else 0)


def test_an_unlisted_instance_is_an_error():
    with pytest.raises(InternalError, match=r'instance 5, which the frame does not list.*\[1\]'):
        class_mask(row_runs(np.array([[0, 5]], np.int32)), {1: 1})


@pytest.mark.parametrize('class_id', [0, -1, 65536])
def test_a_class_id_that_does_not_fit_is_an_error(class_id):
    with pytest.raises(InternalError, match=f'Instance 1 has class id {class_id}; .* 1 to 65535'):
        class_mask(row_runs(np.array([[1]], np.int32)), {1: class_id})
