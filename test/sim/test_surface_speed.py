"""Surfaces that move: belts carry by friction, a base that drives takes along what is on it."""

import math

import mujoco
import numpy as np
import pytest

from synth_ros.sim.paths import Speed, composed, drive, still

FLOATING = {
    'count: [4, 4]': 'count: [1, 1]\n  placement: {region: {center_m: [0, 0, 3], size_m: [1, 1]}}'
}


def put(world, part, position):
    qpos = world.data.qpos.copy()
    qpos[part.qpos_address : part.qpos_address + 7] = [*position, 1, 0, 0, 0]
    world.set_objects(qpos)


def lying(world):
    """The only object, laid on the table and at rest, and the table's geom."""
    (part,) = world.scene.objects
    put(world, part, (0.6, 0.0, 0.72 + part.size_m[2] / 2))
    world.follow(still(world.postures.home), 100)
    return part, world.model.geom('env/table_top').id


def test_a_belt_carries_at_its_speed_and_stops(make):
    world = make(**FLOATING).world
    part, top = lying(world)
    world.surface_speeds.set_belt(top, 0.2, steps=100)
    world.follow(still(world.postures.home), 250)
    start = world.instances()[0].world_from_object[0, 3]
    world.follow(still(world.postures.home), 500)
    # The table lies along the world's axes.
    moved = world.instances()[0].world_from_object[0, 3] - start
    assert moved == pytest.approx(0.2 * 1.0, rel=0.002)
    world.surface_speeds.set_belt(top, 0.0, steps=100)
    world.follow(still(world.postures.home), 250)
    assert np.abs(world.data.qvel[part.dof_address : part.dof_address + 6]).max() < 0.01
    assert not world.model.flg_surfacevel


@pytest.mark.parametrize(('speed_m_s', 'slips'), [(0.5, False), (4.0, True)])
def test_a_belt_pulls_no_harder_than_friction(make, speed_m_s, slips):
    world = make(**FLOATING).world
    part, top = lying(world)
    limit = world.model.geom_friction[part.geom_ids[0], 0] * 9.81
    # In a quarter of a second.
    world.surface_speeds.set_belt(top, speed_m_s, steps=125)
    world.follow(still(world.postures.home), 50)
    before = world.data.qvel[part.dof_address]
    world.follow(still(world.postures.home), 50)
    pull = (world.data.qvel[part.dof_address] - before) / 0.1
    asked = speed_m_s / 0.25
    assert slips == (asked > limit)
    assert pull == pytest.approx(min(asked, limit), rel=0.1)


@pytest.mark.parametrize('carried', [True, False])
def test_a_driving_base_takes_along_what_lies_on_it(make, carried):
    world = make(
        **FLOATING, **{'position_m: [0.0, 0.1, 0.0], yaw_deg: 30.0': 'yaw_deg: 0.0'}
    ).world
    (part,) = world.scene.objects
    start = np.array([0.05, 0.0, 0.2 + part.size_m[2] / 2])
    put(world, part, start)
    world.follow(still(world.postures.home), 100)
    way = drive((0, 0, 0), [Speed(0.3, 0.6)], steps=1000, timestep_s=0.002, ramp_s=0.5)
    if not carried:
        world.surface_speeds.set_base = lambda *_: None
    before = world.instances()[0].world_from_object
    world.follow(composed(world.postures.home, base=way, qpos=None), 1000)
    after = world.instances()[0].world_from_object
    x, y, yaw = way[-1]
    base = np.eye(4)
    base[:2, :2] = [[math.cos(yaw), -math.sin(yaw)], [math.sin(yaw), math.cos(yaw)]]
    base[:2, 3] = x, y
    away = np.linalg.norm(after[:3, 3] - (base @ before)[:3, 3])
    if carried:
        assert away < 0.01
        turned = (base @ before)[:3, :3].T @ after[:3, :3]
        assert math.degrees(math.acos((np.trace(turned) - 1) / 2)) < 3
    else:
        assert away > 0.1


def test_a_base_that_stands_again_moves_no_surface(make):
    world = make().world
    way = drive((0, 0.1, 0.5), [Speed(0.3, 0.0)], steps=50, timestep_s=0.002, ramp_s=0.01)
    path = composed(world.postures.home, base=way, qpos=None)
    world.follow(path, 25)
    assert world.model.flg_surfacevel
    world.follow(path, 35, first=25)
    assert not world.model.flg_surfacevel
    assert isinstance(world.data, mujoco.MjData)
