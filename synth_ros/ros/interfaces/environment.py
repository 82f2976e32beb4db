"""The Python environment that the packages are generated for, and what it must offer."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from synth_ros.errors import RosError
from synth_ros.ros.interfaces.definitions import PACKAGES

_WHEEL_TOOLS = (
    'catkin_pkg',
    'rosidl_adapter',
    'rosidl_generator_c',
    'rosidl_generator_py',
    'rosidl_generator_type_description',
    'rosidl_typesupport_c',
    'rosidl_typesupport_fastrtps_c',
    'rosidl_typesupport_introspection_c',
)


@dataclass(frozen=True)
class Environment:
    """Where things are in the running interpreter's environment.

    Attributes:
        prefix: Its root; the wheels keep ``lib/``, ``share/`` and ``include/`` here.
        site_packages: Where Python packages with compiled parts live.
    """

    prefix: Path
    site_packages: Path

    @property
    def lib(self) -> Path:
        """Shared libraries of the message packages."""
        return self.prefix / 'lib'

    @property
    def share(self) -> Path:
        """Definitions and the ament resource index."""
        return self.prefix / 'share'

    @property
    def stamp(self) -> Path:
        """Written last by an installation: what was installed."""
        return self.share / 'synth_ros_interfaces' / 'stamp.json'

    def has_wheel(self, package: str) -> bool:
        """Whether a Python package is installed in this environment itself."""
        return (self.site_packages / package / '__init__.py').is_file()


@dataclass(frozen=True)
class Toolchain:
    """Compiler and headers.

    Attributes:
        compiler: The C++ compiler driver, which also compiles and links C.
        include_folders: Headers of Python, numpy and the message packages.
    """

    compiler: Path
    include_folders: tuple[Path, ...]


def current() -> Environment:
    """The environment of the running interpreter."""
    return Environment(Path(sys.prefix), Path(sysconfig.get_path('platlib')))


def missing_from_installation(environment: Environment) -> tuple[str, ...] | None:
    """Look at a ROS 2 installation that is sourced in this shell.

    Args:
        environment: The running environment.

    Returns:
        Names of our packages that the installation lacks and the nodes need (empty when it has
        all), or None when rclpy does not come from an installation.
    """
    rclpy = importlib.util.find_spec('rclpy')
    if rclpy is None or rclpy.origin is None or environment.has_wheel('rclpy'):
        return None
    needed = [p.name for p in PACKAGES if not p.optional]
    return tuple(name for name in needed if importlib.util.find_spec(name) is None)


def require_wheels(environment: Environment) -> None:
    """Check that the ROS 2 wheels with the generators are installed.

    Raises:
        RosError: Some are missing.
    """
    names = ['rclpy', *_WHEEL_TOOLS]
    names += sorted({name for package in PACKAGES for name in package.dependencies})
    missing = [name for name in names if not environment.has_wheel(name)]
    if missing:
        raise RosError(
            f'Cannot generate ROS 2 messages for {environment.prefix}: the wheels of '
            f'{", ".join(missing)} are not installed there. Install them with '
            f"{sys.executable} -m pip install 'synth_ros[ros]' (in a checkout: -e '.[ros]'), "
            'or source a ROS 2 installation.'
        )


def find_toolchain(environment: Environment) -> Toolchain:
    """Find compiler and headers.

    Returns:
        What is needed to compile extension modules for the running interpreter.

    Raises:
        RosError: No compiler, or no Python headers.
    """
    wanted = os.environ.get('CXX', 'g++')
    compiler = shutil.which(wanted)
    if compiler is None:
        raise RosError(
            f'Cannot compile ROS 2 messages: no C++ compiler {wanted!r} on PATH. Install it with '
            'sudo apt install g++, or name another one in the variable CXX.'
        )
    python_include = Path(sysconfig.get_path('include'))
    if not (python_include / 'Python.h').is_file():
        version = f'{sys.version_info.major}.{sys.version_info.minor}'
        raise RosError(
            f'Cannot compile ROS 2 messages: {python_include}/Python.h is missing. Install the '
            f'headers of this interpreter with sudo apt install python{version}-dev.'
        )
    import numpy as np

    include = environment.prefix / 'include'
    packages = sorted(path for path in include.glob('*') if path.is_dir())
    return Toolchain(Path(compiler), (python_include, Path(np.get_include()), *packages, include))


def wheel_versions() -> dict[str, str]:
    """Versions that the generated code depends on, for the stamp."""
    names = ['numpy', 'ros-rclpy', 'ros-rosidl-generator-py']
    names += sorted({f'ros-{name}' for p in PACKAGES for name in p.dependencies})
    return {name: importlib.metadata.version(name.replace('_', '-')) for name in names}
