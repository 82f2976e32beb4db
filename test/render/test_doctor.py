"""The doctor on this machine and on one where nothing renders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from synth_ros.cli.doctor import doctor
from synth_ros.render.doctor import examine_renderers

app = typer.Typer()
app.command()(doctor)


def test_this_machine_renders_both_ways() -> None:
    report = examine_renderers()
    assert [backend.backend for backend in report.backends] == ['classic', 'filament']
    for backend in report.backends:
        assert backend.works, backend.problem
        assert backend.frame_ms is not None
        assert 0.1 < backend.frame_ms < 5000
        assert backend.memory_mb is not None
        assert backend.memory_mb > 20
    assert report.auto in {'classic', 'filament'}
    used = next(b for b in report.backends if b.backend == report.auto)
    assert used.software == any('SOFTWARE RENDERING' in c for c in report.cautions)


def test_nothing_renders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ('VK_ICD_FILENAMES', 'VK_DRIVER_FILES'):
        monkeypatch.setenv(name, str(tmp_path / 'none.json'))
    monkeypatch.setenv('__EGL_VENDOR_LIBRARY_DIRS', str(tmp_path))
    runner = CliRunner()
    result = runner.invoke(app, ['--json'])
    assert result.exit_code == 1
    findings = json.loads(result.stdout)
    assert findings['rendering']['auto'] is None
    assert [b['works'] for b in findings['rendering']['backends']] == [False, False]
    assert findings['versions']['mujoco'].startswith('4.')
    result = runner.invoke(app)
    assert result.exit_code == 1
    assert 'Nothing renders on this machine' in result.stdout
    assert 'apt install' in result.stdout
