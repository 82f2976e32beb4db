"""setup.py, package.xml and the sources tell the same."""

import importlib.util
import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import synth_ros


@pytest.fixture(scope='module')
def manifest(root):
    return ET.parse(root / 'package.xml').getroot()


def test_one_name_version_and_license(described, manifest, root):
    assert manifest.findtext('name') == described['name'] == 'synth_ros'
    assert manifest.findtext('version') == described['version'] == synth_ros.__version__
    assert manifest.findtext('license') == described['license'] == 'Apache-2.0'
    assert 'Apache License' in (root / manifest.find('license').get('file')).read_text()


def test_package_is_ament_python(manifest):
    assert manifest.get('format') == '3'
    assert manifest.findtext('export/build_type') == 'ament_python'


def test_manifest_names_every_ros_package_that_is_imported(manifest, root):
    declared = {node.text for tag in ('depend', 'exec_depend') for node in manifest.iter(tag)}
    pattern = re.compile(
        r'^\s*(?:from|import) (rclpy|cv_bridge|builtin_interfaces|\w+_msgs|\w+_srvs)\b'
    )
    imported = set()
    for path in (root / 'synth_ros' / 'ros').rglob('*.py'):
        for line in path.read_text(encoding='utf-8').splitlines():
            imported |= set(pattern.findall(line))
    assert imported
    assert imported <= declared


def test_manifest_names_what_launch_files_import(manifest, root):
    declared = {node.text for node in manifest.iter('exec_depend')}
    text = ''.join(path.read_text() for path in (root / 'launch').glob('*.launch.py'))
    imported = set(re.findall(r'^from (\w+)', text, re.MULTILINE)) - {'__future__'}
    standard = {'pathlib', 'os', 'typing'}
    assert imported - standard <= declared | {'ament_index_python', 'synth_ros'}


def test_pyproject_has_no_project_table(root):
    settings = tomllib.loads((root / 'pyproject.toml').read_text())
    assert set(settings) == {'build-system', 'tool'}


def test_scripts_go_where_ros2_run_looks(root):
    lines = (root / 'setup.cfg').read_text().splitlines()
    assert 'script_dir=$base/lib/synth_ros' in lines
    assert 'install_scripts=$base/lib/synth_ros' in lines


def test_colcon_test_would_run_pytest(described):
    assert any(item.startswith('pytest>') for item in described['extras_require']['test'])


def test_every_command_exists(described):
    for entry in described['entry_points']['console_scripts']:
        _, _, target = entry.partition(' = ')
        module, _, function = target.partition(':')
        spec = importlib.util.find_spec(module)
        assert spec is not None, entry
        assert re.search(rf'^def {function}\(', Path(spec.origin).read_text(), re.MULTILINE), entry


def test_every_shared_file_is_installed(described, root):
    installed = {name for _, names in described['data_files'] for name in names}
    assert 'package.xml' in installed
    assert all((root / name).is_file() for name in installed)
    for folder in ('launch', 'config', 'rviz'):
        files = {str(p.relative_to(root)) for p in (root / folder).rglob('*') if p.is_file()}
        hidden = {name for name in files if '__pycache__' in name or name.endswith('.md')}
        assert files - hidden <= installed


def test_every_data_file_of_the_package_is_installed(described, root):
    installed = set()
    for package, patterns in described['package_data'].items():
        folder = root / package.replace('.', '/')
        installed |= {path for pattern in patterns for path in folder.glob(pattern)}
    data = {
        path
        for path in (root / 'synth_ros').rglob('*')
        if path.is_file() and path.suffix not in {'.py', '.md'} and '__pycache__' not in path.parts
    }
    assert sorted(map(str, data - installed)) == []


def test_every_folder_with_modules_is_a_package(described, root):
    folders = {path.parent for path in (root / 'synth_ros').rglob('*.py')}
    names = {'.'.join(folder.relative_to(root).parts) for folder in folders}
    assert names == set(described['packages'])


def test_changelog_covers_the_version(root, described):
    text = (root / 'CHANGELOG.rst').read_text()
    assert 'Changelog for package synth_ros' in text
    assert described['version'] in text or 'Forthcoming' in text
