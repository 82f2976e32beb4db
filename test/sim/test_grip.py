"""What the robot holds: fixed to its link, touched by its fingers, carried in every posture."""

import itertools

import mujoco
import numpy as np
import pytest
from numpy.testing import assert_allclose

from synth_ros.config.physics import SettleConfig
from synth_ros.errors import PlacementError
from synth_ros.geometry.transforms import inverse, make_transform, matrix_from_quat_wxyz
from synth_ros.labels.relations import relations
from synth_ros.randomize.streams import Streams
from synth_ros.sim.grip import PRESS_M
from synth_ros.sim.paths import between
from synth_ros.sim.settle import Verdict, settle
from synth_ros.types import Relation, Thing

HAND = """
<mujoco model="hand">
  <compiler angle="radian"/>
  <worldbody>
    <body name="base_link">
      <geom type="box" size=".1 .1 .1" pos="0 0 .1"/>
      <body name="lift_link" pos="0 0 .9">
        <joint name="lift" type="slide" axis="0 0 1" range="-.3 .5"/>
        <geom type="box" size=".05 .05 .05"/>
        <body name="arm_link">
          <joint name="swing" axis="0 0 1" range="-2 2"/>
          <geom type="capsule" size=".03" fromto=".06 0 0 .4 0 0"/>
          <body name="palm" pos=".46 0 0">
            <joint name="roll" axis="1 0 0" range="-3 3"/>
            <geom type="box" size=".02 .08 .03"/>
            <camera name="eye" pos="-.2 0 .3" xyaxes="0 -1 0 .5 0 .866" fovy="60"/>
            <body name="left" pos=".08 .07 0">
              <joint name="left" type="slide" axis="0 -1 0" range="0 .06"/>
              <geom type="box" size=".05 .008 .02"/>
            </body>
            <body name="right" pos=".08 -.07 0">
              <joint name="right" type="slide" axis="0 1 0" range="0 .06"/>
              <geom name="pad" type="box" size=".05 .008 .02"/>
            </body>
          </body>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator>
    <position joint="lift" kp="4000" kv="400"/>
    <position joint="swing" kp="200" kv="20"/>
    <position joint="roll" kp="50" kv="5"/>
    <position joint="left" kp="800" kv="40"/>
    <position joint="right" kp="800" kv="40"/>
  </actuator>
</mujoco>
"""

PLACES = """
  placement:
    places:
      - {name: table, surface: table}
      - {name: hand, kind: gripper, count: 1,
         grasp: {link: palm, position_m: [0.09, 0.0, 0.0], jitter_m: 0.004,
                 fingers: [left, right]}}
randomization:
  robot: {joints: {swing: [-1, 1], roll: [-1, 1], lift: [0.2, 0.4]}, x_m: [-0.1, 0.1]}
"""


@pytest.fixture
def hold(make):
    """Makes a scene in which the hand holds an object."""

    def build(episode=0, **replace):
        return make(
            PLACES, episode=episode, robot=HAND, **{'{swing: 1.5}': '{swing: 0.0}', **replace}
        )

    return build


def held_part(made):
    (part,) = made.world.scene.held_objects
    return part


def drawn_in_link(made):
    """Pose of the box in the link's frame, as drawn."""
    (item,) = (item for item in made.sampled.objects if item.link)
    return make_transform(matrix_from_quat_wxyz(item.quat_wxyz), item.position_m)


def link_from_box(made):
    """The same from the state."""
    world, part = made.world, held_part(made)
    links = {link.name: link.world_from_link for link in world.links()}
    (instance,) = (i for i in world.instances() if i.instance_id == part.instance_id)
    return inverse(links['palm']) @ instance.world_from_object @ part.object_from_box


def test_a_held_object_follows_its_link_in_every_view(hold):
    made = hold()
    finder = made.finder()
    poses = []
    for view in range(6):
        finder.find(Streams(0, 0), view)
        assert_allclose(link_from_box(made), drawn_in_link(made), atol=1e-12)
        poses.append(made.world.instances()[-1].world_from_object[:3, 3])
    assert np.ptp(poses, axis=0).max() > 0.1


def test_a_held_object_follows_its_link_while_the_simulation_runs(hold):
    made = hold()
    home = made.world.postures.home
    index = list(made.world.scene.robot.qpos_addresses)
    swing = next(j for j in made.world.scene.robot.joints if j.name == 'swing')
    qpos = home.qpos.copy()
    qpos[index.index(swing.qpos_address)] = 0.7
    target = home._replace(qpos=qpos, yaw_rad=home.yaw_rad + 0.3)
    path = between(home, target, steps=90)
    for first in (0, 30, 60):
        made.world.follow(path, 30, first=first)
        assert_allclose(link_from_box(made), drawn_in_link(made), atol=1e-12)


def test_fingers_touch_the_object_from_both_sides(hold):
    for episode in range(4):
        made = hold(episode)
        part = held_part(made)
        assert made.world.grip.fault == ''
        assert made.world.grip.positions.keys() == {'left', 'right'}
        model, data = made.world.model, made.world.data
        for finger in ('left', 'right'):
            body = model.body(f'robot/{finger}').id
            distance = min(
                mujoco.mj_geomDistance(model, data, int(a), int(b), 1.0, None)
                for a, b in itertools.product(
                    np.flatnonzero(model.geom_bodyid == body), part.geom_ids
                )
            )
            assert distance == pytest.approx(-PRESS_M, abs=1e-6)


def test_what_is_held_is_labelled_as_held(hold):
    made = hold()
    part = held_part(made)
    state = made.world.state()
    found = relations(state, made.world.instances())
    me = Thing('object', part.name, part.instance_id)
    assert Relation(me, 'held_by', Thing('robot', 'palm')) in found
    grips = [c for c in state.contacts if me in (c.first, c.second)]
    assert {c.second.name for c in grips} | {c.first.name for c in grips} >= {'left', 'right'}
    # As strong as a small gripper, not as 1e6 kg of inertia that meet.
    assert 1 < sum(c.force_n for c in grips) < 500


def test_what_is_held_keeps_its_instance_and_surfaces(hold):
    made = hold()
    scene, part = made.world.scene, held_part(made)
    names = [scene.geometry.things[thing].name for thing in scene.geom_thing]
    bodies = [scene.model.body(int(b)).name for b in scene.model.geom_bodyid]
    for geom, (name, body) in enumerate(zip(names, bodies, strict=True)):
        if geom in part.geom_ids:
            assert (name, scene.geom_instance_id[geom]) == (part.name, part.instance_id)
        elif body.startswith('robot/'):
            assert name == body.removeprefix('robot/')
            assert geom in scene.robot.geom_ids
        else:
            assert geom not in scene.robot.geom_ids


def test_drawings_with_a_held_object_settle(hold):
    made = hold()
    results = settle(
        made.world,
        [made.drawing(attempt) for attempt in range(3)],
        config=SettleConfig(),
        places=made.builder.inventory.places,
    )
    assert {result.verdict for result in results} == {Verdict.VALID}


def test_postures_in_which_the_object_hits_something_are_refused(hold):
    made = hold()
    finder = made.finder()
    part = held_part(made)
    # Down into the table: only the object reaches it.
    table = made.builder.inventory.surface.center_m[2]
    low = made.world.postures.home
    qpos = low.qpos.copy()
    index = list(made.world.scene.robot.qpos_addresses)
    lift = next(j for j in made.world.scene.robot.joints if j.name == 'lift')
    at = index.index(lift.qpos_address)
    made.world.set_posture(low)
    height = made.world.instances()[-1].world_from_object[2, 3]
    qpos[at] += table - height + 0.01
    touching = finder._touching(low._replace(qpos=qpos, yaw_rad=0.0), with_objects=True)
    assert any(geom in part.geom_ids for pair in touching - finder._allowed for geom in pair)


def test_an_object_beside_the_fingers_is_refused(hold):
    made = hold(**{'[0.09, 0.0, 0.0]': '[0.09, 0.05, 0.0]', 'jitter_m: 0.004': 'jitter_m: 0.0'})
    assert 'finger "right" closes without touching it' in made.world.grip.fault
    with pytest.raises(PlacementError, match=r'cannot hold .*"right" closes without touching'):
        settle(
            made.world,
            [made.sampled.objects],
            config=SettleConfig(),
            places=made.builder.inventory.places,
        )


def test_servos_carry_what_they_hold(hold):
    made = hold(**{'yaw_deg: 30.0': 'yaw_deg: 30.0, control: actuated'})
    world, part = made.world, held_part(made)
    world.follow(between(world.postures.home, world.postures.home, steps=400), 400)
    assert_allclose(link_from_box(made), drawn_in_link(made), atol=1e-12)
    joints = {joint.name: joint.position for joint in world.joints()}
    # The weight of arm and object pulls the lift below where it should be.
    assert -0.05 < joints['lift'] < -0.001
    me = Thing('object', part.name, part.instance_id)
    force = sum(c.force_n for c in world.state().contacts if me in (c.first, c.second))
    assert 0.01 < force < 100
