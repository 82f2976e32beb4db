"""Contacts and their forces, against gravity and MuJoCo's own sums."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from synth_ros.sim.contacts import contacts, normal_forces
from synth_ros.types import Contact, Thing

GRAVITY = 9.81


def stacked(made, heights):
    """Put the bricks flat on the table, each at a height, and let them rest."""
    world = made.world
    qpos = world.data.qpos.copy()
    bricks = [part for part in world.scene.objects if part.class_name == 'brick']
    for number, part in enumerate(world.scene.objects):
        at = part.qpos_address
        # Out of the way, unless told otherwise.
        qpos[at : at + 7] = (-5 - number, -5, 0.1, 1, 0, 0, 0)
    for part, (x, z) in zip(bricks, heights, strict=False):
        at = part.qpos_address
        qpos[at : at + 7] = (x, 0.1, 0.72 + z, 1, 0, 0, 0)
    world.set_objects(qpos)
    for _ in range(1500):
        mujoco.mj_step(world.model, world.data)
    world.set_objects(world.data.qpos.copy())
    return bricks[: len(heights)]


def weight(world, part):
    return float(world.model.body_mass[part.body_id]) * GRAVITY


def between(found: tuple[Contact, ...], first: str, second: str) -> list[Contact]:
    return [c for c in found if (c.first.name, c.second.name) == (first, second)]


def find_bricks(make):
    """A scene with at least two bricks."""
    for episode in range(20):
        made = make(episode=episode)
        if sum(part.class_name == 'brick' for part in made.world.scene.objects) >= 2:
            return made
    raise AssertionError('no scene has two bricks')


def test_a_brick_at_rest_weighs_what_it_weighs(make):
    made = find_bricks(make)
    world = made.world
    (brick,) = stacked(made, [(0.8, 0.025)])
    state = world.state()
    mine = between(state.contacts, brick.name, 'table')
    assert len(mine) >= 3
    assert sum(c.force_n for c in mine) == pytest.approx(weight(world, brick), rel=0.02)
    for contact in mine:
        # From the object, which is the earlier thing, down into the table.
        assert contact.normal == pytest.approx((0, 0, -1), abs=1e-6)
        assert contact.position_m[2] == pytest.approx(0.72, abs=2e-3)
        assert -2e-3 < contact.distance_m < 0
        assert contact.first == Thing('object', brick.name, brick.instance_id)
        assert contact.second == Thing('environment', 'table')


def test_a_stack_carries_what_is_above(make):
    made = find_bricks(make)
    world = made.world
    lower, upper = stacked(made, [(0.8, 0.022), (0.8, 0.068)])
    found = world.state().contacts
    pair = sorted([lower, upper], key=lambda part: part.instance_id)
    touching = between(found, pair[0].name, pair[1].name)
    down = -1 if pair[0] is upper else 1
    assert all(c.normal == pytest.approx((0, 0, down), abs=1e-4) for c in touching)
    assert sum(c.force_n for c in touching) == pytest.approx(weight(world, upper), rel=0.02)
    below = between(found, lower.name, 'table')
    both = weight(world, lower) + weight(world, upper)
    assert sum(c.force_n for c in below) == pytest.approx(both, rel=0.02)
    assert not between(found, upper.name, 'table')


def test_forces_are_a_function_of_the_state_alone(make):
    made = find_bricks(make)
    world = made.world
    stacked(made, [(0.8, 0.022), (0.8, 0.068)])
    rest = world.data.qpos.copy()
    first = world.state()
    # Look somewhere else in between, and at something else.
    world.set_posture(world.postures.home._replace(x_m=-0.4, qpos=world.postures.home.qpos + 0.1))
    stirred = rest.copy()
    stirred[world.scene.objects[0].qpos_address + 2] += 0.5
    world.set_objects(stirred)
    world.set_posture(world.postures.home)
    world.set_objects(rest)
    assert world.state().contacts == first.contacts


@pytest.mark.parametrize('cone', ['pyramidal', 'elliptic'])
def test_normal_forces_are_those_of_mujoco(cone):
    model = mujoco.MjModel.from_xml_string(
        f'<mujoco><option cone="{cone}"/><worldbody><geom type="plane" size="2 2 .1"/>'
        + ''.join(
            f'<body pos="{x} 0 .09"><freejoint/>'
            f'<geom type="{kind}" size=".1 .1 .1" condim="{dim}" margin="{margin}" gap="{gap}"/>'
            '</body>'
            for x, kind, dim, margin, gap in (
                (0, 'box', 1, 0, 0), (1, 'box', 3, 0, 0), (-1, 'sphere', 4, 0, 0),
                (0.15, 'sphere', 6, 0, 0), (-0.5, 'box', 3, 0.3, 0.3),
            )
        )
        + '</worldbody></mujoco>'
    )  # fmt: skip
    data = mujoco.MjData(model)
    for _ in range(5):
        mujoco.mj_step(model, data)
    mujoco.mj_forward(model, data)
    assert data.ncon >= 10
    expected = np.zeros((data.ncon, 6))
    for k in range(data.ncon):
        mujoco.mj_contactForce(model, data, k, expected[k])
    forces = normal_forces(model, data)
    np.testing.assert_allclose(forces, expected[:, 0], rtol=0, atol=1e-12)
    assert (forces > 1).any()


def test_one_thing_does_not_touch_itself(make):
    """The geoms of one body, and bodies of nothing, make no contacts; links touch objects."""
    made = find_bricks(make)
    world = made.world
    brick = next(part for part in world.scene.objects if part.class_name == 'brick')
    arm = dict(world.links())['arm_link'] @ [0.4, 0, 0.045, 1]
    qpos = world.data.qpos.copy()
    qpos[brick.qpos_address : brick.qpos_address + 3] = arm[:3]
    world.set_objects(qpos)
    found = contacts(world.model, world.data, world.scene)
    assert all(c.first != c.second for c in found)
    assert between(found, brick.name, 'arm_link')
    order = [world.scene.geometry.things.index(c.first) for c in found]
    assert order == sorted(order)
    for contact in found:
        assert np.linalg.norm(contact.normal) == pytest.approx(1)
        assert contact.force_n >= 0


def test_contacts_the_solver_leaves_out_have_no_force(make):
    made = find_bricks(make)
    world = made.world
    (brick,) = stacked(made, [(0.8, 0.025)])
    at = brick.qpos_address
    geom = brick.geom_ids[0]
    # Seen from afar, felt only when touching.
    world.model.geom_gap[geom] = 0.05
    world.model.body_margin[brick.body_id] = 0.05
    qpos = world.data.qpos.copy()
    qpos[at + 2] += 0.02
    world.set_objects(qpos)
    mine = between(world.state().contacts, brick.name, 'table')
    assert mine
    assert all(c.force_n == 0 and c.distance_m > 0 for c in mine)


def test_no_contacts_at_all(make):
    world = make().world
    qpos = world.data.qpos.copy()
    for number, part in enumerate(world.scene.objects):
        qpos[part.qpos_address : part.qpos_address + 3] = (0, number, 50)
    world.set_objects(qpos)
    world.set_posture(world.postures.home._replace(z_m=20.0))
    assert world.state().contacts == ()
