"""The code on the page about the viewer runs."""

import re
import shutil
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[2] / 'docs' / 'view.md').read_text(encoding='utf-8')


@pytest.mark.parametrize('code', re.findall(r'```python\n(.*?)```', TEXT, re.DOTALL))
def test_code_runs(code, dataset, tmp_path, monkeypatch):
    shutil.copytree(dataset, tmp_path / 'dataset')
    monkeypatch.chdir(tmp_path)
    exec(compile(code, 'docs/view.md', 'exec'), {})
    assert (tmp_path / 'dataset.rrd').stat().st_size > 10_000
