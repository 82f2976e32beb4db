"""The doctor on this machine and on one where nothing renders."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from synth_ros.cli.doctor import _show_rendering, doctor
from synth_ros.render.devices import EglDevice
from synth_ros.render.doctor import AutoReport, BackendReport, RenderReport, examine_renderers

app = typer.Typer()
app.command()(doctor)


def test_this_machine_renders_in_every_way() -> None:
    report = examine_renderers()
    assert [backend.backend for backend in report.backends] == ['onepass', 'classic', 'filament']
    for backend in report.backends:
        assert backend.works, backend.problem
        assert backend.frame_ms is not None
        assert 0.1 < backend.frame_ms < 5000
        assert backend.memory_mb is not None
        assert backend.memory_mb > 20
    assert [auto.prefer for auto in report.auto] == ['speed', 'looks']
    for auto in report.auto:
        used = next(b for b in report.backends if b.backend == auto.backend)
        assert used.software == any('SOFTWARE RENDERING' in c for c in auto.cautions)
    assert any(device.works for device in report.devices)


def hide_drivers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ('VK_ICD_FILENAMES', 'VK_DRIVER_FILES'):
        monkeypatch.setenv(name, str(tmp_path / 'none.json'))
    monkeypatch.setenv('__EGL_VENDOR_LIBRARY_DIRS', str(tmp_path))


def test_nothing_renders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hide_drivers(monkeypatch, tmp_path)
    runner = CliRunner()
    result = runner.invoke(app, ['--json'])
    assert result.exit_code == 1
    findings = json.loads(result.stdout)
    assert [auto['backend'] for auto in findings['rendering']['auto']] == [None, None]
    assert [b['works'] for b in findings['rendering']['backends']] == [False] * 3
    assert findings['rendering']['devices'] == []
    assert findings['versions']['mujoco'].startswith('4.')
    assert {finding['what'] for finding in findings['network']} > {'Fast DDS', 'kernel'}
    result = runner.invoke(app)
    assert result.exit_code == 1
    assert 'Nothing renders on this machine' in result.stdout
    assert 'apt install' in result.stdout
    assert 'Network (docs/network.md)' in result.stdout


def test_a_wrong_variable_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ('VK_ICD_FILENAMES', 'VK_DRIVER_FILES'):
        monkeypatch.setenv(name, str(tmp_path / 'none.json'))
    monkeypatch.setenv('MUJOCO_EGL_DEVICE_ID', 'gpu0')
    report = examine_renderers()
    for backend in report.backends[:2]:
        assert not backend.works
        assert 'MUJOCO_EGL_DEVICE_ID=gpu0: there is no such EGL device' in backend.problem
    assert report.devices


DEVICES = (
    EglDevice(0, 'NVIDIA RTX [A6000]', '4.6.0 NVIDIA 550.54', drm='/dev/dri/renderD128', cuda=0),
    EglDevice(1, drm='/dev/dri/renderD129', problem='the driver does not open the device'),
    EglDevice(2, 'llvmpipe', '3.0 Mesa 20.0', software=True, lacks=('OpenGL 3.3 core',)),
)


def test_the_tables_fit_a_terminal_and_show_every_device() -> None:
    choice = AutoReport('speed', 'classic', 'Because [sic].', ('SOFTWARE [loud].',))
    backend = BackendReport('classic', 'NVIDIA RTX [A6000]', works=True, frame_ms=1.5)
    report = RenderReport((backend,), DEVICES, (choice,))
    console = Console(width=80, file=io.StringIO(), highlight=False)
    _show_rendering(report, console)
    said = console.file.getvalue()
    tables = [line for line in said.splitlines() if '│' in line]
    assert tables
    assert max(map(len, tables)) <= 80
    text = ' '.join(said.replace('│', ' ').split())
    for words in ('/dev/dri/renderD128', '[A6000]', 'broken:', 'for want of OpenGL 3.3 core'):
        assert words in ' '.join(text.split()), words
    assert 'auto, prefer speed: Because [sic].' in said
    assert 'SOFTWARE [loud].' in said
