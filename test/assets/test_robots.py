"""What holds for every built-in robot: as generated, solid where it is seen, standing still."""

import mujoco
import numpy as np
import pytest

from synth_ros.config.cameras import CameraConfig
from synth_ros.scene.cameras import plan_camera
from synth_ros.scene.robot import load_robot
from tools.make_assets.robot.mjcf import links, robot_files

from .robots import ASSETS, MAKERS, at_home_in_room, bounds, corners, load_model, robot_path


@pytest.fixture(scope='module', params=MAKERS)
def name(request):
    return request.param


@pytest.fixture(scope='module')
def source(name):
    return MAKERS[name]()


@pytest.fixture(scope='module')
def model(name):
    return load_model(name)


@pytest.fixture(scope='module')
def at_home(name):
    return at_home_in_room(name)


def test_each_shipped_robot_has_its_generator():
    assert {folder.name for folder in (ASSETS / 'robots').iterdir()} == set(MAKERS)


def test_shipped_files_are_those_of_the_generator(name, source):
    files, folder = robot_files(source), robot_path(name).parent
    shipped = {p.relative_to(folder).as_posix() for p in folder.rglob('*') if p.is_file()}
    assert shipped == set(files)
    for file, content in files.items():
        assert content == (folder / file).read_bytes(), file
    assert sum(map(len, files.values())) < 2e6


def test_names_are_those_of_the_tree(source, model):
    tree = links(source.root)
    driven = [link.joint.name for link in tree if link.joint is not None]
    assert [model.body(b).name for b in range(1, model.nbody)] == [link.name for link in tree]
    assert [model.joint(j).name for j in range(model.njnt)] == driven
    assert [model.actuator(a).name for a in range(model.nu)] == driven
    assert set(source.home) <= set(driven)


def test_root_is_placed_by_others(model):
    assert int(mujoco.mjtJoint.mjJNT_FREE) not in model.jnt_type.tolist()
    np.testing.assert_array_equal(model.body(1).pos[:2], 0)


def test_visible_geoms_touch_nothing_and_solid_ones_are_primitives(model):
    visible = model.geom_group == 2
    assert set(model.geom_group) == {2, 3}
    assert np.array_equal(visible, model.geom_contype == 0)
    assert int(mujoco.mjtGeom.mjGEOM_MESH) not in model.geom_type[~visible].tolist()
    assert visible.sum() < 100


def test_masses_are_those_of_the_links(source, model):
    for link in links(source.root):
        assert model.body(link.name).mass[0] == pytest.approx(link.mass_kg, rel=1e-3)


def test_solids_lie_where_links_are_seen(model):
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    for body in range(1, model.nbody):
        mine = model.geom_bodyid == body
        seen, felt = (
            bounds((model, data), np.flatnonzero(mine & (model.geom_group == k))) for k in (2, 3)
        )
        assert np.abs(np.subtract(seen, felt)).max() < 0.07, model.body(body).name


def test_package_loads_it_with_its_cameras(name, source, model):
    loaded = load_robot(robot_path(name))
    assert loaded.warnings == ()
    assert loaded.links == tuple(link.name for link in links(source.root))
    for joint, value in source.home.items():
        assert loaded.joints[joint].home == pytest.approx((value,), abs=1e-4)
    cameras = [camera for link in links(source.root) for camera in link.cameras]
    assert [model.camera(c).name for c in range(model.ncam)] == [c.name for c in cameras]
    for camera in cameras:
        planned = plan_camera(CameraConfig(name=camera.name), loaded).model
        assert (planned.width, planned.height) == (640, 480)
        assert (planned.fx, planned.fy) == pytest.approx((camera.focal_px,) * 2, abs=0.01)
        # Slightly off-centre, as real cameras are.
        assert 0.5 < abs(planned.cx - 319.5) < 10
        assert 0.5 < abs(planned.cy - 239.5) < 10


def test_nothing_penetrates_at_home(at_home):
    model, data = at_home
    for contact in data.contact[: data.ncon]:
        pair = [model.geom(int(g)).name for g in contact.geom]
        assert contact.dist > -0.001, pair


def test_it_stands_on_the_floor(at_home):
    geoms = [g for g in range(at_home.model.ngeom) if is_own(at_home.model, g)]
    low, _ = bounds(at_home, geoms)
    assert low[2] == pytest.approx(0, abs=0.002)


def is_own(model, geom):
    return model.geom(geom).name.startswith('robot/') and model.geom_group[geom] == 2


def test_home_is_within_limits(source, model):
    for joint, value in source.home.items():
        low, high = model.joint(joint).range
        assert low < value < high, joint


def test_housings_are_behind_their_cameras(at_home):
    """No vertex of the link that carries a camera is in its image, at any posture."""
    model, data = at_home
    for index in range(model.ncam):
        body = model.cam_bodyid[index]
        rotation, position = data.cam_xmat[index].reshape(3, 3), data.cam_xpos[index]
        focal = model.cam_intrinsic[index, 0] / model.cam_sensorsize[index, 0] * 640
        for geom in np.flatnonzero((model.geom_bodyid == body) & (model.geom_group == 2)):
            local = (corners(at_home, geom) - position) @ rotation
            ahead = local[local[:, 2] < -0.001]
            pixel = focal * ahead[:, :2] / -ahead[:, 2:]
            seen = (np.abs(pixel) < np.array([330, 250])).all(axis=1)
            assert not seen.any(), (model.camera(index).name, model.geom(geom).name)


def test_home_is_held_against_gravity(at_home):
    model, _ = at_home
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, model.key('robot/home').id)
    mujoco.mj_forward(model, data)
    start = data.xpos.copy()
    while data.time < 1.0:
        mujoco.mj_step(model, data)
        assert np.linalg.norm(data.xpos - start, axis=1).max() < 0.01


@pytest.mark.parametrize('standing', ['humanoid', 'rover'])
def test_nothing_touches_the_floor_by_rounding(standing):
    """Wherever it stands: the solids end short of the floor."""
    scene = at_home_in_room(standing)
    names = [scene.model.geom(g).name for g in range(scene.model.ngeom)]
    solid = [g for g in np.flatnonzero(scene.model.geom_group == 3) if names[g][:6] == 'robot/']
    low, _ = bounds(scene, solid)
    assert low[2] == pytest.approx(0.001, abs=1e-4)
