from pathlib import Path

import mujoco
import numpy as np
import pytest

from synth_ros.config.cameras import CameraConfig
from synth_ros.scene.cameras import plan_camera
from synth_ros.scene.robot import load_robot
from tools.make_assets.robot.mjcf import links, robot, robot_files
from tools.make_assets.robot.pose import HOME

ASSETS = Path(__file__).parents[2] / 'synth_ros/assets'
FOLDER = ASSETS / 'robots/mobile_manipulator'
ROOM = ASSETS / 'environments/tabletop_room/scene.xml'

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
    return mujoco.MjModel.from_xml_path(str(FOLDER / 'robot.xml'))


@pytest.fixture(scope='module')
def at_home():
    """The robot at home in the room, at the origin."""
    spec = mujoco.MjSpec.from_file(str(ROOM))
    child = mujoco.MjSpec.from_file(str(FOLDER / 'robot.xml'))
    spec.attach(child, prefix='robot/', frame=spec.worldbody.add_frame())
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, model.key('robot/home').id)
    mujoco.mj_forward(model, data)
    return model, data


def hit_by_central_ray(at_home, camera, groups):
    """Name of the geom in the middle of a camera's image, its distance, and the ray."""
    model, data = at_home
    index = model.camera(f'robot/{camera}').id
    direction = -data.cam_xmat[index].reshape(3, 3)[:, 2]
    hit = np.array([-1], np.int32)
    distance = mujoco.mj_ray(
        model, data, data.cam_xpos[index], direction, np.array(groups, np.uint8), 1, -1, hit
    )
    return model.geom(int(hit[0])).name if hit[0] >= 0 else '', distance


def test_shipped_files_are_those_of_the_generator():
    files = robot_files()
    shipped = {p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob('*') if p.is_file()}
    assert shipped == set(files)
    for name, content in files.items():
        assert content == (FOLDER / name).read_bytes(), name
    assert sum(map(len, files.values())) < 4e6


def test_names(model):
    assert [model.joint(j).name for j in range(model.njnt)] == JOINTS
    assert [model.body(b).name for b in range(1, model.nbody)] == LINKS
    assert [model.camera(c).name for c in range(model.ncam)] == ['head', 'wrist']
    assert [model.actuator(a).name for a in range(model.nu)] == JOINTS
    assert set(HOME) <= set(JOINTS)
    assert [link.name for link in links(robot())] == LINKS


def test_root_is_placed_by_others(model):
    assert int(mujoco.mjtJoint.mjJNT_FREE) not in model.jnt_type.tolist()
    np.testing.assert_array_equal(model.body('base_link').pos, 0)


def test_visible_geoms_touch_nothing_and_solid_ones_are_primitives(model):
    visible = model.geom_group == 2
    assert set(model.geom_group) == {2, 3}
    assert np.array_equal(visible, model.geom_contype == 0)
    assert int(mujoco.mjtGeom.mjGEOM_MESH) not in model.geom_type[~visible].tolist()
    assert visible.sum() < 50


def test_masses_are_those_of_the_links(model):
    for link in links(robot()):
        assert model.body(link.name).mass[0] == pytest.approx(link.mass_kg, rel=1e-3)
    assert 50 < model.body_mass.sum() < 90


def corners(model, data, geom):
    """Points of a geom in the world: vertices of a mesh, else corners of its bounding box."""
    rotation = data.geom_xmat[geom].reshape(3, 3)
    if model.geom_type[geom] == int(mujoco.mjtGeom.mjGEOM_MESH):
        mesh = model.geom_dataid[geom]
        start = model.mesh_vertadr[mesh]
        local = model.mesh_vert[start : start + model.mesh_vertnum[mesh]]
    else:
        signs = np.array(np.meshgrid(*[(-1, 1)] * 3)).reshape(3, -1).T
        local = model.geom_aabb[geom, :3] + signs * model.geom_aabb[geom, 3:]
    return local @ rotation.T + data.geom_xpos[geom]


def test_solids_lie_where_links_are_seen(model):
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    for body in range(1, model.nbody):
        mine = model.geom_bodyid == body
        seen, felt = (
            np.concatenate(
                [corners(model, data, g) for g in np.flatnonzero(mine & (model.geom_group == k))]
            )
            for k in (2, 3)
        )
        gap = [seen.min(axis=0) - felt.min(axis=0), seen.max(axis=0) - felt.max(axis=0)]
        assert np.abs(gap).max() < 0.07, model.body(body).name


def test_package_loads_it_with_its_cameras():
    loaded = load_robot(FOLDER / 'robot.xml')
    assert loaded.warnings == ()
    assert loaded.links == tuple(LINKS)
    assert loaded.joints['head_tilt_joint'].home == pytest.approx((HOME['head_tilt_joint'],))
    head = plan_camera(CameraConfig(name='head'), loaded).model
    assert (head.width, head.height) == (640, 480)
    assert (head.fx, head.fy) == pytest.approx((601.5, 601.5), abs=0.01)
    # Slightly off-centre, as real cameras are.
    assert 0.5 < abs(head.cx - 319.5) < 10
    assert 0.5 < abs(head.cy - 239.5) < 10


def test_nothing_penetrates_at_home(at_home):
    model, data = at_home
    for contact in data.contact[: data.ncon]:
        pair = [model.geom(int(g)).name for g in contact.geom]
        assert contact.dist > -0.001, pair


def test_home_is_within_limits(model):
    for name, value in HOME.items():
        low, high = model.joint(name).range
        assert low < value < high, name


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
    name, distance = hit_by_central_ray(at_home, 'head', [0, 0, 1, 1, 0, 0])
    assert name.startswith('table_')
    assert 0.8 < distance < 1.3
    name, distance = hit_by_central_ray(at_home, 'wrist', [0, 0, 1, 1, 0, 0])
    assert name.startswith('table_')
    assert 0.4 < distance < 0.65


@pytest.mark.parametrize('camera', ['head', 'wrist'])
def test_housing_is_behind_its_camera(at_home, camera):
    model, data = at_home
    index = model.camera(f'robot/{camera}').id
    body = model.cam_bodyid[index]
    rotation, position = data.cam_xmat[index].reshape(3, 3), data.cam_xpos[index]
    focal = model.cam_intrinsic[index, 0] / model.cam_sensorsize[index, 0] * 640
    seen = 0
    for geom in np.flatnonzero((model.geom_bodyid == body) & (model.geom_group == 2)):
        local = (corners(model, data, geom) - position) @ rotation
        ahead = local[local[:, 2] < -0.001]
        pixel = focal * ahead[:, :2] / -ahead[:, 2:]
        seen += (np.abs(pixel) < np.array([320, 240])).all(axis=1).sum()
    assert seen == 0


def test_arm_leaves_the_head_view_free(at_home):
    model, data = at_home
    index = model.camera('robot/head').id
    rotation = data.cam_xmat[index].reshape(3, 3)
    groups = np.array([0, 0, 1, 0, 0, 0], np.uint8)
    own = total = 0
    for u in np.linspace(-300, 300, 31):
        for v in np.linspace(-230, 230, 24):
            direction = rotation @ np.array([u, v, -601.5])
            direction /= np.linalg.norm(direction)
            hit = np.array([-1], np.int32)
            mujoco.mj_ray(model, data, data.cam_xpos[index], direction, groups, 1, -1, hit)
            own += model.geom(int(hit[0])).name.startswith('robot/')
            total += 1
    assert 0 < own / total < 0.12


def test_home_is_held_against_gravity(at_home):
    model, _ = at_home
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, model.key('robot/home').id)
    mujoco.mj_forward(model, data)
    start = data.xpos.copy()
    while data.time < 1.0:
        mujoco.mj_step(model, data)
        assert np.linalg.norm(data.xpos - start, axis=1).max() < 0.01


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
