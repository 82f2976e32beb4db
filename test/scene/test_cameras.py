import math
from pathlib import Path

import mujoco
import numpy as np
import pytest
from numpy.testing import assert_allclose

from synth_ros.config.cameras import CameraConfig
from synth_ros.errors import AssetError, NotFoundError
from synth_ros.geometry.camera import fovy_rad, frustum, project
from synth_ros.randomize.scene import CameraOffset
from synth_ros.scene.cameras import PlannedCamera, add_camera, offset_camera, plan_camera
from synth_ros.scene.robot import LoadedRobot, load_robot


@pytest.fixture
def robot(robot_file: Path) -> LoadedRobot:
    return load_robot(robot_file)


def plan(robot: LoadedRobot, **values: object) -> PlannedCamera:
    return plan_camera(CameraConfig.model_validate({'name': 'c', **values}), robot)


def test_a_camera_with_a_field_of_view(robot: LoadedRobot) -> None:
    camera = plan(robot, model_camera='cam/rgb', width=640, height=360)
    assert_allclose(fovy_rad(camera.model), math.radians(50))
    assert camera.model.fx == camera.model.fy
    assert (camera.model.cx, camera.model.cy) == (319.5, 179.5)
    assert camera.parent_link == 'head'
    # It looks along the head's x axis, with its z axis up: optical z is x, optical y is -z.
    assert_allclose(camera.parent_from_camera[:3, 2], (1, 0, 0), atol=1e-12)
    assert_allclose(camera.parent_from_camera[:3, 1], (0, 0, -1), atol=1e-12)


def test_a_calibrated_camera_keeps_its_vertical_view_and_pixel_shape(robot: LoadedRobot) -> None:
    own = plan(robot, model_camera='calibrated', width=320, height=240).model
    # MuJoCo's principal point is measured from the middle, x and y reversed.
    assert_allclose((own.fx, own.fy), (300, 310), rtol=1e-6)
    assert_allclose((own.cx, own.cy), (160 - 4 - 0.5, 120 + 6 - 0.5), rtol=1e-6)
    wide = plan(robot, model_camera='calibrated', width=1280, height=480).model
    assert_allclose((wide.fx, wide.fy), (600, 620), rtol=1e-6)
    assert_allclose((wide.cx, wide.cy), (640 - 8 - 0.5, 240 + 12 - 0.5), rtol=1e-6)
    assert_allclose(fovy_rad(wide), fovy_rad(own), rtol=1e-6)


def test_configured_intrinsics_reach_the_model(robot: LoadedRobot) -> None:
    values = {'fx': 400.0, 'fy': 410.0, 'cx': 300.0, 'cy': 250.0}
    planned = plan(robot, model_camera='cam/rgb', width=640, height=480, intrinsics=values)
    spec = mujoco.MjSpec()
    add_camera(spec, planned, parent=spec.worldbody)
    model = spec.compile()
    # The frustum that MuJoCo derives is the one of our camera.
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    scene = mujoco.MjvScene(model, 10)
    view = mujoco.MjvCamera()
    view.type, view.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED, 0
    mujoco.mjv_updateScene(
        model, data, mujoco.MjvOption(), None, view, mujoco.mjtCatBit.mjCAT_ALL, scene
    )
    shown = scene.camera[0]
    want = frustum(planned.model, shown.frustum_near, 1.0)
    assert_allclose(shown.frustum_center - shown.frustum_width, want.left, rtol=1e-4)
    assert_allclose(shown.frustum_center + shown.frustum_width, want.right, rtol=1e-4)
    assert_allclose(shown.frustum_bottom, want.bottom, rtol=1e-4)
    assert_allclose(shown.frustum_top, want.top, rtol=1e-4)
    assert list(model.cam_resolution[0]) == [640, 480]


FOV = {'fovy_deg': 60.0}


@pytest.mark.parametrize(
    ('mount', 'forward', 'down'),
    [
        ({}, (1, 0, 0), (0, 0, -1)),
        ({'rpy_deg': (0.0, 90.0, 0.0)}, (0, 0, -1), (-1, 0, 0)),
        ({'rpy_deg': (90.0, 0.0, 0.0)}, (1, 0, 0), (0, 1, 0)),
        ({'quat_wxyz': (0.0, 0.0, 0.0, 2.0)}, (-1, 0, 0), (0, 0, -1)),
        ({'look_at_m': (0.0, 5.0, 0.0)}, (0, 1, 0), (0, 0, -1)),
        ({'look_at_m': (0.0, 0.0, -1.0)}, (0, 0, -1), (-1, 0, 0)),
    ],
)
def test_mounts(
    robot: LoadedRobot, mount: dict[str, object], forward: tuple[int], down: tuple[int]
) -> None:
    camera = plan(robot, mount={'link': 'head', **mount}, intrinsics=FOV)
    pose = camera.parent_from_camera
    assert_allclose(pose[:3, 2], forward, atol=1e-12)
    assert_allclose(pose[:3, 1], down, atol=1e-12)
    assert_allclose(np.linalg.det(pose), 1)


def test_looking_at_a_point_centres_it(robot: LoadedRobot) -> None:
    mount = {'link': 'world', 'position_m': (1.0, 2.0, 3.0), 'look_at_m': (0.5, 0.0, 0.7)}
    camera = plan(robot, mount=mount, intrinsics=FOV, width=64, height=48)
    target = np.linalg.inv(camera.parent_from_camera) @ [0.5, 0, 0.7, 1]
    assert_allclose(project(camera.model, target[:3]), (31.5, 23.5), atol=1e-9)
    assert camera.parent_link == 'world'


def test_an_offset_is_in_the_optical_frame(robot: LoadedRobot) -> None:
    planned = plan(robot, mount={'link': 'head', 'rpy_deg': (10.0, 20.0, 30.0)}, intrinsics=FOV)
    spec = mujoco.MjSpec()
    add_camera(spec, planned, parent=spec.worldbody)
    model = spec.compile()
    offset = CameraOffset(
        camera='c', position_m=(0.1, 0.2, 0.3), rotation_rad=(0.0, math.pi / 2, 0.0)
    )
    offset_camera(model, 0, offset)
    before = planned.parent_from_camera
    assert_allclose(model.cam_pos[0], (before @ [0.1, 0.2, 0.3, 1])[:3], atol=1e-9)
    # A quarter turn about the optical y axis (down) turns the view to the old x axis.
    rotation = np.zeros(9)
    mujoco.mju_quat2Mat(rotation, model.cam_quat[0])
    assert_allclose(-rotation.reshape(3, 3)[:, 2], before[:3, 0], atol=1e-9)


def test_unknown_cameras_and_links(robot: LoadedRobot) -> None:
    with pytest.raises(NotFoundError, match=r'cam/rgb, calibrated|calibrated, cam/rgb'):
        plan(robot)
    with pytest.raises(NotFoundError, match=r"link 'haed'.*Did you mean 'head'.*world"):
        plan(robot, mount={'link': 'haed'}, intrinsics=FOV)


def test_an_orthographic_camera_is_refused(tmp_path: Path) -> None:
    path = tmp_path / 'r.xml'
    path.write_text(
        '<mujoco><worldbody><body><geom size="1"/>'
        '<camera name="c" projection="orthographic"/></body></worldbody></mujoco>'
    )
    with pytest.raises(AssetError, match='not a perspective camera'):
        plan(load_robot(path))
