"""Every object is shown in every pose equally often, from directions that are evenly spread."""

import math
from collections import Counter

import numpy as np
import pytest

from synth_ros.config.curriculum import PoseCurriculum
from synth_ros.randomize.pose_bins import (
    PoseBin,
    bin_count,
    bin_of,
    camera_from_object,
    directions,
    items_of_episode,
    turn_of,
)


def curriculum(**keys):
    usual = {'camera': 'head', 'distances_m': (0.4, 0.8), 'directions': 5, 'rolls': 3}
    return PoseCurriculum(**usual | keys)


@pytest.mark.parametrize('order', ['near_to_far', 'shuffled'])
@pytest.mark.parametrize('objects', [1, 2, 3, 4])
def test_a_whole_round_shows_every_object_once_in_every_pose(order, objects):
    config = curriculum(order=order, objects=objects)
    items, views = 3, 2
    seen = Counter()
    episodes = items * bin_count(config) // (objects * views) * 2
    for episode in range(episodes):
        for slot, item in enumerate(items_of_episode(config, episode, items=items)):
            for view in range(views):
                turn = turn_of(config, slot=slot, items=items, view=(episode, view, views))
                seen[item, bin_of(config, item=item, turn=turn, seed=4)] += 1
    assert len(seen) == items * bin_count(config)
    assert max(seen.values()) - min(seen.values()) <= 1
    if episodes * objects * views % (items * bin_count(config)) == 0:
        assert len(set(seen.values())) == 1


def test_near_comes_before_far():
    config = curriculum()
    distances = [bin_of(config, item=1, turn=turn, seed=0).distance for turn in range(60)]
    assert distances == [0] * 15 + [1] * 15 + [0] * 15 + [1] * 15


def test_objects_and_rounds_have_orders_of_their_own():
    config = curriculum(order='shuffled')

    def order(item, epoch, seed=0):
        turns = range(epoch * 30, epoch * 30 + 30)
        return [bin_of(config, item=item, turn=turn, seed=seed) for turn in turns]

    orders = [order(0, 0), order(1, 0), order(0, 1), order(0, 0, seed=1)]
    assert all(len(set(one)) == 30 for one in orders)
    assert len({tuple(one) for one in orders}) == 4
    assert order(0, 0) == orders[0]


def test_directions_are_spread_evenly():
    found = directions(400)
    assert np.allclose(np.linalg.norm(found, axis=1), 1)
    # As many in each of eight octants, and as many in bands of equal area.
    octants = Counter(map(tuple, (found > 0).tolist()))
    assert max(octants.values()) - min(octants.values()) <= 6
    bands, _ = np.histogram(found[:, 2], np.linspace(-1, 1, 11))
    assert set(bands.tolist()) == {40}
    near = np.sort(np.arccos(np.clip(found @ found.T, -1, 1)), axis=1)[:, 1]
    assert near.max() < 1.6 * near.min()


@pytest.mark.parametrize('direction', range(5))
@pytest.mark.parametrize('roll', range(3))
def test_the_camera_looks_from_the_direction(direction, roll):
    config = curriculum()
    rotation = camera_from_object(config, PoseBin(direction, roll, 0))
    assert np.allclose(rotation @ rotation.T, np.eye(3))
    assert np.linalg.det(rotation) == pytest.approx(1)
    # What points from the object at the camera points against the camera's view.
    assert np.allclose(rotation @ directions(5)[direction], [0, 0, -1])


def test_rolls_turn_the_picture_by_equal_angles():
    config = curriculum(rolls=4)
    upright = camera_from_object(config, PoseBin(2, 0, 0))
    up = upright @ [0, 0, 1]
    assert up[0] == pytest.approx(0, abs=1e-12)
    assert up[1] < 0  # y points down in the image
    for roll in range(4):
        turned = camera_from_object(config, PoseBin(2, roll, 0)) @ [0, 0, 1]
        expected = roll * math.pi / 2 - math.pi / 2
        assert math.remainder(math.atan2(turned[1], turned[0]) - expected, 2 * math.pi) == (
            pytest.approx(0, abs=1e-9)
        )
