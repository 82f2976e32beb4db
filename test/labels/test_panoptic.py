"""Panoptic masks: every pixel in exactly one segment."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from ray_reference import brute_box
from small_frames import make_frame, make_instance
from small_scenes import make_state, make_surface, scene_frame

from synth_ros.errors import InternalError
from synth_ros.labels.panoptic import panoptic
from synth_ros.types import STUFF_SEGMENT, Thing

TABLE, WALL = 30, 9
THINGS = [
    Thing('object', 'cup_01', 3),
    Thing('object', 'box_02', 700),
    Thing('robot', 'hand'),
    Thing('environment', 'world'),
]
# Geoms: cup, box, box, hand and table leg (one kind each), two walls, what is no stuff.
STATE = make_state(
    THINGS,
    [
        make_surface(0),
        make_surface(1),
        make_surface(1),
        make_surface(2, stuff_id=8),
        make_surface(3, stuff_id=TABLE),
        make_surface(3, stuff_id=WALL),
        make_surface(3, stuff_id=WALL),
        make_surface(3),
    ],
)
SEGMENT = {0: 3, 1: 700, 2: 700, 3: 65544, 4: 65566, 5: 65545, 6: 65545, 7: 0, -1: 0}

images = hnp.arrays(
    np.int32,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=10),
    elements=st.integers(-1, 7),
)


@given(images)
def test_every_pixel_is_in_one_segment_and_the_segments_count_all_pixels(image):
    frame = scene_frame(image, STATE, class_of={3: 40, 700: 2})

    found = panoptic(frame)

    expected = np.vectorize(SEGMENT.get)(image)
    assert np.array_equal(found.segment_id, expected)
    assert [s.segment_id for s in found.segments] == [int(k) for k in np.unique(expected) if k]
    assert sum(s.pixels for s in found.segments) == np.count_nonzero(expected)
    for segment in found.segments:
        mask = expected == segment.segment_id
        assert segment.pixels == mask.sum()
        assert tuple(segment.box) == brute_box(mask)
        assert segment.is_thing == (segment.segment_id < STUFF_SEGMENT)
        assert (
            segment.class_id
            == {3: 40, 700: 2, 65544: 8, 65566: TABLE, 65545: WALL}[segment.segment_id]
        )


def test_the_mask_is_read_only():
    found = panoptic(scene_frame(np.zeros((2, 3), np.int32), STATE))

    assert found.segment_id.dtype == np.int32
    assert not found.segment_id.flags.writeable


def test_ids_of_things_must_stay_below_those_of_stuff():
    state = make_state([Thing('object', 'far', STUFF_SEGMENT)], [make_surface(0)])

    with pytest.raises(InternalError, match='65536 does not fit below 65536'):
        panoptic(scene_frame(np.zeros((2, 2), np.int32), state))


def test_the_largest_id_of_a_thing_fits():
    state = make_state([Thing('object', 'far', 65535)], [make_surface(0)])

    (segment,) = panoptic(scene_frame(np.zeros((2, 2), np.int32), state)).segments

    assert (segment.segment_id, segment.is_thing) == (65535, True)


def test_an_instance_that_the_frame_does_not_list_is_an_error():
    frame = replace(
        scene_frame(np.zeros((2, 2), np.int32), STATE), instances=(make_instance(700),)
    )

    with pytest.raises(InternalError, match='shows instance 3'):
        panoptic(frame)


def test_a_frame_without_its_scene_is_an_error():
    with pytest.raises(InternalError, match='without its scene'):
        panoptic(make_frame(np.ones((2, 2), np.int32)))
