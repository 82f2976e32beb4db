"""Values of masks: one name each, for all times."""

import numpy as np

from synth_ros.view.names import BACKGROUND, SPARE, Names, mask_of, plain_value


def test_an_id_keeps_its_value_until_it_means_something_else():
    names = Names()
    assert names.values_of({1: 'mug_01', 2: 'book_02'}) == {1: 1, 2: 2}
    assert names.values_of({1: 'book_01', 2: 'book_02'}) == {1: SPARE, 2: 2}
    assert names.values_of({1: 'mug_01'}) == {1: 1}
    assert names.values_of({1: 'cup_01', 3: 'cup_03'}) == {1: SPARE + 1, 3: 3}
    assert len(names) == 5


def test_spare_values_never_stand_for_two():
    names = Names()
    names.values_of({1: 'a'})
    names.values_of({1: 'b'})
    # An id as large as a value that was given away.
    assert names.values_of({SPARE: 'c'}) == {SPARE: SPARE + 1}
    assert names.values_of({SPARE + 2: 'd', 1: 'e'}) == {SPARE + 2: SPARE + 2, 1: SPARE + 3}


def test_stuff_goes_down_from_the_end():
    assert [plain_value(key) for key in (0, 5, 4000, 65536 + 4)] == [BACKGROUND, 5, 4000, 65531]
    ids = np.array([[0, 1, 65540], [65541, 1, 2]], np.int32)
    mask = mask_of(ids, {1: 9})
    assert mask.dtype == np.uint16
    assert mask.tolist() == [[BACKGROUND, 9, 65531], [65530, 9, 2]]


def test_all_masks_have_16_bits():
    """The viewer mixes up colours where masks need tables of several sizes."""
    assert mask_of(np.array([[0, 7]], np.uint8), {7: 255}).dtype == np.uint16
    assert mask_of(np.zeros((2, 2), np.int32), {7: 300}).tolist() == [[BACKGROUND] * 2] * 2
