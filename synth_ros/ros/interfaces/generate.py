"""Give this Python environment the message packages that the ROS 2 wheels do not carry.

Run ``python -m synth_ros.ros.interfaces.generate``. It does nothing where a ROS 2 installation
provides the packages, or where they were generated from the same definitions before.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from synth_ros.errors import RosError, SynthRosError
from synth_ros.ros.interfaces import environment as environments
from synth_ros.ros.interfaces import libraries, rosidl
from synth_ros.ros.interfaces.definitions import PACKAGES
from synth_ros.ros.interfaces.environment import Environment
from synth_ros.ros.interfaces.install import install, is_current, packages_to_make, stage

# Serializing goes through every part that was made: Python class, converter and type support.
_SELF_TEST = """
from rclpy.serialization import deserialize_message, serialize_message
from realsense2_camera_msgs.msg import Extrinsics
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2DArray, Detection3DArray, LabelInfo
from simulation_interfaces.action import SimulateSteps
from simulation_interfaces.srv import GetEntitiesStates, StepSimulation
services = (GetEntitiesStates.Response, StepSimulation.Request, SimulateSteps.Feedback)
for kind in (Extrinsics, TFMessage, Detection2DArray, Detection3DArray, LabelInfo, *services):
    assert deserialize_message(serialize_message(kind()), kind) == kind()
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line entry.

    Args:
        arguments: The arguments after the program name; those of the process if None.

    Returns:
        0, or the error's exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--force', action='store_true', help='generate even if nothing changed')
    options = parser.parse_args(arguments)
    try:
        print(ensure(force=options.force))
    except SynthRosError as error:
        print(f'error: {error}', file=sys.stderr)
        return error.exit_code
    return 0


def ensure(*, force: bool = False) -> str:
    """Make sure that all packages can be imported in this environment.

    Args:
        force: Generate them again even if nothing changed.

    Returns:
        A sentence about what was done.

    Raises:
        RosError: Something that is needed is missing, or a step failed.
    """
    environment = environments.current()
    *most, last = (package.name for package in PACKAGES)
    names = f'{", ".join(most)} and {last}'
    missing = environments.missing_from_installation(environment)
    if missing == ():
        return f'{names} come from the ROS 2 installation.'
    if missing:
        distribution = os.environ.get('ROS_DISTRO', 'jazzy')
        packages = ' '.join(f'ros-{distribution}-{name.replace("_", "-")}' for name in missing)
        raise RosError(
            f'The ROS 2 installation that is sourced here has no {" and ".join(missing)}. '
            f'Install them with sudo apt install {packages}.'
        )
    if not force and is_current(environment):
        return f'{names} are up to date in {environment.prefix}.'
    environments.require_wheels(environment)
    with _locked(environment):
        if force or not is_current(environment):
            _generate(environment)
    return f'{names} generated in {environment.prefix}.'


@contextmanager
def _locked(environment: Environment) -> Iterator[None]:
    """Let one process at a time change the environment."""
    environment.stamp.parent.mkdir(parents=True, exist_ok=True)
    with (environment.stamp.parent / 'lock').open('w', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _generate(environment: Environment) -> None:
    toolchain = environments.find_toolchain(environment)
    # Inside the environment, so that the finished files can be moved without copying.
    with tempfile.TemporaryDirectory(dir=environment.stamp.parent) as folder:
        build, output = Path(folder, 'build'), Path(folder, 'output')
        build.mkdir()
        packages = packages_to_make(environment)
        rosidl.generate_sources(environment, packages, build)
        compiler = libraries.Compiler(environment, toolchain, output / 'lib')
        for package in packages:
            compiler.compile_all(libraries.stages(package, build, output))
            stage(package, build, output)
        _self_test(environment, output)
        install(environment, packages, output)


def _self_test(environment: Environment, output: Path) -> None:
    """Use the staged packages in a fresh interpreter before anything is installed.

    Raises:
        RosError: They cannot be used.
    """
    variables = dict(os.environ)
    paths = (str(output / 'lib'), str(environment.lib), variables.get('LD_LIBRARY_PATH', ''))
    variables['LD_LIBRARY_PATH'] = os.pathsep.join(path for path in paths if path)
    paths = (str(output / 'python'), variables.get('PYTHONPATH', ''))
    variables['PYTHONPATH'] = os.pathsep.join(path for path in paths if path)
    command = [sys.executable, '-c', _SELF_TEST]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RosError(
            'The generated message packages do not work; nothing was installed. Python said:\n'
            f'{done.stderr.strip()[-4000:]}'
        )


if __name__ == '__main__':
    sys.exit(main())
