"""The search for postures: exact where there is one, within limits always."""

import math
from pathlib import Path
from typing import NamedTuple

import mink
import mujoco
import numpy as np
import pytest

from synth_ros.config.robot import RobotConfig
from synth_ros.geometry.transforms import GL_FROM_OPTICAL, make_transform, matrix_from_quat_wxyz
from synth_ros.scene.compiled import JointPart, Reach
from synth_ros.scene.reach import make_reach
from synth_ros.scene.resolve import resolve_robot
from synth_ros.scene.robot import home_qpos, load_robot
from synth_ros.sim.gaze import Gaze
from synth_ros.sim.ik import CameraSearch, Freedom, _Goal

ARM = tuple(f'arm_{i}_joint' for i in range(1, 8))
TORSO = 'torso_lift_joint'


class Robot(NamedTuple):
    """A robot's chain, and what of it the search asks."""

    reach: Reach
    joints: list[JointPart]
    home: np.ndarray
    cameras: dict[str, tuple[str, np.ndarray]]

    def at(self, q, name):
        return float(q[self.reach.model.jnt_qposadr[self.reach.joints[name]]])

    def pose(self, q, camera):
        """World pose of a camera by MuJoCo's own kinematics."""
        link, link_from_camera = self.cameras[camera]
        data = mujoco.MjData(self.reach.model)
        data.qpos[:] = q
        mujoco.mj_kinematics(self.reach.model, data)
        body = self.reach.bodies[link]
        return make_transform(data.xmat[body].reshape(3, 3), data.xpos[body]) @ link_from_camera

    def gaze(self, camera, target, **asked):
        link, link_from_camera = self.cameras[camera]
        return Gaze(link, link_from_camera, np.array(target), np.array([0.0, 0.0, 1.0]), **asked)


def described(path, **where):
    robot = load_robot(path)
    reach = make_reach(robot, RobotConfig(**where))
    parts = [
        JointPart(name, i, i, i, joint.home[0], joint.limits, joint.coupling)
        for i, (name, joint) in enumerate(robot.joints.items())
    ]
    cameras = {}
    for i in range(robot.model.ncam):
        camera = robot.model.cam(i)
        pose = make_transform(matrix_from_quat_wxyz(camera.quat), camera.pos) @ GL_FROM_OPTICAL
        cameras[camera.name] = (robot.model.body(camera.bodyid[0]).name, pose)
    home = reach.qpos((0.0, 0.0, 0.0), home_qpos(robot.model, robot.joints))
    return Robot(reach, parts, home, cameras)


@pytest.fixture(scope='module')
def builtin():
    return described(resolve_robot('builtin://mobile_manipulator', Path()))


def search(robot, *freedoms):
    return CameraSearch(robot.reach, robot.joints, freedoms=freedoms)


def hand_check(robot, stance, gaze, camera):
    """Errors of aim (px at a focal length of 500), distance, elevation, azimuth and roll."""
    pose = robot.pose(stance.qpos, camera)
    x, y, z = pose[:3, :3].T @ (gaze.target_m - pose[:3, 3])
    out = pose[:3, 3] - gaze.target_m
    distance = math.sqrt(x * x + y * y + z * z)
    up = pose[:3, :3].T @ [0, 0, 1]
    return {
        'aim': math.hypot(500 * x / z, 500 * y / z) if z > 0 else math.inf,
        'distance': distance - gaze.distance_m,
        'elevation': math.asin(out[2] / distance) - gaze.elevation_rad,
        'azimuth': math.remainder(math.atan2(out[1], out[0]) - gaze.azimuth_rad, math.tau),
        'roll': math.remainder(math.atan2(-up[0], -up[1]) - gaze.roll_rad, math.tau),
    }


@pytest.mark.parametrize(
    'asked',
    [
        {'distance_m': 0.4, 'elevation_rad': 0.7, 'azimuth_rad': 2.0, 'roll_rad': 0.3},
        {'elevation_rad': 0.7},
        {'azimuth_rad': 2.0, 'roll_rad': -1.0},
        {},
    ],
)
def test_the_derivative_is_that_of_the_error(builtin, asked):
    aside = np.array([0.2, -0.3, 1.0]) / math.hypot(0.2, 0.3, 1.0)
    gaze = builtin.gaze('wrist', [0.6, 0.1, 0.75], **asked)._replace(bearing=aside)
    model = builtin.reach.model
    goal = _Goal(builtin.reach.bodies[gaze.link], gaze, np.eye(model.nv))
    q = builtin.home + np.random.default_rng(3).normal(0, 0.3, builtin.home.size)
    configuration = mink.Configuration(model, q)
    slope = goal.compute_jacobian(configuration)

    def error(dof, step):
        velocity = np.zeros(model.nv)
        velocity[dof] = step
        return goal.compute_error(mink.Configuration(model, configuration.integrate(velocity, 1)))

    by_difference = [(error(k, 1e-6) - error(k, -1e-6)) / 2e-6 for k in range(model.nv)]
    assert slope == pytest.approx(np.array(by_difference).T, abs=1e-7)


def test_a_wrist_camera_gets_exactly_where_it_can(builtin):
    rng = np.random.default_rng(5)
    free = Freedom(frozenset((*ARM, TORSO)), ((-0.2, 0.2), (-0.2, 0.2), (-0.3, 0.3)))
    finder = search(builtin, free)
    reached = 0
    for _ in range(40):
        gaze = builtin.gaze(
            'wrist',
            [rng.uniform(0.5, 0.8), rng.uniform(-0.3, 0.3), 0.75],
            distance_m=rng.uniform(0.25, 0.5),
            elevation_rad=math.radians(rng.uniform(30, 80)),
            azimuth_rad=math.radians(rng.uniform(140, 220)),
            roll_rad=math.radians(rng.uniform(-20, 20)),
        )
        stance = finder.search(builtin.home, [gaze])
        for joint in builtin.joints:
            value = builtin.at(stance.qpos, joint.name)
            if joint.limits is not None:
                assert joint.limits[0] - 1e-9 <= value <= joint.limits[1] + 1e-9
            if joint.name not in free.joints:
                assert value == builtin.at(builtin.home, joint.name)
        for value, (low, high) in zip(stance.qpos[:3], free.base, strict=True):
            assert low - 1e-9 <= value <= high + 1e-9
        if max(map(abs, stance.misses[0])) < 1e-6:
            reached += 1
            assert max(map(abs, hand_check(builtin, stance, gaze, 'wrist').values())) < 1e-3
    assert reached >= 30


def test_two_cameras_are_satisfied_together(builtin):
    finder = search(
        builtin,
        Freedom(frozenset((*ARM, TORSO)), None),
        Freedom(frozenset(('head_pan_joint', 'head_tilt_joint', TORSO)), None),
    )
    one = builtin.gaze('wrist', [0.65, -0.1, 0.75], distance_m=0.35)
    other = builtin.gaze('head', [0.7, 0.3, 0.75])
    stance = finder.search(builtin.home, [one, other])
    for gaze, camera in ((one, 'wrist'), (other, 'head')):
        pose = builtin.pose(stance.qpos, camera)
        seen = pose[:3, :3].T @ (gaze.target_m - pose[:3, 3])
        assert seen[:2] / seen[2] == pytest.approx([0, 0], abs=1e-6)
    assert np.linalg.norm(builtin.pose(stance.qpos, 'wrist')[:3, 3] - one.target_m) == (
        pytest.approx(0.35, abs=1e-6)
    )


def test_what_is_behind_is_turned_to(builtin):
    finder = search(builtin, Freedom(frozenset(('head_pan_joint', 'head_tilt_joint')), None))
    stance = finder.search(builtin.home, [builtin.gaze('head', [0.1, 1.0, 0.6])])
    assert stance.misses[0].aim_rad < 1e-6


def test_out_of_reach_ends_near_and_says_by_how_much(builtin):
    finder = search(builtin, Freedom(frozenset((*ARM, TORSO)), None))
    far = builtin.gaze('wrist', [3.0, 0.0, 0.75], distance_m=0.3)
    stance = finder.search(builtin.home, [far])
    distance = np.linalg.norm(builtin.pose(stance.qpos, 'wrist')[:3, 3] - far.target_m)
    assert stance.misses[0].distance_m == pytest.approx(distance - 0.3)
    assert distance > 1.5


def test_a_joint_that_stops_the_search_is_named(builtin):
    finder = search(builtin, Freedom(frozenset(('head_pan_joint', 'head_tilt_joint')), None))
    stance = finder.search(builtin.home, [builtin.gaze('head', [-2.0, 0.3, 1.0])])
    assert stance.misses[0].aim_rad > 0.1
    assert 'head_pan_joint' in stance.at_limit


def test_a_search_depends_on_nothing_before_it(builtin):
    free = Freedom(frozenset((*ARM, TORSO)), None)
    gazes = [
        builtin.gaze('wrist', [0.6, y, 0.75], distance_m=0.35, elevation_rad=0.9)
        for y in (-0.2, 0.0, 0.2)
    ]
    finder = search(builtin, free)
    one_way = [finder.search(builtin.home, [gaze]).qpos for gaze in gazes]
    other_way = [finder.search(builtin.home, [gaze]).qpos for gaze in reversed(gazes)]
    alone = search(builtin, free).search(builtin.home, [gazes[1]]).qpos
    assert np.array_equal(one_way, other_way[::-1])
    assert np.array_equal(one_way[1], alone)


COUPLED = """
<mujoco model="bot">
  <compiler angle="radian"/>
  <worldbody>
    <body name="base">
      <geom type="box" size=".1 .1 .1"/>
      <body name="one" pos="0 0 .5">
        <joint name="one" axis="0 1 0" range="-1 1"/>
        <geom type="box" size=".1 .02 .02"/>
        <body name="two" pos=".3 0 0">
          <joint name="two" axis="0 1 0"/>
          <geom type="box" size=".1 .02 .02"/>
          <camera name="eye" pos=".2 0 0" xyaxes="0 -1 0 0 0 1"/>
        </body>
      </body>
    </body>
  </worldbody>
  <equality><joint joint1="two" joint2="one" polycoef="0.1 0.5 0.2 0 0"/></equality>
</mujoco>
"""


def test_joints_that_follow_keep_following(tmp_path):
    path = tmp_path / 'bot.xml'
    path.write_text(COUPLED)
    robot = described(path)
    # Looked at from a posture that keeps the coupling: there is a solution to find.
    lead = 0.62
    q = robot.home.copy()
    q[3:] = lead, 0.1 + 0.5 * lead + 0.2 * lead**2
    pose = robot.pose(q, 'eye')
    gaze = robot.gaze('eye', pose[:3, 3] + 0.5 * pose[:3, 2])
    stance = search(robot, Freedom(frozenset(('one',)), None)).search(robot.home, [gaze])
    assert stance.qpos == pytest.approx(q, abs=1e-6)
    assert stance.misses[0].aim_rad < 1e-6
