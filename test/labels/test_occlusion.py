"""Who hides whom: frames made by hand, and ray casting each object alone."""

import numpy as np
import pytest
from small_frames import make_frame
from small_scenes import make_state, make_surface, scene_frame

from synth_ros.errors import InternalError
from synth_ros.labels.occlusion import NOTHING, occluders
from synth_ros.types import Occluder, Silhouette, Thing

CUP, BOX = Thing('object', 'cup_01', 1), Thing('object', 'box_02', 2)
HAND, ROOM = Thing('robot', 'hand'), Thing('environment', 'world')
THINGS = (CUP, BOX, HAND, ROOM)
# Geoms 0 cup, 1 and 2 box, 3 hand, 4 room.
STATE = make_state(THINGS, [make_surface(i) for i in (0, 1, 1, 2, 3)])


def _frame(rows, silhouette):
    return scene_frame(np.array(rows, np.int32), STATE, silhouettes={1: silhouette})


def _all(rows, columns, at=(0, 0)):
    return Silhouette(*at, np.ones((rows, columns), np.bool_))


def test_each_hidden_pixel_is_counted_to_the_thing_that_is_there():
    full = _all(2, 5)
    frame = _frame([[0, 1, 2, 3, 4], [0, 0, 2, 4, 4]], full)

    found = occluders(frame, 1, full)

    # Box 3 and room 3 are equal: the order of things decides.
    assert found == (Occluder(BOX, 3), Occluder(ROOM, 3), Occluder(HAND, 1))


def test_nothing_hides_what_is_whole():
    full = Silhouette(1, 0, np.ones((1, 2), np.bool_))

    assert occluders(_frame([[4, 0, 0, 4]], full), 1, full) == ()


def test_what_lies_outside_the_image_is_not_hidden():
    full = _all(5, 7, at=(-2, -2))
    frame = _frame([[3, 0, 0], [0, 0, 0]], full)

    assert occluders(frame, 1, full) == (Occluder(HAND, 1),)


@pytest.mark.parametrize('at', [(-9, 0), (9, 0), (0, -9), (0, 9), (-9, -9), (3, 2)])
def test_a_silhouette_beside_the_image_has_no_occluders(at):
    full = _all(2, 2, at=at)

    assert occluders(_frame([[4, 4, 4], [4, 4, 4]], full), 1, full) == ()


def test_a_wholly_hidden_instance_has_occluders():
    full = _all(2, 2)

    assert occluders(_frame([[1, 1], [2, 4]], full), 1, full) == (
        Occluder(BOX, 3),
        Occluder(ROOM, 1),
    )


def test_a_pixel_that_shows_nothing_is_counted_to_nothing():
    full = _all(1, 4)
    frame = _frame([[0, -1, -1, 3]], full)

    assert occluders(frame, 1, full) == (Occluder(NOTHING, 2), Occluder(HAND, 1))


def test_nothing_comes_after_things_with_as_many_pixels():
    full = _all(1, 3)

    found = occluders(_frame([[0, -1, 4]], full), 1, full)

    assert found == (Occluder(ROOM, 1), Occluder(NOTHING, 1))


def test_a_frame_without_its_scene_is_an_error():
    frame = make_frame(np.ones((2, 2), np.int32))

    with pytest.raises(InternalError, match='without its scene'):
        occluders(frame, 1, _all(2, 2))
