"""Which EGL devices there are, which is to draw, and what is said when it cannot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import mujoco.egl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.render import egl_devices
from synth_ros.render.devices import Device, EglDevice, NoDevice
from synth_ros.render.egl_devices import (
    DeviceIndexError,
    device_of_variable,
    list_egl_devices,
    onepass_device,
    order_devices,
    pick_egl_device,
)

RTX = EglDevice(0, 'NVIDIA RTX 4070', '4.6.0 NVIDIA 550.54', drm='/dev/dri/renderD128', cuda=0)
A2 = EglDevice(1, 'NVIDIA A2', '4.6.0 NVIDIA 550.54', drm='/dev/dri/renderD129', cuda=1)
SOFT = EglDevice(2, 'llvmpipe (LLVM 15)', '4.5 Mesa 22.3.6', software=True)
BROKEN = EglDevice(0, drm='/dev/dri/card0', problem='the driver does not open the device')


def hide_drivers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('__EGL_VENDOR_LIBRARY_FILENAMES', '/nonexistent.json')


def test_this_machine_lists_its_devices() -> None:
    devices = list_egl_devices()
    assert [device.index for device in devices] == list(range(len(devices)))
    assert any(device.works and device.name and device.driver for device in devices)
    for device in devices:
        if 'llvmpipe' in device.name:
            assert device.software
            assert device.lacks == ()


def test_the_first_device_is_hardware_if_any_works() -> None:
    found = pick_egl_device(None, {})
    assert isinstance(found, EglDevice)
    working = [device for device in list_egl_devices() if device.works]
    assert found.software == all(device.software for device in working)
    assert pick_egl_device(found.index, {}) == found
    assert onepass_device(found) == Device('opengl', found.name, found.driver, found.index)


def test_no_driver_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_drivers(monkeypatch)
    assert list_egl_devices() == ()
    for asked in (None, 0, 7):
        found = pick_egl_device(asked, {})
        assert isinstance(found, NoDevice)
        assert 'EGL lists no device: no graphics driver is installed' in found.reason
        assert 'apt install libegl1' in found.reason
        assert onepass_device(found) is found


def test_a_broken_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / 'libEGL.so.1').write_text('not a library')
    monkeypatch.setenv('LD_LIBRARY_PATH', str(tmp_path))
    found = pick_egl_device(None, {})
    assert isinstance(found, NoDevice)
    assert 'libEGL.so.1 cannot be loaded' in found.reason
    assert 'apt install libegl1' in found.reason


def test_a_driver_before_opengl_3_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('MESA_GL_VERSION_OVERRIDE', '3.0')
    monkeypatch.setenv('LIBGL_ALWAYS_SOFTWARE', '1')
    found = pick_egl_device(None, {})
    assert isinstance(found, EglDevice)
    assert found.driver.startswith('3.0')
    assert found.lacks == ('OpenGL 3.3 core',)
    said = onepass_device(found)
    assert isinstance(said, NoDevice)
    assert f'EGL device {found.index} (llvmpipe' in said.reason
    assert 'OpenGL 3.0' in said.reason
    assert 'needs more: OpenGL 3.3 core.' in said.reason
    assert 'render.backend: classic' in said.reason


def test_a_driver_without_the_extensions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('MESA_GL_VERSION_OVERRIDE', '3.3')
    names = ('GL_ARB_base_instance', 'GL_ARB_clip_control', 'GL_ARB_multi_draw_indirect')
    monkeypatch.setenv('MESA_EXTENSION_OVERRIDE', ' '.join(f'-{name}' for name in names))
    monkeypatch.setenv('LIBGL_ALWAYS_SOFTWARE', '1')
    found = pick_egl_device(None, {})
    assert isinstance(found, EglDevice)
    assert found.lacks == names
    said = onepass_device(found)
    assert isinstance(said, NoDevice)
    assert ', '.join(names) in said.reason


def test_an_index_out_of_range_lists_what_there_is() -> None:
    first = list_egl_devices()[0]
    with pytest.raises(DeviceIndexError, match=r'render\.device: 200: there is no such') as caught:
        pick_egl_device(200, {})
    assert first.title in str(caught.value)
    assert first.name in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize('value', ['200', 'first', '-1', '1.0'])
def test_a_variable_that_names_no_device(value: str) -> None:
    with pytest.raises(DeviceIndexError, match=rf'MUJOCO_EGL_DEVICE_ID={value}: there is no such'):
        pick_egl_device(None, {'MUJOCO_EGL_DEVICE_ID': value})


def test_the_config_outranks_the_variable() -> None:
    found = pick_egl_device(0, {'MUJOCO_EGL_DEVICE_ID': 'nonsense'})
    assert isinstance(found, EglDevice)
    assert found.index == 0


def fake_children(
    monkeypatch: pytest.MonkeyPatch, devices: Sequence[EglDevice], *, crash: int
) -> list[tuple[str, ...]]:
    """Children that list devices until one kills them."""
    calls: list[tuple[str, ...]] = []

    def run(_task: str, which: str, known: str) -> tuple[str, str | None]:
        calls.append((which, known))
        lines = []
        for device in devices:
            if str(device.index) in known.split(','):
                continue
            lines.append({'begin': device.index})
            if device.index == crash:
                return as_output(lines), 'the driver killed its process (SIGSEGV): no output'
            lines.append({name: getattr(device, name) for name in EglDevice.__slots__})
            if which == 'first' and device.works and not device.software:
                break
        return as_output(lines), None

    monkeypatch.setattr(egl_devices, 'run_child', run)
    return calls


def as_output(lines: Sequence[object]) -> str:
    return 'noise of a driver\n' + ''.join(f'synth-ros-egl:{json.dumps(x)}\n' for x in lines)


def test_a_device_that_kills_its_process_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = fake_children(monkeypatch, (RTX, A2, SOFT), crash=1)
    devices = list_egl_devices()
    assert devices[0] == RTX
    assert 'SIGSEGV' in devices[1].problem
    assert devices[2] == SOFT
    assert calls == [('all', ''), ('all', '0,1')]
    said = pick_egl_device(1, {})
    assert isinstance(said, NoDevice)
    assert 'OpenGL does not work on EGL device 1' in said.reason
    assert 'SIGSEGV' in said.reason


def test_software_stands_in_for_broken_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_children(monkeypatch, (BROKEN, SOFT), crash=-1)
    assert pick_egl_device(None, {}) == SOFT
    fake_children(monkeypatch, (SOFT, A2), crash=-1)
    assert pick_egl_device(None, {}) == A2


def test_nothing_but_broken_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_children(monkeypatch, (BROKEN,), crash=-1)
    said = pick_egl_device(None, {})
    assert isinstance(said, NoDevice)
    assert 'device 0 (/dev/dri/card0): the driver does not open the device' in said.reason


def test_a_device_file_that_may_not_be_opened_is_named(tmp_path: Path) -> None:
    assert egl_devices._forbidden('') == ''
    assert egl_devices._forbidden('/dev/null') == ''
    gone = tmp_path / 'renderD128'
    assert f'{gone} is missing: was it passed to the container?' in egl_devices._forbidden(
        str(gone)
    )


def test_a_device_file_of_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(egl_devices.os, 'access', lambda *_: False)
    assert 'join the groups video and render' in egl_devices._forbidden(str(tmp_path))


def test_devices_that_cuda_shows_come_first() -> None:
    assert order_devices((RTX, A2, SOFT), '') == [RTX, A2, SOFT]
    assert order_devices((RTX, A2, SOFT), '1') == [A2, RTX, SOFT]
    assert order_devices((RTX, A2, SOFT), 'GPU-1a2b') == [RTX, A2, SOFT]
    assert order_devices((SOFT, A2, RTX), '') == [RTX, A2, SOFT]
    assert device_of_variable('0', (RTX, A2, SOFT), visible='1') == A2
    assert device_of_variable('2', (RTX, A2, SOFT)) == SOFT
    assert device_of_variable('3', (RTX, A2, SOFT)) is None


CUDA = st.one_of(st.none(), st.integers(0, 4))


@given(
    cuda=st.lists(CUDA, min_size=1, max_size=5),
    visible=st.one_of(
        st.lists(st.integers(0, 4), max_size=4, unique=True).map(lambda n: ','.join(map(str, n))),
        st.sampled_from(['GPU-1a2b', '-1', '0, 1', '0,x']),
    ),
    number=st.integers(0, 6),
)
def test_the_variable_means_what_it_means_to_mujoco(
    cuda: list[int | None], visible: str, number: int
) -> None:
    devices = [EglDevice(index, cuda=value) for index, value in enumerate(cuda)]
    known = [value for value in cuda if value is not None]
    by_cuda = {device.cuda: device for device in devices if device.cuda is not None} or None
    if len(set(known)) < len(known):
        by_cuda = None
    shown = mujoco.egl._parse_cuda_device_ids(visible)
    ordered = mujoco.egl._ordered_egl_devices(devices, by_cuda, shown)
    assert order_devices(devices, visible) == ordered
    try:
        theirs = mujoco.egl._select_egl_device(ordered, by_cuda, shown, number)
    except RuntimeError:
        theirs = None
    assert device_of_variable(str(number), devices, visible=visible) == theirs
