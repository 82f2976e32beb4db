from pathlib import Path

import mujoco
import numpy as np
import pytest
from numpy.testing import assert_allclose

from synth_ros.errors import AssetError
from synth_ros.scene.mjspec import HIDDEN_GROUP
from synth_ros.scene.robot import LoadedRobot, load_robot


def robot(tmp_path: Path, world: str, *, more: str = '') -> LoadedRobot:
    path = tmp_path / 'r.xml'
    path.write_text(
        f'<mujoco><compiler angle="radian"/><worldbody>{world}</worldbody>{more}</mujoco>'
    )
    return load_robot(path)


def test_a_scene_file_is_reduced_to_the_robot(robot_file: Path) -> None:
    loaded = load_robot(robot_file)
    model = loaded.model
    assert loaded.links == ('base', 'head')
    assert list(loaded.joints) == ['pan', 'tilt']
    assert (model.nlight, model.nu, model.nkey, model.ntex) == (0, 0, 0, 0)
    assert not np.any(model.geom_type == int(mujoco.mjtGeom.mjGEOM_PLANE))
    assert loaded.warnings == ()


def test_home_is_the_keyframe_of_that_name(robot_file: Path) -> None:
    joints = load_robot(robot_file).joints
    assert (joints['pan'].home, joints['tilt'].home) == ((0.3,), (0.4,))
    assert joints['pan'].limits == (-1, 1)


def test_a_floating_robot_stands_on_its_lowest_point(robot_file: Path) -> None:
    # The base's centre is at 0.2 m, its lower end 0.05 m above the root's plane.
    assert_allclose(load_robot(robot_file).lift_m, -0.05, atol=1e-9)


def test_a_fixed_robot_stays_where_its_model_puts_it(tmp_path: Path) -> None:
    loaded = robot(tmp_path, '<body pos="0 0 1"><geom size=".1"/></body>')
    assert loaded.lift_m == 0
    assert loaded.links == ('link_1',)


def test_the_first_keyframe_and_ball_joints(tmp_path: Path) -> None:
    loaded = robot(
        tmp_path,
        '<body><joint type="ball"/><geom size=".1"/><body><joint/><geom size=".1"/></body></body>',
        more='<keyframe><key qpos="0 1 0 0 0.7"/></keyframe>',
    )
    ball, hinge = loaded.joints.values()
    assert ball.home == (0, 1, 0, 0)
    assert not ball.is_scalar
    assert (hinge.name, hinge.home, hinge.limits) == ('joint_1', (0.7,), None)


def test_mocap_targets_and_loose_things(tmp_path: Path) -> None:
    loaded = robot(
        tmp_path,
        '<body name="arm"><freejoint/><geom size=".1"/></body>'
        '<body name="cube"><freejoint/><geom size=".1"/></body>'
        '<body name="target" mocap="true"><geom size=".1"/></body>',
    )
    assert loaded.links == ('arm', 'cube')
    assert 'loose bodies (cube)' in loaded.warnings[0]
    assert "mocap body 'target' was left out" in loaded.warnings[1]


def groups(loaded: LoadedRobot) -> list[int]:
    return [int(group) for group in loaded.model.geom_group]


def test_collision_shapes_of_group_0_are_hidden_behind_visuals_of_group_1(
    tmp_path: Path,
) -> None:
    visual = '<geom size=".1" group="1" contype="0" conaffinity="0"/>'
    solid = '<geom size=".1" group="0"/>'
    assert groups(robot(tmp_path, f'<body>{visual}{solid}</body>')) == [1, HIDDEN_GROUP]
    assert groups(robot(tmp_path, f'<body>{solid}</body>')) == [0]
    mixed = '<geom size=".1" group="1"/>'
    assert groups(robot(tmp_path, f'<body>{visual}{solid}{mixed}</body>')) == [1, 0, 1]


def test_transparent_geoms_are_hidden_and_something_is_always_shown(tmp_path: Path) -> None:
    clear = '<geom size=".1" rgba="1 1 1 0"/>'
    assert groups(robot(tmp_path, f'<body>{clear}<geom size=".1"/></body>')) == [3, 0]
    helper = '<geom size=".1" group="4"/>'
    assert groups(robot(tmp_path, f'<body>{clear}{helper}</body>')) == [3, 2]


def test_unreadable_robots(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match='the robot has no body'):
        robot(tmp_path, '<geom size=".1"/>')
    with pytest.raises(AssetError, match=r'MuJoCo cannot compile it.*none.stl'):
        robot(
            tmp_path,
            '<body><geom type="mesh" mesh="m"/></body>',
            more='<asset><mesh name="m" file="none.stl"/></asset>',
        )
