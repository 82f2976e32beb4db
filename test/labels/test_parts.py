"""Part masks: the part of each pixel's surface."""

import numpy as np
import pytest
from small_frames import make_frame
from small_scenes import make_state, make_surface, scene_frame

from synth_ros.errors import InternalError
from synth_ros.labels.parts import part_image
from synth_ros.types import Thing

MUG, ARM = Thing('object', 'mug_01', 1), Thing('robot', 'arm')


def test_each_pixel_has_the_part_of_its_surface():
    state = make_state(
        [MUG, ARM],
        [make_surface(0, part_id=7), make_surface(0), make_surface(1, part_id=65535)],
    )
    frame = scene_frame(np.array([[0, 1, 2], [-1, 2, 0]], np.int32), state)

    image = part_image(frame)

    assert image.dtype == np.uint16
    assert image.tolist() == [[7, 0, 65535], [0, 65535, 7]]
    assert not image.flags.writeable


@pytest.mark.parametrize('part', [-1, 65536])
def test_a_part_that_does_not_fit_is_an_error(part):
    state = make_state([MUG], [make_surface(0, part_id=part)])

    with pytest.raises(InternalError, match=f'Part id {part} is not within 0 to 65535'):
        part_image(scene_frame(np.zeros((2, 2), np.int32), state))


def test_a_frame_without_its_scene_is_an_error():
    with pytest.raises(InternalError, match='without its scene'):
        part_image(make_frame(np.ones((2, 2), np.int32)))
