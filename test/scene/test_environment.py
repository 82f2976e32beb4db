import math
from pathlib import Path

import mujoco
import pytest
from numpy.testing import assert_allclose

from synth_ros.config.placement import Placement, Region
from synth_ros.errors import AssetError, NotFoundError
from synth_ros.scene.environment import (
    LoadedEnvironment,
    drop_unused_textures,
    load_environment,
    set_materials,
)
from synth_ros.scene.resolve import resolve_environment

ROOM = """
<mujoco>
  <asset>
    <texture name="oak" type="2d" builtin="flat" width="4" height="4"/>
    <texture name="brick" type="2d" builtin="flat" width="4" height="4"/>
    <texture name="sky" type="skybox" builtin="flat" width="4" height="24"/>
    <material name="random_floor.oak" texture="oak" rgba="1 0.5 1 1"/>
    <material name="random_floor.brick" texture="brick"/>
    <material name="random_wall"/>
    <material name="steel"/>
  </asset>
  <worldbody>
    <light pos="0 0 1"/>
    <camera name="view"/>
    <geom name="floor" type="plane" size="0 0 1" material="random_floor.oak"/>
    <geom name="rug" type="box" size="1 1 .01" material="random_floor.brick"/>
    <geom name="ghost" type="box" size="1 1 .01" rgba="1 1 1 0"/>
    <geom name="knob" size=".1" material="steel"/>
    <body pos="1 2 0" euler="0 0 30">
      <site name="surface_desk" type="box" size=".4 .3 .01" pos="0 0 .7"/>
    </body>
    <body><site name="surface_shelf" type="box" size=".2 .1 .01"/></body>
    <site name="mark" size=".1"/>
  </worldbody>
  <keyframe><key qpos=""/></keyframe>
</mujoco>
"""


def room(tmp_path: Path, text: str = ROOM) -> LoadedEnvironment:
    path = tmp_path / 'room.xml'
    path.write_text(text)
    return load_environment(path)


def test_surfaces_stand_where_their_sites_are(tmp_path: Path) -> None:
    desk, shelf = room(tmp_path).surfaces
    assert (desk.name, shelf.name) == ('desk', 'shelf')
    assert_allclose(desk.center_m, (1, 2, 0.7))
    assert_allclose(desk.half_size_m, (0.4, 0.3))
    assert_allclose(desk.yaw_rad, math.radians(30))


def test_which_surface_is_used(tmp_path: Path) -> None:
    loaded = room(tmp_path)
    assert loaded.surface(Placement()).name == 'desk'
    assert loaded.surface(Placement(surface='shelf')).name == 'shelf'
    region = Region(center_m=(1.0, 2.0, 3.0), size_m=(0.4, 0.2), yaw_deg=90.0)
    own = loaded.surface(Placement(region=region))
    assert own.half_size_m == (0.2, 0.1)
    assert_allclose(own.yaw_rad, math.pi / 2)
    with pytest.raises(NotFoundError, match=r"surface 'dsek'.*Did you mean 'desk'"):
        loaded.surface(Placement(surface='dsek'))


def test_an_environment_without_surfaces(tmp_path: Path) -> None:
    loaded = room(tmp_path, '<mujoco/>')
    with pytest.raises(NotFoundError, match=r'box sites named surface_NAME.*None are available'):
        loaded.surface(Placement())


def test_what_the_config_decides_is_left_out(tmp_path: Path) -> None:
    model = room(tmp_path).spec.compile()
    assert (model.nlight, model.ncam, model.nkey) == (0, 0, 0)
    assert model.geom('ghost').group[0] == 3
    assert all(model.geom('floor').size[:2] == 40)


def test_roles(tmp_path: Path) -> None:
    roles = {role.role: role.materials for role in room(tmp_path).roles}
    assert roles == {
        'floor': ('random_floor.brick', 'random_floor.oak'),
        'wall': ('random_wall',),
    }


def test_a_role_is_dressed_in_one_material(tmp_path: Path) -> None:
    loaded = room(tmp_path)
    floor = loaded.roles[0]
    spec = loaded.spec
    set_materials(spec, floor, prefix='', variant='random_floor.oak', rgb=(0.5, 0.5, 1.0))
    drop_unused_textures(spec)
    model = spec.compile()
    names = {model.mat(int(model.geom(g).matid[0])).name for g in ('floor', 'rug')}
    assert names == {'random_floor.oak'}
    assert_allclose(model.mat('random_floor.oak').rgba, (0.5, 0.25, 1, 1))
    assert sorted(model.tex(t).name for t in range(model.ntex)) == ['oak', 'sky']
    with pytest.raises(NotFoundError, match=r"material 'random_floor.tile'"):
        set_materials(spec, floor, prefix='', variant='random_floor.tile', rgb=(1, 1, 1))


@pytest.mark.parametrize(
    ('site', 'message'),
    [
        ('<site name="surface_a" size="1"/>', 'must be "box"'),
        ('<site name="surface_a" type="box" size="1 1 1" euler="30 0 0"/>', 'must point up'),
    ],
)
def test_surfaces_that_are_none(tmp_path: Path, site: str, message: str) -> None:
    with pytest.raises(AssetError, match=message):
        room(tmp_path, f'<mujoco><worldbody>{site}</worldbody></mujoco>')


def test_broken_files(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match='MuJoCo cannot read it'):
        room(tmp_path, '<mujoco><nonsense/></mujoco>')


def test_the_plain_table_is_at_table_height() -> None:
    loaded = load_environment(resolve_environment('builtin://table', Path()))
    (table,) = loaded.surfaces
    model = loaded.spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    top = model.geom('table_top').id
    assert_allclose(table.center_m[2], data.geom_xpos[top, 2] + model.geom_size[top, 2])
