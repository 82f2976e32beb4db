"""Verdicts of places: made true or false by hand, and by physics."""

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from synth_ros.config.physics import SettleConfig
from synth_ros.config.placement import Place
from synth_ros.randomize.inventory import PlaceInfo, SurfaceInfo
from synth_ros.randomize.scene import SampledObject
from synth_ros.sim.paths import still
from synth_ros.sim.settle import Verdict, settle
from synth_ros.sim.staying import Lying, stays

SURFACE = SurfaceInfo('x', (1.0, 2.0, 0.5), (0.2, 0.3), math.radians(90), 0.4, 0.2)
BIN = PlaceInfo(Place(name='cell', kind='bin'), (SURFACE,))
SHELF = PlaceInfo(Place(name='shelf', kind='shelf'), (SURFACE,))
BOWL = PlaceInfo(Place(name='bowl', kind='container', container='bowl'))


def lying(center, *, place=None, number=1, turn=None, half=(0.03, 0.03, 0.1), name='thing'):
    drawn = SampledObject(
        instance_id=number,
        name=f'{name}_{number}',
        class_id=1,
        class_name=name,
        variant='v',
        position_m=center,
        quat_wxyz=(1.0, 0.0, 0.0, 0.0),
        scale=1.0,
        hue_shift_deg=0.0,
        value_scale=1.0,
        friction_scale=1.0,
        mass_scale=1.0,
    )
    rotation = Rotation.from_euler('x', turn or 0.0, degrees=True).as_matrix()
    return Lying(number, name, np.array(center), rotation, np.array(half), drawn, place)


@pytest.mark.parametrize(
    ('center', 'turn', 'inside'),
    [
        ((1.0, 2.0, 0.6), 0, True),
        # The bin's x axis is the world's y: it is 0.6 m wide along x.
        ((1.29, 2.0, 0.6), 0, True),
        ((1.0, 2.29, 0.6), 0, False),
        ((1.31, 2.0, 0.6), 0, False),
        ((1.0, 2.0, 0.45), 0, False),
        # Above the rim: its lowest point is at 0.72.
        ((1.0, 2.0, 0.82), 0, False),
        # Lying, its lowest point is farther up.
        ((1.0, 2.0, 0.75), 90, False),
        ((1.0, 2.0, 0.75), 0, True),
    ],
)
def test_inside_a_bin(center, turn, inside):
    thing = lying(center, place=BIN, turn=turn)
    assert stays(thing, [thing], touching=[]) is inside


@pytest.mark.parametrize(
    ('center', 'turn', 'stays_put'),
    [
        ((1.0, 2.0, 0.6), 0, True),
        ((1.0, 2.0, 0.6), 20, True),
        ((1.0, 2.0, 0.53), 90, False),
        ((1.0, 2.25, 0.6), 0, False),
        ((1.0, 2.0, 0.3), 0, False),
        ((1.0, 2.0, 1.0), 0, False),
    ],
)
def test_standing_on_a_board(center, turn, stays_put):
    thing = lying(center, place=SHELF, turn=turn)
    assert stays(thing, [thing], touching=[]) is stays_put


def test_a_container_must_carry_what_is_over_it():
    bowl = lying((0.0, 0.0, 0.05), number=1, half=(0.1, 0.1, 0.05), name='bowl')
    nut = lying((0.02, 0.0, 0.05), number=2, half=(0.02,) * 3, place=BOWL)
    upper = lying((0.02, 0.0, 0.09), number=3, half=(0.02,) * 3, place=BOWL)
    beside = lying((0.12, 0.0, 0.05), number=4, half=(0.02,) * 3, place=BOWL)
    below = lying((0.0, 0.0, -0.02), number=5, half=(0.02,) * 3, place=BOWL)
    things = [bowl, nut, upper, beside, below]
    touching = [frozenset(pair) for pair in ((1, 2), (2, 3), (1, 4), (1, 5))]
    found = [stays(thing, things, touching=touching) for thing in things]
    assert found == [True, True, True, False, False]
    # Hovering over it is not enough.
    assert not stays(nut, things, touching=[frozenset((2, 3))])


def settled(made, drawing=None, **changed):
    (result,) = settle(
        made.world,
        [drawing or made.sampled.objects],
        config=SettleConfig(**changed),
        places=made.builder.inventory.places,
    )
    return result


def moved(item, x, y, z):
    return item.model_copy(update={'position_m': (x, y, z)})


BALL_ALONE = {'count: [4, 4]': 'count: [1, 1]', '    - {name: brick': '    #'}


def test_an_object_that_starts_inside_something_is_not_dropped(make):
    made = make(**BALL_ALONE)
    (ball,) = made.sampled.objects
    table = made.builder.inventory.surface.center_m
    result = settled(made, [moved(ball, *table)])
    assert result.verdict is Verdict.STARTED_INSIDE
    assert result.time_s == 0


def test_a_drawing_without_room_is_not_dropped(make):
    made = make(**BALL_ALONE)
    (ball,) = made.sampled.objects
    result = settled(made, [ball.model_copy(update={'unplaced': 'no free room'})])
    assert result.verdict is Verdict.NO_ROOM


SPACED = '  placement: {places: [{name: table, surface: table, spacing_m: 0.02}]}\n'


def test_objects_that_should_keep_apart_are_refused_when_they_touch(make):
    made = make(SPACED, **{'    - {name: ball': '    #', 'count: [4, 4]': 'count: [2, 2]'})
    one, other = (
        item.model_copy(update={'quat_wxyz': (1.0, 0.0, 0.0, 0.0)})
        for item in made.sampled.objects
    )
    x, y, z = made.builder.inventory.surface.center_m
    apart = settled(made, [moved(one, x, y, z + 0.03), moved(other, x, y + 0.2, z + 0.03)])
    assert apart.verdict is Verdict.VALID
    stacked = settled(made, [moved(one, x, y, z + 0.03), moved(other, x, y, z + 0.09)])
    assert stacked.verdict is Verdict.TOUCHING


def test_spaced_objects_do_not_touch_at_rest(make):
    valid = 0
    for episode in range(4):
        made = make(SPACED, episode=episode)
        result = settled(made)
        if result.verdict is Verdict.VALID:
            valid += 1
            made.world.set_objects(result.qpos)
            pairs = [
                (c.first.instance_id, c.second.instance_id) for c in made.world.state().contacts
            ]
            assert not any(a and b for a, b in pairs)
    assert valid >= 2


HANGING = """  placement:
    places:
      - {name: table, surface: table}
      - {name: air, kind: air, count: [3, 3],
         points: {in_box: {center_m: [0.8, 0.0, 1.5], size_m: [0.6, 0.8, 0.5]}}}
"""


def test_hanging_objects_are_exactly_where_they_were_drawn(make):
    made = make(HANGING)
    drawings = [made.drawing(attempt) for attempt in range(2)]
    results = settle(
        made.world,
        drawings,
        config=SettleConfig(),
        places=made.builder.inventory.places,
    )
    for drawing, result in zip(drawings, results, strict=True):
        assert result.verdict is Verdict.VALID
        made.world.set_objects(result.qpos)
        made.world.hang(drawing)
        made.world.follow(still(made.world.postures.home), 100)
        poses = {
            i.instance_id: i.world_from_object @ i.object_from_box for i in made.world.instances()
        }
        hanging = [item for item in drawing if item.hangs]
        assert len(hanging) == 3
        for item in hanging:
            np.testing.assert_allclose(poses[item.instance_id][:3, 3], item.position_m, atol=1e-12)
    first, second = ([item.position_m for item in drawing if item.hangs] for drawing in drawings)
    assert first != second


def test_only_hanging_objects_rest_at_once(make):
    made = make(HANGING, **{'count: [4, 4]': 'count: [0, 0]'})
    result = settled(made)
    assert (result.verdict, result.time_s) == (Verdict.VALID, 0.0)
