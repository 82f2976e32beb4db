"""A robot that its servos pull: it lags, sags and can be held, and reaches where it is told."""

import mujoco
import numpy as np
import pytest
from small_bot import ROBOT

from synth_ros.errors import ConfigError
from synth_ros.randomize.scene import SampledValue
from synth_ros.sim.paths import between, still
from synth_ros.sim.settle import settle

DRIVEN = ROBOT.replace('axis="0 0 1"/>', 'axis="0 0 1" armature=".01"/>').replace(
    '<motor joint="swing"/>',
    '<position name="turn" joint="swing" kp="KP" kv="8"/><motor name="push" joint="lift"/>',
)
ACTUATED = {'yaw_deg: 30.0': 'yaw_deg: 30.0, control: actuated'}


@pytest.fixture
def make_driven(make):
    """Makes the scene with a position servo on the arm."""

    def build(*, kp=400.0, **replace):
        return make(robot=DRIVEN.replace('KP', str(kp)), **ACTUATED, **replace)

    return build


def position(world, name):
    return next(joint.position for joint in world.joints() if joint.name == name)


def swung(world, by):
    index = [joint.name for joint in world.scene.robot.joints].index('swing')
    qpos = world.postures.home.qpos.copy()
    qpos[index] += by
    return world.postures.home._replace(qpos=qpos)


def test_only_joints_with_servos_and_their_followers_are_moved_by_physics(make_driven):
    world = make_driven().world
    names = {joint.joint_id: joint.name for joint in world.scene.robot.joints}
    driven = world.scene.robot.driven
    assert [names[joint.joint_id] for joint in driven] == ['swing', 'finger']
    assert [joint.actuator_id for joint in driven] == [0, -1]
    assert world.model.dof_armature[driven[0].dof_address] == 0
    lift = next(joint for joint in world.scene.robot.joints if joint.name == 'lift')
    assert world.model.dof_armature[lift.dof_address] == 1e6
    assert any('lift were left out' in warning for warning in world.scene.warnings)


def test_a_softer_gain_lags_more_and_both_arrive(make_driven):
    behind = {}
    for kp in (100.0, 400.0, 1600.0):
        world = make_driven(kp=kp).world
        there = swung(world, -0.6)
        path = between(world.postures.home, there, steps=200)
        world.follow(path, 100)
        start, end = (position_of(posture, world) for posture in (world.postures.home, there))
        behind[kp] = abs(position(world, 'swing') - (start + end) / 2)
        world.follow(still(there), 2500)
        assert position(world, 'swing') == pytest.approx(end, abs=2e-3)
    assert behind[100.0] > 1.5 * behind[400.0] > 2 * behind[1600.0] > 0


def position_of(posture, world):
    index = [joint.name for joint in world.scene.robot.joints].index('swing')
    return posture.qpos[index]


def test_followers_follow_what_their_leader_does(make_driven):
    world = make_driven().world
    path = between(world.postures.home, swung(world, -0.6), steps=200)
    world.follow(path, 120)
    leader = position(world, 'swing')
    assert position(world, 'finger') == pytest.approx(0.1 + 0.5 * leader, abs=5e-3)


def test_posed_joints_go_exactly_where_they_are_told(make_driven):
    world = make_driven().world
    index = [joint.name for joint in world.scene.robot.joints].index('lift')
    qpos = world.postures.home.qpos.copy()
    qpos[index] = 0.25
    world.follow(
        between(world.postures.home, world.postures.home._replace(qpos=qpos), steps=150), 150
    )
    assert position(world, 'lift') == 0.25


def test_an_arm_that_is_blocked_stays_behind(make_driven):
    world = make_driven(kp=100.0).world
    free = make_driven(kp=100.0).world
    (part, *_) = world.scene.objects
    # A very heavy object in the way.
    tip = dict(world.links())['arm_link']
    qpos = world.data.qpos.copy()
    ahead = tip[:3, 3] + tip[:3, :3] @ [0.6, -0.12, 0.0]
    qpos[part.qpos_address : part.qpos_address + 3] = ahead
    for one in (world, free):
        one.model.opt.gravity[:] = 0
    world.model.body_mass[part.body_id] = 500.0
    world.model.body_inertia[part.body_id] = 50.0
    mujoco.mj_setConst(world.model, mujoco.MjData(world.model))
    world.set_objects(qpos)
    for one in (world, free):
        one.follow(between(one.postures.home, swung(one, -0.8), steps=300), 400)
    assert position(world, 'swing') > position(free, 'swing') + 0.3


def test_the_result_does_not_depend_on_who_looks(make_driven):
    ends = []
    for parts in ((200,), (50, 30, 120)):
        world = make_driven().world
        path, done = between(world.postures.home, swung(world, -0.6), steps=200), 0
        for steps in parts:
            world.follow(path, steps, first=done)
            done += steps
            assert world.state() is not None
            with world.aside():
                world.collide(swung(world, 0.3))
        ends.append(world.data.qpos.copy())
    np.testing.assert_array_equal(*ends)


def test_a_robot_without_position_servos_cannot_be_actuated(make):
    with pytest.raises(ConfigError, match=r'robot.control: .*no position servo of a hinge or'):
        make(**ACTUATED)


VARY = 'randomization: {{vary: {{gain: {{target: {target}, {select}scale: 0.25}}}}}}\n'


def test_gains_are_what_vary_takes_hold_of(make_driven):
    text = VARY.format(target='actuator.kp', select='')
    made = make_driven(**{'cameras:': f'{text}cameras:'})
    assert [item.item for item in made.builder.inventory.handles.actuators] == ['robot/turn']
    (value,) = made.sampled.values
    assert value.item == 'robot/turn'
    path = between(made.world.postures.home, swung(made.world, -0.6), steps=200)
    made.world.follow(path, 100)
    firm = position(made.world, 'swing')
    softer = make_driven().world
    assert softer.apply(made.sampled.values) is False
    softer.follow(path, 100)
    assert position(softer, 'swing') > firm + 0.01


def servo_values(**numbers):
    return [
        SampledValue(
            randomizer='r', target=f'actuator.{name}', item='robot/turn', operation='set', value=v
        )
        for name, v in numbers.items()
    ]


def swing_after(world, steps, *, values=()):
    """Where the arm is on its way by -0.6 within 200 time steps."""
    world.apply(values)
    there = swung(world, -0.6)
    world.follow(between(world.postures.home, there, steps=200), min(steps, 200))
    if steps > 200:
        world.follow(still(there), steps - 200)
    return position(world, 'swing')


def test_each_value_of_a_servo_shows(make_driven):
    plain = swing_after(make_driven().world, 100)
    braked = swing_after(make_driven().world, 100, values=servo_values(kv=80.0))
    assert braked > plain + 0.02
    # A force of 0.5 N m cannot turn the arm as fast as it should go.
    weak = swing_after(make_driven().world, 200, values=servo_values(force_limit=0.5))
    assert weak > swing_after(make_driven().world, 200) + 0.05
    # The servo of kp 400 then aims at half of what it is told: 0.9 rad becomes 0.45.
    half = swing_after(make_driven().world, 2500, values=servo_values(gain=200.0))
    assert half == pytest.approx(0.45, abs=0.01)


def test_joints_that_physics_moves_can_vary_and_others_not(make_driven):
    select = 'select: {names: [swing]}, '
    text = VARY.format(target='joint.armature', select=select).replace('scale', 'set')
    assert make_driven(**{'cameras:': f'{text}cameras:'}).sampled.values
    text = text.replace('swing', 'lift')
    with pytest.raises(ConfigError, match=r"vary.gain.select.names\[0\]: the robot's joint lift"):
        make_driven(**{'cameras:': f'{text}cameras:'})


def test_a_driven_robot_keeps_its_posture_while_objects_settle(make_driven):
    made = make_driven()
    (rest,) = settle(
        made.world,
        [made.sampled.objects],
        config=made.loaded.config.physics.settle,
        places=made.builder.inventory.places,
    )
    index = next(j for j in made.world.scene.robot.joints if j.name == 'swing').qpos_address
    assert rest.qpos[index] == pytest.approx(1.5, abs=1e-3)


@pytest.mark.parametrize('actuated', [False, True])
def test_who_looks_between_steps_changes_nothing(make, actuated):
    robot = DRIVEN.replace('KP', '400')
    changes = ACTUATED if actuated else {}
    looked, plain = (make(robot=robot, **changes).world for _ in range(2))
    index = [joint.name for joint in plain.scene.robot.joints].index('swing')
    qpos = plain.postures.home.qpos.copy()
    qpos[index] -= 0.6
    path = between(plain.postures.home, plain.postures.home._replace(qpos=qpos), steps=120)
    camera, seen = looked.scene.cameras[0], {}

    def look(step):
        seen[step] = looked.glimpse([camera])[0]

    looked.follow(path, 70, each=look)
    looked.follow(path, 30, first=70, each=look)
    assert list(seen) == [*range(1, 101)]
    plain.follow(path, 70)
    np.testing.assert_array_equal(seen[70], plain.world_from_camera(plain.scene.cameras[0]))
    plain.follow(path, 30, first=70)
    for world in (looked, plain):
        np.testing.assert_array_equal(seen[100], world.world_from_camera(world.scene.cameras[0]))
    np.testing.assert_array_equal(looked.data.qpos, plain.data.qpos)
    np.testing.assert_array_equal(looked.data.qvel, plain.data.qvel)
    # The camera went somewhere.
    assert np.abs(seen[100] - seen[1]).max() > 0.1
