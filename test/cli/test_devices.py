"""What a user meets when no device draws, the wrong one was asked for, or another one drew."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from synth_ros.cli.announce import Engine, choice_again, rendered_with
from synth_ros.config.load import load_config_text
from synth_ros.config.render import RenderConfig
from synth_ros.errors import RenderError, UsageError
from synth_ros.render import auto
from synth_ros.render.auto import Found
from synth_ros.render.devices import Device, NoDevice

CONFIG = """
cameras: [{name: top, width: 64, height: 48, mount: {link: world, position_m: [0.8, 0.0, 1.7],
  look_at_m: [0.8, 0.01, 0.74]}, intrinsics: {fovy_deg: 40.0}}]
environment: {model: 'builtin://table'}
objects:
  count: [1, 1]
  classes: [{name: ball, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}]
render: {RENDER}
output: {dataset: {episodes: 1, views_per_episode: 1}}
"""
CLASSIC = 'backend: classic, shadow_size: 0, samples: 0'
NO_EGL = {'__EGL_VENDOR_LIBRARY_FILENAMES': '/nonexistent.json'}
NO_VULKAN = dict.fromkeys(('VK_ICD_FILENAMES', 'VK_DRIVER_FILES'), '/nonexistent.json')
OLD = {'MESA_GL_VERSION_OVERRIDE': '3.0', 'LIBGL_ALWAYS_SOFTWARE': '1'}
POOR = {
    'MESA_GL_VERSION_OVERRIDE': '3.3',
    'MESA_EXTENSION_OVERRIDE': '-GL_ARB_multi_draw_indirect',
    'LIBGL_ALWAYS_SOFTWARE': '1',
}


def generate(folder: Path, render: str, **environment: str) -> tuple[int, str]:
    """Run the command as a user does; returns its exit code and all that it said."""
    config = folder / 'c.yaml'
    config.write_text(CONFIG.replace('RENDER', render))
    done = subprocess.run(
        [sys.executable, '-m', 'synth_ros.cli.main', 'generate', str(config), '--out', 'out'],
        cwd=folder,
        env={**os.environ, 'PYTHONPATH': str(Path(__file__).parents[2]), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    said = ' '.join((done.stdout + done.stderr).split())
    assert 'Traceback' not in said
    if done.returncode:
        assert not (folder / 'out' / 'annotations.json').exists()
    return done.returncode, said


@pytest.mark.parametrize(
    ('render', 'environment', 'code', 'words'),
    [
        ('backend: onepass', NO_EGL, 1, ['EGL lists no device', 'apt install libegl1']),
        ('backend: classic', NO_EGL, 1, ['EGL lists no device', 'apt install libegl1']),
        (
            'prefer: looks',
            {**NO_EGL, **NO_VULKAN},
            1,
            ['Nothing renders', 'EGL lists no device', 'mesa-vulkan-drivers'],
        ),
        ('backend: onepass', OLD, 1, ['OpenGL 3.0', 'needs more: OpenGL 3.3 core.']),
        ('backend: onepass', POOR, 1, ['needs more: GL_ARB_multi_draw_indirect.']),
        ('device: 42', {}, 2, ['render.device: 42: there is no such EGL device', '0 (']),
        ('device: -1', {}, 2, ['c.yaml:8: render.device: expects a whole number from 0']),
        (
            'backend: auto',
            {'MUJOCO_EGL_DEVICE_ID': 'cuda0'},
            2,
            ['MUJOCO_EGL_DEVICE_ID=cuda0: there is no such EGL device. There are: 0 ('],
        ),
        ('backend: classic', {'MUJOCO_EGL_DEVICE_ID': '42'}, 2, ['MUJOCO_EGL_DEVICE_ID=42']),
        ('backend: classic', {'MUJOCO_GL': 'egll'}, 1, ['MUJOCO_GL=egll: there is no']),
    ],
)
def test_what_cannot_draw_is_told(
    tmp_path: Path, render: str, environment: dict[str, str], code: int, words: list[str]
) -> None:
    got, said = generate(tmp_path, render, **environment)
    assert got == code, said
    for part in words:
        assert part in said


def test_an_old_driver_draws_with_classic_opengl_and_says_why(tmp_path: Path) -> None:
    code, said = generate(tmp_path, CLASSIC.replace('classic', 'auto'), **POOR)
    assert code == 0, said
    assert 'Classic OpenGL, because the one-pass renderer does not work here' in said
    assert 'SOFTWARE RENDERING' in said


def test_a_broken_libegl_is_told(tmp_path: Path) -> None:
    (tmp_path / 'libEGL.so.1').write_text('not a library')
    code, said = generate(tmp_path, CLASSIC, LD_LIBRARY_PATH=str(tmp_path))
    assert code == 1
    assert 'Classic OpenGL cannot render here: The library libEGL.so.1' in said


LLVMPIPE = Device('opengl', 'llvmpipe', '4.5 Mesa 22.3.6', 0)
ABSENT = NoDevice('opengl', 'no libEGL.')


def drivers(monkeypatch: pytest.MonkeyPatch, found: Found) -> None:
    monkeypatch.setattr(auto, 'choose_backend', lambda config: auto.decide(config, found))


def test_a_recording_is_rendered_again_by_what_made_it(monkeypatch: pytest.MonkeyPatch) -> None:
    drivers(monkeypatch, Found(LLVMPIPE, LLVMPIPE, LLVMPIPE))
    console = Console(file=io.StringIO(), width=200)
    assert choice_again(RenderConfig(), 'filament', console).backend == 'filament'
    assert 'The renderer of the recording: filament.' in console.file.getvalue()
    # What the config or nobody names is left to the config.
    asked = RenderConfig(backend='classic')
    assert choice_again(asked, 'filament', console).backend == 'classic'
    assert choice_again(RenderConfig(), 'topics', console).backend == 'onepass'


def test_a_recording_of_an_engine_that_is_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    drivers(monkeypatch, Found(ABSENT, LLVMPIPE, ABSENT))
    console = Console(file=io.StringIO(), width=200)
    assert choice_again(RenderConfig(), 'onepass', console).backend == 'classic'
    said = console.file.getvalue()
    assert 'caution: onepass made the recording. The one-pass renderer cannot render here' in said
    drivers(monkeypatch, Found(ABSENT, ABSENT, ABSENT))
    with pytest.raises(RenderError, match='Nothing renders'):
        choice_again(RenderConfig(), 'onepass', console)


def test_the_command_line_names_a_renderer(tmp_path: Path) -> None:
    loaded = load_config_text(
        CONFIG.replace('RENDER', 'prefer: looks'), 'c.yaml', base_dir=tmp_path
    )
    assert rendered_with(None, loaded) is loaded.config.render
    assert rendered_with(Engine.classic, loaded) == RenderConfig(backend='classic', prefer='looks')
    named = load_config_text(CONFIG.replace('RENDER', CLASSIC), 'c.yaml', base_dir=tmp_path)
    assert rendered_with(Engine.classic, named) == named.config.render
    with pytest.raises(UsageError, match=r'--renderer onepass: render\.backend is classic in c\.'):
        rendered_with(Engine.onepass, named)


def test_all_renderers_can_be_named() -> None:
    assert tuple(engine.value for engine in Engine) == auto.BACKENDS
