"""Robots written as URDF: the same kinematics, inertia and shapes, by a reader of its own."""

from pathlib import Path
from xml.etree import ElementTree as ET

import mujoco
import numpy as np
import pytest
import trimesh

from synth_ros.geometry.transforms import (
    make_transform,
    matrix_from_rotation_vector,
    matrix_from_rpy,
    rpy_from_matrix,
)
from synth_ros.scene.resolve import resolve_robot
from synth_ros.scene.robot import load_robot
from synth_ros.scene.robot_description import StlStore, robot_description

AWKWARD = """
<mujoco>
  <compiler angle="radian" autolimits="true"/>
  <asset>
    <mesh name="wedge" vertex="0 0 0 .1 0 0 0 .2 0 0 0 .3"/>
    <material name="red" rgba="1 0 0 1"/>
  </asset>
  <worldbody>
    <body name="a/base" pos="1 2 3" quat=".5 .5 .5 .5">
      <geom type="capsule" size=".1 .2" material="red"/>
      <body name="turret" pos=".1 .2 .3" quat=".6 .8 0 0">
        <joint name="pan" axis="0 .6 .8" pos=".05 -.1 .2" ref=".4" range="-1 2"/>
        <joint name="tilt" axis="1 0 0" pos="0 .1 0"/>
        <joint name="reach" type="slide" axis="0 1 0" ref=".1" range="0 .5"/>
        <geom type="mesh" mesh="wedge" pos=".1 0 0" euler=".1 .2 .3"/>
        <geom type="box" size=".1 .2 .3" group="3"/>
        <body name="ball" pos="0 0 .4" euler="0 1.5707963267948966 0">
          <joint name="spin" type="ball"/>
          <geom type="ellipsoid" size=".1 .2 .3" contype="0" conaffinity="0"/>
        </body>
        <body name="finger" pos="0 .1 0">
          <joint name="left" type="slide" axis="1 0 0" pos=".1 .1 .1" range="0 .1"/>
          <geom type="sphere" size=".05"/>
        </body>
        <body name="finger2" pos="0 -.1 0">
          <joint name="right" type="slide" axis="-1 0 0" range="0 .2"/>
          <geom type="cylinder" size=".05 .1"/>
        </body>
      </body>
      <body name="wheel"><joint name="roll" axis="0 0 1"/><geom type="sphere" size=".05"/></body>
    </body>
  </worldbody>
  <equality><joint joint1="right" joint2="left" polycoef=".01 2 0 0 0"/></equality>
</mujoco>
"""


def floats(text):
    return np.array([float(word) for word in text.split()])


def pose_of(element):
    origin = element.find('origin')
    return make_transform(matrix_from_rpy(floats(origin.get('rpy'))), floats(origin.get('xyz')))


def motion(joint, positions):
    """What a joint does, as the URDF specification says."""
    kind, name = joint.get('type'), joint.get('name')
    if kind in ('fixed', 'floating'):
        return np.eye(4)
    axis = floats(joint.find('axis').get('xyz'))
    if kind == 'prismatic':
        return make_transform(np.eye(3), axis * positions[name])
    return make_transform(matrix_from_rotation_vector(axis * positions[name]), np.zeros(3))


def forward(robot, positions):
    """Poses of all links in the root's frame."""
    by_child = {joint.find('child').get('link'): joint for joint in robot.findall('joint')}

    def pose(link):
        joint = by_child.get(link)
        if joint is None:
            return np.eye(4)
        return pose(joint.find('parent').get('link')) @ pose_of(joint) @ motion(joint, positions)

    return {link.get('name'): pose(link.get('name')) for link in robot.findall('link')}


def positions_at_random(robot, rng):
    """By joint name; whatever has one degree of freedom."""
    found = {}
    for joint in robot.findall('joint'):
        if joint.find('axis') is not None:
            limit = joint.find('limit')
            low, high = float(limit.get('lower', -3)), float(limit.get('upper', 3))
            found[joint.get('name')] = rng.uniform(max(low, -3), min(high, 3))
    return found


def pose_in(data, body):
    return make_transform(data.xmat[body].reshape(3, 3), data.xpos[body])


@pytest.fixture
def awkward(tmp_path):
    path = tmp_path / 'awkward.xml'
    path.write_text(AWKWARD)
    return load_robot(path)


def written(robot, folder):
    made = robot_description(robot, folder=folder)
    assert made.warnings == ()
    return ET.fromstring(made.text)


@pytest.mark.parametrize('name', ['awkward', 'mobile_manipulator', 'humanoid', 'rover'])
def test_forward_kinematics_are_those_of_the_model(name, awkward, tmp_path):
    robot = awkward if name == 'awkward' else load_robot(resolve(name))
    document = written(robot, tmp_path / 'meshes')
    model = robot.model
    data, rng = mujoco.MjData(model), np.random.default_rng(3)
    scalar = {n for n, j in robot.joints.items() if j.is_scalar}
    for _ in range(5):
        positions = positions_at_random(document, rng)
        assert set(positions) == scalar
        mujoco.mj_resetData(model, data)
        for joint, value in positions.items():
            data.qpos[model.joint(joint).qposadr[0]] = value
        mujoco.mj_kinematics(model, data)
        found = forward(document, positions)
        # The root of a file is its first body, wherever that stands.
        root_from_world = np.linalg.inv(pose_in(data, 1))
        for body in range(1, model.nbody):
            expected = root_from_world @ pose_in(data, body)
            assert np.allclose(found[link_of(model, body)], expected, atol=1e-9), body


def link_of(model, body):
    return model.body(body).name.replace('/', '_')


def resolve(name):
    return resolve_robot(f'builtin://{name}', Path())


def test_joints_keep_their_kind_and_limits(awkward, tmp_path):
    document = written(awkward, tmp_path)
    joints = {j.get('name'): j for j in document.findall('joint')}
    kinds = {name: joint.get('type') for name, joint in joints.items()}
    assert {k: v for k, v in kinds.items() if v != 'fixed'} == {
        'pan': 'revolute',
        'tilt': 'continuous',
        'reach': 'prismatic',
        'spin': 'floating',
        'left': 'prismatic',
        'right': 'prismatic',
        'roll': 'continuous',
    }
    limit = joints['pan'].find('limit')
    assert (limit.get('lower'), limit.get('upper')) == ('-1.0', '2.0')
    mimic = joints['right'].find('mimic').attrib
    assert mimic == {'joint': 'left', 'multiplier': '2.0', 'offset': '0.01'}


def test_masses_and_inertia_are_those_of_the_model(awkward, tmp_path):
    document = written(awkward, tmp_path)
    model = awkward.model
    for body in range(1, model.nbody):
        inertial = document.find(f"link[@name='{link_of(model, body)}']/inertial")
        assert float(inertial.find('mass').get('value')) == model.body_mass[body]
        told = inertial.find('inertia').attrib
        assert [float(told[k]) for k in ('ixx', 'iyy', 'izz')] == list(model.body_inertia[body])
        assert np.allclose(pose_of(inertial)[:3, 3], model.body_ipos[body])


def test_shapes_are_those_of_the_model(awkward, tmp_path):
    document = written(awkward, tmp_path)
    shapes = {
        (link.get('name'), tag): [e.find('geometry')[0].tag for e in link.findall(tag)]
        for link in document.findall('link')
        for tag in ('visual', 'collision')
    }
    # The box is hidden, the ellipsoid touches nothing.
    assert shapes['turret', 'visual'] == ['mesh']
    assert shapes['turret', 'collision'] == ['mesh', 'box']
    assert shapes['ball', 'visual'] == ['mesh']
    assert shapes['ball', 'collision'] == []
    assert shapes['finger', 'visual'] == ['sphere']
    assert document.find('.//box').get('size') == '0.2 0.4 0.6'
    assert document.find('.//cylinder').attrib == {'radius': '0.05', 'length': '0.2'}
    colour = document.find("link[@name='a_base']/visual/material/color")
    assert colour.get('rgba') == '1.0 0.0 0.0 1.0'


def test_meshes_lie_where_the_description_says(awkward, tmp_path):
    document = written(awkward, tmp_path)
    visual = document.find("link[@name='turret']/visual")
    uri = visual.find('geometry/mesh').get('filename')
    assert uri.startswith('file:///')
    mesh = trimesh.load_mesh(uri.removeprefix('file://'))
    assert mesh.volume == pytest.approx(0.1 * 0.2 * 0.3 / 6)
    # The tip of the wedge, through the pose that the file gives.
    corners = trimesh.transform_points(mesh.vertices, pose_of(visual))
    rotation = np.array(mujoco_euler(0.1, 0.2, 0.3))
    assert np.abs(corners - (rotation @ (0, 0, 0.3) + (0.1, 0, 0))).sum(1).min() < 1e-6


def mujoco_euler(x, y, z):
    """Rotation of MuJoCo's intrinsic xyz angles."""
    turns = [matrix_from_rotation_vector(v) for v in np.diag([x, y, z])]
    return turns[0] @ turns[1] @ turns[2]


def test_several_bodies_at_the_top_hang_on_one_root(tmp_path):
    path = tmp_path / 'two.xml'
    body = '<body name="{0}" pos="{1} 0 0"><geom size=".1"/></body>'
    bodies = body.format('left', 1) + body.format('right', -1)
    path.write_text(f'<mujoco><worldbody>{bodies}</worldbody></mujoco>')
    document = written(load_robot(path), tmp_path)
    poses = forward(document, {})
    assert set(poses) == {'robot_root', 'left', 'right'}
    assert (poses['left'][0, 3], poses['right'][0, 3]) == (1, -1)


def test_a_urdf_is_told_as_it_is(tmp_path):
    path = tmp_path / 'mine.urdf'
    path.write_text(
        '<robot name="mine"><!-- mine --><link name="base"><visual><geometry>'
        '<box size="1 1 1"/></geometry></visual></link></robot>'
    )
    assert robot_description(load_robot(path)).text == path.read_text()


def test_the_same_robot_gives_the_same_text_and_files(awkward, tmp_path):
    first = robot_description(awkward, folder=tmp_path)
    files = {file: file.stat().st_mtime_ns for file in tmp_path.glob('*.stl')}
    assert files
    assert robot_description(awkward, folder=tmp_path) == first
    assert {file: file.stat().st_mtime_ns for file in tmp_path.glob('*.stl')} == files


def test_meshes_that_cannot_be_kept_are_told(awkward, tmp_path):
    blocked = tmp_path / 'file'
    blocked.write_text('')
    made = robot_description(awkward, folder=blocked)
    assert '<mesh' not in made.text
    [warning] = made.warnings
    assert 'lacks 3 meshes' in warning
    assert StlStore(tmp_path).lost == 0


@pytest.mark.parametrize('pitch', [0.3, -1.2, np.pi / 2, -np.pi / 2])
def test_roll_pitch_and_yaw_give_the_rotation_back(pitch):
    rotation = matrix_from_rpy((0.4, pitch, -2.0))
    assert np.allclose(matrix_from_rpy(rpy_from_matrix(rotation)), rotation, atol=1e-9)
