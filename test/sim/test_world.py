"""The running scene: poses by hand, a robot that obeys, time without drift."""

import math

import mujoco
import numpy as np
import pytest
from small_bot import rotation_z, view

from synth_ros.sim.paths import between, still
from synth_ros.sim.robot import Posture, interpolate


def test_the_robot_holds_its_posture_under_gravity_and_falling_things(make):
    made = make()
    world = made.world
    qpos = world.data.qpos.copy()
    for k, part in enumerate(world.scene.objects):
        # Onto the arm, which no actuator holds.
        tip = dict(world.links())['arm_link'] @ [0.2 + 0.15 * k, 0, 0.2, 1]
        qpos[part.qpos_address : part.qpos_address + 3] = tip[:3]
    world.set_objects(qpos)
    start = {joint.name: joint.position for joint in world.joints()}
    for _ in range(1000):
        mujoco.mj_step(world.model, world.data)
    for joint in world.joints():
        assert joint.position == pytest.approx(start[joint.name], abs=1e-5)
    heights = [item.world_from_object[2, 3] for item in world.instances()]
    assert min(heights) < 1.0


def test_the_moving_robot_pushes_objects(make):
    world = make().world
    part = world.scene.objects[0]
    qpos = world.data.qpos.copy()
    ahead = np.eye(4)
    ahead[:3, :3] = rotation_z(0.12)
    arm = dict(world.links())['arm_link']
    where = arm[:3, 3] + arm[:3, :3] @ rotation_z(0.12) @ [0.6, 0, 0]
    qpos[part.qpos_address : part.qpos_address + 3] = where
    world.model.opt.gravity[:] = 0
    world.set_objects(qpos)
    swung = world.postures.home._replace(qpos=world.postures.home.qpos + np.array([0, 0.4, 0]))
    world.follow(between(world.postures.home, swung, steps=100), 100)
    moved = np.linalg.norm(world.instances()[0].world_from_object[:3, 3] - where)
    assert moved > 0.1
    joints = {joint.name: joint.position for joint in world.joints()}
    assert joints['swing'] == pytest.approx(1.9)


def test_steps_end_in_the_posture_and_take_their_time(make):
    world = make().world
    target = world.postures.of(view(lift=0.3, swing=-1.0))
    world.follow(lambda step: interpolate(world.postures.home, target, step / 125), 125)
    assert world.time_s == pytest.approx(0.25)
    assert world.stamp_ns == 250_000_000
    joints = {joint.name: joint for joint in world.joints()}
    assert joints['lift'].position == 0.3
    assert joints['lift'].velocity == pytest.approx(0.3 / 0.25)
    assert joints['swing'].velocity == pytest.approx(-2.5 / 0.25)


def test_the_scene_model_is_not_edited(make):
    made = make()
    made.world.follow(still(made.world.postures.of(view())), 50)
    assert made.world.scene.model.dof_armature.max() == 0
    assert made.world.scene.model.jnt_stiffness.max() == 50


def test_turns_go_the_shorter_way():
    start = Posture(0, 0, 0, math.radians(170), np.array([1.0]))
    end = Posture(1, 2, 0, math.radians(-170), np.array([3.0]))
    middle = interpolate(start, end, 0.5)
    assert math.degrees(middle.yaw_rad) == pytest.approx(180)
    assert (middle.x_m, middle.y_m) == (0.5, 1.0)
    assert middle.qpos.tolist() == [2.0]
    assert interpolate(start, end, 1.0) is end


def test_a_collision_check_leaves_the_state_that_a_posture_sets(make):
    world, other = make().world, make().world
    posture = world.postures.of(view(lift=0.2))

    world.collide(world.postures.home)
    contacts = world.collide(posture).contact.geom.copy()
    other.set_posture(posture)

    assert np.array_equal(contacts, other.data.contact.geom)
    for name in ('xpos', 'geom_xmat', 'cam_xpos', 'qacc', 'efc_force'):
        assert np.array_equal(getattr(world.data, name), getattr(other.data, name)), name


def test_several_changes_are_worked_out_when_someone_looks(make, monkeypatch):
    world = make().world
    rest = world.data.qpos.copy()
    run, calls = mujoco.mj_forwardSkip, []

    def count(*arguments):
        calls.append(arguments[2])
        run(*arguments)

    monkeypatch.setattr(mujoco, 'mj_forwardSkip', count)
    world.set_objects(rest)
    world.set_posture(world.postures.home)
    world.set_time(2.0)
    assert world.time_s == 2.0
    assert calls == []

    world.links()
    world.state()

    assert len(calls) == 1
