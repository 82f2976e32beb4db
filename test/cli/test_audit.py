"""The audit command: exit codes, files, messages."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from synth_ros.cli.main import app
from synth_ros.errors import UsageError
from synth_ros.pipeline.generate import GenerateRequest, generate

sys.path.insert(0, str(Path(__file__).parents[1] / 'audit'))

from planting import Planted

CONFIG = """
seed: 3
cameras:
  - name: top
    mount: {link: world, position_m: [0.8, 0.0, 1.7], look_at_m: [0.8, 0.01, 0.74]}
    intrinsics: {fovy_deg: 40.0}
    width: 96
    height: 72
environment: {model: 'builtin://table'}
objects:
  count: [2, 2]
  classes: [{name: brick, primitives: [{shape: box, size_m: [0.14, 0.08, 0.06]}]}]
render: {backend: classic, shadow_size: 512, samples: 0}
output: {dataset: {episodes: 1, views_per_episode: 2}}
"""


@pytest.fixture
def made(tmp_path):
    config = tmp_path / 'config.yaml'
    config.write_text(CONFIG)
    generate(GenerateRequest(config, tmp_path / 'dataset'), lambda progress: None)
    return config, tmp_path / 'dataset'


def run(*arguments):
    return CliRunner().invoke(app, ['audit', *map(str, arguments)])


def test_honest_dataset(made, tmp_path):
    config, dataset = made
    done = run(dataset, '--config', config)
    assert done.exit_code == 0, done.output
    assert 'Every bound holds.' in done.output
    assert 'rays.ids' in done.output
    record = json.loads((tmp_path / 'dataset_audit' / 'audit.json').read_text())
    assert record['fine']
    assert record['with_config']
    assert 'Every bound holds.' in (tmp_path / 'dataset_audit' / 'audit.html').read_text()


def test_wrong_label_ends_with_code_1(made, tmp_path):
    _, dataset = made
    planted = Planted(dataset)
    planted.index['annotations'][0]['bbox'][0] += 1
    name = planted.index['annotations'][0]['instance_name']
    planted.save()
    done = run(dataset, '--out', tmp_path / 'here', '--seed', '4', '--frames', '2')
    assert done.exit_code == 1
    assert 'files.values broken once' in done.output
    assert f'000000_000_top {name}' in done.output
    assert 'needs --config' in done.output
    record = json.loads((tmp_path / 'here' / 'audit.json').read_text())
    assert not record['fine']
    assert record['seed'] == 4


@pytest.mark.parametrize(
    ('files', 'message'),
    [
        ([], 'neither a dataset .* nor a bag'),
        (['dataset.json'], 'unfinished'),
        (['metadata.yaml'], r'no \.mcap or \.db3 file'),
        (['bag_0.mcap'], 'damaged or was not closed'),
    ],
)
def test_what_is_no_recording(tmp_path, files, message):
    folder = tmp_path / 'folder'
    folder.mkdir()
    for file in files:
        (folder / file).write_bytes(b'nothing')
    done = run(folder)
    assert isinstance(done.exception, UsageError)
    with pytest.raises(UsageError, match=message):
        raise done.exception


def test_no_folder(tmp_path):
    with pytest.raises(UsageError, match='There is no folder'):
        raise run(tmp_path / 'nowhere').exception


def test_another_config_is_refused(made):
    config, dataset = made
    config.write_text(CONFIG.replace('count: [2, 2]', 'count: [1, 2]'))
    with pytest.raises(UsageError, match='was made with another config than'):
        raise run(dataset, '--config', config).exception
