"""The scenes of the benchmarks, and the processes that draw them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bench_speed import naive, ours
from contenders import Contender, ContenderError, Running, compete
from export import export
from scenes import SceneSpec, write_scene
from settled import VIEWS, open_settled, prepare, views

from synth_ros.config.load import load_config
from synth_ros.scene.build import SceneBuilder

BENCHMARKS = Path(__file__).resolve().parents[2] / 'benchmarks'
SMALL = SceneSpec(2, 'meshes', (32, 24))


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return prepare(tmp_path_factory.mktemp('scenes'), SMALL)


@pytest.mark.parametrize('kind', ['primitives', 'meshes'])
def test_a_scene_has_what_its_name_says(tmp_path, kind):
    loaded = load_config(write_scene(tmp_path, SceneSpec(7, kind, (64, 48))))
    inventory = SceneBuilder(loaded).inventory
    assert loaded.config.objects.count.support() == (7, 7)
    assert (loaded.config.cameras[0].width, loaded.config.cameras[0].height) == (64, 48)
    assert len(inventory.classes) == (10 if kind == 'meshes' else 5)


def test_the_room_is_the_demo_with_one_camera(tmp_path):
    config = load_config(write_scene(tmp_path, SceneSpec(3, 'room', (64, 48)))).config
    assert [camera.name for camera in config.cameras] == ['head']
    assert config.objects.count.support() == (3, 3)
    assert config.environment.model == 'builtin://tabletop_room'


def test_meshes_have_4900_triangles_and_the_same_files_every_time(tmp_path):
    for name in ('one', 'two'):
        write_scene(tmp_path / name, SMALL)
    text = (tmp_path / 'one' / 'mesh_3' / 'mesh.obj').read_text()
    assert text == (tmp_path / 'two' / 'mesh_3' / 'mesh.obj').read_text()
    assert sum(line.startswith('f ') for line in text.splitlines()) == 4900


def test_every_view_shows_the_scene_from_elsewhere(folder):
    settled = open_settled(folder)
    camera = settled.world.scene.cameras[0].camera_id
    places = [world.data.cam_xpos[camera].copy() for world in views(settled)]
    assert len(np.unique(np.round(places, 6), axis=0)) == VIEWS


def test_other_programs_get_every_part_and_view(folder):
    scene = json.loads(export(folder).read_text())
    assert [part['id'] for part in scene['parts'] if part['id']] == [1, 2]
    assert len(scene['views']) == VIEWS
    assert all((folder / part['mesh']).exists() for part in scene['parts'])
    with_texture = [part for part in scene['parts'] if part['texture']]
    assert len(with_texture) == 4


def test_contenders_take_turns_and_failures_have_reasons(folder):
    broken = Contender('broken', {}, '', command=(sys.executable, '-c', 'import missing_module'))
    measured = compete(
        naive(folder),
        [ours(folder, 'onepass', (256, 0)), broken],
        rounds=2,
        turn_s=0.001,
    )
    good, bad = measured
    assert not good.error
    assert (len(good.seconds), len(good.baseline)) == (2, 2)
    assert min(good.seconds) > 0
    assert good.facts['device']
    assert bad.seconds == []
    assert "No module named 'missing_module'" in bad.error


def test_processes_work_side_by_side(folder):
    with Running(ours(folder, 'onepass', (0, 0), processes=2)) as two:
        two.ready()
        assert two.turn(2) > 0


def test_a_contender_that_dies_is_told():
    code = 'import sys; from protocol import Channel\n'
    code += 'Channel().serve(lambda frames: sys.exit("out of frames"))'
    command = (sys.executable, '-c', code)
    dying = Contender(
        'dying', {}, '', command=command, environment={'PYTHONPATH': str(BENCHMARKS)}
    )
    with Running(dying) as one:
        one.ready()
        with pytest.raises(ContenderError, match='dying ended with code 1: out of frames'):
            one.turn(1)


@pytest.mark.slow
def test_the_whole_benchmark_runs(tmp_path):
    command = [sys.executable, str(BENCHMARKS / 'bench_speed.py'), '--quick']
    command += ['--json', str(tmp_path / 'speed.json'), '--plots', str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / 'speed.json').read_text())['rows']
    assert {row['section'] for row in rows} == {
        'labelled',
        'room',
        'workers',
        'everything',
        'written',
    }
    assert [row['error'] for row in rows if row['error']] == []
    assert (tmp_path / 'bench_written.png').exists()


@pytest.mark.slow
def test_large_images_pass_whole_under_both_profiles(tmp_path):
    out = tmp_path / 'network.json'
    command = [sys.executable, str(BENCHMARKS / 'bench_network.py'), '--quick', '--json', str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    rows = json.loads(out.read_text())['rows']
    assert [row['name'] for row in rows] == ['our profile', 'our network profile']
    for row in rows:
        assert row['error'] == ''
        assert (row['notes']['arrived, %'], row['notes']['broken']) == (100, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    'script',
    ['bench_publish.py', 'bench_start.py', 'bench_gpu.py', 'bench_written.py', 'bench_soak.py'],
)
def test_the_other_benchmarks_run(tmp_path, script):
    out = tmp_path / 'figures.json'
    command = [sys.executable, str(BENCHMARKS / script), '--quick', '--json', str(out)]
    command += [] if script == 'bench_gpu.py' else ['--backends', 'onepass']
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    rows = json.loads(out.read_text())['rows']
    assert rows
    assert [row['error'] for row in rows if row['error']] == []
