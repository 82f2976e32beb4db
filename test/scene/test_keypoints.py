"""Keypoints of classes: from sites, from configs, from the 3D box; and what reaches instances."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose

from synth_ros.config.load import LoadedConfig
from synth_ros.config.objects import SymmetryConfig
from synth_ros.errors import AssetError, ConfigError
from synth_ros.geometry.transforms import box_corners
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.streams import Streams
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.keypoints import BOX_NAMES, BOX_SKELETON
from synth_ros.scene.mjcf_object import load_mjcf_object
from synth_ros.sim.world import World
from synth_ros.types import Instance, KeypointSpec

Load = Callable[[str], LoadedConfig]

HEAD = """
robot: {model: robot.xml}
cameras: [{name: head, model_camera: cam/rgb, width: 64, height: 48}]
environment: {model: 'builtin://table'}
objects:
  count: [8, 8]
  scale: [0.5, 2.0]
  classes:
"""

KETTLE = """
<mujoco><worldbody><body name="kettle">
  <geom type="box" size=".1 .1 .1"/>
  <site name="keypoint_spout" pos="-.1 0 .05"/>
  <site name="keypoint_virtual_core"/>
  <site name="other" pos="1 1 1"/>
  <body name="lid" pos="0 0 .1" euler="0 0 90">
    <geom type="box" size=".05 .02 .01"/>
    <site name="keypoint_knob" pos=".05 0 .01"/>
  </body>
</body></worldbody>{custom}</mujoco>
"""


def kettle(
    folder: Path, name: str = 'kettle.xml', *, custom: str = '', text: str = KETTLE
) -> Path:
    path = folder / name
    path.write_text(text.replace('{custom}', custom))
    return path


def built(load: Load, classes: str) -> tuple[SceneBuilder, tuple[Instance, ...]]:
    """The builder of a config, and the instances of its first scene."""
    loaded = load(HEAD + classes)
    builder = SceneBuilder(loaded)
    sampled = sample_scene(
        loaded.config, builder.inventory, streams=Streams(loaded.config.seed, 0)
    )
    world = World(builder.build(sampled), loaded.config.robot)
    return builder, world.instances()


def faults(load: Load, classes: str) -> str:
    with pytest.raises(ConfigError) as caught:
        SceneBuilder(load(HEAD + classes))
    return str(caught.value)


def test_sites_are_keypoints_wherever_they_hang(tmp_path: Path) -> None:
    loaded = load_mjcf_object(kettle(tmp_path), density_kg_m3=400.0, inertia='auto')
    assert [(point.name, point.kind) for point in loaded.keypoints] == [
        ('spout', 'surface'),
        ('core', 'virtual'),
        ('knob', 'surface'),
    ]
    positions = [point.object_from_point_m for point in loaded.keypoints]
    assert_allclose(positions, [(-0.1, 0, 0.05), (0, 0, 0), (0, 0.05, 0.11)], atol=1e-12)


def test_two_sites_of_one_keypoint_are_refused(tmp_path: Path) -> None:
    path = kettle(tmp_path, text=KETTLE.replace('virtual_core', 'virtual_spout'))
    with pytest.raises(AssetError, match='two sites stand for the keypoint "spout"; rename one'):
        load_mjcf_object(path, density_kg_m3=400.0, inertia='auto')


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('none', SymmetryConfig(detect=False)),
        ('continuous 0 0 1', SymmetryConfig(continuous=((0.0, 0.0, 1.0),))),
        (
            'discrete 1 0 0 2 ; continuous 0 0 1',
            SymmetryConfig.model_validate(
                {'discrete': ({'axis': (1.0, 0.0, 0.0), 'order': 2},), 'continuous': ((0, 0, 1),)},
                strict=False,
            ),
        ),
    ],
)
def test_a_model_can_declare_its_symmetries(
    tmp_path: Path, text: str, expected: SymmetryConfig
) -> None:
    path = kettle(tmp_path, custom=f'<custom><text name="symmetry" data="{text}"/></custom>')
    assert load_mjcf_object(path, density_kg_m3=1, inertia='auto').symmetry == expected


@pytest.mark.parametrize(
    'text', ['round', 'continuous 0 0', 'continuous 0 0 0', 'discrete 0 0 1 1', 'discrete 0 0 1 x']
)
def test_symmetries_that_cannot_be_read_are_refused(tmp_path: Path, text: str) -> None:
    path = kettle(tmp_path, custom=f'<custom><text name="symmetry" data="{text}"/></custom>')
    message = (
        f'its symmetry is "{text}"; write none, or entries separated by ";": continuous X Y Z'
    )
    with pytest.raises(AssetError, match=message):
        load_mjcf_object(path, density_kg_m3=1, inertia='auto')


def test_a_model_that_combines_to_no_group_is_refused(tmp_path: Path) -> None:
    text = 'discrete 0 0 1 7; discrete 1 0 1 5'
    path = kettle(tmp_path, custom=f'<custom><text name="symmetry" data="{text}"/></custom>')
    with pytest.raises(AssetError, match='combine to more than 120 motions'):
        load_mjcf_object(path, density_kg_m3=1, inertia='auto')


def test_config_wins_over_sites_and_adds_to_them(load: Load, tmp_path: Path) -> None:
    kettle(tmp_path)
    builder, instances = built(
        load,
        """
    - name: kettle
      sources: [kettle.xml]
      keypoints: {spout: [0.0, 0.0, 0.1], base: [0.0, 0.0, -0.1]}
      virtual_keypoints: {handle: [0.2, 0.0, 0.0]}
      skeleton: [[spout, knob], [base, handle]]
""",
    )
    (category,) = builder.categories
    assert category.keypoints == ('spout', 'core', 'knob', 'base', 'handle')
    assert category.skeleton == ((0, 2), (3, 4))
    for item in instances:
        assert tuple(point.name for point in item.keypoints) == category.keypoints
        assert [p.kind for p in item.keypoints] == [
            'surface', 'virtual', 'surface', 'surface', 'virtual',
        ]  # fmt: skip
        scale = item.size_m[0] / 0.2
        assert_allclose(item.keypoints[0].object_from_point_m, (0, 0, 0.1 * scale))
        assert_allclose(item.keypoints[4].object_from_point_m, (0.2 * scale, 0, 0))


def test_keypoints_are_in_the_asset_s_own_units(load: Load, tmp_path: Path) -> None:
    trimesh.creation.box((100, 80, 60)).export(tmp_path / 'box.stl')
    _, instances = built(
        load,
        """
    - {name: box, sources: [box.stl], scale: 0.001, keypoints: {end: [50.0, 0.0, 0.0]}}
""",
    )
    for item in instances:
        (point,) = item.keypoints
        assert point.name == 'end'
        assert_allclose(point.object_from_point_m, (item.size_m[0] / 2, 0, 0), atol=1e-9)


def test_variants_share_the_order_of_their_class(load: Load, tmp_path: Path) -> None:
    kettle(tmp_path)
    other = KETTLE.replace('keypoint_virtual_core', 'no_keypoint')
    # Here the knob comes before the spout.
    other = other.replace('keypoint_spout', 'keypoint_first').replace('knob', 'spout')
    other = other.replace('keypoint_first', 'keypoint_knob')
    kettle(tmp_path, 'other.xml', text=other)
    builder, instances = built(load, '    - {name: kettle, sources: [kettle.xml, other.xml]}\n')
    assert builder.categories[0].keypoints == ('spout', 'core', 'knob')
    names = {item.model_name: tuple(p.name for p in item.keypoints) for item in instances}
    assert names == {
        'kettle/kettle.xml': ('spout', 'core', 'knob'),
        'kettle/other.xml': ('spout', 'knob'),
    }


def test_without_any_the_3d_box_has_them(load: Load) -> None:
    builder, instances = built(
        load, '    - {name: cube, primitives: [{shape: box, size_m: [0.1, 0.2, 0.3]}]}\n'
    )
    (category,) = builder.categories
    assert category.keypoints == BOX_NAMES
    assert category.skeleton == BOX_SKELETON
    for item in instances:
        assert {point.kind for point in item.keypoints} == {'virtual'}
        positions = [point.object_from_point_m for point in item.keypoints]
        corners = box_corners(item.size_m)
        assert_allclose(positions, [*corners, (0, 0, 0)], atol=1e-12)
        lines = [np.subtract(positions[a], positions[b]) for a, b in category.skeleton]
        assert len(lines) == 12
        assert all(np.count_nonzero(np.abs(line) > 1e-9) == 1 for line in lines)


def test_a_skeleton_may_connect_the_corners_of_the_box(load: Load) -> None:
    builder, _ = built(
        load,
        """
    - name: cube
      primitives: [{shape: box, size_m: [0.1, 0.2, 0.3]}]
      skeleton: [[center, box_7]]
""",
    )
    assert builder.categories[0].skeleton == ((8, 7),)


def test_a_skeleton_of_unknown_keypoints_is_located(load: Load) -> None:
    text = """
    - name: cube
      primitives: [{shape: box, size_m: [0.1, 0.2, 0.3]}]
      keypoints: {front: [0.0, 0.1, 0.0], back: [0.0, -0.1, 0.0]}
      skeleton: [[front, bakc]]
"""
    message = faults(load, text)
    assert "objects.classes[0].skeleton: No keypoint 'bakc' in class cube." in message
    assert 'back' in message


def test_turns_of_no_solid_are_located(load: Load) -> None:
    text = """
    - name: cube
      primitives: [{shape: box, size_m: [0.1, 0.2, 0.3]}]
      symmetry: {discrete: [{axis: [0, 0, 1], order: 7}, {axis: [1, 0, 1], order: 5}]}
"""
    message = faults(load, text)
    assert 'objects.classes[0].symmetry.discrete: these turns combine to more than 120' in message


def test_ids_and_symmetries_reach_instances(load: Load) -> None:
    builder, instances = built(
        load,
        """
    - {name: can, id: 700, primitives: [{shape: cylinder, size_m: [0.06, 0.06, 0.1]}]}
    - {name: cube, id: 12, primitives: [{shape: box, size_m: [0.1, 0.2, 0.3]}],
       symmetry: {detect: false}}
""",
    )
    assert [(c.class_id, c.name) for c in builder.categories] == [(700, 'can'), (12, 'cube')]
    assert {(item.class_name, item.class_id) for item in instances} == {('can', 700), ('cube', 12)}
    counts = {
        item.class_name: (len(item.symmetry.continuous), len(item.symmetry.discrete))
        for item in instances
    }
    assert counts == {'can': (1, 1), 'cube': (0, 0)}


def test_symmetries_are_searched_for_once(load: Load) -> None:
    builder = SceneBuilder(load(HEAD + '    - {name: bowl}\n'))
    catalog = builder._assets.catalog  # that it is kept shows nowhere else
    variant = catalog.variant('bowl', 'dotted')
    assert variant.symmetry is variant.symmetry


def test_a_keypoint_is_plain_data(tmp_path: Path) -> None:
    point = load_mjcf_object(kettle(tmp_path), density_kg_m3=1, inertia='auto').keypoints[0]
    assert isinstance(point, KeypointSpec)
    assert all(type(value) is float for value in point.object_from_point_m)
