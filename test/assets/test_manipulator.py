"""The built-in mobile manipulator: its names, its views, how it moves."""

import mujoco
import numpy as np
import pytest

from tools.make_assets.robot.manipulator.pose import HOME

from .robots import at_home_in_room, load_model, own_share, ray

JOINTS = [
    'wheel_left_joint',
    'wheel_right_joint',
    'torso_lift_joint',
    'head_pan_joint',
    'head_tilt_joint',
    *(f'arm_{number}_joint' for number in range(1, 8)),
    'gripper_left_finger_joint',
    'gripper_right_finger_joint',
]
LINKS = [
    'base_link',
    'wheel_left_link',
    'wheel_right_link',
    'torso_lift_link',
    'head_pan_link',
    'head_tilt_link',
    *(f'arm_{number}_link' for number in range(1, 8)),
    'gripper_link',
    'gripper_left_finger_link',
    'gripper_right_finger_link',
]
TABLE_CORNERS = np.array([(x, y, 0.74) for x in (0.45, 1.25) for y in (-0.6, 0.6)])


@pytest.fixture(scope='module')
def model():
    return load_model('mobile_manipulator')


@pytest.fixture(scope='module')
def at_home():
    return at_home_in_room('mobile_manipulator')


def test_names(model):
    assert [model.joint(j).name for j in range(model.njnt)] == JOINTS
    assert [model.body(b).name for b in range(1, model.nbody)] == LINKS
    assert [model.camera(c).name for c in range(model.ncam)] == ['head', 'wrist']
    assert set(HOME) <= set(JOINTS)
    assert 50 < model.body_mass.sum() < 90


def test_table_fills_the_head_view(at_home):
    model, data = at_home
    index = model.camera('robot/head').id
    rotation = data.cam_xmat[index].reshape(3, 3)
    camera = (TABLE_CORNERS - data.cam_xpos[index]) @ rotation
    assert (camera[:, 2] < 0).all()
    pixels = 601.5 * camera[:, :2] / -camera[:, 2:]
    # Corners in the order of travel around the table; the image reaches 320 x 240 from its middle.
    polygon = pixels[[0, 1, 3, 2]]
    x, y = np.meshgrid(np.arange(-319.5, 320), np.arange(-239.5, 240))
    edges = np.roll(polygon, -1, axis=0) - polygon
    sides = [
        edge[0] * (y - corner[1]) - edge[1] * (x - corner[0])
        for corner, edge in zip(polygon, edges, strict=True)
    ]
    inside = np.all(np.array(sides) > 0, axis=0) | np.all(np.array(sides) < 0, axis=0)
    assert inside.mean() > 0.5


def test_cameras_look_at_the_table_unobstructed(at_home):
    name, distance = ray(at_home, 'robot/head', (0, 0))
    assert name.startswith('table_')
    assert 0.8 < distance < 1.3
    name, distance = ray(at_home, 'robot/wrist', (0, 0))
    assert name.startswith('table_')
    assert 0.4 < distance < 0.65


def test_arm_leaves_the_head_view_free(at_home):
    assert 0 < own_share(at_home, 'robot/head') < 0.12


def test_joints_follow_their_servos(model):
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, model.key('home').id)
    goal = data.ctrl.copy()
    for name, change in (('arm_2_joint', 0.2), ('arm_4_joint', -0.2), ('head_pan_joint', 0.4)):
        goal[model.actuator(name).id] += change
    data.ctrl[:] = goal
    while data.time < 3.0:
        mujoco.mj_step(model, data)
    for name in ('arm_2_joint', 'arm_4_joint', 'head_pan_joint', 'torso_lift_joint'):
        reached = data.qpos[model.joint(name).qposadr[0]]
        assert reached == pytest.approx(goal[model.actuator(name).id], abs=0.01), name


def test_joint_limits_do_not_reach_into_the_body(model):
    """Random arm postures are often free: limits and shapes leave room to move."""
    rng = np.random.default_rng(1)
    data = mujoco.MjData(model)
    free = 0
    for _ in range(200):
        mujoco.mj_resetDataKeyframe(model, data, model.key('home').id)
        for number in range(1, 8):
            joint = model.joint(f'arm_{number}_joint')
            data.qpos[joint.qposadr[0]] = rng.uniform(*joint.range)
        mujoco.mj_kinematics(model, data)
        mujoco.mj_collision(model, data)
        free += data.ncon == 0
    assert free > 60
