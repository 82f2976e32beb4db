"""``synth-ros config`` as its users call it: as a process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from synth_ros.cli import config as command
from synth_ros.config.reference import reference_markdown
from synth_ros.errors import ConfigError

ROOT = Path(__file__).parents[2]

BROKEN = """\
cameras:
  - name: head
    widht: 640
    height: 4e2
objects:
  count: [5, 3]
  classes: [{name: mug}, {name: mug}]
"""

MESSAGES = """\
error: broken.yaml:3: cameras[0].widht: unknown key. Did you mean "width"? Allowed here: name, \
model_camera, mount, width, height, intrinsics, depth_range_m, rate_hz, stereo, imu
error: broken.yaml:4: cameras[0].height: expects a whole number from 8 to 8192, got 4e2, which \
is a number to some YAML readers and text to others: write 400
error: broken.yaml:6: objects.count: expects [low, high]: two whole numbers from 0 to 65535, low \
not above high, got the list [5, 3]: write [3, 5]
error: broken.yaml:7: objects.classes[1].name: "mug" is taken: classes[0] has this name already
"""


def synth_ros(*args, cwd=ROOT, encoding='utf-8'):
    return subprocess.run(
        [sys.executable, '-m', 'synth_ros.cli.main', *map(str, args)],
        cwd=cwd,
        env={
            'PYTHONPATH': str(ROOT),
            'PATH': '/usr/bin:/bin',
            'COLUMNS': '100',
            'PYTHONIOENCODING': encoding,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_broken_config_ends_with_messages_and_code_2(tmp_path):
    (tmp_path / 'broken.yaml').write_text(BROKEN)
    result = synth_ros('config', 'check', 'broken.yaml', cwd=tmp_path)
    assert result.returncode == 2
    assert 'Traceback' not in result.stderr
    assert result.stderr == MESSAGES
    assert result.stdout == ''


def test_a_missing_config_ends_with_a_message_and_code_2(tmp_path):
    result = synth_ros('config', 'check', 'none.yaml', cwd=tmp_path)
    expected = 'error: none.yaml: there is no such file. YAML files in its folder: none\n'
    assert (result.returncode, result.stdout, result.stderr) == (2, '', expected)


def test_a_valid_config_is_summed_up():
    result = synth_ros('config', 'check', 'config/tabletop.yaml')
    assert (result.returncode, result.stderr) == (0, '')
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ['config/tabletop.yaml', 'is', 'valid.']
    told = {line[0]: ' '.join(line[1:]) for line in lines[1:]}
    assert told['Robot'] == 'builtin://mobile_manipulator'
    assert told['Camera'] == 'head, 640 x 480 pixels, camera head of the model'
    assert told['Environment'] == 'builtin://tabletop_room'
    assert told['Objects'] == '8 to 14 per scene, of 20 classes'
    assert told['Dataset'] == '10 scenes, 5 views each, 2 cameras: 100 frames'
    assert told['Live'] == '5 frames per second of simulated time'
    assert told['Seed'] == '0'


def test_what_is_told_survives_a_terminal_without_unicode_and_a_name_like_markup(tmp_path):
    robot = '<mujoco><worldbody><body name="b"><geom size=".1"/><camera name="[bold]x[/]"/>'
    (tmp_path / 'ärm.xml').write_text(f'{robot}</body></worldbody></mujoco>', encoding='utf-8')
    text = (
        'cameras: [{name: a, model_camera: "[bold]x[/]"}]\nobjects: {count: [0, 0]}\n'
        'robot: {model: ärm.xml}\n'
    )
    (tmp_path / 'c.yaml').write_text(text, encoding='utf-8')
    result = synth_ros('config', 'check', 'c.yaml', cwd=tmp_path, encoding='ascii')
    assert result.returncode == 0, result.stderr
    assert 'camera [bold]x[/] of the model' in result.stdout
    assert '\\xe4rm.xml' in result.stdout


def test_deeper_checks_run_on_valid_files_and_locate_what_they_find(monkeypatch):
    def no_camera(loaded):
        raise loaded.problem(('cameras', 1, 'model_camera'), 'the robot has no camera "wrist"')

    monkeypatch.setattr(command, 'DEEPER_CHECKS', (no_camera,))
    place = r'tabletop\.yaml:\d+: cameras\[1\]\.model_camera: the robot has no camera "wrist"'
    with pytest.raises(ConfigError, match=place):
        command.check(ROOT / 'config' / 'tabletop.yaml')


def test_the_schema_is_json(tmp_path):
    result = synth_ros('config', 'schema', '--out', 'schema.json', cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, '', '')
    schema = json.loads((tmp_path / 'schema.json').read_text())
    assert schema['$schema'] == 'https://json-schema.org/draft/2020-12/schema'
    assert schema['properties']['seed']['description'].startswith('Frame N is a pure function')


def test_the_reference_goes_to_standard_output(capsys):
    command.reference()
    assert capsys.readouterr().out == reference_markdown()


def test_an_output_that_cannot_be_written_is_told(tmp_path):
    result = synth_ros('config', 'schema', '--out', tmp_path)
    expected = f'error: {tmp_path} cannot be written: Is a directory.\n'
    assert (result.returncode, result.stderr) == (1, expected)
