"""Relations of things at rest, simulated, and of made-up states against a slow reference."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from relation_reference import reference
from simulated_scenes import (
    FLOOR,
    TABLE,
    WALL,
    Simulated,
    block,
    box_of,
    contact,
    instance,
    order,
    simulate,
    state,
    thing,
)

from synth_ros.labels.relations import relations
from synth_ros.types import NO_MESH, Instance, Link, Surface, Thing


def test_an_apple_in_a_bowl():
    made = simulate(
        '', assets=[(1, 'apple/red', [0.005, 0, 0.09]), (2, 'bowl/dotted', [0, 0, 0.036])]
    )
    assert made.relations({1: box_of('apple/red'), 2: box_of('bowl/dotted')}) == {
        ('o1', 'inside', 'o2'),
        ('o1', 'supported_by', 'o2'),
        ('o1', 'touching', 'o2'),
        ('o2', 'supported_by', 'table'),
        ('o2', 'touching', 'table'),
    }


def test_a_mug_on_a_plate_is_not_inside_it_nor_the_plate_in_the_mug():
    made = simulate(
        '', assets=[(1, 'plate/ringed', [0, 0, 0.013]), (2, 'mug/enamel', [0.015, 0, 0.06])]
    )
    assert made.relations({1: box_of('plate/ringed'), 2: box_of('mug/enamel')}) == {
        ('o1', 'supported_by', 'table'),
        ('o1', 'touching', 'o2'),
        ('o1', 'touching', 'table'),
        ('o2', 'supported_by', 'o1'),
    }


def test_in_a_stack_each_rests_on_the_one_below():
    half = (0.05, 0.05, 0.02)
    bodies = [
        block(key, (0, 0, 0.021 + 0.041 * place), half) for place, key in enumerate((2, 3, 1))
    ]
    made = simulate(''.join(bodies))
    assert made.relations(dict.fromkeys((1, 2, 3), ((0, 0, 0), (0.1, 0.1, 0.04)))) == {
        ('o1', 'supported_by', 'o3'),
        ('o1', 'touching', 'o3'),
        ('o2', 'supported_by', 'table'),
        ('o2', 'touching', 'o3'),
        ('o2', 'touching', 'table'),
        ('o3', 'supported_by', 'o2'),
    }


def test_what_leans_at_a_wall_is_not_supported_by_it():
    wall = '<body name="wall" pos="0.2 0 0.3"><geom type="box" size=".05 .5 .3"/></body>'
    made = simulate(wall + block(1, (0.07, 0, 0.19), (0.01, 0.05, 0.2), euler='0 20 0'))
    assert made.relations({1: ((0, 0, 0), (0.02, 0.1, 0.4))}) == {
        ('o1', 'supported_by', 'table'),
        ('o1', 'touching', 'table'),
        ('o1', 'touching', 'wall'),
    }


def test_things_in_a_box_lie_on_each_other_and_all_inside():
    walls = ''.join(
        f'<geom type="box" size="{size}" pos="{at}" mass=".2"/>'
        for size, at in [
            ('.06 .06 .005', '0 0 -.055'),
            ('.005 .06 .06', '-.055 0 0'),
            ('.005 .06 .06', '.055 0 0'),
            ('.06 .005 .06', '0 -.055 0'),
            ('.06 .005 .06', '0 .055 0'),
        ]
    )
    crate = f'<body name="o1" pos="0 0 0.06"><freejoint/>{walls}</body>'
    flat = (0.045, 0.045, 0.015)
    inner = block(2, (0, 0, 0.027), flat) + block(3, (0, 0, 0.059), flat)
    made = simulate(crate + inner)
    size = (0.09, 0.09, 0.03)
    boxes = {1: ((0, 0, 0), (0.12, 0.12, 0.12)), 2: ((0, 0, 0), size), 3: ((0, 0, 0), size)}
    found = made.relations(boxes)
    assert {item for item in found if item[1] == 'inside'} == {
        ('o2', 'inside', 'o1'),
        ('o3', 'inside', 'o1'),
    }
    assert {item for item in found if item[1] == 'supported_by'} == {
        ('o1', 'supported_by', 'table'),
        ('o2', 'supported_by', 'o1'),
        ('o3', 'supported_by', 'o2'),
    }


GRIPPER = """
<body name="link_arm" pos="0 0 0.5"><geom type="box" size=".02 .02 .02" mass="1"/>
  <body name="link_hand" pos="0 0 -0.1"><geom type="box" size=".08 .02 .02" mass="1"/>
    <body name="link_left" pos="-0.05 0 -0.08">
      <joint name="left" type="slide" axis="1 0 0" damping="20"/>
      <geom type="box" size=".01 .02 .05" mass=".2"/></body>
    <body name="link_right" pos="0.05 0 -0.08">
      <joint name="right" type="slide" axis="-1 0 0" damping="20"/>
      <geom type="box" size=".01 .02 .05" mass=".2"/></body>
  </body></body>
"""
MOTORS = (
    '<actuator><position joint="left" kp="600" ctrlrange="0 1"/>'
    '<position joint="right" kp="600"/></actuator>'
)


def test_a_closed_gripper_holds_by_its_hand():
    spec = mujoco.MjSpec.from_string(
        FLOOR.format(
            bodies=GRIPPER + block(1, (0, 0, 0.31), (0.025, 0.02, 0.02), mass=0.05), rest=MOTORS
        )
    )
    spec.option.gravity = [0, 0, 0]
    model = spec.compile()
    data = mujoco.MjData(model)
    data.ctrl[:] = 0.03
    mujoco.mj_step(model, data, nstep=1000)
    model.opt.gravity[:] = (0, 0, -9.81)
    made = Simulated.__new__(Simulated)
    made.things = [
        thing(1),
        *(Thing('robot', n) for n in ('link_arm', 'link_hand', 'link_left', 'link_right')),
        TABLE,
    ]
    made.links = [
        Link('link_arm', -1),
        Link('link_hand', 0),
        Link('link_left', 1),
        Link('link_right', 1),
    ]
    mujoco.mj_step(model, data, nstep=300)
    names = [model.body(b).name for b in range(model.nbody)]
    made.contacts = list(made._contacts(model, data, names))
    assert data.body('o1').xpos[2] > 0.29
    made.surfaces, made.meshes, made.world_from_geom = (), (), np.zeros((0, 4, 4))
    made.poses = {1: np.eye(4)}
    assert made.relations({1: ((0, 0, 0), (0.05, 0.04, 0.04))}) == {
        ('o1', 'held_by', 'link_hand'),
        ('o1', 'touching', 'link_left'),
        ('o1', 'touching', 'link_right'),
    }


LINKS = [Link('a', -1), Link('b', 0), Link('c', 1), Link('d', 1), Link('e', 0)]
ROBOT = [Thing('robot', link.name) for link in LINKS]


@pytest.mark.parametrize(
    ('members', 'carrier'), [('cd', 'b'), ('bc', 'b'), ('ce', 'a'), ('ab', 'a')]
)
def test_the_holder_is_the_link_that_carries_all_that_hold(members, carrier):
    one, other = (Thing('robot', name) for name in members)
    contacts = [
        contact(thing(1), one, (1, 0, 0)),
        contact(thing(1), other, (-1, 0.3, 0)),
    ]
    found = relations(state([thing(1), *ROBOT], contacts, LINKS), [instance(1)])
    assert [r.target.name for r in found if r.kind == 'held_by'] == [carrier]


def test_links_of_two_robots_hold_each_for_itself():
    links = [Link('a', -1), Link('b', -1)]
    contacts = [
        contact(thing(1), ROBOT[0], (1, 0, 0)),
        contact(thing(1), ROBOT[1], (-1, 0, 0)),
    ]
    found = relations(state([thing(1), *ROBOT], contacts, links), [instance(1)])
    assert [r.target.name for r in found if r.kind == 'held_by'] == ['a', 'b']


@pytest.mark.parametrize('normals', [((1, 0, 0), (0, 1, 0)), ((1, 0, 0), (-0.4, 1, 0))])
def test_links_that_do_not_oppose_each_other_hold_nothing(normals):
    contacts = [contact(thing(1), ROBOT[k + 2], n) for k, n in enumerate(normals)]
    found = relations(state([thing(1), *ROBOT], contacts, LINKS), [instance(1)])
    assert {r.kind for r in found} == {'touching'}


def test_things_that_come_near_do_not_touch():
    contacts = [contact(thing(1), TABLE, (0, 0, -1), distance_m=0.0006)]
    assert relations(state([thing(1), TABLE], contacts), [instance(1)]) == ()


def test_a_contact_without_force_supports_only_where_no_force_is_known():
    idle = contact(thing(1), TABLE, (0, 0, -1), force_n=0.0)
    at_wall = contact(thing(1), WALL, (-1, 0, 0), force_n=2.0)
    things = [thing(1), TABLE, WALL]
    kinds = {r.kind for r in relations(state(things, [idle, at_wall]), [instance(1)])}
    assert kinds == {'touching'}
    kinds = {r.kind for r in relations(state(things, [idle]), [instance(1)])}
    assert kinds == {'touching', 'supported_by'}


def test_two_things_that_hook_into_each_other_support_one_way():
    up = contact(thing(1), thing(2), (0, 0, 1), force_n=1.0)
    down = contact(thing(1), thing(2), (0, 0, -1), force_n=3.0)
    found = relations(state([thing(1), thing(2)], [up, down]), [instance(1), instance(2)])
    supports = [(r.subject.name, r.target.name) for r in found if r.kind == 'supported_by']
    assert supports == [('o1', 'o2')]


def test_a_thing_beside_a_handle_is_not_inside_the_mug():
    """It lies within the mug's 3D box, but on the table."""
    contacts = [contact(thing(1), TABLE, (0, 0, -1)), contact(thing(1), thing(2), (1, 0, 0))]
    boxes = [instance(1, size=(0.1, 0.1, 0.1)), instance(2)]
    found = relations(state([thing(1), thing(2), TABLE], contacts), boxes)
    assert 'inside' not in {r.kind for r in found}


def test_only_given_instances_are_subjects():
    contacts = [contact(thing(1), thing(2), (0, 0, -1))]
    assert relations(state([thing(1), thing(2)], contacts), []) == ()


def crate(rng, item: Instance):
    """Some of the six walls of an object's 3D box, not all of them drawn, and a ball in it."""
    for axis, side in rng.permutation([(k, s) for k in range(3) for s in (-1, 1)])[:5]:
        half = item.size_m / 2
        pose = item.world_from_object @ item.object_from_box
        pose[:3, 3] += pose[:3, axis] * side * half[axis]
        half[axis] = 0.01
        thing_index, drawn = item.instance_id - 1, bool(rng.random() < 0.97)
        yield Surface('box', tuple(half.tolist()), NO_MESH, thing_index, 0, 0, drawn), pose
    ball = item.world_from_object @ item.object_from_box
    ball[:3, 3] += rng.uniform(-0.5, 0.5, 3) * item.size_m
    yield Surface('sphere', (0.05, 0, 0), NO_MESH, item.instance_id - 1, 0, 0, drawn=True), ball


def test_random_states_agree_with_the_reference():
    kinds = set()
    for seed in range(150):
        rng = np.random.default_rng(seed)
        things = [*(thing(key) for key in range(1, 6)), *ROBOT, TABLE]
        contacts = []
        for _ in range(int(rng.integers(0, 14))):
            a, b = sorted(rng.choice(len(things), 2, replace=False))
            normal = rng.normal(size=3) * (1, 1, 2)
            near = float(rng.choice([-1e-3, 4e-4, 1e-3]))
            force = float(rng.choice([0.0, 1.0, 5.0])) * (seed % 3 > 0)
            contacts.append(contact(things[a], things[b], normal, distance_m=near, force_n=force))
        instances = []
        for key in range(1, 6):
            pose = np.eye(4)
            pose[:3, :3] = np.linalg.qr(rng.normal(size=(3, 3)))[0]
            pose[:3, 0] *= np.sign(np.linalg.det(pose[:3, :3]))
            pose[:3, 3] = rng.uniform(-0.2, 0.2, 3)
            instances.append(instance(key, pose=pose, size=rng.uniform(0.1, 1.5, 3)))
        walls = [wall for item in instances for wall in crate(rng, item)]
        made = state(
            things,
            contacts,
            LINKS,
            surfaces=[surface for surface, _ in walls],
            poses=np.array([pose for _, pose in walls]),
        )
        found = relations(made, instances)
        assert set(found) == reference(made, instances), seed
        assert list(found) == sorted(found, key=lambda r: order(made, r))
        kinds |= {r.kind for r in found}
    assert kinds == {'held_by', 'inside', 'supported_by', 'touching'}
