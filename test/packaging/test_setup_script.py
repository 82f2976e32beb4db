"""scripts/setup.sh says what is missing, and does its work once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# Stands for the interpreter: makes an environment that only writes down what it is asked to do.
FAKE_PYTHON = """#!/bin/sh
if [ "$1" = - ]; then cat >/dev/null; printf '%s' "$MISSING_PACKAGES"; exit; fi
if [ "$1 $2" = "-m venv" ]; then
  for folder; do :; done
  mkdir -p "$folder/bin"
  echo "include-system-site-packages = false" > "$folder/pyvenv.cfg"
  printf '#!/bin/sh\\necho "$*" >> "%s/calls"\\n' "$folder" > "$folder/bin/python"
  chmod +x "$folder/bin/python"
  exit
fi
exec "@PYTHON@" "$@"
"""


@pytest.fixture
def checkout(root, tmp_path):
    """The parts of the checkout that the script looks at, in a folder with a space."""
    folder = tmp_path / 'check out'
    shutil.copytree(root / 'scripts', folder / 'scripts')
    shutil.copy(root / 'setup.py', folder)
    interfaces = 'synth_ros/ros/interfaces'
    ignored = shutil.ignore_patterns('__pycache__')
    shutil.copytree(root / interfaces, folder / interfaces, ignore=ignored)
    return folder


@pytest.fixture
def tools(tmp_path):
    """A folder at the front of PATH, for stand-ins."""
    folder = tmp_path / 'tools'
    folder.mkdir()
    base = getattr(sys, '_base_executable', sys.executable)
    stand_in(folder / 'apt-get', '#!/bin/sh\nexit 1\n')
    stand_in(folder / 'fake-python', FAKE_PYTHON.replace('@PYTHON@', base))
    return folder


def stand_in(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def setup(checkout: Path, tools: Path, *arguments: str, **variables: str):
    environment = {
        'PATH': f'{tools}:{os.environ["PATH"]}',
        'HOME': str(tools),
        'PYTHON': 'fake-python',
        'MISSING_PACKAGES': '',
        **variables,
    }
    return subprocess.run(
        ['bash', str(checkout / 'scripts' / 'setup.sh'), *arguments],
        cwd='/',
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def pip_calls(checkout: Path) -> list[str]:
    calls = (checkout / '.venv' / 'calls').read_text().splitlines()
    return [call for call in calls if 'pip install' in call]


def test_second_run_does_nothing(checkout, tools):
    first = setup(checkout, tools)
    assert first.returncode == 0, first.stderr
    calls = (checkout / '.venv' / 'calls').read_text()
    assert '--editable .[collision,ros]' in calls
    assert '-m synth_ros.ros.interfaces.generate' in calls
    second = setup(checkout, tools)
    assert (second.returncode, second.stderr) == (0, '')
    assert (checkout / '.venv' / 'calls').read_text() == calls


def test_test_profile_adds_tools_and_is_enough_to_run(checkout, tools):
    assert setup(checkout, tools, 'run').returncode == 0
    assert setup(checkout, tools, 'test').returncode == 0
    assert setup(checkout, tools, 'run').returncode == 0
    wanted = [call.rpartition(' ')[2] for call in pip_calls(checkout)]
    assert wanted == [
        '.[collision,ros]',
        '.[collision,ros,cluster,detector,formats,view,test,dev,build]',
        'datumaro==1.13.12',
    ]


def test_a_library_that_asks_for_too_much_is_installed_alone(checkout, tools, described):
    assert setup(checkout, tools, 'test').returncode == 0
    (wanted,) = described['extras_require']['datumaro']
    alone = [call for call in pip_calls(checkout) if '--no-deps' in call]
    assert [call.rpartition(' ')[2] for call in alone] == [wanted]


@pytest.mark.parametrize(
    'changed', ['setup.py', 'synth_ros/ros/interfaces/vision_msgs/msg/Pose2D.msg']
)
def test_change_of_requirements_or_messages_installs_again(checkout, tools, changed):
    assert setup(checkout, tools).returncode == 0
    with (checkout / changed).open('a') as file:
        file.write('# changed\n')
    assert setup(checkout, tools).returncode == 0
    assert len(pip_calls(checkout)) == 2


def test_interrupted_set_up_is_repeated(checkout, tools):
    assert setup(checkout, tools).returncode == 0
    (checkout / '.venv' / 'bin' / 'python').unlink()
    again = setup(checkout, tools)
    assert again.returncode == 0
    assert 'making' in again.stderr


@pytest.mark.parametrize(
    ('variables', 'message'),
    [
        ({'PYTHON': 'no-such-python'}, 'PYTHON=no-such-python is not a program'),
        ({'PYTHON': 'false'}, 'PYTHON=false is not Python 3.11 or newer'),
        ({'CXX': 'no-such-compiler'}, 'no C++ compiler (no-such-compiler)'),
        ({'ROS_DISTRO': 'jazzy'}, 'ros-jazzy-tf2-msgs ros-jazzy-realsense2-camera-msgs'),
    ],
)
def test_what_is_missing_is_named(checkout, tools, variables, message):
    done = setup(checkout, tools, **variables)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count('\n') == 1
    assert not (checkout / '.venv').exists()


def test_unknown_profile_is_refused(checkout, tools):
    done = setup(checkout, tools, 'fast')
    assert done.returncode == 1
    assert "unknown profile 'fast': run or test" in done.stderr


def test_machine_without_wheels_is_told_to_install_ros(checkout, tools):
    stand_in(tools / 'uname', '#!/bin/sh\necho Linux aarch64\n')
    done = setup(checkout, tools)
    assert done.returncode == 1
    assert 'this is Linux aarch64: install ROS 2 Jazzy' in done.stderr


def test_missing_libraries_are_installed_by_root(checkout, tools):
    stand_in(tools / 'id', '#!/bin/sh\necho 0\n')
    stand_in(tools / 'apt-get', f'#!/bin/sh\necho "$*" >> {tools}/apt\n')
    assert setup(checkout, tools, MISSING_PACKAGES='libegl1').returncode == 0
    update, install = (tools / 'apt').read_text().splitlines()
    assert update.startswith('update')
    assert install.endswith('libegl1')


def test_missing_libraries_without_rights_are_named(checkout, tools):
    stand_in(tools / 'id', '#!/bin/sh\necho 1000\n')
    stand_in(tools / 'sudo', '#!/bin/sh\nexit 1\n')
    done = setup(checkout, tools, MISSING_PACKAGES='libegl1\nlibvulkan1')
    assert done.returncode == 1
    assert 'sudo apt install libegl1 libvulkan1' in done.stderr


def test_missing_vulkan_is_only_a_warning(checkout, tools):
    stand_in(tools / 'id', '#!/bin/sh\necho 1000\n')
    stand_in(tools / 'sudo', '#!/bin/sh\nexit 1\n')
    done = setup(checkout, tools, MISSING_PACKAGES='libvulkan1')
    assert done.returncode == 0, done.stderr
    assert 'warning: no Vulkan' in done.stderr
