"""Imports between the layers go one way, and ROS and MuJoCo stay where they belong."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import synth_ros

PACKAGE = Path(synth_ros.__file__).parent
GROUND = {'types', 'errors', 'geometry', 'config', 'schema'}
MODEL = {*GROUND, 'randomize', 'scene', 'sim', 'render'}
TOOLS = {'labels', 'sensors', 'audit', 'writers', 'readers'}

# Which layers each layer may import; docs/architecture.md gives the reasons.
ALLOWED = {
    '__init__': set(),
    'errors': set(),
    'types': {'errors', 'geometry'},
    'geometry': {'types', 'errors'},
    'config': {'types', 'errors', 'geometry'},
    'network': {'errors'},
    'schema': {'types', 'errors'},
    'randomize': GROUND,
    'scene': {*GROUND, 'randomize'},
    'sim': {*GROUND, 'randomize', 'scene'},
    'render': {*GROUND, 'randomize', 'scene', 'sim'},
    'labels': GROUND,
    'sensors': GROUND,
    'audit': {*GROUND, 'readers'},
    'writers': GROUND,
    'readers': GROUND,
    'validate': {*GROUND, 'readers'},
    'report': {*GROUND, *TOOLS},
    'training': {*GROUND, 'readers'},
    'evaluate': {*GROUND, 'readers', 'report'},
    'perceive': {*GROUND, 'readers'},
    'view': {*GROUND, 'readers', 'report'},
    'pipeline': {*MODEL, *TOOLS},
    'cli': {
        *MODEL,
        *TOOLS,
        'report',
        'perceive',
        'view',
        'network',
        'pipeline',
        'validate',
        'evaluate',
    },
    'ros': {*MODEL, *TOOLS, 'report', 'network', 'perceive', 'pipeline', 'evaluate'},
}
# ament_index_python only finds folders; scene/ asks it for package:// addresses if it is there.
ROS_PACKAGES = {'rclpy', 'cv_bridge', 'builtin_interfaces', 'tf2_ros'}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob('*.py'))


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix('.py')


def imported(path: Path) -> set[str]:
    """Dotted names of all modules that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f'{path}: relative import'
            names.add(node.module)
            if node.module == 'synth_ros':
                names |= {f'synth_ros.{alias.name}' for alias in node.names}
    return names


def test_every_layer_has_a_rule():
    assert {layer(path) for path in modules()} <= set(ALLOWED)


@pytest.mark.parametrize('name', sorted(ALLOWED))
def test_layer_imports_only_what_lies_below(name):
    wrong = []
    for path in modules():
        if layer(path) != name:
            continue
        for module in sorted(imported(path)):
            parts = module.split('.')
            if parts[0] != 'synth_ros' or len(parts) == 1 or parts[1].startswith('__'):
                continue
            if parts[1] != name and parts[1] not in ALLOWED[name]:
                wrong.append(f'{path.relative_to(PACKAGE)} imports {module}')
    assert wrong == []


def test_only_ros_knows_ros():
    wrong = [
        f'{path.relative_to(PACKAGE)} imports {module}'
        for path in modules()
        for module in imported(path)
        if layer(path) != 'ros'
        and (module.split('.')[0] in ROS_PACKAGES or module.split('.')[0].endswith('_msgs'))
    ]
    assert wrong == []


def test_only_scene_sim_and_render_know_mujoco():
    wrong = [
        str(path.relative_to(PACKAGE))
        for path in modules()
        if layer(path) not in {'scene', 'sim', 'render'}
        and any(module.split('.')[0] == 'mujoco' for module in imported(path))
    ]
    assert wrong == []


def test_only_view_knows_rerun():
    wrong = [
        str(path.relative_to(PACKAGE))
        for path in modules()
        if layer(path) != 'view'
        and any(module.split('.')[0].startswith('rerun') for module in imported(path))
    ]
    assert wrong == []


def test_only_one_module_knows_onnxruntime():
    knowing = [
        str(path.relative_to(PACKAGE))
        for path in modules()
        if any(module.split('.')[0] == 'onnxruntime' for module in imported(path))
    ]
    assert knowing == ['perceive/model.py']


def test_no_writer_imports_another():
    folder = PACKAGE / 'writers'
    # A format is one module with a class ...Writer, and helpers whose names begin like it.
    formats = {path.stem for path in folder.glob('*.py') if defines_writer(path)} - {'base'}
    assert formats
    wrong = []
    for path in folder.glob('*.py'):
        for module in imported(path):
            other = module.removeprefix('synth_ros.writers.').partition('.')[0]
            own = path.stem.partition('_')[0] == other.partition('_')[0]
            if other in formats and not own:
                wrong.append(f'{path.name} imports {module}')
    assert wrong == []


def defines_writer(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding='utf-8'))
    return any(isinstance(n, ast.ClassDef) and n.name.endswith('Writer') for n in tree.body)


def run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, '-c', script], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_everything_but_ros_imports_without_ros():
    names = [
        '.'.join(path.relative_to(PACKAGE.parent).with_suffix('').parts)
        for path in modules()
        if layer(path) != 'ros' and path.stem != '__main__'
    ]
    run(
        'import importlib, sys\n'
        'class Block:\n'
        '    def find_spec(self, name, path=None, target=None):\n'
        "        top = name.partition('.')[0]\n"
        "        if top in ('rclpy', 'cv_bridge') or top.endswith('_msgs'):\n"
        "            raise ImportError(f'{name} is blocked')\n"
        'sys.meta_path.insert(0, Block())\n'
        f'for name in {names!r}:\n'
        '    importlib.import_module(name)\n'
    )


def test_importing_prints_nothing_and_leaves_the_environment_alone():
    output = run(
        'import os\n'
        'before = dict(os.environ)\n'
        'import synth_ros, synth_ros.types, synth_ros.config.root, synth_ros.geometry.camera\n'
        'assert dict(os.environ) == before\n'
    )
    assert output == ''
