"""The documentation of training lists everything, and its code runs."""

import contextlib
import io
import re
from pathlib import Path
from typing import get_args

import pytest
from full_factory import FULL, full_episode
from sample_factory import PLAIN

import synth_ros.training as room
from synth_ros.training import TargetName
from synth_ros.training.transforms import Transform
from synth_ros.writers.coco import CocoWriter

TEXT = (Path(__file__).parents[2] / 'docs/training.md').read_text()
CODE = re.findall(r'```python\n(.*?)```', TEXT, re.DOTALL)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('docs')
    with CocoWriter(folder / 'dataset', FULL, PLAIN) as writer:
        writer.write_episode(0, full_episode(0, views=1))
    return folder


@pytest.mark.parametrize('code', [code for code in CODE if 'as_tensors=False' in code])
def test_python_without_torch_runs(folder, monkeypatch, code):
    monkeypatch.chdir(folder)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, 'docs/training.md', 'exec'), {})
    assert printed.getvalue()


def test_all_code_is_python():
    assert len(CODE) == 4
    for code in CODE:
        compile(code, 'docs/training.md', 'exec')


def test_every_target_is_described():
    table = TEXT.split('\n## Targets\n')[1].split('\n## ')[0]
    described = re.findall(r'^\| (`.*?`) \|', table, re.MULTILINE)
    names = [name for cell in described for name in re.findall(r'`(\w+)`', cell)]
    assert sorted(names) == sorted(get_args(TargetName))


def test_every_transform_is_described():
    table = TEXT.split('\n## Transforms\n')[1].split('\n## ')[0]
    described = {
        name
        for cell in re.findall(r'^\| (`.*?`) \|', table, re.MULTILINE)
        for name in re.findall(r'`(\w+)\(', cell)
    }
    ours = {
        name
        for name in room.__all__
        if isinstance(getattr(room, name), type) and issubclass(getattr(room, name), Transform)
    }
    assert described == ours
