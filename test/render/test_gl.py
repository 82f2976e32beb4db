"""OpenGL platforms and missing drivers: errors with advice, never a crash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synth_ros.errors import RenderError
from synth_ros.render import gl
from synth_ros.render.devices import Device, NoDevice
from synth_ros.render.probe import probe_opengl, probe_vulkan

MAKE = """
import sys
from synth_ros.config.render import RenderConfig
from synth_ros.errors import RenderError
from synth_ros.render.gl import prepare_gl_environment
try:
    prepare_gl_environment()
    from synth_ros.render.auto import make_renderer
    make_renderer(RenderConfig(backend=sys.argv[1]), max_size=(64, 48)).close()
    print('ready')
except RenderError as error:
    print('RenderError:', error)
"""


def make_in_child(backend: str, **environment: str) -> str:
    root = str(Path(__file__).parents[2])
    child = subprocess.run(
        [sys.executable, '-c', MAKE, backend],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, 'PYTHONPATH': root, **environment},
    )
    return child.stdout


def test_missing_egl_driver_is_explained(tmp_path: Path) -> None:
    said = make_in_child('classic', __EGL_VENDOR_LIBRARY_DIRS=str(tmp_path))
    assert said.startswith('RenderError: Classic OpenGL cannot render here: EGL lists no device')
    assert 'apt install libegl1' in said
    assert 'synth-ros doctor' in said


def test_missing_vulkan_driver_is_explained(tmp_path: Path) -> None:
    none = str(tmp_path / 'none.json')
    said = make_in_child('filament', VK_ICD_FILENAMES=none, VK_DRIVER_FILES=none)
    assert said.startswith('RenderError: Filament cannot render here')
    assert 'apt install libvulkan1 mesa-vulkan-drivers' in said


@pytest.mark.parametrize('backend', ['onepass', 'classic'])
def test_missing_libegl_is_explained(tmp_path: Path, backend: str) -> None:
    # A file that is no library stands in for one that is not there.
    (tmp_path / 'libEGL.so.1').write_text('nothing')
    said = make_in_child(backend, LD_LIBRARY_PATH=str(tmp_path), MUJOCO_GL='')
    assert 'cannot render here: The library libEGL.so.1' in said
    assert 'apt install libegl1' in said
    # What needs no EGL goes on.
    assert 'ready' in make_in_child('filament', LD_LIBRARY_PATH=str(tmp_path), MUJOCO_GL='egl')


def test_unknown_platform_is_explained() -> None:
    said = make_in_child('classic', MUJOCO_GL='egll')
    assert 'MUJOCO_GL=egll' in said
    assert 'egl, glfw, osmesa' in said


BARE = """
import sys
import mujoco
from synth_ros.config.render import RenderConfig
from synth_ros.geometry.camera import camera_from_fovy
from synth_ros.render.auto import make_renderer
from synth_ros.render.base import Viewpoint
model = mujoco.MjModel.from_xml_string(
    '<mujoco><worldbody><light pos="0 0 3" castshadow="true"/>'
    '<geom type="box" size=".1 .1 .1" pos="0 0 1"/></worldbody></mujoco>'
)
data = mujoco.MjData(model)
mujoco.mj_forward(model, data)
camera = camera_from_fovy('c', (32, 24), fovy_rad=1.0)
with make_renderer(RenderConfig(backend=sys.argv[1]), max_size=(32, 24)) as renderer:
    renderer.load(model)
    pose = [[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    layers = renderer.render(data, Viewpoint(camera, __import__('numpy').array(pose)))
    print(f'{layers.depth_m[12, 16]:.3f}')
"""


@pytest.mark.parametrize('backend', ['onepass', 'classic'])
def test_renderers_need_no_prepared_environment(backend: str) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {'MUJOCO_GL', 'PYOPENGL_PLATFORM'}
    }
    environment['PYTHONPATH'] = str(Path(__file__).parents[2])
    child = subprocess.run(
        [sys.executable, '-c', BARE, backend],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert child.stdout.strip() == '0.900'


def test_importing_sets_no_environment() -> None:
    code = (
        'import os; before = dict(os.environ); import synth_ros.render.auto, '
        'synth_ros.render.gl, synth_ros.render.devices, synth_ros.render.probe; '
        'assert dict(os.environ) == before'
    )
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {'MUJOCO_GL', 'PYOPENGL_PLATFORM'}
    }
    environment['PYTHONPATH'] = str(Path(__file__).parents[2])
    child = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, env=environment, check=True
    )
    assert (child.stdout, child.stderr) == ('', '')


def test_prepare_keeps_the_users_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv('PYOPENGL_PLATFORM')
    monkeypatch.setenv('MUJOCO_GL', 'glfw')
    gl.prepare_gl_environment()
    assert os.environ['MUJOCO_GL'] == 'glfw'
    assert 'PYOPENGL_PLATFORM' not in os.environ


def test_prepare_chooses_egl(monkeypatch: pytest.MonkeyPatch) -> None:
    # setenv first, so that what prepare sets is undone.
    for name in ('MUJOCO_GL', 'PYOPENGL_PLATFORM'):
        monkeypatch.setenv(name, 'x')
        monkeypatch.delenv(name)
    gl.prepare_gl_environment()
    assert os.environ['MUJOCO_GL'] == os.environ['PYOPENGL_PLATFORM'] == 'egl'


def test_prepare_refuses_a_missing_osmesa(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('MUJOCO_GL', 'osmesa')
    monkeypatch.setattr(gl, 'find_library', lambda name: None)
    with pytest.raises(RenderError, match='OSMesa is not installed'):
        gl.prepare_gl_environment()


@pytest.mark.parametrize(
    ('value', 'platform'), [('', 'egl'), ('EGL', 'egl'), ('on', 'egl'), ('glx', 'glfw')]
)
def test_platform_names(monkeypatch: pytest.MonkeyPatch, value: str, platform: str) -> None:
    monkeypatch.setenv('MUJOCO_GL', value)
    assert gl.gl_platform() == platform


def test_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('MUJOCO_GL', 'disabled')
    gl.prepare_gl_environment()
    with pytest.raises(RenderError, match='turns OpenGL off'):
        gl.create_gl_context((8, 8))


def test_a_context_on_a_device_of_its_own() -> None:
    context = gl.create_gl_context((8, 8), 0)
    assert gl.gl_identity()[0]
    context.free()
    with pytest.raises(RenderError, match=r'There is no EGL device 99; there are \d+\..*Install'):
        gl.create_gl_context((8, 8), 99)


def test_probes_find_the_devices() -> None:
    vulkan, opengl = probe_vulkan(), probe_opengl()
    assert isinstance(vulkan, Device), vulkan
    assert isinstance(opengl, Device), opengl
    assert vulkan.api == 'vulkan'
    assert opengl.api == 'opengl'
    assert vulkan.driver != 'unknown driver'


def test_a_driver_that_kills_its_process_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ('VK_ICD_FILENAMES', 'VK_DRIVER_FILES'):
        monkeypatch.setenv(name, str(tmp_path / 'none.json'))
    found = probe_vulkan()
    assert isinstance(found, NoDevice)
    assert 'SIGABRT' in found.reason
