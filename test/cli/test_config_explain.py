"""``synth-ros config explain``: what varies, before anything is rendered."""

import re

import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from synth_ros.cli.config_explain import explain
from synth_ros.errors import OutputError

CONFIG = """
cameras:
  - name: top
    mount: {link: world, position_m: [0.8, 0.0, 2.0], look_at_m: [0.8, 0.01, 0.74]}
    intrinsics: {fovy_deg: 50}
environment: {model: 'builtin://table'}
objects:
  count: [1, 3]
  classes:
    - {name: ball, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}], weight: 3}
    - {name: cube, primitives: [{shape: box, size_m: [0.08, 0.08, 0.08]}]}
  scale: {normal: {mean: 1.0, std: 0.05, within: [0.9, 1.1]}}
  hue_shift_deg: 0
output: {dataset: {episodes: 20}}
"""
SCENARIOS = """
scenarios:
  - {name: calm, weight: 3, weight_at_end: 1}
  - {name: dense, weight: 1, change: {objects: {count: [8, 9]}}}
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / 'config.yaml'
    path.write_text(CONFIG)
    return path


def invoke(*words):
    app = typer.Typer()
    app.command()(explain)
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def section(shown, title):
    return re.search(rf'^{title}\n(.*?)(?:\n\n|\Z)', shown, re.MULTILINE | re.DOTALL)[1]


def test_every_number_has_its_range_histogram_words_and_stream(config):
    shown = invoke(config, '--draws', 200)
    assert '20 scenes of 5 views. 200 draws of each number.' in shown
    lines = section(shown, 'Numbers').splitlines()
    place = next(i for i, line in enumerate(lines) if line.split()[0] == 'objects.count')
    assert re.fullmatch(r'  objects\.count +[▁-█ ]{24} 1 to 3', lines[place])
    expected = 'any whole number from 1 to 3; once a scene; stream objects/count'
    assert lines[place + 1].strip() == expected
    words = 'normal, mean 1, std 0.05, within 0.9 to 1.1; 1 to 3 times a scene; '
    assert f'{words}stream objects/<n>/scale' in shown


def test_classes_streams_and_what_is_off_are_listed(config):
    shown = invoke(config, '--draws', 50)
    assert re.search(r'ball +█{30} 75\.0% of the objects', section(shown, 'Classes by weight'))
    assert 'objects/<n>/variant' in section(shown, 'Other draws, by their streams')
    assert 'distractors.flying (count: 0)' in section(shown, 'Switched off')
    same = section(shown, 'Could vary, and always are the same')
    assert 'objects.hue_shift_deg (0)' in same


def test_the_same_seed_shows_the_same(config):
    first, other = invoke(config, '--draws', 50), invoke(config, '--draws', 50, '--seed', 1)
    assert invoke(config, '--draws', 50) == first
    assert other != first


def test_scenarios_show_their_shares_and_what_they_change(config):
    config.write_text(CONFIG + SCENARIOS)
    shown = invoke(config, '--draws', 50)
    shares = section(shown, 'Scenarios')
    assert re.search(r'calm +█+ +75% of the first, 50% of the last scenes', shares)
    calm, dense = section(shown, 'Scenario calm'), section(shown, 'Scenario dense')
    assert 'objects.scale' in calm
    assert [line.split()[0] for line in dense.splitlines()[::2]] == ['objects.count']


def test_histograms_are_written_as_a_picture(config, tmp_path):
    shown = invoke(config, '--draws', 50, '--out', tmp_path / 'draws.png')
    panels = len(section(shown, 'Numbers').splitlines()) // 2
    with Image.open(tmp_path / 'draws.png') as sheet:
        assert sheet.height == -(-panels // 3) * 190 + 68


def test_a_missing_folder_is_told_before_anything_is_drawn(config, tmp_path):
    with pytest.raises(OutputError, match='is not a folder'):
        invoke(config, '--out', tmp_path / 'no' / 'draws.png')
