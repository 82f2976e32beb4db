from pathlib import Path

import mujoco
import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose

from synth_ros.errors import AssetError
from synth_ros.scene.mjspec import LAST_VISIBLE_GROUP
from synth_ros.scene.robot import load_robot

from .test_meshfile import DAE

URDF = """<robot name="arm">
<link name="base">
  <visual><geometry><mesh filename="package://arm_data/meshes/base.stl"/></geometry>
    <material name="m"><color rgba="0 1 0 1"/></material></visual>
  <collision><geometry><box size="0.1 0.1 0.1"/></geometry></collision>
</link>
<link name="hand">
  <visual><geometry><mesh filename="package://arm_data/meshes/hand.dae" scale="2 2 2"/>
    </geometry></visual>
  <visual><geometry><mesh filename="package://arm_data/meshes/hand.dae"/></geometry></visual>
  <collision><geometry><mesh filename="package://arm_data/meshes/base.stl"/></geometry>
  </collision>
</link>
<link name="camera_link"/>
<joint name="wrist" type="revolute"><parent link="base"/><child link="hand"/>
  <origin xyz="0 0 0.5"/><axis xyz="0 0 1"/>
  <limit lower="-1" upper="2" effort="1" velocity="1"/></joint>
<joint name="lens" type="fixed"><parent link="hand"/><child link="camera_link"/></joint>
</robot>
"""


@pytest.fixture
def urdf(tmp_path: Path) -> Path:
    """A URDF robot in a checkout, its package not installed."""
    path = tmp_path / 'arm_data' / 'urdf' / 'arm.urdf'
    meshes = tmp_path / 'arm_data' / 'meshes'
    path.parent.mkdir(parents=True)
    meshes.mkdir()
    path.write_text(URDF)
    trimesh.creation.box((0.1, 0.1, 0.1)).export(meshes / 'base.stl')
    (meshes / 'hand.dae').write_text(DAE)
    return path


def test_every_mesh_is_there_in_its_colours(urdf: Path) -> None:
    loaded = load_robot(urdf)
    model = loaded.model
    assert loaded.links == ('base', 'hand', 'camera_link')
    assert loaded.joints['wrist'].limits == (-1, 2)
    drawn = model.geom_group <= LAST_VISIBLE_GROUP
    # One green mesh, and two colours of each of the two visuals of the hand.
    assert int(drawn.sum()) == 5
    assert int((~drawn).sum()) == 2
    colors = [
        tuple(model.mat_rgba[m]) if m >= 0 else tuple(model.geom_rgba[g])
        for g, m in enumerate(model.geom_matid)
        if drawn[g]
    ]
    red, green, blue = (1, 0, 0, 1), (0, 1, 0, 1), (0, 0, 1, 1)
    assert sorted(colors) == sorted([red, red, green, blue, blue])


def test_meshes_have_their_scale(urdf: Path) -> None:
    model = load_robot(urdf).model
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    hand = model.body('hand').id
    points = []
    for geom in np.flatnonzero(
        (model.geom_bodyid == hand) & (model.geom_group <= LAST_VISIBLE_GROUP)
    ):
        mesh = model.geom_dataid[geom]
        start = model.mesh_vertadr[mesh]
        own = model.mesh_vert[start : start + model.mesh_vertnum[mesh]]
        points.append(own @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom])
    assert_allclose(np.concatenate(points)[:, 2].max(), 0.5 + 0.6, atol=1e-6)
    assert_allclose(np.concatenate(points).min(axis=0), (0, 0, 0.5), atol=1e-6)


def test_a_missing_or_broken_mesh_is_an_error(urdf: Path) -> None:
    meshes = urdf.parent.parent / 'meshes'
    (meshes / 'hand.dae').write_text('<COLLADA')
    with pytest.raises(AssetError, match=r"mesh of link 'hand' is unusable: .*hand\.dae"):
        load_robot(urdf)
    (meshes / 'hand.dae').unlink()
    with pytest.raises(AssetError, match=r"hand\.dae' of link 'hand' was not found"):
        load_robot(urdf)
    (meshes / 'base.stl').write_bytes(b'solid nothing')
    (meshes / 'hand.dae').write_text(DAE)
    with pytest.raises(AssetError, match=r'base\.stl'):
        load_robot(urdf)


def test_xacro_and_rubbish(tmp_path: Path) -> None:
    path = tmp_path / 'r.urdf'
    path.write_text(
        '<robot xmlns:xacro="http://www.ros.org/wiki/xacro"><xacro:property name="a"/></robot>'
    )
    with pytest.raises(AssetError, match='expand it first: `xacro'):
        load_robot(path)
    path.write_text('<robot')
    with pytest.raises(AssetError, match='cannot be read as XML'):
        load_robot(path)


def test_urdf_is_known_by_its_content(urdf: Path) -> None:
    other = urdf.with_suffix('.xml')
    urdf.rename(other)
    assert load_robot(other).links[0] == 'base'
