"""The picking cell, the shelf aisle and the conveyor: as generated, small, solid where seen."""

from io import BytesIO
from pathlib import Path

import mujoco
import numpy as np
import pytest
from PIL import Image

from synth_ros.scene.environment import load_environment
from tools.make_assets.halls import aisle, bin_cell, conveyor
from tools.make_assets.shapes.scene import scene_files

FOLDER = Path(__file__).parents[2] / 'synth_ros/assets/environments'
HALLS = {
    'bin_cell': bin_cell.environment,
    'shelf': aisle.environment,
    'conveyor': conveyor.environment,
}
TOUCHED = np.array([0, 0, 0, 1, 0, 0], np.uint8)
DRAWN = np.array([0, 0, 1, 0, 0, 0], np.uint8)


@pytest.fixture(scope='module', params=HALLS)
def hall(request):
    return HALLS[request.param]()


@pytest.fixture(scope='module')
def model(hall):
    return mujoco.MjModel.from_xml_path(str(FOLDER / hall.name / 'scene.xml'))


@pytest.fixture(scope='module')
def data(model):
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return data


@pytest.fixture(scope='module')
def loaded(hall):
    return load_environment(FOLDER / hall.name / 'scene.xml')


def ray(model, data, *, start, direction, groups):
    """Distance to what is met first, and its name."""
    hit = np.array([-1], np.int32)
    distance = mujoco.mj_ray(
        model, data, np.array(start, float), np.array(direction, float), groups, 1, -1, hit
    )
    return distance, model.geom(int(hit[0])).name


@pytest.mark.slow
def test_shipped_files_are_those_of_the_generator(hall):
    files, folder = scene_files(hall), FOLDER / hall.name
    shipped = {p.relative_to(folder).as_posix() for p in folder.rglob('*') if p.is_file()}
    assert shipped == set(files)
    for name, content in files.items():
        if name.endswith('.png'):
            # Builds of zlib may pack the same pixels differently.
            with Image.open(BytesIO(content)) as made, Image.open(folder / name) as image:
                assert np.array_equal(made.convert('RGB'), image.convert('RGB')), name
        else:
            assert content == (folder / name).read_bytes(), name


def test_halls_stay_small(hall, model):
    folder = FOLDER / hall.name
    assert sum(p.stat().st_size for p in folder.rglob('*') if p.is_file()) < 5e6
    assert (model.geom_group <= 2).sum() < 75


def test_visible_geoms_touch_nothing_and_solid_ones_are_boxes(model):
    visible = model.geom_group == 2
    assert np.array_equal(visible, model.geom_contype == 0)
    assert set(model.geom_type[~visible]) == {int(mujoco.mjtGeom.mjGEOM_BOX)}


def test_lamps_and_movement_are_left_to_the_scene(model):
    assert model.nlight == 0
    assert model.nv == 0


def test_surfaces_are_level_and_at_their_height(model, data, loaded):
    for surface in loaded.surfaces:
        half_x, half_y = surface.half_size_m
        turn = np.array([np.cos(surface.yaw_rad), np.sin(surface.yaw_rad)])
        for a in np.linspace(-0.97, 0.97, 7) * half_x:
            for b in np.linspace(-0.97, 0.97, 7) * half_y:
                x = surface.center_m[0] + a * turn[0] - b * turn[1]
                y = surface.center_m[1] + a * turn[1] + b * turn[0]
                lift = min(surface.clear_height_m, 1.0) * 0.9
                start = (x, y, surface.center_m[2] + lift)
                for groups in (TOUCHED, DRAWN):
                    down, name = ray(model, data, start=start, direction=(0, 0, -1), groups=groups)
                    found = start[2] - down
                    assert found == pytest.approx(surface.center_m[2], abs=1e-3), name


def test_roles_are_used_and_all_textured_or_all_plain(model, loaded):
    worn = {model.mat(int(m)).name for m in model.geom_matid[model.geom_group == 2]}
    for role in loaded.roles:
        assert len(worn & set(role.materials)) == 1, role.role
        kinds = {bool((model.mat(name).texid >= 0).any()) for name in role.materials}
        assert len(kinds) == 1, role.role
    assert {'floor', 'wall', 'carton'} <= {role.role for role in loaded.roles}


def test_the_bin_has_the_walls_that_are_seen():
    loaded = load_environment(FOLDER / 'bin_cell' / 'scene.xml')
    cell = loaded.surfaces[0]
    assert cell.name == 'bin'
    assert 2 * np.array(cell.half_size_m) == pytest.approx([0.4, 0.6])
    assert 0.19 < cell.rim_m < 0.2101
    assert loaded.surfaces[1].rim_m > 0.02


def test_boards_face_the_aisle_and_have_room():
    loaded = load_environment(FOLDER / 'shelf' / 'scene.xml')
    boards = loaded.boards('shelf_*')
    assert len(boards) == 8
    for board in boards:
        # x of a board points to the robot, which stands between the shelves.
        towards = np.array([np.cos(board.yaw_rad), np.sin(board.yaw_rad)])
        assert towards @ -np.array(board.center_m[:2]) > 0.7
        assert 0.3 < board.clear_height_m < 0.7
    assert loaded.lamps_m == pytest.approx((-0.1, 0.0, 1.0))


def test_the_belt_runs_to_the_left_past_the_robot_into_a_crate():
    model = mujoco.MjModel.from_xml_path(str(FOLDER / 'conveyor' / 'scene.xml'))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    belt = model.geom('conveyor_belt').id
    along = data.geom_xmat[belt].reshape(3, 3)[:, 0]
    assert along == pytest.approx([0, 1, 0], abs=1e-6)
    top = data.geom_xpos[belt][2] + model.geom_size[belt][2]
    surfaces = {s.name: s for s in load_environment(FOLDER / 'conveyor' / 'scene.xml').surfaces}
    assert next(iter(surfaces)) == 'belt'
    for name in ('belt', 'infeed'):
        assert surfaces[name].center_m[2] == pytest.approx(top)
        # Rails on both sides keep things on it.
        x, y, _ = surfaces[name].center_m
        for side in (-1, 1):
            start = (x, y, top + 0.04)
            far, _ = ray(model, data, start=start, direction=(side, 0, 0), groups=TOUCHED)
            assert surfaces[name].half_size_m[0] < far < 0.3
    end = data.geom_xpos[belt][1] + model.geom_size[belt][0]
    assert surfaces['crate'].center_m[1] > end
    assert surfaces['crate'].center_m[2] < top - 0.3
    assert surfaces['crate'].rim_m > 0.2
