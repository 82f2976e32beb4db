from collections.abc import Callable, Sequence
from pathlib import Path

import mujoco
import numpy as np
import pytest
from numpy.testing import assert_allclose

from synth_ros.config.load import LoadedConfig
from synth_ros.errors import ConfigError, NotFoundError
from synth_ros.geometry.transforms import make_transform, matrix_from_quat_wxyz
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.scene import (
    CameraOffset,
    SampledLamp,
    SampledMaterial,
    SampledObject,
    SampledScene,
)
from synth_ros.randomize.streams import Streams
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.options import FAR_M, NEAR_M

from .conftest import CONFIG

QUAT = (0.5, 0.5, -0.5, 0.5)


def an_object(number: int = 1, **changes: object) -> SampledObject:
    values: dict[str, object] = {
        'instance_id': number, 'name': f'cube_{number:02d}', 'class_id': 1, 'class_name': 'cube',
        'variant': 'box_0', 'position_m': (0.8, 0.1, 0.9), 'quat_wxyz': QUAT, 'scale': 1.0,
        'hue_shift_deg': 0.0, 'value_scale': 1.0, 'friction_scale': 1.0, 'mass_scale': 1.0,
    }  # fmt: skip
    return SampledObject.model_validate(values | changes)


def a_scene(objects: Sequence[SampledObject] = (), **changes: object) -> SampledScene:
    values: dict[str, object] = {
        'episode': 0, 'attempt': 0, 'objects': tuple(objects), 'lamps': (), 'ambient': 0.3,
        'materials': (), 'camera_offsets': (),
    }  # fmt: skip
    return SampledScene.model_validate(values | changes)


def test_the_same_scene_is_the_same_model(loaded: LoadedConfig, builder: SceneBuilder) -> None:
    sampled = sample_scene(loaded.config, builder.inventory, streams=Streams(3, 7))
    other = sample_scene(loaded.config, builder.inventory, streams=Streams(3, 8))
    models = [builder.build(sampled).model]
    builder.build(other)
    models += [builder.build(sampled).model, SceneBuilder(loaded).build(sampled).model]
    blobs = [_bytes(model) for model in models]
    assert blobs[0] == blobs[1] == blobs[2]
    assert blobs[0] != _bytes(builder.build(other).model)


def _bytes(model: mujoco.MjModel) -> bytes:
    buffer = np.empty(mujoco.mj_sizeModel(model), np.uint8)
    mujoco.mj_saveModel(model, None, buffer)
    return buffer.tobytes()


def test_objects_are_where_and_what_they_are(builder: SceneBuilder) -> None:
    drawn = [an_object(1), an_object(2, scale=1.5, position_m=(0.7, -0.2, 1.0))]
    scene = builder.build(a_scene(drawn))
    data = mujoco.MjData(scene.model)
    mujoco.mj_kinematics(scene.model, data)
    for part, item in zip(scene.objects, drawn, strict=True):
        pose = make_transform(data.xmat[part.body_id].reshape(3, 3), data.xpos[part.body_id])
        box = pose @ part.object_from_box
        assert_allclose(box[:3, 3], item.position_m, atol=1e-12)
        assert_allclose(box[:3, :3], matrix_from_quat_wxyz(QUAT), atol=1e-12)
        assert_allclose(part.size_m, np.array([0.04, 0.06, 0.08]) * item.scale)
        assert_allclose(data.qpos[part.qpos_address : part.qpos_address + 3], item.position_m)
        assert scene.model.body_dofadr[part.body_id] == part.dof_address
        assert [int(scene.geom_instance_id[g]) for g in part.geom_ids] == [item.instance_id]
    assert scene.objects[1].model_name == 'cube/box_0'
    assert int((scene.geom_instance_id > 0).sum()) == 2


def test_an_object_changes_as_drawn(builder: SceneBuilder) -> None:
    scene = builder.build(
        a_scene([
            an_object(1),
            an_object(2, scale=2.0, hue_shift_deg=120.0, value_scale=0.5, friction_scale=0.5,
                      mass_scale=3.0),
        ])
    )  # fmt: skip
    model, parts = scene.model, scene.objects
    first, second = (part.body_id for part in parts)
    assert_allclose(model.body_mass[first], 0.04 * 0.06 * 0.08 * 400)
    assert_allclose(model.body_mass[second] / model.body_mass[first], 8 * 3)
    ratio = np.sort(model.body_inertia[second]) / np.sort(model.body_inertia[first])
    assert_allclose(ratio, 32 * 3)
    geoms = [part.geom_ids[0] for part in parts]
    friction = model.geom_friction[geoms, 0]
    assert_allclose(friction[1] / friction[0], 0.5)
    colors = [model.geom_rgba[g] for g in geoms]
    assert_allclose(colors[0], (0.8, 0.2, 0.2, 1), atol=1e-6)
    # A third of the circle turns red to green; half the value halves it.
    assert_allclose(colors[1], (0.1, 0.4, 0.1, 1), atol=1e-6)


def test_the_mocap_root_carries_the_robot(builder: SceneBuilder) -> None:
    scene = builder.build(a_scene())
    model, robot = scene.model, scene.robot
    data = mujoco.MjData(model)
    data.qpos[robot.qpos_addresses] = robot.home_qpos
    mujoco.mj_kinematics(model, data)
    links = dict(robot.links)
    # Configured at (0.1, 0.2), turned by 90 degrees, wheels on the floor.
    assert_allclose(data.xpos[links['head']], (0.1, 0.2, 1.2 + 0.15), atol=1e-6)
    mocap = model.body_mocapid[robot.root_body_id]
    data.mocap_pos[mocap] = (1, 1, 0)
    data.mocap_quat[mocap] = (1, 0, 0, 0)
    mujoco.mj_kinematics(model, data)
    assert_allclose(data.xpos[links['head']], (1, 1, 1.35), atol=1e-6)
    lowest = min(data.geom_xpos[g, 2] - model.geom_size[g, 1] for g in robot.geom_ids)
    assert_allclose(lowest, 0, atol=1e-6)


def test_joints_have_their_home(load: Callable[[str], LoadedConfig]) -> None:
    text = CONFIG.replace('yaw_deg: 90.0', 'joints: {pan: -0.5}')
    robot = SceneBuilder(load(text)).build(a_scene()).robot
    assert [(j.name, j.home, j.limits) for j in robot.joints] == [
        ('pan', -0.5, (-1, 1)), ('tilt', 0.4, (-1, 1)),
    ]  # fmt: skip
    assert list(robot.home_qpos) == [-0.5, 0.4]
    assert [name for name, _ in robot.links] == ['base', 'head']


def test_cameras_and_their_offsets(builder: SceneBuilder) -> None:
    offset = CameraOffset(camera='head', position_m=(0.01, 0.0, 0.0), rotation_rad=(0.0, 0.0, 0.0))
    plain, moved = (builder.build(a_scene(camera_offsets=offsets)) for offsets in ((), (offset,)))
    (camera,) = plain.cameras
    assert (camera.model.width, camera.model.height, camera.parent_link) == (64, 48, 'head')
    assert camera.depth_range_m == (0.05, 10.0)
    shift = moved.model.cam_pos[camera.camera_id] - plain.model.cam_pos[camera.camera_id]
    # Image right is the head's negative y axis.
    assert_allclose(shift, (0, -0.01, 0), atol=1e-12)


def test_lamps_and_ambient(builder: SceneBuilder) -> None:
    lamp = SampledLamp(
        position_m=(0.8, 0.0, 2.7), target_m=(0.8, 0.0, 0.7), rgb=(1.0, 0.8, 0.5),
        intensity=0.5, cast_shadow=False,
    )  # fmt: skip
    model = builder.build(a_scene(lamps=(lamp,), ambient=0.25)).model
    assert model.nlight == 1
    assert_allclose(model.light_dir[0], (0, 0, -1))
    assert_allclose(model.light_diffuse[0] / model.light_diffuse[0, 0], (1, 0.8, 0.5), rtol=1e-6)
    assert not model.light_castshadow[0]
    assert model.light_intensity[0] > 0
    headlight = model.vis.headlight
    assert headlight.ambient[0] > 0
    assert list(headlight.diffuse) == [0, 0, 0]


def test_materials_are_dressed(builder: SceneBuilder) -> None:
    look = SampledMaterial(role='floor', variant='random_floor.plain', rgb=(0.5, 1.0, 0.0))
    model = builder.build(a_scene(materials=(look,))).model
    assert_allclose(model.mat('env/random_floor.plain').rgba, (0.275, 0.53, 0, 1), rtol=1e-6)
    unknown = look.model_copy(update={'role': 'flor'})
    with pytest.raises(NotFoundError, match=r"material role 'flor'.*Did you mean 'floor'"):
        builder.build(a_scene(materials=(unknown,)))


def test_a_scene_of_another_config_is_refused(builder: SceneBuilder) -> None:
    with pytest.raises(NotFoundError, match="object class 'mug'"):
        builder.build(a_scene([an_object(class_name='mug')]))
    with pytest.raises(NotFoundError, match="variant 'box_9' in class cube"):
        builder.build(a_scene([an_object(variant='box_9')]))


def test_clipping_planes_do_not_depend_on_the_scene(builder: SceneBuilder) -> None:
    model = builder.build(a_scene([an_object(position_m=(0.0, 0.0, 50.0))])).model
    assert_allclose(model.vis.map.znear * model.stat.extent, NEAR_M, rtol=1e-6)
    assert_allclose(model.vis.map.zfar * model.stat.extent, FAR_M, rtol=1e-6)
    assert model.opt.jacobian == int(mujoco.mjtJacobian.mjJAC_DENSE)


def test_hundreds_of_objects(builder: SceneBuilder) -> None:
    drawn = [an_object(n, position_m=(0.0, 0.0, float(n))) for n in range(1, 301)]
    scene = builder.build(a_scene(drawn))
    assert scene.model.ngeom > 300
    assert sorted(set(scene.geom_instance_id)) == list(range(301))


def test_the_inventory(builder: SceneBuilder) -> None:
    inventory = builder.inventory
    assert [(c.class_id, c.name) for c in inventory.classes] == [(1, 'cube'), (2, 'ball')]
    assert [(c.class_id, c.name) for c in builder.categories] == [(1, 'cube'), (2, 'ball')]
    assert_allclose(inventory.classes[0].variants[0].half_size_m, (0.02, 0.03, 0.04))
    assert inventory.surface.name == 'table'
    assert inventory.cameras == ('head',)
    assert [role.role for role in inventory.roles] == ['floor', 'table']


def test_all_problems_are_reported_at_their_places(load: Callable[[str], LoadedConfig]) -> None:
    text = (
        CONFIG.replace('cam/rgb', 'cam_rgb').replace(
            'yaw_deg: 90.0', 'joints: {pna: 0.1, tilt: 4.0}'
        )
        + '  placement: {surface: tabel}\nrandomization: {robot: {joints: {pan: [-2.0, 0.0]}}}\n'
    )
    with pytest.raises(ConfigError, match='pna') as caught:
        SceneBuilder(load(text))
    problems = dict(_key_and_text(line) for line in caught.value.problems)
    assert "Did you mean 'pan'" in problems['robot.joints.pna']
    assert '4 is outside the limits' in problems['robot.joints.tilt']
    assert "Did you mean 'cam/rgb'" in problems['cameras[0].model_camera']
    assert "Did you mean 'table'" in problems['objects.placement.surface']
    assert '-2 is outside the limits' in problems['randomization.robot.joints.pan']
    assert len(problems) == 5


def _key_and_text(line: str) -> tuple[str, str]:
    """``file:line:column: key: text`` split after the place."""
    rest = line.split(': ', 1)[1]
    key, _, text = rest.partition(': ')
    return key, text


ODD = """
<mujoco>
  <compiler angle="radian" autolimits="true" fusestatic="true" discardvisual="true"/>
  <option timestep="0.01" gravity="0 0 -1" integrator="RK4" jacobian="sparse">
    <flag contact="disable"/>
  </option>
  <size memory="10M" nuserdata="3" nkey="2" nuser_geom="2"/>
  <visual><map znear="0.5"/><quality shadowsize="64"/><headlight ambient="1 1 1"/></visual>
  <statistic extent="7" center="1 2 3"/>
  <custom><numeric name="n" data="1"/><text name="t" data="y"/></custom>
  <worldbody>
    <body name="base">
      <joint name="pan"/><geom size=".1" user="1 2"/>
      <camera name="cam/rgb"/><site name="a"/><site name="b" pos="0 0 1"/>
      <body name="fixed"><geom size=".1" contype="0" conaffinity="0" group="1"/></body>
    </body>
    <body name="other"><joint name="tilt"/><geom size=".1"/></body>
  </worldbody>
  <contact><exclude body1="base" body2="other"/></contact>
  <tendon><spatial name="t"><site site="a"/><site site="b"/></spatial></tendon>
  <sensor><framepos objtype="body" objname="base"/></sensor>
  <actuator><motor joint="pan"/><position tendon="t"/></actuator>
</mujoco>
"""


def test_settings_of_a_model_do_not_leak_into_the_scene(
    load: Callable[[str], LoadedConfig], robot_file: Path
) -> None:
    robot_file.write_text(ODD)
    site = '<site name="surface_x" type="box" size="1 1 .1"/></worldbody>'
    (robot_file.parent / 'room.xml').write_text(ODD.replace('</worldbody>', site))
    builder = SceneBuilder(load(CONFIG.replace("'builtin://table'", 'room.xml')))
    scene = builder.build(a_scene([an_object()]))
    model = scene.model
    assert model.opt.timestep == 0.002
    assert list(model.opt.gravity) == [0, 0, -9.81]
    assert model.opt.disableflags == 0
    assert (model.stat.extent, model.nuserdata, model.nkey) == (1, 0, 0)
    assert model.vis.headlight.ambient[0] < 1
    # Contact exclusions stay, and so do links without joints.
    assert model.nexclude == 2
    assert [name for name, _ in scene.robot.links] == ['base', 'fixed', 'other']


def test_objects_attached_and_added_are_the_same(
    load: Callable[[str], LoadedConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many objects are put into a scene another way than few: not a bit may differ."""
    text = CONFIG.replace(
        '    - name: ball', '    - {name: mug}\n    - {name: bottle}\n    - name: ball'
    ).replace('count: [2, 2]', 'count: [14, 14]')
    loaded = load(text)
    builder = SceneBuilder(loaded)
    sampled = sample_scene(loaded.config, builder.inventory, streams=Streams(2, 0))
    assert {'mug', 'bottle'} <= {item.class_name for item in sampled.objects}
    attached = _bytes(builder.build(sampled).model)
    monkeypatch.setattr('synth_ros.scene.build._ATTACHED_OBJECTS', 0)
    assert _bytes(builder.build(sampled).model) == attached


def test_objects_of_one_variant_have_names_of_their_own(builder: SceneBuilder) -> None:
    scene = builder.build(a_scene([an_object(1), an_object(2)]))
    things = [thing.name for thing in scene.geometry.things if thing.kind == 'object']
    assert things == ['cube_01', 'cube_02']
    bodies = [scene.model.body(part.body_id).name for part in scene.objects]
    assert bodies == ['obj/cube_01/body', 'obj/cube_02/body']


def test_default_grey_stays_grey(load: Callable[[str], LoadedConfig]) -> None:
    """MuJoCo takes its default colour for none of its own."""
    text = CONFIG.replace('rgb: [0.8, 0.2, 0.2]', 'rgb: [1.0, 1.0, 1.0]')
    builder = SceneBuilder(load(text))
    model = builder.build(a_scene([an_object(1, value_scale=0.5)])).model
    (rgba,) = (model.geom_rgba[g] for g in range(model.ngeom) if 'obj/' in model.geom(g).name)
    assert_allclose(rgba, (0.5, 0.5, 0.5, 1), atol=1e-6)
    assert not np.array_equal(rgba, np.array([0.5, 0.5, 0.5, 1], np.float32))
