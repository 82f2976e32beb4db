from pathlib import Path

import mujoco
import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose
from PIL import Image

from synth_ros.errors import AssetError
from synth_ros.scene.mjcf_object import load_mjcf_object, unique_rows
from synth_ros.scene.parts import part_names
from synth_ros.scene.solid import LoadedSolid, Solid
from synth_ros.scene.solid_spec import template


def load(tmp_path: Path, body: str, *, asset: str = '', inertia: str = 'auto') -> LoadedSolid:
    path = tmp_path / 'object.xml'
    path.write_text(f'<mujoco><asset>{asset}</asset><worldbody>{body}</worldbody></mujoco>')
    return load_mjcf_object(path, density_kg_m3=400.0, inertia=inertia)


def test_child_bodies_are_welded_where_they_stand(tmp_path: Path) -> None:
    solid, notes, *_ = load(
        tmp_path,
        '<body pos="5 5 5" euler="0 0 90"><freejoint/><geom size=".1" mass="1"/>'
        '<body pos="1 0 0"><joint/><geom type="box" size=".1 .2 .3" mass="1"/></body></body>',
    )
    assert notes == ('its joints were welded: labelled objects are rigid',)
    assert_allclose(solid.bounds.center_m, (0.5, 0, 0), atol=1e-12)
    assert_allclose(solid.bounds.half_size_m, (0.6, 0.2, 0.3))
    assert_allclose(solid.mass.mass_kg, 2)
    assert_allclose(solid.mass.center_m, (0.5, 0, 0), atol=1e-12)


def test_an_inertia_that_cannot_be_is_recomputed(tmp_path: Path) -> None:
    body = (
        '<body><inertial pos="0 0 0" mass="0.2" diaginertia="0.001 0.001 0.001"/>'
        '<geom type="cylinder" size=".033 .05"/></body>'
    )
    solid, notes, *_ = load(tmp_path, body)
    assert len(notes) == 1
    assert 'recomputed from the geometry' in notes[0]
    want = 0.2 * (0.033**2 / 4 + 0.1**2 / 12)
    assert_allclose(solid.mass.inertia_kg_m2[0, 0], want)
    solid, notes, *_ = load(tmp_path, body, inertia='model')
    assert notes == ()
    assert_allclose(solid.mass.inertia_kg_m2, np.eye(3) * 0.001)


def test_visible_and_colliding_geoms(tmp_path: Path) -> None:
    solid, *_ = load(
        tmp_path,
        '<body><geom size=".1" contype="0" conaffinity="0"/>'
        '<geom size=".2" rgba="1 0 0 0"/><geom size=".3" group="3"/>'
        '<geom size=".4" group="4" contype="0" conaffinity="0"/></body>',
    )
    assert [(g.visible, g.collides) for g in solid.geoms] == [
        (True, False), (False, True), (False, True),
    ]  # fmt: skip
    assert_allclose(solid.bounds.half_size_m, 0.1)


@pytest.mark.parametrize(
    'geom',
    [
        '<geom size=".1" group="3"/>',
        '<geom size=".1" group="5"/><geom size=".2" rgba="1 1 1 0"/>',
        '<geom size=".1" material="clear"/>',
    ],
)
def test_an_object_of_hidden_geoms_alone_is_refused(tmp_path: Path, geom: str) -> None:
    asset = '<material name="clear" rgba="1 0 0 0"/>'
    with pytest.raises(AssetError, match=r'object\.xml: all \d geoms of the object are hidden'):
        load(tmp_path, f'<body>{geom}</body>', asset=asset)


def parts(solid: Solid) -> list[tuple[str, bool]]:
    return [(geom.part, geom.visible) for geom in solid.geoms]


def test_parts_are_named_by_child_body_or_geom(tmp_path: Path) -> None:
    solid = load(
        tmp_path,
        '<body name="pot"><geom name="visual" size=".1"/><geom name="visual_rim" size=".1"/>'
        '<geom name="handle" size=".1"/><geom size=".1"/><geom name="core" size=".1" group="3"/>'
        '<body name="lid"><geom name="plate" size=".1"/><body><geom size=".1"/></body>'
        '<body name="knob"><geom size=".1"/></body></body>'
        '<body><geom name="foot" size=".1"/></body></body>',
    ).solid
    assert parts(solid) == [
        ('body', True), ('rim', True), ('handle', True), ('', True), ('', False),
        ('lid', True), ('lid', True), ('knob', True), ('foot', True),
    ]  # fmt: skip


def test_a_body_and_a_geom_of_one_name_are_one_part(tmp_path: Path) -> None:
    solid = load(
        tmp_path,
        '<body><geom name="lid" size=".1"/><body name="lid"><geom size=".1"/></body></body>',
    ).solid
    assert part_names(solid) == ('lid',)


@pytest.mark.parametrize(
    'body',
    [
        '<body><geom name="lid" size=".1"/><geom name="lid" size=".1"/></body>',
        '<body name="a"><geom size=".1"/><body name="b"/><body name="b"/></body>',
    ],
)
def test_a_name_given_twice_is_refused(tmp_path: Path, body: str) -> None:
    with pytest.raises(AssetError, match=r'MuJoCo cannot read it: .*repeated name'):
        load(tmp_path, body)


def test_textured_mesh_survives_the_way_through(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (8, 16, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / 'skin.png')
    ring = trimesh.creation.annulus(0.03, 0.05, 0.08)
    uv = rng.random((len(ring.vertices), 2))
    ring.visual = trimesh.visual.TextureVisuals(uv=uv)
    ring.export(tmp_path / 'ring.obj')
    body = '<body><geom type="mesh" mesh="ring" material="tint_skin" pos="0 0 1"/></body>'
    asset = (
        '<mesh name="ring" file="ring.obj"/><texture name="t" type="2d" file="skin.png"/>'
        '<material name="tint_skin" texture="t" texrepeat="2 3" specular="0.9"/>'
    )
    solid, *_ = load(tmp_path, body, asset=asset)
    original = mujoco.MjModel.from_xml_path(str(tmp_path / 'object.xml'))
    rebuilt = template(solid).compile()

    assert_allclose(corners(rebuilt, 0), corners(original, 0), atol=1e-6)
    assert solid.looks[0].tint == 'hue'
    assert solid.looks[0].texrepeat == (2, 3)
    assert np.array_equal(solid.textures[0].pixels.ravel(), original.tex_data)
    # It is seen as it is and collides as its hull.
    assert [(g.visible, g.collides) for g in solid.geoms] == [(True, False), (False, True)]
    assert_allclose(solid.bounds.center_m, (0, 0, 1), atol=1e-7)
    assert_allclose(solid.bounds.half_size_m, (0.05, 0.05, 0.04), atol=1e-6)


def corners(model: mujoco.MjModel, geom: int) -> np.ndarray:
    """Position, normal and texture coordinate of each corner of a mesh geom in the body."""
    mesh = int(model.geom_dataid[geom])
    start = model.mesh_faceadr[mesh]
    rows = slice(start, start + model.mesh_facenum[mesh])
    rotation = np.zeros(9)
    mujoco.mju_quat2Mat(rotation, model.geom_quat[geom])
    rotation = rotation.reshape(3, 3)
    vertex = model.mesh_vert[model.mesh_face[rows].ravel() + model.mesh_vertadr[mesh]]
    normal = model.mesh_normal[model.mesh_facenormal[rows].ravel() + model.mesh_normaladr[mesh]]
    uv = model.mesh_texcoord[model.mesh_facetexcoord[rows].ravel() + model.mesh_texcoordadr[mesh]]
    place = vertex @ rotation.T + model.geom_pos[geom]
    return np.concatenate([place, normal @ rotation.T, uv], axis=1)


@pytest.mark.parametrize(
    ('body', 'message'),
    [
        ('<body name="a"><geom size="1"/></body><body name="b"/>', 'several: a, b'),
        ('<body name="a"/>', 'no geom'),
        ('<body><geom type="plane" size="1 1 1"/></body>', 'cannot contain a plane'),
        ('<body><geom type="mesh" mesh="none"/></body>', 'MuJoCo cannot read it'),
        ('<body', 'MuJoCo cannot read it'),
    ],
)
def test_unusable_files(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(AssetError, match=message):
        load(tmp_path, body)


@pytest.mark.parametrize('largest', [1, 9, 40_000, 2_000_000_000])
@pytest.mark.parametrize('columns', [2, 3])
def test_unique_rows_are_those_of_numpy(columns: int, largest: int) -> None:
    rng = np.random.default_rng(columns)
    numbers = rng.integers(0, largest, (500, columns), endpoint=True).astype(np.int32)
    numbers[250:] = numbers[:250]
    expected, places = np.unique(numbers, axis=0, return_inverse=True)
    rows, which = unique_rows(numbers)
    assert np.array_equal(rows, expected)
    assert np.array_equal(which, places.ravel())
    assert np.array_equal(rows[which], numbers)
