"""Tracks: states, and every change between them."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from small_frames import make_frame, make_instance

from synth_ros.config.labels import LabelsConfig
from synth_ros.errors import InternalError
from synth_ros.labels.annotate import annotate
from synth_ros.labels.tracks import tracks
from synth_ros.types import Silhouette, Track

CONFIG = LabelsConfig(min_pixels=4, min_visibility=0.25)
STATES = ('visible', 'occluded', 'outside')


def _frame(state):
    """Instance 5 in a state; instance 9 hides it or is beside it, always visible."""
    image = np.zeros((8, 8), np.int32)
    image[4:, 4:] = 9
    if state == 'visible':
        image[:3, :3] = 5
    at = {'visible': (0, 0), 'occluded': (5, 5), 'outside': (-3, 0)}[state]
    return make_frame(
        image,
        instances=(make_instance(5), make_instance(9)),
        silhouettes={
            5: Silhouette(*at, np.ones((3, 3), np.bool_)),
            9: Silhouette(4, 4, np.ones((4, 4), np.bool_)),
        },
    )


EVENTS = {
    ('visible', 'visible'): None,
    ('visible', 'occluded'): 'occluded',
    ('visible', 'outside'): 'left',
    ('occluded', 'visible'): 'revealed',
    ('occluded', 'occluded'): None,
    ('occluded', 'outside'): 'left',
    ('outside', 'visible'): 'entered',
    ('outside', 'occluded'): 'entered',
    ('outside', 'outside'): None,
}


@pytest.mark.parametrize(('then', 'now'), list(itertools.product(STATES, repeat=2)))
def test_every_change_has_its_event(then, now):
    found = tracks(_frame(now), _frame(then), CONFIG)

    assert found == (Track(5, now, EVENTS[then, now]), Track(9, 'visible', None))


@pytest.mark.parametrize(
    ('now', 'event'), [('visible', 'entered'), ('occluded', 'entered'), ('outside', None)]
)
def test_before_the_first_frame_everything_was_outside(now, event):
    found = tracks(_frame(now), None, CONFIG)

    assert found == (Track(5, now, event), Track(9, 'visible', 'entered'))


@pytest.mark.parametrize('seed', range(40))
def test_what_is_visible_is_what_is_labelled(seed):
    rng = np.random.default_rng(seed)
    image = rng.choice([0, 0, 1, 2, 300], (6, 7)).astype(np.int32)
    silhouettes = {
        key: Silhouette(-2, -1, (rng.random((9, 12)) < 0.3) | _pasted(image == key))
        for key in (1, 2, 300)
    }
    frame = make_frame(
        image,
        instances=tuple(make_instance(key) for key in (1, 2, 300)),
        silhouettes=silhouettes,
    )
    config = LabelsConfig(min_pixels=int(rng.integers(1, 9)), min_visibility=rng.uniform(0, 0.5))

    labelled = {label.instance.instance_id for label in annotate(frame, config).instances}

    assert {t.instance_id for t in tracks(frame, None, config) if t.state == 'visible'} == labelled


def _pasted(mask):
    out = np.zeros((9, 12), np.bool_)
    out[1:7, 2:9] = mask
    return out


@pytest.mark.parametrize(
    ('inside', 'state'), [(4, 'occluded'), (3, 'outside')], ids=['enough', 'too little']
)
def test_a_hidden_instance_is_occluded_if_enough_of_it_lies_in_the_image(inside, state):
    # Of sixteen columns of one pixel each the image holds the last ones; a quarter is asked.
    frame = make_frame(
        np.zeros((1, 20), np.int32),
        instances=(make_instance(1),),
        silhouettes={1: Silhouette(inside - 16, 0, np.ones((1, 16), np.bool_))},
    )

    assert tracks(frame, None, CONFIG)[0].state == state


def test_a_glimpse_below_the_thresholds_is_occluded():
    image = np.zeros((8, 8), np.int32)
    image[0, 0] = 1
    frame = make_frame(image, silhouettes={1: Silhouette(0, 0, np.ones((4, 4), np.bool_))})

    assert tracks(frame, None, CONFIG) == (Track(1, 'occluded', 'entered'),)


def test_without_a_silhouette_an_instance_is_outside():
    frame = make_frame(np.zeros((4, 4), np.int32), instances=(make_instance(2),), silhouettes={})

    assert tracks(frame, None, CONFIG) == (Track(2, 'outside', None),)


def test_the_camera_may_move_but_not_change():
    frame = _frame('visible')
    moved = replace(frame, world_from_camera=np.diag([1.0, -1, -1, 1]))
    other = replace(frame, camera=replace(frame.camera, name='wrist'))

    assert tracks(frame, moved, CONFIG)[0] == Track(5, 'visible', None)
    with pytest.raises(InternalError, match="'eye' cannot follow one of 'wrist'"):
        tracks(frame, other, CONFIG)
