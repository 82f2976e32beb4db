from io import BytesIO
from pathlib import Path

import mujoco
import numpy as np
import pytest
from PIL import Image

from synth_ros.scene.environment import load_environment
from tools.make_assets.room.layout import SURFACES, TABLE_CENTER_M
from tools.make_assets.room.mjcf import room_files
from tools.make_assets.room.pieces.seating import TABLE_HEIGHT_M, TABLE_SIZE_M

FOLDER = Path(__file__).parents[2] / 'synth_ros/assets/environments/tabletop_room'


@pytest.fixture(scope='module')
def files():
    return room_files()


@pytest.fixture(scope='module')
def model():
    return mujoco.MjModel.from_xml_path(str(FOLDER / 'scene.xml'))


@pytest.fixture(scope='module')
def data(model):
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return data


def height_below(model, data, x, y, from_m=1.5):
    """Height of what is touched first below (x, y)."""
    groups = np.array([0, 0, 0, 1, 0, 0], np.uint8)
    hit = np.array([-1], np.int32)
    distance = mujoco.mj_ray(
        model, data, np.array([x, y, from_m]), np.array([0.0, 0, -1]), groups, 1, -1, hit
    )
    return from_m - distance, model.geom(int(hit[0])).name


def test_shipped_files_are_those_of_the_generator(files):
    shipped = {p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob('*') if p.is_file()}
    assert shipped == set(files)
    for name, content in files.items():
        if name.endswith('.png'):
            # Builds of zlib may pack the same pixels differently.
            with Image.open(BytesIO(content)) as made, Image.open(FOLDER / name) as image:
                assert np.array_equal(made.convert('RGB'), image.convert('RGB')), name
        else:
            assert content == (FOLDER / name).read_bytes(), name


def test_generator_repeats_itself(files):
    assert room_files() == files


def test_room_stays_small(files, model):
    assert sum(map(len, files.values())) < 6e6
    assert model.ngeom < 80
    assert (model.geom_group <= 2).sum() < 50


def test_visible_geoms_touch_nothing_and_solid_ones_are_boxes(model):
    visible = model.geom_group == 2
    assert np.array_equal(visible, model.geom_contype == 0)
    assert np.array_equal(visible, model.geom_conaffinity == 0)
    assert set(model.geom_group) == {2, 3}
    assert set(model.geom_type[~visible]) == {int(mujoco.mjtGeom.mjGEOM_BOX)}


def test_no_plane_without_end(model):
    assert int(mujoco.mjtGeom.mjGEOM_PLANE) not in model.geom_type.tolist()


def test_lamps_and_movement_are_left_to_the_scene(model):
    assert model.nlight == 0
    assert model.nv == 0


def test_nothing_hangs_where_lamps_are_placed(model, data):
    rng = np.random.default_rng(0)
    target = np.array([*TABLE_CENTER_M, TABLE_HEIGHT_M + 0.01])
    groups = np.array([0, 0, 1, 1, 0, 0], np.uint8)
    for _ in range(300):
        azimuth = rng.uniform(-np.pi, np.pi)
        elevation = np.radians(rng.uniform(35, 85))
        direction = np.array(
            [
                np.cos(elevation) * np.cos(azimuth),
                np.cos(elevation) * np.sin(azimuth),
                np.sin(elevation),
            ]
        )
        hit = np.array([-1], np.int32)
        distance = mujoco.mj_ray(model, data, target, direction, groups, 1, -1, hit)
        assert distance < 0 or distance > 2.6, model.geom(int(hit[0])).name


def test_surfaces_in_the_order_of_the_convention():
    loaded = load_environment(FOLDER / 'scene.xml')
    assert [s.name for s in loaded.surfaces] == ['table', 'floor', 'sideboard', 'counter']
    table = loaded.surfaces[0]
    assert table.center_m == pytest.approx((*TABLE_CENTER_M, 0.74))
    assert table.yaw_rad == 0
    for half, size in zip(table.half_size_m, TABLE_SIZE_M, strict=True):
        assert 0.25 < half < size / 2


@pytest.mark.parametrize('surface', SURFACES, ids=lambda s: s.name)
def test_surfaces_are_level_free_and_at_their_height(model, data, surface):
    x, y, z = surface.center_m
    half_x, half_y = surface.half_size_m
    names = set()
    for dx in np.linspace(-half_x, half_x, 9):
        for dy in np.linspace(-half_y, half_y, 9):
            height, name = height_below(model, data, x + dx, y + dy)
            assert height == pytest.approx(z, abs=1e-6), name
            names.add(name)
    assert len(names) == 1


def test_table_looks_as_high_as_it_feels(model, data):
    groups = np.array([0, 0, 1, 0, 0, 0], np.uint8)
    hit = np.array([-1], np.int32)
    # Beside the middle: a ray through a vertex of a mesh may slip between its triangles.
    start = np.array([TABLE_CENTER_M[0] + 0.013, TABLE_CENTER_M[1] + 0.017, 1.5])
    distance = mujoco.mj_ray(model, data, start, np.array([0.0, 0, -1]), groups, 1, -1, hit)
    assert model.geom(int(hit[0])).name == 'table_wood'
    assert 1.5 - distance == pytest.approx(TABLE_HEIGHT_M, abs=1e-5)


def test_roles_have_variants_and_are_used(model):
    loaded = load_environment(FOLDER / 'scene.xml')
    roles = {role.role: len(role.materials) for role in loaded.roles}
    for role in ('floor', 'wall', 'table', 'rug', 'fabric', 'furniture', 'picture'):
        assert roles[role] >= 3
    worn = {model.mat(int(m)).name for m in model.geom_matid[model.geom_group == 2]}
    for role in loaded.roles:
        assert len(worn & set(role.materials)) == 1, role.role


def test_variants_of_a_role_are_all_textured_or_all_plain(model):
    kinds = {}
    for m in range(model.nmat):
        name = model.mat(m).name
        if name.startswith('random_'):
            textured = bool((model.mat_texid[m] >= 0).any())
            kinds.setdefault(name.partition('.')[0], set()).add(textured)
    assert all(len(kind) == 1 for kind in kinds.values()), kinds
