"""Postures that touch something are drawn again, and given up within a bound."""

import numpy as np
import pytest

from synth_ros.errors import PlacementError
from synth_ros.randomize.streams import Streams

SWING = """
randomization: {{robot: {{joints: {{swing: [{low}, {high}]}}, max_attempts: {attempts}}}}}
"""


def block_the_arm(made):
    """Put object 0 where the arm is at swing 0."""
    world = made.world
    qpos = world.data.qpos.copy()
    for part in world.scene.objects:
        qpos[part.qpos_address : part.qpos_address + 3] = (0, -5.0 - part.instance_id, 3)
    world.set_posture(world.postures.home._replace(qpos=np.zeros(3)))
    arm = dict(world.links())['arm_link']
    part = world.scene.objects[0]
    qpos[part.qpos_address : part.qpos_address + 3] = (arm @ [0.5, 0, 0, 1])[:3]
    world.set_objects(qpos)


def test_a_free_robot_keeps_its_first_draw(make):
    made = make(SWING.format(low=1.0, high=1.5, attempts=5))
    drawn = made.finder().find(Streams(0, 0), 0)
    assert drawn.attempt == 0
    position = {joint.name: joint.position for joint in made.world.joints()}['swing']
    assert position == drawn.joints['swing']


def test_postures_that_touch_an_object_are_drawn_again(make):
    made = make(SWING.format(low=-0.4, high=0.4, attempts=200))
    block_the_arm(made)
    search = made.finder()
    drawn = [search.find(Streams(0, 0), view) for view in range(20)]
    assert max(view.attempt for view in drawn) > 0
    # The object's radius seen from the joint: about 0.03 + 0.03 at 0.5 m.
    assert all(abs(view.joints['swing']) > 0.08 for view in drawn)


def test_a_blocked_robot_is_an_error_that_says_what_touches(make):
    made = make(SWING.format(low=-0.01, high=0.01, attempts=3))
    block_the_arm(made)
    with pytest.raises(
        PlacementError, match=r'view 4: the robot touched something in all 3 postures'
    ):
        made.finder().find(Streams(0, 0), 4)


def test_contacts_of_the_home_posture_are_allowed(make):
    # The base stands in the floor.
    made = make(**{'position_m: [0.0, 0.1, 0.0]': 'position_m: [0.0, 0.1, -0.005]'})
    assert made.finder().find(Streams(0, 0), 0).attempt == 0


def test_the_base_may_not_stand_in_furniture(make):
    # Both are fixed for MuJoCo, which finds no contact between them.
    wide = """
randomization: {robot: {x_m: [0.0, 1.2], max_attempts: 40}}
"""
    made = make(wide)
    search = made.finder()
    table = made.builder.inventory.surface.center_m
    drawn = [search.find(Streams(0, 0), view) for view in range(12)]
    assert max(view.attempt for view in drawn) > 0
    height = dict(made.world.links())['base_link'][2, 3]
    assert height < table[2]


def test_a_base_that_has_no_room_is_an_error(make):
    made = make(
        """
randomization: {robot: {x_m: [0.8, 0.85], y_m: [-0.12, -0.1], max_attempts: 3}}
""",
        **{'{swing: 1.5}': '{swing: 1.5, lift: 0.4}'},
    )
    with pytest.raises(PlacementError, match='the robot touched something in all 3 postures'):
        made.finder().find(Streams(0, 0), 0)
