"""The description of the dataset folder is complete, and its code runs."""

import contextlib
import io
import json
import re
import subprocess
from pathlib import Path

import pytest
from sample_factory import INFO, PLAIN, make_episode

from synth_ros.writers.coco import CocoWriter

TEXT = (Path(__file__).parents[2] / 'docs/dataset.md').read_text()


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('docs')
    with CocoWriter(folder / 'dataset', INFO, PLAIN) as writer:
        writer.write_episode(12, make_episode(12, views=4))
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
    assert shown == described


def test_every_key_is_described(folder):
    index = json.loads((folder / 'dataset/annotations.json').read_text())
    for section in ('images', 'annotations', 'categories'):
        part = TEXT.split(f'### {section}\n')[1].split('\n#')[0]
        assert set(index[section][0]) <= set(re.findall(r'`(\w+)`', part))
    part = TEXT.split('### info\n')[1].split('\n#')[0]
    assert set(index['info']) <= set(re.findall(r'`(\w+)`', part))
