"""Each physics target changes the motion as it should, by hand calculation."""

import math
from pathlib import Path

import mujoco
import numpy as np
import pytest
from scipy import stats

from synth_ros.config.load import load_config
from synth_ros.config.vary import Variation
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.scene import SampledLamp, SampledObject, SampledScene, SampledValue
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.targets import Item
from synth_ros.randomize.vary import OF_VIEW, draw_values
from synth_ros.scene.build import SceneBuilder
from synth_ros.sim.paths import still
from synth_ros.sim.world import World

ROBOT = '<mujoco><worldbody><body name="post"><geom size=".05"/></body></worldbody></mujoco>'
ENVIRONMENT = """
<mujoco>
  <worldbody>
    <geom name="floor" type="plane" size="9 9 .1"/>
    <site name="surface_floor" type="box" size="3 3 .001"/>
    <body name="flap" pos="4 4 2">
      <joint name="hinge" axis="0 1 0" damping="0.2" stiffness="1" frictionloss="0.05"
        armature="0.1"/>
      <geom type="box" size=".02 .02 .25" pos="0 0 -.25" mass="1" contype="0" conaffinity="0"/>
    </body>
  </worldbody>
</mujoco>
"""
CONFIG = """
robot: {model: bot.xml, position_m: [-5.0, 0.0, 0.0]}
cameras: [{name: top, mount: {link: world, position_m: [0.0, 0.0, 3.0]},
  intrinsics: {fovy_deg: 60.0}}]
environment: {model: hall.xml}
objects:
  classes:
    - {name: ball, primitives: [{shape: sphere, size_m: [0.1, 0.1, 0.1]}], mass_kg: 0.5}
    - {name: brick, primitives: [{shape: box, size_m: [0.2, 0.2, 0.1]}], mass_kg: 2.0}
"""
BALL, BRICK = 'ball_01', 'brick_02'
GRAVITY = 9.81


def sampled_object(number, name, x):
    return SampledObject(
        instance_id=number, name=f'{name}_{number:02d}', class_id=number, class_name=name,
        variant={'ball': 'sphere_0', 'brick': 'box_0'}[name],
        position_m=(x, 0.0, 0.05), quat_wxyz=(1.0, 0.0, 0.0, 0.0), scale=1.0, hue_shift_deg=0.0,
        value_scale=1.0, friction_scale=1.0, mass_scale=1.0,
    )  # fmt: skip


class Lab:
    """A ball and a brick on a floor, and a flap that hangs on a hinge."""

    def __init__(self, folder: Path) -> None:
        (folder / 'bot.xml').write_text(ROBOT)
        (folder / 'hall.xml').write_text(ENVIRONMENT)
        (folder / 'config.yaml').write_text(CONFIG)
        loaded = load_config(folder / 'config.yaml')
        lamp = SampledLamp(
            position_m=(0, 0, 3),
            target_m=(0, 0, 0),
            rgb=(1, 1, 1),
            intensity=1.0,
            cast_shadow=True,
        )
        self.sampled = SampledScene(
            episode=0, attempt=0, lamps=(lamp,), ambient=0.3, materials=(), camera_offsets=(),
            objects=(sampled_object(1, 'ball', 0.0), sampled_object(2, 'brick', 1.0)),
        )  # fmt: skip
        self.world = World(SceneBuilder(loaded).build(self.sampled), loaded.config.robot)
        self.model = self.world.model
        self._start = self.world.data.qpos.copy(), self.world.data.qvel.copy()

    def give(self, *draws):
        """Apply (target, item, operation, value), and put everything back to its start."""
        names = ('target', 'item', 'operation', 'value')
        self.world.apply(
            [SampledValue(randomizer='r', **dict(zip(names, d, strict=True))) for d in draws]
        )
        data = self.world.data
        data.qpos[:], data.qvel[:] = self._start
        data.xfrc_applied[:] = 0
        data.time = 0.0
        return self

    def part(self, name):
        return next(part for part in self.world.scene.objects if part.name == name)

    def place(self, name, *, at=None, velocity=(0, 0, 0), spin=(0, 0, 0), force=(0,) * 6):
        part, data = self.part(name), self.world.data
        if at is not None:
            data.qpos[part.qpos_address : part.qpos_address + 3] = at
        data.qvel[part.dof_address : part.dof_address + 6] = (*velocity, *spin)
        data.xfrc_applied[part.body_id] = force
        return self

    def run(self, seconds):
        steps = round(seconds / self.model.opt.timestep)
        self.world.follow(still(self.world.postures.home), steps)
        return self

    def position(self, name):
        start = self.part(name).qpos_address
        return self.world.data.qpos[start : start + 3].copy()

    def velocity(self, name):
        start = self.part(name).dof_address
        return self.world.data.qvel[start : start + 6].copy()

    @property
    def hinge(self):
        """Address of the hinge in qpos and in qvel."""
        joint = self.model.joint('env/hinge')
        return int(joint.qposadr[0]), int(joint.dofadr[0])


@pytest.fixture(scope='module')
def lab(tmp_path_factory):
    return Lab(tmp_path_factory.mktemp('lab'))


IN_THE_AIR = (0.0, 0.0, 50.0)


def test_gravity_pulls_as_hard_as_asked(lab):
    for draws, expected in (
        ([], GRAVITY),
        ([('physics.gravity_m_s2', 'scene', 'set', 1.62)], 1.62),
        ([('physics.gravity_m_s2', 'scene', 'scale', 2.0)], 2 * GRAVITY),
        ([('physics.gravity_m_s2', 'scene', 'add', 0.19)], 10.0),
        ([('physics.gravity_m_s2', 'scene', 'set', 0.0)], 0.0),
    ):
        velocity = lab.give(*draws).place(BALL, at=IN_THE_AIR).run(0.5).velocity(BALL)
        np.testing.assert_allclose(velocity[:3], [0, 0, -expected * 0.5], atol=1e-9)


def test_gravity_tilts_about_the_world_axes(lab):
    tilt = 30.0
    side, down = math.sin(math.radians(tilt)), math.cos(math.radians(tilt))
    for axis, direction in (('x', (0, side, -down)), ('y', (-side, 0, -down))):
        lab.give((f'physics.gravity_tilt_{axis}_deg', 'scene', 'add', tilt))
        velocity = lab.place(BALL, at=IN_THE_AIR).run(0.5).velocity(BALL)
        np.testing.assert_allclose(velocity[:3], np.multiply(direction, GRAVITY / 2), atol=1e-9)


def test_a_heavier_object_is_pushed_more_slowly(lab):
    push = (3.0, 0, 0, 0, 0, 0)
    for operation, value, mass in (('set', 1.5, 1.5), ('scale', 4.0, 2.0)):
        lab.give(('object.mass', BALL, operation, value))
        velocity = lab.place(BALL, at=IN_THE_AIR, force=push).run(0.2).velocity(BALL)
        assert velocity[0] == pytest.approx(3.0 / mass * 0.2, rel=1e-6)


def test_a_heavier_object_turns_more_slowly_too(lab):
    twist = (0, 0, 0, 0, 0, 0.01)
    inertia = 0.4 * 0.5 * 0.05**2
    for draws, factor in (
        ([], 1.0),
        ([('object.mass', BALL, 'scale', 3.0)], 3.0),
        ([('object.inertia', BALL, 'scale', 5.0)], 5.0),
        ([('object.mass', BALL, 'scale', 3.0), ('object.inertia', BALL, 'scale', 5.0)], 15.0),
    ):
        velocity = lab.give(*draws).place(BALL, at=IN_THE_AIR, force=twist).run(0.1).velocity(BALL)
        assert velocity[5] == pytest.approx(0.01 / (inertia * factor) * 0.1, rel=1e-3)


def test_what_follows_from_the_mass_is_worked_out_again(lab):
    body = lab.part(BRICK).body_id
    before = lab.give().model.body_invweight0[body].copy()
    lab.give(('object.mass', BRICK, 'scale', 4.0))
    np.testing.assert_allclose(lab.model.body_invweight0[body], before / 4, rtol=1e-9)
    np.testing.assert_allclose(lab.world.scene.model.body_invweight0[body], before / 4, rtol=1e-9)
    assert lab.model.body_subtreemass[body] == pytest.approx(8.0)
    # So a heavy brick rests as deep as a light one; with the old weight it would sink deeper.
    depth = 0.05 - lab.place(BALL, at=IN_THE_AIR).run(0.5).position(BRICK)[2]
    light = 0.05 - lab.give().place(BALL, at=IN_THE_AIR).run(0.5).position(BRICK)[2]
    assert depth == pytest.approx(light, rel=0.02)


def test_a_heavy_ball_keeps_its_way_when_it_hits(lab):
    kept = []
    for factor in (0.5, 1.0, 8.0):
        lab.give(
            ('object.mass', BALL, 'scale', factor), ('physics.gravity_m_s2', 'scene', 'set', 0)
        )
        lab.place(BALL, at=(0.5, 0, 0.05), velocity=(2, 0, 0)).run(0.4)
        kept.append(lab.velocity(BALL)[0])
    assert kept == sorted(kept)
    assert kept[0] < 0.1
    assert kept[2] > 1


def slide(lab):
    """How far the brick slides from 2 m/s."""
    lab.place(BALL, at=IN_THE_AIR).place(BRICK, velocity=(2, 0, 0)).run(1.5)
    return lab.position(BRICK)[0] - 1.0


@pytest.mark.parametrize(
    ('operation', 'value', 'friction'),
    [('set', 0.3, 0.3), ('set', 0.6, 0.6), ('scale', 0.5, 0.35), ('add', 0.1, 0.8)],
)
def test_sliding_friction_stops_a_brick(lab, operation, value, friction):
    lab.give(('object.friction', BRICK, operation, value))
    assert slide(lab) == pytest.approx(2**2 / (2 * friction * GRAVITY), rel=0.06)


def test_stopping_distances_have_the_shape_that_friction_is_drawn_with(lab):
    """Friction worked out from where a brick stops is uniform, as it was drawn."""
    wanted = {'target': 'object.friction', 'set': [0.2, 0.8], 'per': 'view'}
    vary, items = {'r': Variation.model_validate(wanted)}, {'object': (Item(BRICK, BRICK),)}
    found = []
    for view in range(60):
        draws = Draws(Streams(3, 0)).below(f'view/{view}/')
        (value,) = draw_values(vary, items, draws=draws, which=OF_VIEW)
        lab.give((value.target, value.item, value.operation, value.value))
        found.append(2**2 / (2 * slide(lab) * GRAVITY))
        assert found[-1] == pytest.approx(value.value, rel=0.07)
    assert stats.kstest(found, stats.uniform(0.2, 0.6).cdf).pvalue > 1e-3
    assert min(found) < 0.25 < 0.75 < max(found)


def test_torsional_friction_stops_a_spinning_ball(lab):
    lost = []
    for radius in (0.0, 0.005, 0.01, 0.03):
        lab.give(('object.torsional_friction', BALL, 'set', radius))
        lost.append(40 - lab.place(BALL, spin=(0, 0, 40)).run(0.1).velocity(BALL)[5])
    inertia = 0.4 * 0.5 * 0.05**2
    assert lost[0] == pytest.approx(0, abs=0.3)
    assert lost[1] == pytest.approx(0.005 * 0.5 * GRAVITY / inertia * 0.1, rel=0.1)
    assert lost[2] == pytest.approx(0.01 * 0.5 * GRAVITY / inertia * 0.1, rel=0.1)
    assert lost[3] > 2 * lost[2]


def test_rolling_friction_stops_a_rolling_ball(lab):
    ways = []
    for radius in (0.0, 0.002, 0.02):
        lab.give(('object.rolling_friction', BALL, 'set', radius))
        # Away from the brick, rolling without slip.
        lab.place(BALL, velocity=(-1, 0, 0), spin=(0, -20, 0)).run(0.5)
        ways.append(-lab.position(BALL)[0])
    assert ways[0] == pytest.approx(0.5, rel=0.03)
    # A solid ball slows down by (5 / 7) g times rolling friction over its radius.
    slow = 5 / 7 * GRAVITY * 0.002 / 0.05
    assert ways[1] == pytest.approx(0.5 - slow * 0.5**2 / 2, rel=0.03)
    assert ways[2] < 0.25


@pytest.mark.parametrize('wanted', [0.1, 0.5, 0.8])
def test_a_dropped_ball_bounces_as_asked(lab, wanted):
    lab.give(('object.restitution', BALL, 'set', wanted)).place(BALL, at=(0, 0, 0.35))
    down, up = 0.0, 0.0
    for _ in range(int(0.4 / lab.model.opt.timestep)):
        speed = lab.run(lab.model.opt.timestep).velocity(BALL)[2]
        down, up = min(down, speed), max(up, speed)
    assert down == pytest.approx(-math.sqrt(2 * GRAVITY * 0.3), abs=0.05)
    assert up / -down == pytest.approx(wanted, abs=0.03)


def test_stiff_contacts_give_way_less(lab):
    depths = []
    for stiffness in (2500.0, 20_000.0):
        lab.give(('object.contact_stiffness', BALL, 'set', stiffness))
        lab.place(BALL, at=(0, 0, 0.35))
        deepest = 0.0
        for _ in range(150):
            lab.run(lab.model.opt.timestep)
            deepest = max(deepest, 0.05 - lab.position(BALL)[2])
        depths.append(deepest)
    assert depths[1] < 0.6 * depths[0]
    geom = lab.part(BALL).geom_ids[0]
    time_s, _ = lab.give().model.geom_solref[geom].copy()
    lab.give(('object.contact_stiffness', BALL, 'scale', 0.25))
    np.testing.assert_allclose(lab.model.geom_solref[geom], [2 * time_s, 1.0], rtol=1e-9)
    # MuJoCo takes no time constant below two time steps; the ratio of damping must not suffer.
    lab.give(('object.contact_stiffness', BALL, 'set', 1e9))
    np.testing.assert_allclose(lab.model.geom_solref[geom], [0.004, 1.0], rtol=1e-9)


def test_damping_slows_what_moves(lab):
    still = ('physics.gravity_m_s2', 'scene', 'set', 0.0)
    lab.give(still, ('object.damping', BALL, 'set', 2.0))
    velocity = lab.place(BALL, at=IN_THE_AIR, velocity=(1, 0, 0), spin=(0, 0, 9)).run(0.3)
    velocity = velocity.velocity(BALL)
    assert velocity[0] == pytest.approx(math.exp(-2.0 / 0.5 * 0.3), rel=0.01)
    assert velocity[5] == pytest.approx(9)


def test_angular_damping_slows_what_turns(lab):
    still = ('physics.gravity_m_s2', 'scene', 'set', 0.0)
    lab.give(still, ('object.angular_damping', BALL, 'set', 0.001))
    lab.place(BALL, at=IN_THE_AIR, velocity=(1, 0, 0), spin=(0, 0, 9)).run(0.3)
    velocity = lab.velocity(BALL)
    assert velocity[0] == pytest.approx(1)
    assert velocity[5] == pytest.approx(
        9 * math.exp(-0.001 / (0.4 * 0.5 * 0.05**2) * 0.3), rel=0.01
    )


def swing(lab, *draws, angle=0.0, speed=0.0, seconds=0.02, gravity=0.0):
    """Angle and speed of the hinge after a while, with only what the draws leave."""
    bare = {'damping': 0.0, 'stiffness': 0.0, 'friction_loss': 0.0, 'armature': 0.0}
    bare.update({target.partition('.')[2]: value for target, _, _, value in draws})
    lab.give(
        ('physics.gravity_m_s2', 'scene', 'set', gravity),
        *((f'joint.{name}', 'env/hinge', 'set', value) for name, value in bare.items()),
    )
    data, (q, v) = lab.world.data, lab.hinge
    data.qpos[q], data.qvel[v] = angle, speed
    lab.run(seconds)
    return data.qpos[q], data.qvel[v]


INERTIA = 1 * (0.04**2 + 0.5**2) / 12 + 1 * 0.25**2
"""Of the flap about its hinge."""


def test_joint_damping(lab):
    _, free = swing(lab, speed=2.0, seconds=0.2)
    assert free == pytest.approx(2.0)
    _, slowed = swing(lab, ('joint.damping', '', 'set', 0.5), speed=2.0, seconds=0.2)
    assert slowed == pytest.approx(2 * math.exp(-0.5 / INERTIA * 0.2), rel=0.02)


def test_joint_stiffness_pulls_back(lab):
    _, speed = swing(lab, ('joint.stiffness', '', 'set', 3.0), angle=0.5, seconds=0.02)
    assert speed == pytest.approx(-3.0 * 0.5 / INERTIA * 0.02, rel=0.02)


def test_joint_friction_holds(lab):
    # Gravity turns the flap back with m g r sin(angle), about 1.2 N m here.
    start = {'angle': 0.5, 'gravity': GRAVITY, 'seconds': 0.1}
    _, free = swing(lab, **start)
    _, rubbed = swing(lab, ('joint.friction_loss', '', 'set', 0.6), **start)
    _, held = swing(lab, ('joint.friction_loss', '', 'set', 2.0), **start)
    assert free < -0.8
    assert rubbed == pytest.approx(free / 2, rel=0.1)
    assert held == pytest.approx(0, abs=0.05)


def test_joint_armature_is_inertia(lab):
    _, light = swing(lab, angle=0.5, gravity=GRAVITY)
    _, heavy = swing(lab, ('joint.armature', '', 'set', 3 * INERTIA), angle=0.5, gravity=GRAVITY)
    assert heavy == pytest.approx(light / 4, rel=0.01)


def test_joint_values_start_from_the_compiled_ones(lab):
    item = 'env/hinge'
    lab.give(('joint.damping', item, 'scale', 3.0), ('joint.friction_loss', item, 'add', 0.01))
    joint, dof = lab.model.joint(item).id, lab.hinge[1]
    assert lab.model.dof_damping[dof] == pytest.approx(0.6)
    assert lab.model.dof_frictionloss[dof] == pytest.approx(0.06)
    assert lab.model.jnt_stiffness[joint] == 1


def test_nothing_given_is_the_compiled_model_again(lab):
    everything = [
        ('object.mass', BALL, 'scale', 3.0), ('object.friction', BRICK, 'set', 0.1),
        ('object.restitution', BALL, 'set', 0.4), ('object.damping', BALL, 'set', 1.0),
        ('joint.armature', 'env/hinge', 'set', 1.0), ('physics.gravity_m_s2', 'scene', 'scale', 2),
        ('joint.stiffness', 'env/hinge', 'set', 9.0), ('object.hue_deg', BALL, 'set', 90),
        ('camera.x_m', 'top', 'add', 0.1), ('light.intensity', 'lamp_0', 'scale', 0.5),
        ('ambient.intensity', 'scene', 'set', 0.1),
    ]  # fmt: skip
    lab.give()
    before = [model_bytes(lab.model), model_bytes(lab.world.scene.model)]
    lab.give(*everything)
    assert model_bytes(lab.model) != before[0]
    assert model_bytes(lab.world.scene.model) != before[1]
    lab.give()
    assert [model_bytes(lab.model), model_bytes(lab.world.scene.model)] == before


def test_values_do_not_pile_up(lab):
    once = lab.give(('object.mass', BALL, 'scale', 1.5)).model.body_mass.copy()
    for _ in range(3):
        again = lab.give(('object.mass', BALL, 'scale', 1.5)).model.body_mass.copy()
    np.testing.assert_array_equal(once, again)


def model_bytes(model):
    buffer = np.empty(mujoco.mj_sizeModel(model), np.uint8)
    mujoco.mj_saveModel(model, None, buffer)
    return buffer.tobytes()
