"""Every library that is imported is asked for, and the documentation says why."""

import ast
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest

ROS = re.compile(
    r'^(rclpy|rosidl_\w+|rpyutils|catkin_pkg|ament_index_python|cv_bridge|\w+_msgs|\w+_srvs|simulation_interfaces|builtin_interfaces|rcl_interfaces)$'
)


# Part of another library, or used only by it to do what we ask of it.
COMPANIONS = {'pydantic-core': 'pydantic', 'pycollada': 'trimesh'}


def canonical(name: str) -> str:
    plain = re.sub(r'[-_.]+', '-', re.split(r'[\[<>=!~; ]', name)[0]).lower()
    return COMPANIONS.get(plain, plain)


def third_party_imports(folder: Path) -> set[str]:
    found = set()
    for path in folder.rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition('.')[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(node.module.partition('.')[0])
    return {name for name in found - sys.stdlib_module_names if not ROS.match(name)} - {
        'synth_ros'
    }


@pytest.fixture(scope='module')
def required(described):
    return {canonical(item) for item in described['install_requires']}


def test_every_import_is_required(required, described, root):
    providers = importlib.metadata.packages_distributions()
    optional = ('collision', 'cluster', 'detector', 'formats', 'torch', 'view')
    extras = [item for name in optional for item in described['extras_require'][name]]
    known = required | {canonical(item) for item in extras}
    missing = {
        name
        for name in third_party_imports(root / 'synth_ros')
        if not {canonical(item) for item in providers.get(name, [name])} & known
    }
    assert missing == set()


def test_every_requirement_is_imported(required, root):
    providers = importlib.metadata.packages_distributions()
    imports = third_party_imports(root / 'synth_ros')
    used = {canonical(item) for name in imports for item in providers.get(name, [name])}
    assert required - used == set()


def test_every_requirement_is_explained(described, root):
    text = (root / 'docs' / 'dependencies.md').read_text(encoding='utf-8')
    explained = {
        canonical(name.removesuffix('-*'))
        for name in re.findall(r'^\| `([^`]+)`', text, re.MULTILINE)
    }
    extras = [item for items in described['extras_require'].values() for item in items]
    named = {canonical(item) for item in [*described['install_requires'], *extras]}
    groups = ('ros-jazzy', 'colcon')  # one line each for the wheels and colcon's extensions
    named = {next((group for group in groups if name.startswith(group)), name) for name in named}
    assert sorted(named ^ explained) == []
