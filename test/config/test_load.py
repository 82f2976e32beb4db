"""Loading valid configs, and what happens around the YAML: files, hashes, later problems."""

import os
import pickle
import re
from pathlib import Path

import pytest

from synth_ros.config.base import Fault
from synth_ros.config.load import canonical_json, load_config, load_config_text
from synth_ros.config.root import Config
from synth_ros.errors import ConfigError, UsageError

MINIMAL = 'cameras: [{name: head}]\nobjects: {count: [0, 0]}\n'


@pytest.fixture
def write(tmp_path):
    def _write(content: str | bytes, name: str = 'c.yaml') -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write


def load(path, builtins):
    return load_config(path, builtins=builtins)


def test_a_minimal_config_has_the_defaults_of_the_models(write, builtins):
    path = write(MINIMAL)
    loaded = load(path, builtins)
    assert loaded.path == path
    assert loaded.base_dir == path.parent
    assert loaded.config.robot.model == 'builtin://mobile_manipulator'
    assert loaded.config.cameras[0].depth_range_m == (0.05, 10.0)


def test_values_arrive_with_their_types(write, builtins):
    text = MINIMAL + 'seed: 7\nrobot: {yaw_deg: 90, joints: {pan: 1, "no": -0.5}}\n'
    robot = load(write(text), builtins).config.robot
    assert robot.yaw_deg == 90.0
    assert isinstance(robot.yaw_deg, float)
    assert robot.joints == {'pan': 1.0, 'no': -0.5}


@pytest.mark.parametrize(
    'content', ['\ufeff' + MINIMAL, MINIMAL.replace('\n', '\r\n'), MINIMAL.replace('\n', '\r')]
)
def test_byte_order_mark_and_foreign_line_ends_are_no_matter(write, builtins, content):
    assert load(write(content), builtins).config == load(write(MINIMAL), builtins).config


def test_relative_paths_start_at_the_config(tmp_path, monkeypatch, builtins):
    folder = tmp_path / 'configs'
    (folder / 'meshes').mkdir(parents=True)
    (folder / 'meshes' / 'part.obj').touch()
    text = 'cameras: [{name: a}]\nobjects: {classes: [{name: part, sources: [meshes/part.obj]}]}\n'
    (folder / 'c.yaml').write_text(text)
    monkeypatch.chdir(tmp_path)
    loaded = load(Path('configs/c.yaml'), builtins)
    assert loaded.base_dir == folder
    assert loaded.path == Path('configs/c.yaml')


def test_paths_may_start_at_home(tmp_path, monkeypatch, write, builtins):
    monkeypatch.setenv('HOME', str(tmp_path))
    (tmp_path / 'arm.urdf').touch()
    loaded = load(write(MINIMAL + 'robot: {model: ~/arm.urdf}\n'), builtins)
    assert loaded.config.robot.model == '~/arm.urdf'


def test_files_of_packages_are_looked_up_later(write, builtins):
    text = MINIMAL + 'robot: {model: package://no_such_package/urdf/robot.urdf}\n'
    loaded = load(write(text), builtins)
    assert loaded.config.robot.model == 'package://no_such_package/urdf/robot.urdf'


class TestHash:
    TEXT = (
        'seed: 3\ncameras:\n  - {name: head, width: 320}\nobjects:\n  count: [0, 0]\n'
        'robot: {joints: {a: 1.0, b: 2.5}}\n'
    )

    TURNED = (
        'robot: {joints: {b: 2.50, a: 1}}\nobjects: {count: [0, 0]}\nseed: 3\n'
        'cameras: [{width: 320, name: head}]\n'
    )

    @pytest.mark.parametrize(
        'text',
        [
            TEXT + '# a comment\n',
            TURNED,
            TEXT + 'version: 1\nrender: {backend: auto}\n',
            TEXT + 'physics: {gravity_m_s2: [0, 0.0, -9.81]}\n',
            TEXT.replace('1.0', '1.0e+0').replace('3\n', '+3\n').replace('head', '"head"'),
        ],
    )
    def test_the_way_of_writing_does_not_change_it(self, text, builtins):
        first = load_config_text(self.TEXT, builtins=builtins)
        assert load_config_text(text, builtins=builtins).config_hash == first.config_hash

    @pytest.mark.parametrize(
        'text',
        [
            TEXT.replace('2.5', '2.6'),
            TEXT.replace('seed: 3', 'seed: 4'),
            TEXT + 'labels: {min_pixels: 17}',
        ],
    )
    def test_every_value_changes_it(self, text, builtins):
        first = load_config_text(self.TEXT, builtins=builtins)
        assert load_config_text(text, builtins=builtins).config_hash != first.config_hash

    def test_it_is_hexadecimal_sha256(self, builtins):
        digest = load_config_text(self.TEXT, builtins=builtins).config_hash
        assert re.fullmatch(r'[0-9a-f]{64}', digest)


def test_canonical_json_makes_the_config_again(builtins):
    config = load_config_text(TestHash.TEXT, builtins=builtins).config
    assert Config.model_validate_json(canonical_json(config)) == config


def test_a_loaded_config_survives_the_way_to_another_process(builtins):
    loaded = load_config_text(TestHash.TEXT, builtins=builtins)
    again = pickle.loads(pickle.dumps(loaded))
    assert again == loaded
    assert str(again.problem(('seed',), 'no')) == 'config.yaml:1: seed: no'


class TestLaterProblems:
    TEXT = (
        'seed: 1\ncameras:\n  - name: head\n  - name: wrist\n    width: 64\n'
        'objects: {count: [0, 0]}\n'
    )

    def test_one(self, builtins):
        loaded = load_config_text(self.TEXT, 'some/c.yaml', builtins=builtins)
        error = loaded.problem(('cameras', 1, 'width'), 'too narrow')
        assert isinstance(error, ConfigError)
        assert str(error) == 'some/c.yaml:5: cameras[1].width: too narrow'

    def test_a_default_is_reported_where_it_would_stand(self, builtins):
        loaded = load_config_text(self.TEXT, 'c.yaml', builtins=builtins)
        error = loaded.problem(('cameras', 1, 'model_camera'), 'no such camera')
        assert str(error) == 'c.yaml:4: cameras[1].model_camera: no such camera'

    def test_several_come_in_file_order(self, builtins):
        loaded = load_config_text(self.TEXT, 'c.yaml', builtins=builtins)
        faults = [Fault(('objects',), 'two'), Fault(('cameras', 0, 'name'), 'one')]
        expected = ('c.yaml:3: cameras[0].name: one', 'c.yaml:6: objects: two')
        assert loaded.problems(faults).problems == expected


class TestFiles:
    """What can be wrong with the file itself."""

    def message(self, path, builtins):
        with pytest.raises(ConfigError, match=r'^/') as caught:
            load(path, builtins)
        assert isinstance(caught.value, UsageError)
        assert caught.value.exit_code == 2
        return str(caught.value)

    def test_missing(self, tmp_path, write, builtins):
        write(MINIMAL, 'tabletop.yaml')
        write(MINIMAL, 'other.yml')
        write('', 'notes.txt')
        path = tmp_path / 'tabeltop.yaml'
        assert self.message(path, builtins) == (
            f'{path}: there is no such file. Did you mean "tabletop.yaml"? '
            'YAML files in its folder: other.yml, tabletop.yaml'
        )

    def test_missing_in_an_empty_folder(self, tmp_path, builtins):
        path = tmp_path / 'c.yaml'
        assert self.message(path, builtins) == (
            f'{path}: there is no such file. YAML files in its folder: none'
        )

    def test_missing_with_its_folder(self, tmp_path, builtins):
        path = tmp_path / 'nowhere' / 'c.yaml'
        assert self.message(path, builtins) == (
            f'{path}: there is no such file, and no folder {path.parent}'
        )

    def test_a_folder(self, tmp_path, write, builtins):
        write(MINIMAL, 'a.yaml')
        assert self.message(tmp_path, builtins) == (
            f'{tmp_path}: expects a file, got a folder; YAML files in it: a.yaml'
        )

    def test_a_file_as_a_folder(self, write, builtins):
        path = write(MINIMAL) / 'c.yaml'
        assert self.message(path, builtins) == f'{path}: cannot be read: Not a directory'

    def test_forbidden(self, write, builtins, monkeypatch):
        path = write(MINIMAL)
        path.chmod(0)
        if os.access(path, os.R_OK):  # as root; the system says what it says to others

            def forbidden(*args):
                raise PermissionError(13, 'Permission denied')

            monkeypatch.setattr(Path, 'open', forbidden)
        assert self.message(path, builtins) == f'{path}: cannot be read: Permission denied'

    def test_impossible_name(self, tmp_path, builtins):
        assert 'cannot be read: embedded null byte' in self.message(tmp_path / 'a\0b', builtins)

    def test_not_utf_8(self, write, builtins):
        path = write(b'seed: 1\n# caf\xe9\n')
        assert self.message(path, builtins) == (
            f'{path}:2: the byte 0xE9 is not UTF-8 text; save the file as UTF-8'
        )

    def test_utf_16(self, write, builtins):
        path = write(MINIMAL.encode('utf-16'))
        assert self.message(path, builtins) == (
            f'{path}:1: the byte 0xFF is not UTF-8 text; save the file as UTF-8'
        )

    def test_control_characters(self, write, builtins):
        path = write('seed: 1\nrobot: \x07\n')
        assert self.message(path, builtins) == (
            f'{path}:2: not valid YAML at column 8: the character U+0007 is not allowed'
        )

    def test_too_large(self, write, builtins):
        path = write(b'# ' + b'x' * 1_000_000)
        assert self.message(path, builtins) == (
            f'{path}: is larger than 1000000 bytes; is this a config file?'
        )

    def test_endless(self, builtins):
        assert 'is larger than' in self.message(Path('/dev/zero'), builtins)


def test_an_asset_that_may_not_be_read(write, tmp_path, builtins, monkeypatch):
    robot = tmp_path / 'robot.urdf'
    robot.touch()
    monkeypatch.setattr(os, 'access', lambda path, mode: path != robot)
    path = write(MINIMAL + 'robot: {model: robot.urdf}\n')
    expected = f'{path}:3: robot.model: may not read the file {robot}; check its permissions'
    with pytest.raises(ConfigError, match=re.escape(expected)):
        load(path, builtins)


def test_rules_hold_for_configs_made_in_python_too():
    with pytest.raises(ValueError, match='count asks for 6 to 12 objects, but no class is listed'):
        Config.model_validate_json('{"cameras": [{"name": "head"}], "objects": {}}')
