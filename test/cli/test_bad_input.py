"""What users meet when something is wrong: one message, an exit code, nothing half-written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROBOT = """
<mujoco model="bot">
  <worldbody>
    <body name="base_link" pos="0 0 1.2">
      <geom type="box" size=".05 .05 .05"/>
      <camera name="eye" pos=".1 0 0" xyaxes="0 -1 0 .5 0 .866" fovy="60"/>
    </body>
  </worldbody>
</mujoco>
"""

CONFIG = """
robot: {model: bot.xml}
cameras: [{name: eye, width: 64, height: 48}]
environment: {model: 'builtin://table'}
objects:
  count: [2, 3]
  classes: [{name: ball, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}]
render: {backend: classic, shadow_size: 0, samples: 0}
output: {dataset: {episodes: 1, views_per_episode: 1}}
"""


@pytest.fixture
def write(tmp_path: Path):
    """Writes ``CONFIG`` with texts replaced; returns the path."""

    def build(**replace: str) -> Path:
        (tmp_path / 'bot.xml').write_text(ROBOT)
        text = CONFIG
        for old, new in replace.items():
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / 'c.yaml'
        path.write_text(text)
        return path

    return build


def run(*arguments, cwd, **environment):
    """Run the command as a user does; returns code and stderr."""
    done = subprocess.run(
        [sys.executable, '-m', 'synth_ros.cli.main', *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert 'Traceback' not in done.stderr
    assert 'Traceback' not in done.stdout
    # Words may be wrapped at the terminal's width.
    return done.returncode, ' '.join((done.stderr + done.stdout).split())


def test_generate_makes_a_dataset_and_says_what_next(write, tmp_path):
    code, text = run('generate', write(), '--out', 'out', cwd=tmp_path)
    assert code == 0, text
    assert '1 frames in' in text
    assert 'synth-ros report out' in text
    assert (tmp_path / 'out' / 'annotations.json').is_file()
    assert not (tmp_path / 'MUJOCO_LOG.TXT').exists()


def test_generate_tells_where_the_time_went(write, tmp_path):
    code, text = run('generate', write(), '--out', 'out', '--profile', cwd=tmp_path)
    assert code == 0, text
    for words in ('Where the time went', 'awaiting pictures', 'encoding', 'Drawing'):
        assert words in text
    assert (tmp_path / 'out' / 'profile.json').is_file()
    assert 'profile' not in (tmp_path / 'out' / 'SHA256SUMS').read_text()


def test_a_camera_that_the_robot_lacks(write, tmp_path):
    config = write(**{'{name: eye,': '{name: front, model_camera: eyes,'})
    code, text = run('generate', config, '--out', 'out', cwd=tmp_path)
    assert code == 2
    assert 'eyes' in text
    assert "Did you mean 'eye'?" in text
    assert 'c.yaml:3' in text
    assert not (tmp_path / 'out').exists()


def test_a_mesh_that_cannot_be_read(write, tmp_path):
    (tmp_path / 'broken.obj').write_bytes(b'\x00\x01 no mesh')
    config = write(
        **{'primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]': 'sources: [broken.obj]'}
    )
    code, text = run('preview', config, cwd=tmp_path)
    assert code == 2
    assert 'broken.obj' in text
    assert not (tmp_path / 'preview.png').exists()


def test_no_objects_are_a_valid_dataset(write, tmp_path):
    config = write(**{'count: [2, 3]': 'count: [0, 0]'})
    code, text = run('generate', config, '--out', 'out', cwd=tmp_path)
    assert code == 0, text


@pytest.mark.parametrize(('width', 'height'), [(63, 47), (9, 301), (1921, 1083)])
def test_odd_and_large_resolutions(write, tmp_path, width, height):
    config = write(**{'width: 64, height: 48': f'width: {width}, height: {height}'})
    code, text = run('render', config, '--out', 'out', cwd=tmp_path)
    assert code == 0, text


def test_a_resolution_beyond_reason(write, tmp_path):
    config = write(**{'width: 64': 'width: 100000'})
    code, text = run('generate', config, '--out', 'out', cwd=tmp_path)
    assert code == 2
    assert 'c.yaml:3: cameras[0].width' in text
    assert '8192' in text


def test_an_output_that_exists(write, tmp_path):
    config = write()
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out' / 'thesis.tex').write_text('five years of work')
    code, text = run('generate', config, '--out', 'out', cwd=tmp_path)
    assert code == 1
    assert 'out' in text
    assert [path.name for path in (tmp_path / 'out').iterdir()] == ['thesis.tex']


def test_a_preview_in_a_folder_that_is_missing(write, tmp_path):
    code, text = run('preview', write(), '-o', 'no/such/preview.png', cwd=tmp_path)
    assert code == 1
    assert 'no/such is not a folder' in text


def test_missing_gl_names_what_to_install(write, tmp_path):
    empty = tmp_path / 'no_drivers'
    empty.mkdir()
    code, text = run(
        'generate',
        write(),
        '--out',
        'out',
        cwd=tmp_path,
        __EGL_VENDOR_LIBRARY_DIRS=str(empty),
        LIBGL_DRIVERS_PATH=str(empty),
    )
    assert code == 1
    assert 'apt install' in text
    assert 'synth-ros doctor' in text


@pytest.mark.parametrize('verb', ['demo', 'preview', 'generate', 'render', 'report', 'doctor'])
def test_every_verb_has_help(verb, tmp_path):
    code, text = run(verb, '--help', cwd=tmp_path)
    assert code == 0
    assert 'Usage: synth-ros' in text


def test_a_wrong_option_is_an_error_of_usage(tmp_path):
    code, text = run('generate', 'c.yaml', '--wokers', '2', cwd=tmp_path)
    assert code == 2
    assert '--workers' in text
