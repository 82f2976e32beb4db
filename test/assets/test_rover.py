"""The built-in floor robot: its build, its views, its wheels."""

import mujoco
import numpy as np
import pytest

from .robots import at_home_in_room, bounds, load_model, own_share, ray


@pytest.fixture(scope='module')
def model():
    return load_model('rover')


@pytest.fixture(scope='module')
def at_home():
    return at_home_in_room('rover')


def test_links(model):
    assert [model.joint(j).name for j in range(model.njnt)] == [
        'wheel_left_joint',
        'wheel_right_joint',
    ]
    assert not any(model.jnt_limited)
    names = {model.body(b).name for b in range(1, model.nbody)}
    assert {'lidar_link', 'front_camera_link', 'rear_camera_link'} < names


def test_it_is_small(model):
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    low, high = bounds((model, data), np.flatnonzero(model.geom_group == 2))
    assert high[0] - low[0] == pytest.approx(0.4, abs=0.02)
    assert 0.3 < high[1] - low[1] < 0.4
    assert high[2] < 0.3
    assert 5 < model.body_mass.sum() < 15


def test_body_clears_the_floor_and_wheels_are_seen_on_it(at_home):
    model, data = at_home
    base, wheel = (model.body(f'robot/{name}_link').id for name in ('base', 'wheel_left'))
    solid = model.geom_group == 3
    low, _ = bounds(at_home, np.flatnonzero(solid & (model.geom_bodyid == base)))
    assert 0.015 < low[2] < 0.05
    seen, _ = bounds(at_home, np.flatnonzero(~solid & (model.geom_bodyid == wheel)))
    assert seen[2] == pytest.approx(0, abs=0.001)
    (tyre,) = np.flatnonzero(solid & (model.geom_bodyid == wheel))
    assert data.geom_xpos[tyre, 2] - model.geom_size[tyre, 0] == pytest.approx(0.001)


def test_cameras_look_ahead_and_back_over_the_floor(at_home):
    model, data = at_home
    ahead = {}
    for camera in ('front', 'rear'):
        index = model.camera(f'robot/{camera}').id
        ahead[camera] = -data.cam_xmat[index].reshape(3, 3)[:, 2]
        assert data.cam_xmat[index].reshape(3, 3)[2, 1] > 0.95
        assert own_share(at_home, f'robot/{camera}') == 0
    assert ahead['front'][0] > 0.95
    assert ahead['rear'][0] < -0.95
    assert data.cam_xpos[model.camera('robot/front').id, 2] == pytest.approx(0.25, abs=0.01)
    name, distance = ray(at_home, 'robot/front', (0, -230))
    assert name.startswith(('room', 'rug'))
    assert 0.3 < distance < 0.8


def test_scanner_sees_past_everything_but_the_camera_mast(at_home):
    """A level ray from the window is free all around but ahead."""
    model, data = at_home
    start = data.xpos[model.body('robot/lidar_link').id] + [0, 0, 0.03]
    groups = np.array([0, 0, 1, 0, 0, 0], np.uint8)
    own = []
    for turn in range(0, 360, 5):
        direction = np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn)), 0.0])
        hit = np.array([-1], np.int32)
        mujoco.mj_ray(model, data, start + 0.06 * direction, direction, groups, 1, -1, hit)
        if model.geom(int(hit[0])).name.startswith('robot/'):
            own.append(min(turn, 360 - turn))
    assert own
    assert max(own) < 40


def test_wheels_turn_at_the_speed_asked_for(model):
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, model.key('home').id)
    data.ctrl[:] = [4.0, -2.0]
    while data.time < 2.0:
        mujoco.mj_step(model, data)
    assert data.qvel == pytest.approx([4.0, -2.0], abs=0.3)
