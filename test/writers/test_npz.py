"""Our npz files are those of numpy: any array, the same bytes for the same arrays."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from synth_ros.errors import OutputError
from synth_ros.writers import npz
from synth_ros.writers.npz import encode_npz

NAMES = st.text(alphabet='abcdefghij_', min_size=1, max_size=9)
ARRAYS = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.uint8, np.uint16, np.int32, np.bool_]),
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=20),
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(NAMES, ARRAYS, max_size=4))
def test_numpy_reads_what_was_written(arrays):
    data = encode_npz(arrays)
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        assert file.files == list(arrays)
        for name, array in arrays.items():
            found = file[name]
            assert (found.dtype, found.shape) == (array.dtype, array.shape)
            assert found.tobytes() == array.tobytes()
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    assert encode_npz({name: np.asfortranarray(array) for name, array in arrays.items()}) == data


def test_views_of_arrays_are_stored_as_they_look():
    array = np.arange(24, dtype=np.uint16).reshape(4, 6)[::-2, 1::3]
    with np.load(io.BytesIO(encode_npz({'a': array}))) as file:
        np.testing.assert_array_equal(file['a'], array)


def test_a_file_beyond_the_format_is_refused(monkeypatch):
    monkeypatch.setattr(npz, '_LIMIT', 200)
    encode_npz({'a': np.zeros(10, np.uint8)})
    with pytest.raises(OutputError, match='exceed the 4 GiB of a file at b'):
        encode_npz({'a': np.zeros(10, np.uint8), 'b': np.arange(200, dtype=np.uint8)})
