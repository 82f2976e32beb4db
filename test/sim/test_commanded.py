"""A robot that obeys commands: where it goes, how fast, for how long."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_ros.geometry.planar import PlanarPose, Twist, moved
from synth_ros.sim.commanded import CommandedRobot
from synth_ros.sim.commands import (
    RawPoint,
    Refusal,
    positions_by_name,
    positions_in_order,
    trajectory,
    twist,
)
from synth_ros.sim.joint_rules import Limits

DT = 0.002
SECOND = 10**9
LIMITS = Limits(timeout_s=0.5, joint_rad_s=2.0, slide_m_s=0.25, linear_m_s=1.0, yaw_rad_s=1.5)
# Of the robot in conftest: lift -0.3 to 0.5 m, swing -2 to 2 rad, finger = 0.1 + 0.5 swing.
JOINTS = ('lift', 'swing', 'finger')


class Ride:
    """A robot and all postures that it came through."""

    def __init__(self, world, *, limits=LIMITS, step=0, wheels=()):
        self.events = Counter()
        home = world.postures.home
        self.robot = CommandedRobot(
            world,
            home,
            limits=limits,
            wheels=wheels,
            step=step,
            count=lambda event: self.events.update([event]),
        )
        self.postures = [home]

    def take(self, command):
        assert not isinstance(command, Refusal), command
        refused = self.robot.take(command)
        assert refused is None, refused
        return self

    def go(self, seconds):
        self.postures += self.robot.advance(round(seconds / DT))[1:]
        return self

    @property
    def joints(self):
        """Positions of all joints at all steps."""
        return np.array([posture.qpos for posture in self.postures])

    @property
    def now(self):
        return self.postures[-1]

    def at(self, joint):
        return float(self.now.qpos[JOINTS.index(joint)])


@pytest.fixture
def world(make):
    return make().world


@pytest.fixture
def ride(world):
    return Ride(world)


def test_it_stays_until_it_is_told(ride):
    ride.go(1)
    assert all(posture is ride.postures[0] for posture in ride.postures)
    assert not ride.events


def test_a_joint_goes_at_the_speed_allowed_and_stops_where_it_is_sent(ride):
    start = ride.at('swing')
    ride.take(positions_by_name(['swing'], [start - 0.3])).go(0.1)
    assert ride.at('swing') == pytest.approx(start - 0.2)
    ride.go(0.2)
    assert ride.at('swing') == start - 0.3
    assert ride.at('lift') == ride.postures[0].qpos[0]
    # What follows it goes along.
    assert ride.at('finger') - ride.postures[0].qpos[2] == pytest.approx(-0.15)
    assert not ride.events


def test_without_news_joints_stay_where_they_are(ride):
    ride.take(positions_by_name(['lift'], [0.5])).go(0.5)
    there = ride.at('lift')
    assert there == pytest.approx(0.125)
    ride.go(1)
    assert ride.at('lift') == pytest.approx(there, abs=1e-12)
    assert ride.events == {'timed out': 1}
    # News in time, and it is there.
    for _ in range(4):
        ride.take(positions_by_name(['lift'], [0.5])).go(0.4)
    assert ride.at('lift') == 0.5
    assert ride.events == {'timed out': 1}


def test_without_a_timeout_it_goes_on(world):
    ride = Ride(world, limits=LIMITS._replace(timeout_s=0))
    ride.take(positions_by_name(['lift'], [0.5])).take(twist([0.1, 0, 0], [0, 0, 0])).go(4)
    assert ride.at('lift') == 0.5
    assert math.hypot(ride.robot.pose.x_m, ride.robot.pose.y_m - 0.1) == pytest.approx(0.4)


def test_limits_of_joints_are_kept_and_told(ride):
    ride.take(positions_by_name(['lift', 'swing'], [9.0, 1.0])).go(0.5)
    for _ in range(8):
        ride.take(positions_in_order([-9.0, -9.0, 123.0], ())).go(0.5)
    assert ride.at('lift') == -0.3
    assert ride.at('swing') == -2.0
    assert ride.at('finger') == pytest.approx(0.1 + 0.5 * -2.0)
    assert ride.events['beyond a joint limit'] == 9


def test_a_trajectory_is_where_it_says_at_each_time(ride):
    start = ride.at('swing')
    way = [start, start + 0.1, start - 0.1, start - 0.05]
    points = [
        RawPoint(k * SECOND // 4, [0.03 * math.sin(k), p], [0.0, 0.1]) for k, p in enumerate(way)
    ]
    ride.take(trajectory(['lift', 'swing'], points)).go(2)
    for k, position in enumerate(way):
        assert ride.joints[k * 125, 1] == position, k
        assert ride.joints[k * 125, 0] == pytest.approx(0.03 * math.sin(k)), k
    # It ends where it ends, and no time-out has a say.
    assert ride.at('swing') == way[-1]
    assert not ride.events


def test_a_trajectory_that_is_too_fast_comes_late_and_says_so(ride):
    start = ride.at('swing')
    ride.take(trajectory(['swing'], [RawPoint(SECOND // 10, [start - 1.0])])).go(0.4)
    assert ride.at('swing') == pytest.approx(start - 0.8)
    ride.go(0.2)
    assert ride.at('swing') == start - 1.0
    assert ride.events == {'faster than allowed': 1}


def test_a_trajectory_may_start_later(world):
    ride = Ride(world, step=500)
    start = ride.at('swing')
    later = trajectory(['swing'], [RawPoint(SECOND // 2, [start - 0.5])], start_ns=2 * SECOND)
    ride.take(later).take(trajectory(['lift'], [RawPoint(SECOND, [0.2])])).go(1)
    assert (ride.at('swing'), ride.at('lift')) == (start, 0.2)
    ride.go(0.25)
    assert ride.at('swing') == pytest.approx(start - 0.25)
    ride.go(0.5)
    assert ride.at('swing') == start - 0.5


def test_a_trajectory_that_began_already_is_joined(world):
    ride = Ride(world, step=1000)
    points = [RawPoint(SECOND, [0.0, 9.0]), RawPoint(2 * SECOND, [0.1, 1.9])]
    ride.take(trajectory(['lift', 'swing'], points, start_ns=SECOND // 2)).go(0.5)
    assert ride.at('lift') == pytest.approx(0.1)
    old = trajectory(['lift'], [RawPoint(SECOND, [0.0])], start_ns=SECOND)
    assert ride.robot.take(old).reason == 'too old'
    other = trajectory(['lift'], [RawPoint(SECOND, [0.0])], start_ns=1_700_000_000 * SECOND)
    refused = ride.robot.take(other)
    assert refused.reason == 'of another clock'
    assert 'use_sim_time' in refused.text


def test_each_joint_obeys_who_named_it_last(ride):
    start = ride.at('swing')
    points = [RawPoint(SECOND, [0.2, start - 0.8])]
    ride.take(trajectory(['lift', 'swing'], points)).go(0.5)
    half = ride.at('swing')
    ride.take(positions_by_name(['swing'], [half])).go(0.5)
    assert ride.at('lift') == 0.2
    assert ride.at('swing') == half
    assert half == pytest.approx(start - 0.4)
    # A trajectory that waits is named, too.
    ride.take(trajectory(['swing'], [RawPoint(0, [0.0])], start_ns=2 * SECOND))
    ride.take(positions_by_name(['swing'], [half])).go(2)
    assert ride.at('swing') == half


def test_one_trajectory_after_another_without_a_jerk(ride):
    start = ride.at('swing')
    ride.take(trajectory(['swing'], [RawPoint(SECOND, [start - 1.0], [-1.0])])).go(0.5)
    ride.take(trajectory(['swing'], [RawPoint(SECOND, [start - 1.0], [0.0])])).go(1.5)
    speed = np.diff(ride.joints[:, 1]) / DT
    assert ride.at('swing') == start - 1.0
    assert np.abs(np.diff(speed[1:])).max() < 0.05


def test_the_base_drives_arcs_and_stops(world):
    ride = Ride(world)
    first = PlanarPose(*ride.robot.pose)
    command = twist([0.6, 0.2, 0], [0, 0, -1.2])
    ride.take(command).go(0.3)
    expected = moved(first, Twist(0.6, 0.2, -1.2), 0.3)
    np.testing.assert_allclose(ride.robot.pose, expected, atol=1e-12)
    assert ride.robot.twist == Twist(0.6, 0.2, -1.2)
    ride.take(twist([3.0, 4.0, 0], [0, 0, 9.0])).go(2)
    # As fast as allowed, in the same direction, until the time-out.
    expected = moved(expected, Twist(0.6, 0.8, 1.5), 0.5)
    np.testing.assert_allclose(ride.robot.pose, expected, atol=1e-12)
    assert ride.now[:2] == ride.robot.pose[:2]
    assert ride.robot.twist == Twist(0, 0, 0)
    assert ride.events == {'faster than allowed': 1, 'timed out': 1}
    assert (ride.joints == ride.joints[0]).all()


def test_a_twist_with_a_stamp_is_as_old_as_it_says(world):
    ride = Ride(world, step=1000)
    x, y, _ = ride.robot.pose
    ride.take(twist([1, 0, 0], [0, 0, 0], stamp_ns=1_800_000_000)).go(1)
    assert math.hypot(ride.now.x_m - x, ride.now.y_m - y) == pytest.approx(0.3)
    refused = ride.robot.take(twist([1, 0, 0], [0, 0, 0], stamp_ns=2_400_000_000))
    assert refused.reason == 'too old'
    assert 'command_timeout_s is 0.5' in refused.text
    assert ride.robot.take(positions_by_name(['lift'], [0], stamp_ns=1)).reason == 'too old'
    # A stamp of the time of day is not older than now.
    assert ride.robot.take(twist([1, 0, 0], [0, 0, 0], stamp_ns=1_700_000_000 * SECOND)) is None


def test_what_the_robot_does_not_have(ride):
    refused = ride.robot.take(positions_by_name(['swimg'], [1.0]))
    assert (refused.kind, refused.reason) == ('joint_commands', 'unknown joint')
    assert (
        "no joint 'swimg'. Did you mean 'swing'? Available: finger, lift, swing." in refused.text
    )
    refused = ride.robot.take(positions_in_order([1.0], ()))
    assert '1 positions for the 3 joints of joint_states' in refused.text
    # A command is obeyed whole or not at all.
    ride.robot.take(trajectory(['lift', 'nose'], [RawPoint(SECOND, [0.2, 0.0])]))
    assert (ride.go(1).joints == ride.joints[0]).all()


@pytest.fixture(scope='module')
def lasting(tmp_path_factory):
    """The world of conftest, for many examples."""
    from synth_ros.config.load import load_config
    from synth_ros.randomize.sample import sample_scene
    from synth_ros.randomize.streams import Streams
    from synth_ros.scene.build import SceneBuilder
    from synth_ros.sim.world import World

    folder = tmp_path_factory.mktemp('lasting')
    (folder / 'bot.xml').write_text(LASTING_ROBOT)
    path = folder / 'config.yaml'
    path.write_text('robot: {model: bot.xml}\ncameras: [{name: eye}]\nobjects: {count: [0, 0]}\n')
    loaded = load_config(path)
    builder = SceneBuilder(loaded)
    scene = sample_scene(loaded.config, builder.inventory, streams=Streams(0, 0))
    return World(builder.build(scene), loaded.config.robot)


LASTING_ROBOT = """
<mujoco><compiler angle="radian"/><worldbody><body name="base_link">
  <geom type="box" size=".1 .1 .1" pos="0 0 .2"/>
  <body name="lift_link" pos="0 0 .9">
    <joint name="lift" type="slide" axis="0 0 1" range="-.3 .5"/>
    <geom type="box" size=".05 .05 .05"/>
    <body><joint name="swing" axis="0 0 1" range="-2 2"/><geom size=".03"/>
      <camera name="eye" pos=".1 0 .1" xyaxes="0 -1 0 .5 0 .866" fovy="60"/>
      <body pos=".1 0 0"><joint name="spin" axis="0 1 0"/><geom size=".02"/></body>
    </body>
  </body>
</body></worldbody></mujoco>
"""
NUMBER = st.one_of(st.floats(-4, 4), st.floats(-1e6, 1e6))
NAMES = st.lists(st.sampled_from(['lift', 'swing', 'spin']), min_size=1, unique=True)


@st.composite
def commands(draw):
    names = draw(NAMES)
    row = st.lists(NUMBER, min_size=len(names), max_size=len(names))
    maybe = st.one_of(st.just([]), row)
    gaps = draw(st.lists(st.integers(1, SECOND), min_size=1, max_size=4))
    points = [RawPoint(int(t), draw(row), draw(maybe), draw(maybe)) for t in np.cumsum(gaps)]
    return draw(
        st.sampled_from(
            [
                positions_by_name(names, draw(row), stamp_ns=draw(st.integers(0, SECOND))),
                trajectory(names, points, start_ns=draw(st.integers(0, 2 * SECOND))),
                twist([draw(NUMBER), draw(NUMBER), 0], [0, 0, draw(NUMBER)]),
            ]
        )
    )


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(commands(), st.integers(0, 120)), max_size=6))
def test_no_command_leads_beyond_limits_and_all_of_them_run_out(lasting, told):
    ride, again = Ride(lasting), Ride(lasting)
    for command, steps in told:
        ride.robot.take(command)
        ride.go(steps * DT)
        again.robot.take(command)
        # The same commands at the same steps, however they are cut.
        again.go(steps // 2 * DT).go((steps - steps // 2) * DT)
    joints = ride.joints
    assert np.isfinite(joints).all()
    np.testing.assert_array_equal(joints, again.joints)
    assert (joints[:, 0] >= -0.3).all()
    assert (joints[:, 0] <= 0.5).all()
    assert (np.abs(joints[:, 1]) <= 2.0).all()
    speeds = np.abs(np.diff(joints, axis=0)) / DT
    assert (speeds <= np.array([0.25, 2.0, 2.0]) * (1 + 1e-6) + 1e-7).all()
    where = np.array([posture[:4] for posture in ride.postures])
    assert (np.hypot(*np.diff(where[:, :2], axis=0).T) <= 1.0 * DT + 1e-9).all()
    assert (np.abs(np.diff(where[:, 3])) <= 1.5 * DT + 1e-9).all()
    # Positions and twists are over after the time-out, whatever they asked for.
    if not any(hasattr(command, 'times_s') for command, _ in told):
        there = ride.go(0.6).now
        assert np.array_equal(ride.go(0.3).now.qpos, there.qpos)
        assert ride.now[:4] == there[:4]


def test_wheels_roll_while_the_base_drives(make, lasting):
    robot = """
<mujoco><compiler angle="radian"/><worldbody><body name="base_link">
  <geom type="box" size=".2 .1 .05" pos="0 0 .2"/>
  <body pos="0 .25 .1"><joint name="left" axis="0 1 0"/><geom size=".05"/></body>
  <body pos="0 -.25 .1"><joint name="right" axis="0 -1 0"/><geom size=".05"/>
    <camera name="eye" pos=".1 0 .3" xyaxes="0 -1 0 .5 0 .866" fovy="60"/></body>
</body></worldbody></mujoco>
"""
    text = {'robot: {model: bot.xml,': 'robot: {model: bot.xml, wheels: [left, right],'}
    world = make(robot=robot, **{**text, ', joints: {swing: 1.5}': ''}).world
    ride = Ride(world, wheels=('left', 'right'))
    # Who names all joints names the wheels, too: they go with the base.
    ride.take(positions_by_name(['left', 'right'], [1.0, 1.0]))
    ride.take(twist([0.4, 0, 0], [0, 0, 0.8])).go(0.5)
    left, right = ride.now.qpos
    assert left == pytest.approx((0.4 - 0.8 * 0.25) * 0.5 / 0.1)
    assert right == pytest.approx(-(0.4 + 0.8 * 0.25) * 0.5 / 0.1)


URDF = """
<robot name="bot">
  <link name="base"><visual><geometry><box size="1 1 1"/></geometry></visual></link>
  <link name="a"><visual><geometry><box size=".1 .1 .1"/></geometry></visual></link>
  <link name="b"><visual><geometry><box size=".1 .1 .1"/></geometry></visual></link>
  <joint name="slow" type="revolute"><parent link="base"/><child link="a"/>
    <axis xyz="0 0 1"/><limit lower="-1" upper="1" effort="1" velocity="0.25"/></joint>
  <joint name="free" type="continuous"><parent link="a"/><child link="b"/>
    <axis xyz="0 0 1"/><limit effort="1" velocity="0"/></joint>
</robot>
"""


def test_limits_of_a_urdf_hold(make, tmp_path: Path):
    (tmp_path / 'bot.urdf').write_text(URDF)
    change = {
        'robot: {model: bot.xml,': 'robot: {model: bot.urdf,',
        ', joints: {swing: 1.5}': '',
        'cameras: [{name: eye}]': 'cameras: [{name: eye, mount: {link: a}, '
        'intrinsics: {fovy_deg: 60}}]',
    }
    ride = Ride(make(**change).world)
    ride.take(positions_by_name(['slow', 'free'], [1.0, -7.0])).go(0.4)
    np.testing.assert_allclose(ride.now.qpos, [0.1, -0.8])
