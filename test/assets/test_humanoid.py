"""The built-in humanoid: its build, its views, how it moves."""

import mujoco
import numpy as np
import pytest

from .robots import at_home_in_room, bounds, load_model, own_share, ray

SIDES = ('left', 'right')
LEG = ['hip_yaw', 'hip_roll', 'hip_pitch', 'knee', 'ankle_pitch', 'ankle_roll']
ARM = [
    *('shoulder_pitch', 'shoulder_roll', 'shoulder_yaw', 'elbow'),
    *('wrist_yaw', 'wrist_roll', 'wrist_pitch'),
]
FINGERS = ['index', 'middle', 'ring', 'thumb']


@pytest.fixture(scope='module')
def model():
    return load_model('humanoid')


@pytest.fixture(scope='module')
def at_home():
    return at_home_in_room('humanoid')


def posed(model, **joints):
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, model.key('home').id)
    for name, value in joints.items():
        data.qpos[model.joint(name).qposadr[0]] = value
    mujoco.mj_forward(model, data)
    return data


def test_joints(model):
    names = ['waist_yaw', 'waist_pitch', 'head_pan', 'head_tilt']
    names += [f'{side}_{part}' for side in SIDES for part in ARM + FINGERS]
    names += [f'{side}_{part}' for side in SIDES for part in LEG]
    assert [model.joint(j).name for j in range(model.njnt)] == [f'{n}_joint' for n in names]
    assert all(model.jnt_limited)


def test_it_is_as_large_as_a_small_adult(model):
    data = posed(model)
    low, high = bounds((model, data), np.flatnonzero(model.geom_group == 2))
    assert high[2] == pytest.approx(1.6, abs=0.05)
    assert 0.5 < high[1] - low[1] < 0.75
    assert 50 < model.body_mass.sum() < 75


def test_soles_are_level_on_the_floor(model):
    data = posed(model)
    for side in SIDES:
        foot = model.body(f'{side}_ankle_roll_link').id
        sole = [
            g
            for g in np.flatnonzero(model.geom_bodyid == foot)
            if model.geom(g).name.endswith('foot_sole')
        ]
        low, high = bounds((model, data), sole)
        assert low[2] == pytest.approx(0, abs=1e-4)
        assert high[2] == pytest.approx(0.02, abs=1e-3)


def test_sides_mirror_each_other(model):
    """At home and within limits: left is right, mirrored in y."""
    data = posed(model)
    mirror = np.array([1, -1, 1])
    for body in range(model.nbody):
        name = model.body(body).name
        if name.startswith('left_'):
            other = model.body(name.replace('left', 'right')).id
            np.testing.assert_allclose(data.xpos[body], mirror * data.xpos[other], atol=1e-6)


@pytest.mark.parametrize('side', SIDES)
def test_signs_of_joints(model, side):
    """Elbows bend forwards, knees backwards, arms open outwards, fingers close."""
    sign = 1 if side == 'left' else -1
    home = posed(model)

    def moved(body, **joints):
        data = posed(model, **{f'{side}_{name}_joint': value for name, value in joints.items()})
        index = model.body(f'{side}_{body}_link').id
        return data.xpos[index] - home.xpos[index]

    assert moved('hand', elbow=1.6)[2] > 0.1
    assert moved('hand', shoulder_roll=sign * 0.9)[1] * sign > 0.2
    assert moved('ankle_roll', knee=1.2)[0] < -0.2
    palm = posed(model).xmat[model.body(f'{side}_hand_link').id].reshape(3, 3)
    tip = next(
        g
        for g in range(model.ngeom)
        if model.geom(g).name == f'{side}_middle_link/{side}_tip_long'
    )
    start, end = (
        posed(model, **{f'{side}_middle_joint': value}).geom_xpos[tip] for value in (0.0, 1.2)
    )
    assert ((end - start) @ palm[:, 1]) * sign < -0.03


def test_arms_are_held_away_from_the_body(at_home):
    """There is air between hands and thighs."""
    model, data = at_home
    fromto = np.zeros(6)
    for side in SIDES:
        hand, thigh = (
            [g for g in range(model.ngeom) if is_solid_of(model, g, f'{side}_{link}_link')]
            for link in ('hand', 'hip_pitch')
        )
        gaps = [
            mujoco.mj_geomDistance(model, data, a, b, 1.0, fromto) for a in hand for b in thigh
        ]
        assert min(gaps) > 0.03


def is_solid_of(model, geom, link):
    return (
        model.geom_group[geom] == 3 and model.body(model.geom_bodyid[geom]).name == f'robot/{link}'
    )


@pytest.mark.parametrize('camera', ['head', 'chest'])
def test_cameras_look_at_the_table(at_home, camera):
    name, distance = ray(at_home, f'robot/{camera}', (0, 0))
    assert name.startswith('table_')
    assert 0.6 < distance < 1.5
    assert own_share(at_home, f'robot/{camera}') < 0.1


def test_head_looks_straight_ahead_past_the_body(model):
    data = posed(model, head_tilt_joint=0.0)
    assert data.cam_xmat[model.camera('head').id].reshape(3, 3)[0] @ [0, 0, -1] == pytest.approx(1)
    assert 1.35 < data.cam_xpos[model.camera('head').id, 2] < 1.55


def test_joints_follow_their_servos(model):
    data = posed(model)
    goal = data.ctrl.copy()
    changed = {
        'left_elbow_joint': 0.4,
        'right_shoulder_pitch_joint': -0.4,
        'waist_yaw_joint': 0.3,
        'head_pan_joint': -0.3,
        'left_middle_joint': 0.3,
    }
    for name, change in changed.items():
        goal[model.actuator(name).id] += change
    data.ctrl[:] = goal
    while data.time < 3.0:
        mujoco.mj_step(model, data)
    for name in (*changed, 'left_knee_joint', 'waist_pitch_joint'):
        reached = data.qpos[model.joint(name).qposadr[0]]
        assert reached == pytest.approx(goal[model.actuator(name).id], abs=0.015), name


def test_joint_limits_do_not_reach_into_the_body(model):
    """Random postures of head, waist and arms are often free."""
    rng = np.random.default_rng(1)
    upper = ['waist_yaw', 'waist_pitch', 'head_pan', 'head_tilt']
    upper += [f'{side}_{part}' for side in SIDES for part in ARM]
    free = 0
    for _ in range(200):
        joints = {
            f'{name}_joint': rng.uniform(*model.joint(f'{name}_joint').range) for name in upper
        }
        free += posed(model, **joints).ncon == 0
    assert free > 60


def test_head_and_fingers_turn_freely(model):
    rng = np.random.default_rng(2)
    names = ['head_pan', 'head_tilt', *(f'{side}_{f}' for side in SIDES for f in FINGERS)]
    for _ in range(100):
        joints = {
            f'{name}_joint': rng.uniform(*model.joint(f'{name}_joint').range) for name in names
        }
        assert posed(model, **joints).ncon == 0
