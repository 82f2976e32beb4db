"""The description of the dataset folder is complete, and its code runs."""

import contextlib
import io
import json
import re
import subprocess
from pathlib import Path

import pytest
from full_factory import FULL, full_episode
from sample_factory import PLAIN, unit_cubes

from synth_ros.schema.layers import LAYERS
from synth_ros.writers.coco import CocoWriter

TEXT = (Path(__file__).parents[2] / 'docs/dataset.md').read_text()


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('docs')
    info = FULL._replace(meshes=unit_cubes)
    with CocoWriter(folder / 'dataset', info, PLAIN) as writer:
        writer.write_episode(12, full_episode(12, views=4))
    return folder


@pytest.mark.parametrize('code', re.findall(r'```python\n(.*?)```', TEXT, re.DOTALL))
def test_python_runs(folder, monkeypatch, code):
    monkeypatch.chdir(folder)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, 'docs/dataset.md', 'exec'), {})
    assert len(printed.getvalue().splitlines()) > 3


def test_checksum_command_runs(folder):
    command = re.search(r'```bash\n(cd dataset.*?)```', TEXT, re.DOTALL).group(1)
    subprocess.run(['sh', '-ec', command], cwd=folder, check=True)


def test_every_file_is_described(folder):
    listing = TEXT.split('```')[1]
    described = set(re.findall(r'^  (\S+)', listing, re.MULTILINE))
    names = {str(p.relative_to(folder / 'dataset')) for p in folder.rglob('*') if p.is_file()}
    shown = {name for name in names if '000012_003_head' in name or '_' not in Path(name).name}
    shown = {name for name in shown if 'meshes' not in name or name == 'meshes/mug/plain.ply'}
    assert shown == described


def section(title):
    """Names in code style below a heading."""
    return set(re.findall(r'`(\w+)`', TEXT.split(f'\n{title}\n')[1].split('\n#')[0]))


def test_every_key_is_described(folder):
    index = json.loads((folder / 'dataset/annotations.json').read_text())
    for name in ('images', 'annotations', 'categories'):
        assert set(index[name][0]) <= section(f'### {name}')
    assert set(index['info']) <= section('### info')
    occluders = [item for record in index['annotations'] for item in record['occluded_by']]
    assert set(occluders[0]) <= section('### annotations')


def test_every_key_of_panoptic_models_and_parts_is_described(folder):
    panoptic = json.loads((folder / 'dataset/panoptic.json').read_text())
    words = section('## panoptic.json')
    assert set(panoptic['annotations'][0]) <= words
    assert set(panoptic['annotations'][0]['segments_info'][0]) <= words
    assert 'isthing' in words
    words = section('## models.json and parts.json')
    models = json.loads((folder / 'dataset/models.json').read_text())
    assert set(models['mug/plain']) <= words
    assert set(models['mug/plain']['keypoints'][0]) <= words
    assert set(models['mug/plain']['symmetries_continuous'][0]) <= words
    assert set(json.loads((folder / 'dataset/parts.json').read_text())[0]) <= words


def test_every_key_of_records_is_described(folder):
    lines = (folder / 'dataset/labels/000012.jsonl').read_text().splitlines()
    assert len(lines) == 8
    assert set(json.loads(lines[0])) <= section('## labels')


def test_every_layer_is_described():
    assert set(LAYERS) <= section('## Layers')
