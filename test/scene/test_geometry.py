"""What a scene consists of, as plain data, worked out by hand from small models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mujoco
import numpy as np
import pytest

from synth_ros.config.load import LoadedConfig
from synth_ros.errors import ConfigError
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.streams import Streams
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.compiled import CompiledScene
from synth_ros.types import Link, Part, SkeletonPoint, Thing

ROOM = """
<mujoco>
  <asset><hfield name="ground" nrow="3" ncol="2" size="2 1 .5 .1" elevation="0 1 0 0 0 0"/></asset>
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1"/>
    <geom type="box" size=".1 .1 .1" pos="5 5 0"/>
    <geom name="wall_2" type="box" size=".1 3 1" pos="3 0 1"/>
    <geom name="wall_1" type="box" size=".1 3 1" pos="-3 0 1"/>
    <geom name="blocker" type="box" size=".1 .1 .1" group="3"/>
    <body name="hill"><geom type="hfield" hfield="ground" pos="6 0 0"/></body>
    <body name="table" pos=".8 0 0">
      <geom name="plate" type="box" size=".5 .5 .02" pos="0 0 .7"/>
      <site name="surface_top" type="box" size=".3 .3 .001" pos="0 0 .72"/>
      <body name="drawer_1"><geom name="front" type="box" size=".1 .2 .05" pos="0 0 .5"/>
        <body><geom type="sphere" size=".02" pos="0 0 .5"/></body></body>
    </body>
    <body name="chair_03" pos="2 2 0"><geom type="box" size=".2 .2 .4"/></body>
    <body name="chair-4" pos="2 -2 0"><geom type="box" size=".2 .2 .4"/></body>
    <body name="cube" pos="-2 -2 0"><geom type="box" size=".2 .2 .4"/></body>
    <body name="42" pos="-2 2 0"><geom type="box" size=".2 .2 .4"/></body>
  </worldbody>
</mujoco>
"""

BOT = """
<mujoco><compiler angle="radian"/><worldbody>
  <geom type="box" size=".3 .3 .01"/>
  <body name="base"><geom type="box" size=".1 .1 .1"/>
    <body name="mast" pos="0 0 1">
      <joint name="lift" type="slide" axis="0 0 1"/><joint name="turn" axis="0 0 1"/>
      <geom size=".05"/><geom size=".06" group="3"/>
      <body name="plate" pos=".1 0 0"><geom size=".05"/>
        <body name="hand" pos=".1 0 0"><joint name="wrist" type="ball"/><geom size=".03"/>
          <body name="thumb" pos="0 .1 0"><joint name="bend" axis="1 0 0" pos="0 0 .02"/>
            <geom size=".02"/></body>
          <camera name="eye"/></body></body></body>
    <body name="wheel"><joint name="spin" axis="0 1 0"/><geom size=".04"/></body>
  </body></worldbody></mujoco>
"""

POT = """
<mujoco><worldbody><body name="pot">
  <geom name="visual" type="cylinder" size=".05 .03"/>
  <body name="lid"><geom name="cover" type="cylinder" size=".05 .005" pos="0 0 .04"/></body>
</body></worldbody></mujoco>
"""
PAN = POT.replace('name="lid"', 'name="handle"')

CONFIG = """
robot: {model: bot.xml}
cameras: [{name: eye}]
environment: {model: room.xml}
objects:
  count: [6, 6]
  classes:
    - name: ball
      primitives: [{shape: sphere, size_m: [0.07, 0.07, 0.07]}]
    - {name: cookware, sources: [pot.xml, pan.xml]}
    - {name: cube, primitives: [{shape: box, size_m: [0.1, 0.1, 0.1]}]}
"""


@pytest.fixture
def make(tmp_path: Path, load: Callable[[str], LoadedConfig]) -> Callable[..., SceneBuilder]:
    for name, text in (('room', ROOM), ('bot', BOT), ('pot', POT), ('pan', PAN)):
        (tmp_path / f'{name}.xml').write_text(text)
    return lambda extra='': SceneBuilder(load(CONFIG + extra))


def a_scene(builder: SceneBuilder, loaded_config, episode: int = 0) -> CompiledScene:
    return builder.build(
        sample_scene(loaded_config, builder.inventory, streams=Streams(0, episode))
    )


@pytest.fixture
def builder(make: Callable[..., SceneBuilder]) -> SceneBuilder:
    return make()


@pytest.fixture
def scene(builder: SceneBuilder) -> CompiledScene:
    return a_scene(builder, builder._config)


def named(scene: CompiledScene, name: str) -> int:
    return int(scene.model.geom(f'env/{name}').id)


def test_things_are_objects_links_and_bodies(scene: CompiledScene) -> None:
    things = scene.geometry.things
    assert things[:6] == tuple(
        Thing('object', part.name, part.instance_id) for part in scene.objects
    )
    assert [t.name for t in things if t.kind == 'robot'] == [
        'base', 'mast', 'plate', 'hand', 'thumb', 'wheel',
    ]  # fmt: skip
    # Geoms of the world are things of their own where they have names.
    assert [t.name for t in things if t.kind == 'environment'] == [
        'floor', 'world', 'wall_2', 'wall_1', 'blocker', 'hill', 'table', 'drawer_1',
        'chair_03', 'chair-4', 'cube', '42',
    ]  # fmt: skip
    assert len(set(things)) == len(things)


def test_every_geom_has_its_thing(scene: CompiledScene) -> None:
    model, geometry = scene.model, scene.geometry
    assert len(geometry.surfaces) == model.ngeom
    assert [surface.thing for surface in geometry.surfaces] == scene.geom_thing.tolist()
    owner = {}
    for geom, surface in enumerate(geometry.surfaces):
        owner[geom] = geometry.things[surface.thing]
        body = model.body(int(model.geom_bodyid[geom])).name
        kind, _, rest = body.partition('/')
        if kind == 'obj':
            assert owner[geom].name == rest.partition('/')[0]
            assert scene.geom_instance_id[geom] == owner[geom].instance_id
        elif kind == 'robot':
            # What the robot's file has outside any body belongs to its first link.
            assert owner[geom] == Thing('robot', rest or 'base')
    assert owner[named(scene, 'plate')].name == 'table'
    assert owner[named(scene, 'front')].name == 'drawer_1'
    # A body without a name belongs to the one that carries it.
    assert sum(thing.name == 'drawer_1' for thing in owner.values()) == 2
    assert owner[named(scene, 'wall_1')].name == 'wall_1'


def test_parts_are_the_same_in_every_scene(builder: SceneBuilder) -> None:
    scenes = [a_scene(builder, builder._config, k) for k in range(4)]
    assert len({scene.geometry.parts for scene in scenes}) == 1
    links = ['base', 'mast', 'plate', 'hand', 'thumb', 'wheel']
    assert scenes[0].geometry.parts == (
        *(Part(k, 'robot', name) for k, name in enumerate(links, start=1)),
        Part(7, 'cookware', 'body'),
        Part(8, 'cookware', 'lid'),
        Part(9, 'cookware', 'handle'),
    )
    seen = set()
    for scene in scenes:
        parts = {part.part_id: part for part in scene.geometry.parts}
        for geom, surface in enumerate(scene.geometry.surfaces):
            thing = scene.geometry.things[surface.thing]
            part = parts.get(surface.part_id)
            if thing.kind == 'robot':
                assert part is not None
                assert part.name == thing.name
            elif thing.kind == 'environment' or not surface.drawn or thing.name[:4] != 'cook':
                assert part is None
            else:
                assert part is not None
                (variant,) = (o.model_name for o in scene.objects if o.name == thing.name)
                small = scene.model.geom_size[geom, 1] < 0.01
                other = {'cookware/pot.xml': 'lid', 'cookware/pan.xml': 'handle'}[variant]
                assert part.name == (other if small else 'body')
                seen.add(part.name)
    assert seen == {'body', 'lid', 'handle'}


def test_links_and_skeleton_follow_the_body_tree(scene: CompiledScene) -> None:
    assert scene.geometry.links == (
        Link('base', -1), Link('mast', 0), Link('plate', 1), Link('hand', 2), Link('thumb', 3),
        Link('wheel', 0),
    )  # fmt: skip
    # Two joints of one link are a chain; a link without a joint is passed over.
    assert scene.geometry.skeleton == (
        SkeletonPoint('lift', 1, -1), SkeletonPoint('turn', 1, 0), SkeletonPoint('wrist', 3, 1),
        SkeletonPoint('bend', 4, 2), SkeletonPoint('spin', 5, -1),
    )  # fmt: skip
    names = [scene.model.joint(int(joint)).name for joint in scene.skeleton_joints]
    assert names == [f'robot/{point.name}' for point in scene.geometry.skeleton]


def test_surfaces_are_those_of_the_model(scene: CompiledScene) -> None:
    model, geometry = scene.model, scene.geometry
    for geom, surface in enumerate(geometry.surfaces):
        kind = mujoco.mjtGeom(int(model.geom_type[geom])).name.removeprefix('mjGEOM_').lower()
        assert surface.shape == {'hfield': 'mesh'}.get(kind, kind)
        assert surface.size_m == tuple(model.geom_size[geom])
        assert surface.drawn == (model.geom_group[geom] <= 2)
    hill = geometry.surfaces[int(scene.model.body('env/hill').geomadr[0])]
    field = geometry.meshes[hill.mesh]
    assert np.ptp(field.vertices_m, axis=0)[:2].tolist() == [4, 2]
    assert field.vertices_m[:, 2].max() == pytest.approx(0.5)
    assert not field.vertices_m.flags.writeable
    assert not field.faces.flags.writeable


def stuff_of(scene: CompiledScene, names: dict[int, str], name: str) -> str:
    return names.get(scene.geometry.surfaces[named(scene, name)].stuff_id, '')


def test_stuff_by_default_is_each_top_level_body(make: Callable[..., SceneBuilder]) -> None:
    builder = make('labels: {panoptic: true}\n')
    things, stuff = builder.categories[:3], builder.categories[3:]
    assert [(c.class_id, c.name, c.is_thing) for c in things] == [
        (1, 'ball', True), (2, 'cookware', True), (3, 'cube', True),
    ]  # fmt: skip
    # Trailing numbers go; a name of a class gets an ending; the hidden blocker is no stuff.
    assert [category.name for category in stuff] == [
        'floor', 'world', 'wall', 'hill', 'table', 'chair', 'cube_stuff', '42', 'robot',
    ]  # fmt: skip
    assert [category.class_id for category in stuff] == list(range(4, 13))
    assert not any(category.is_thing for category in stuff)
    scene = a_scene(builder, builder._config)
    names = {category.class_id: category.name for category in stuff}
    assert stuff_of(scene, names, 'wall_1') == stuff_of(scene, names, 'wall_2') == 'wall'
    assert stuff_of(scene, names, 'front') == 'table'
    assert stuff_of(scene, names, 'blocker') == ''
    for surface in scene.geometry.surfaces:
        kind = scene.geometry.things[surface.thing].kind
        if kind == 'object':
            assert surface.stuff_id == 0
        if kind == 'robot':
            assert names[surface.stuff_id] == 'robot'


def test_stuff_as_configured(make: Callable[..., SceneBuilder]) -> None:
    builder = make(
        'labels:\n'
        '  panoptic: true\n'
        '  stuff:\n'
        '    - {name: storage, bodies: ["drawer*"]}\n'
        '    - {name: furniture, bodies: [table, "chair*", wall_1]}\n'
        '    - {name: wall, bodies: ["wall*"]}\n'
    )
    stuff = builder.categories[3:]
    assert [c.name for c in stuff] == ['storage', 'furniture', 'wall', 'robot']
    scene = a_scene(builder, builder._config)
    names = {category.class_id: category.name for category in stuff}
    # The first match wins; what a body carries goes with it; the rest is no stuff.
    assert stuff_of(scene, names, 'front') == 'storage'
    assert stuff_of(scene, names, 'plate') == stuff_of(scene, names, 'wall_1') == 'furniture'
    assert stuff_of(scene, names, 'wall_2') == 'wall'
    assert stuff_of(scene, names, 'floor') == ''


def test_categories_hold_stuff_only_if_it_is_wanted(make: Callable[..., SceneBuilder]) -> None:
    assert [category.name for category in make().categories] == ['ball', 'cookware', 'cube']
    everything = make('labels: {everything: true}\n')
    assert not everything.categories[-1].is_thing


def test_stuff_that_is_nowhere_is_a_config_error(make: Callable[..., SceneBuilder]) -> None:
    with pytest.raises(ConfigError) as caught:
        make(
            'labels:\n  stuff:\n'
            '    - {name: wall, bodies: ["wall_*", tabel]}\n'
            '    - {name: other, bodies: ["c?air*"]}\n'
        )
    assert len(caught.value.problems) == 2
    first, second = caught.value.problems
    assert 'labels.stuff[0].bodies[1]' in first
    assert "No body or geom 'tabel' in environment" in first
    assert "Did you mean 'table'?" in first
    # Only the asterisk stands for other letters.
    assert 'labels.stuff[1].bodies[0]' in second


def test_drawn_is_what_mujoco_draws() -> None:
    from synth_ros.scene.surfaces import is_drawn

    model = mujoco.MjModel.from_xml_string(
        '<mujoco><asset><material name="clear" rgba="1 0 0 0"/><material name="solid"/></asset>'
        '<worldbody>'
        + ''.join(
            f'<geom name="{name}" size=".1" {looks}/>'
            for name, looks in {
                'plain': '', 'faint': 'rgba="1 1 1 .01"', 'clear': 'rgba="1 1 1 0"',
                'dressed': 'material="solid"', 'clear_material': 'material="clear"',
                'own_color': 'material="clear" rgba="1 1 1 1"',
                'own_clear': 'material="solid" rgba="1 1 1 0"', 'hidden': 'group="3"',
            }.items()
        )
        + '</worldbody></mujoco>'
    )  # fmt: skip
    drawn = {model.geom(k).name for k in np.flatnonzero(is_drawn(model))}
    assert drawn == {'plain', 'faint', 'dressed', 'own_color'}
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    scene = mujoco.MjvScene(model, 100)
    option = mujoco.MjvOption()
    camera = mujoco.MjvCamera()
    mujoco.mjv_updateScene(model, data, option, None, camera, mujoco.mjtCatBit.mjCAT_ALL, scene)
    geom = int(mujoco.mjtObj.mjOBJ_GEOM)
    theirs = {model.geom(g.objid).name for g in scene.geoms[: scene.ngeom] if g.objtype == geom}
    assert drawn == theirs
