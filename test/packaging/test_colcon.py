"""colcon builds, installs and tests the package as ROS users do."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def environment(**changes: str) -> dict[str, str]:
    # Without what this pytest (or its xdist worker) has set for itself.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(('PYTEST_', 'COV_'))}
    return {**kept, **changes}


def run(command: Sequence[str | Path], folder: Path, **changes: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment(**changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=1100,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


@pytest.fixture(scope='module')
def source(root, tmp_path_factory):
    """A copy of the checkout's files, so that builds leave the checkout alone."""
    target = tmp_path_factory.mktemp('workspace') / 'src' / 'synth_ros'
    listed = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split('\0')):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target / name)
    return target


@pytest.fixture(scope='module', params=['normal', 'symlink'])
def workspace(request, source):
    """A workspace with the package built in one of the two ways."""
    folder = source.parents[1] / request.param
    folder.mkdir()
    command = colcon('build', source)
    run(command + (['--symlink-install'] if request.param == 'symlink' else []), folder)
    return folder


def colcon(verb: str, source: Path) -> list[str]:
    return [sys.executable, '-m', 'colcon', '--log-base', 'log', verb, '--base-paths', str(source)]


def in_workspace(workspace: Path, command: str) -> str:
    # colcon's own script does not quote its interpreter, and ours may have a space in its path.
    plain = workspace / 'python'
    if not plain.is_symlink():
        plain.symlink_to(sys.executable)
    # The installed package must do without PYTHONPATH=<checkout>.
    return run(
        ['bash', '-c', f'source install/setup.bash && {command}'],
        workspace,
        PYTHONPATH='',
        PYTHON=sys.executable,
        COLCON_PYTHON_EXECUTABLE=str(plain),
    )


def test_nodes_and_command_are_installed_for_ros2_run(workspace):
    folder = workspace / 'install' / 'synth_ros' / 'lib' / 'synth_ros'
    assert sorted(path.name for path in folder.iterdir()) == [
        'detector_node',
        'evaluator_node',
        'recorder_node',
        'sim_node',
        'synth-ros',
    ]
    for path in folder.iterdir():
        assert os.access(path, os.X_OK)
        # setuptools puts an interpreter with a space in its path into quotes.
        assert path.read_text().splitlines()[0].replace('"', '') == f'#!{sys.executable}'


def test_shared_files_are_installed(workspace, source):
    share = workspace / 'install' / 'synth_ros' / 'share'
    assert (share / 'ament_index/resource_index/packages/synth_ros').is_file()
    assert (share / 'synth_ros/package.xml').is_file()
    for folder in ('launch', 'config', 'rviz', 'foxglove'):
        expected = {p.name for p in (source / folder).glob('*') if p.suffix != '.md'}
        found = {p.name for p in (share / 'synth_ros' / folder).glob('*')}
        assert expected == found
    assert list((share / 'synth_ros/launch').glob('*.launch.py'))


def test_installed_package_is_found_and_runs(workspace):
    prefix = workspace / 'install' / 'synth_ros'
    script = 'import synth_ros; print(synth_ros.__file__, synth_ros.__version__)'
    output = in_workspace(workspace, f'cd / && "$PYTHON" -c "{script}"')
    where, version = output.split()
    assert re.fullmatch(r'\d+\.\d+\.\d+', version)
    # A symlinked installation points back into the build space.
    assert Path(where).is_relative_to(prefix if workspace.name == 'normal' else workspace.parent)
    command = f'"$PYTHON" {prefix}/lib/synth_ros/synth-ros --help'
    assert 'Usage' in in_workspace(workspace, command)


def test_packaged_data_is_installed(workspace, source):
    script = 'import synth_ros; print(synth_ros.__path__[0])'
    package = Path(in_workspace(workspace, f'cd / && "$PYTHON" -c "{script}"').strip())
    data = {
        str(path.relative_to(source / 'synth_ros'))
        for path in (source / 'synth_ros').rglob('*')
        if path.is_file() and path.suffix not in {'.py', '.pyc', '.md'}
    }
    assert {'py.typed', 'ros/interfaces/vision_msgs/msg/Detection2D.msg'} <= data
    assert {name for name in data if not (package / name).is_file()} == set()


def test_colcon_test_runs_tests(workspace, source):
    # Some of the fast tests; `colcon test` without arguments runs all.
    command = [*colcon('test', source), '--return-code-on-test-failure', '--pytest-args']
    run(
        [*command, ' -m', 'not slow', 'test/geometry', 'test/packaging/test_metadata.py'],
        workspace,
    )
    results = run([sys.executable, '-m', 'colcon', 'test-result', '--all', '--verbose'], workspace)
    summary = re.search(r'(\d+) tests?, (\d+) errors?, (\d+) failures?', results)
    assert summary, results
    assert int(summary[1]) > 10
    assert (summary[2], summary[3]) == ('0', '0')
    report = ET.parse(workspace / 'build' / 'synth_ros' / 'pytest.xml')
    assert len(list(report.iter('testcase'))) == int(summary[1])


def test_checkout_stays_as_it_was(workspace, source):
    assert workspace.is_dir()
    made = {path.name for path in source.iterdir()} - {'.git'}
    assert not made & {'build', 'install', 'log', 'dist'}
    if workspace.name == 'normal':
        assert not list(source.glob('*.egg-info'))
