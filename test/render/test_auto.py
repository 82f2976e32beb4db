"""The choice of a renderer, on described machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import pytest

from synth_ros.config.render import Backend, RenderConfig
from synth_ros.errors import RenderError
from synth_ros.render import auto
from synth_ros.render.auto import (
    BACKENDS,
    BackendName,
    Choice,
    Found,
    choice_on,
    choose_backend,
    decide,
    devices_to_share,
    make_renderer,
    renderer_for,
)
from synth_ros.render.devices import Device, EglDevice, NoDevice
from synth_ros.render.egl_devices import DeviceIndexError

Answer = Device | NoDevice

GPU_VULKAN = Device('vulkan', 'NVIDIA GeForce RTX 4070', 'NVIDIA 550.54.14')
GPU_OPENGL = Device('opengl', 'NVIDIA GeForce RTX 4070/PCIe/SSE2', '4.6.0 NVIDIA 550.54.14')
INTEL_VULKAN = Device('vulkan', 'Intel(R) UHD Graphics (TGL GT1)', 'Mesa 22.3.6')
NEW_VULKAN = Device('vulkan', 'llvmpipe (LLVM 19.1.1, 256 bits)', 'llvmpipe Mesa 25.0.7')
OLD_VULKAN = Device('vulkan', 'llvmpipe (LLVM 15.0.6, 256 bits)', 'llvmpipe Mesa 22.3.6')
SWIFTSHADER = Device('vulkan', 'SwiftShader Device (LLVM 10.0.0)', 'SwiftShader 5.0.0')
SOFT_OPENGL = Device(
    'opengl', 'llvmpipe (LLVM 15.0.6, 256 bits)', '4.5 (Compatibility Profile) Mesa 22.3.6'
)
EGL = EglDevice(0, SOFT_OPENGL.name, SOFT_OPENGL.driver, software=True)
NO_VULKAN = NoDevice('vulkan', 'no loader.')
NO_OPENGL = NoDevice('opengl', 'no libEGL.')


NO_ONEPASS = NoDevice('opengl', 'no GL_ARB_base_instance.')


@pytest.mark.parametrize(
    ('onepass', 'classic', 'vulkan', 'backend', 'because'),
    [
        (GPU_OPENGL, GPU_OPENGL, GPU_VULKAN, 'onepass', 'all layers at once'),
        (GPU_OPENGL, GPU_OPENGL, NO_VULKAN, 'onepass', 'all layers at once'),
        (SOFT_OPENGL, SOFT_OPENGL, OLD_VULKAN, 'onepass', 'all layers at once'),
        (SOFT_OPENGL, SOFT_OPENGL, NEW_VULKAN, 'onepass', 'all layers at once'),
        (SOFT_OPENGL, SOFT_OPENGL, GPU_VULKAN, 'onepass', 'all layers at once'),
        (NO_ONEPASS, GPU_OPENGL, GPU_VULKAN, 'classic', 'one-pass renderer does not work'),
        (NO_ONEPASS, GPU_OPENGL, NO_VULKAN, 'classic', 'one-pass renderer does not work'),
        (NO_ONEPASS, SOFT_OPENGL, GPU_VULKAN, 'filament', 'only Vulkan reaches the GPU'),
        (NO_ONEPASS, NO_OPENGL, GPU_VULKAN, 'filament', 'only Vulkan reaches the GPU'),
        (NO_ONEPASS, SOFT_OPENGL, NEW_VULKAN, 'classic', 'Filament is slower in software'),
        (NO_ONEPASS, SOFT_OPENGL, NO_VULKAN, 'classic', 'one-pass renderer does not work'),
        (NO_OPENGL, NO_OPENGL, OLD_VULKAN, 'filament', 'OpenGL does not work'),
    ],
)
def test_auto_for_speed(
    onepass: Answer, classic: Answer, vulkan: Answer, backend: str, because: str
) -> None:
    check_choice('speed', Found(onepass, classic, vulkan), backend=backend, because=because)


@pytest.mark.parametrize(
    ('onepass', 'classic', 'vulkan', 'backend', 'because'),
    [
        (GPU_OPENGL, GPU_OPENGL, GPU_VULKAN, 'filament', 'Vulkan reaches a GPU'),
        (SOFT_OPENGL, SOFT_OPENGL, INTEL_VULKAN, 'filament', 'Vulkan reaches a GPU'),
        (NO_OPENGL, NO_OPENGL, GPU_VULKAN, 'filament', 'Vulkan reaches a GPU'),
        (GPU_OPENGL, GPU_OPENGL, NEW_VULKAN, 'onepass', 'only OpenGL reaches the GPU'),
        (GPU_OPENGL, GPU_OPENGL, NO_VULKAN, 'onepass', 'only OpenGL reaches the GPU'),
        (SOFT_OPENGL, SOFT_OPENGL, NEW_VULKAN, 'filament', 'Mesa 25 or later'),
        (NO_ONEPASS, GPU_OPENGL, NEW_VULKAN, 'filament', 'Mesa 25 or later'),
        (SOFT_OPENGL, SOFT_OPENGL, OLD_VULKAN, 'onepass', 'not Mesa 25 or later'),
        (SOFT_OPENGL, SOFT_OPENGL, SWIFTSHADER, 'onepass', 'not Mesa 25 or later'),
        (SOFT_OPENGL, SOFT_OPENGL, NO_VULKAN, 'onepass', 'Vulkan has no driver'),
        (NO_ONEPASS, SOFT_OPENGL, OLD_VULKAN, 'classic', 'one-pass renderer does not work'),
        (NO_ONEPASS, GPU_OPENGL, NO_VULKAN, 'classic', 'Vulkan has no driver'),
        (NO_OPENGL, NO_OPENGL, OLD_VULKAN, 'filament', 'OpenGL does not work'),
    ],
)
def test_auto_for_looks(
    onepass: Answer, classic: Answer, vulkan: Answer, backend: str, because: str
) -> None:
    check_choice('looks', Found(onepass, classic, vulkan), backend=backend, because=because)


def check_choice(
    prefer: Literal['speed', 'looks'], found: Found, *, backend: str, because: str
) -> None:
    choice = decide(RenderConfig(prefer=prefer), found)
    assert choice.backend == backend
    assert because in choice.reason
    assert choice.reason.endswith('.')
    assert choice.reason.count('.') == 1
    assert choice.device is getattr(found, backend)
    assert any('SOFTWARE' in c for c in choice.cautions) == choice.device.software


@pytest.mark.parametrize('backend', BACKENDS)
def test_explicit_choice_is_honoured(backend: BackendName) -> None:
    choice = decide(RenderConfig(backend=backend), Found(GPU_OPENGL, SOFT_OPENGL, NEW_VULKAN))
    assert choice.backend == backend
    assert choice.reason.startswith('The config asks for ')


def test_explicit_filament_on_an_old_driver_warns() -> None:
    config = RenderConfig(backend='filament', ambient_occlusion=True)
    cautions = ' '.join(decide(config, Found(filament=OLD_VULKAN)).cautions)
    assert 'half the speed' in cautions
    assert 'onepass is faster' in cautions
    assert 'Ambient occlusion stays off' in cautions
    new = decide(config, Found(filament=NEW_VULKAN)).cautions
    assert 'stays off' not in ' '.join(new)
    assert decide(config, Found(filament=GPU_VULKAN)).cautions == ()
    # Where nothing else works, nothing else is recommended.
    only = decide(RenderConfig(), Found(NO_OPENGL, NO_OPENGL, OLD_VULKAN))
    assert 'half the speed' in ' '.join(only.cautions)
    assert 'onepass' not in ' '.join(only.cautions)


def test_filament_says_that_it_takes_no_index() -> None:
    (caution,) = decide(RenderConfig(backend='filament', device=1), Found(filament=GPU_VULKAN))[3]
    assert 'render.device: 1 has no effect' in caution


def test_a_gpu_that_opengl_does_not_reach_is_pointed_out() -> None:
    config = RenderConfig()
    choice = decide(config, Found(SOFT_OPENGL, SOFT_OPENGL, GPU_VULKAN))
    loud, way_out = choice.cautions
    assert loud.startswith('SOFTWARE RENDERING on llvmpipe')
    assert 'Vulkan reaches NVIDIA GeForce RTX 4070 and OpenGL does not' in way_out
    assert len(decide(config, Found(SOFT_OPENGL, SOFT_OPENGL, NO_VULKAN)).cautions) == 1


@pytest.mark.parametrize(
    ('backend', 'message'),
    [
        ('onepass', r'The one-pass renderer cannot render here: no GL_ARB_base_instance\.'),
        ('filament', r'Filament cannot render here: no loader\.'),
        ('classic', r'Classic OpenGL cannot render here: no libEGL\.'),
        (
            'auto',
            r'(?s)Nothing renders.*renderer: no GL.*\nClassic.*libEGL\.\nFilament: no loader\.',
        ),
    ],
)
def test_nothing_renders(backend: Backend, message: str) -> None:
    with pytest.raises(RenderError, match=message):
        decide(RenderConfig(backend=backend), Found(NO_ONEPASS, NO_OPENGL, NO_VULKAN))


@pytest.mark.parametrize(
    ('config', 'asked'),
    [
        (RenderConfig(), {'egl'}),
        (RenderConfig(backend='onepass'), {'egl'}),
        (RenderConfig(prefer='looks'), {'egl', 'vulkan'}),
        (RenderConfig(backend='classic'), {'egl', 'opengl'}),
        (RenderConfig(backend='filament'), {'vulkan'}),
    ],
)
def test_only_drivers_that_matter_are_asked(
    monkeypatch: pytest.MonkeyPatch, config: RenderConfig, asked: set[str]
) -> None:
    calls = answering(monkeypatch, EGL)
    choose_backend(config)
    assert calls == asked


def answering(monkeypatch: pytest.MonkeyPatch, egl: EglDevice | NoDevice) -> set[str]:
    """Drivers that answer without a process; returns who was asked."""
    calls: set[str] = set()

    def answer(name: str, result: object) -> Callable[..., object]:
        return lambda *_: calls.add(name) or result

    monkeypatch.setattr(auto, 'pick_egl_device', answer('egl', egl))
    monkeypatch.setattr(auto, 'probe_opengl', answer('opengl', SOFT_OPENGL))
    monkeypatch.setattr(auto, 'probe_vulkan', answer('vulkan', OLD_VULKAN))
    return calls


def test_an_old_driver_leaves_classic_opengl(monkeypatch: pytest.MonkeyPatch) -> None:
    old = replace(EGL, lacks=('OpenGL 3.3 core',))
    calls = answering(monkeypatch, old)
    choice = choose_backend(RenderConfig())
    assert choice.backend == 'classic'
    assert calls == {'egl', 'opengl', 'vulkan'}
    with pytest.raises(RenderError, match=r'one-pass renderer needs more: OpenGL 3\.3 core'):
        choose_backend(RenderConfig(backend='onepass'))


def test_no_egl_leaves_filament(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, NO_OPENGL)
    assert choose_backend(RenderConfig()).backend == 'filament'
    with pytest.raises(RenderError, match=r'Classic OpenGL cannot render here: no libEGL'):
        choose_backend(RenderConfig(backend='classic'))


def test_classic_on_another_platform_takes_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answering(monkeypatch, NO_OPENGL)
    monkeypatch.setenv('MUJOCO_GL', 'glfw')
    assert choose_backend(RenderConfig(backend='classic')).device is SOFT_OPENGL
    assert 'opengl' in calls
    monkeypatch.setenv('MUJOCO_GL', 'off')
    with pytest.raises(RenderError, match='turns OpenGL off'):
        choose_backend(RenderConfig(backend='classic'))


def test_the_device_that_was_asked_for_is_used() -> None:
    choice = choose_backend(RenderConfig(device=0))
    assert choice.device.index == 0
    with pytest.raises(DeviceIndexError, match=r'render\.device: 99'):
        choose_backend(RenderConfig(device=99))


@pytest.mark.parametrize('backend', BACKENDS)
def test_the_chosen_renderer_is_made(backend: BackendName) -> None:
    config = RenderConfig(backend=backend)
    choice = choose_backend(config)
    with renderer_for(choice, config, max_size=(64, 48)) as renderer:
        assert renderer.name == backend
        assert renderer.device.startswith(choice.device.name)


GPU_ON_1 = Device('opengl', 'NVIDIA A2', '4.6.0 NVIDIA 550.54', 1)
CLUSTER_NODE = (
    EglDevice(0, 'NVIDIA RTX 4070', '4.6.0 NVIDIA 550.54', cuda=0),
    EglDevice(1, GPU_ON_1.name, GPU_ON_1.driver, cuda=1),
    EglDevice(2, GPU_ON_1.name, GPU_ON_1.driver, cuda=2),
    EglDevice(3, 'llvmpipe', '4.5 Mesa 22.3.6', software=True),
)


@pytest.mark.parametrize(
    ('device', 'config', 'environment', 'shared'),
    [
        (GPU_ON_1, RenderConfig(), {}, (1, 2)),
        (GPU_ON_1, RenderConfig(), {'CUDA_VISIBLE_DEVICES': '2,1'}, (1, 2)),
        (GPU_ON_1, RenderConfig(), {'CUDA_VISIBLE_DEVICES': '1'}, (1,)),
        (GPU_ON_1, RenderConfig(device=1), {}, ()),
        (GPU_ON_1, RenderConfig(), {'MUJOCO_EGL_DEVICE_ID': '1'}, ()),
        (SOFT_OPENGL, RenderConfig(), {}, ()),
        (GPU_VULKAN, RenderConfig(), {}, ()),
    ],
)
def test_workers_are_spread_over_gpus_that_make_the_same_pixels(
    monkeypatch: pytest.MonkeyPatch,
    device: Device,
    config: RenderConfig,
    environment: dict[str, str],
    shared: tuple[int, ...],
) -> None:
    for name in ('CUDA_VISIBLE_DEVICES', 'MUJOCO_EGL_DEVICE_ID'):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(auto, 'list_egl_devices', lambda: CLUSTER_NODE)
    choice = Choice('onepass', 'Because.', device)
    assert devices_to_share(choice, config) == shared
    for index in shared:
        assert choice_on(choice, index).device == replace(device, index=index)
    assert choice_on(choice, None) is choice


def test_make_renderer_asks_the_drivers() -> None:
    with make_renderer(RenderConfig(backend='classic'), max_size=(64, 48)) as renderer:
        assert renderer.name == 'classic'
        assert renderer.device


@pytest.mark.parametrize(
    ('device', 'software', 'mesa', 'label'),
    [
        (GPU_OPENGL, False, None, f'{GPU_OPENGL.name}, {GPU_OPENGL.driver}'),
        (INTEL_VULKAN, False, (22, 3), 'Intel(R) UHD Graphics (TGL GT1), Mesa 22.3.6'),
        (NEW_VULKAN, True, (25, 0), f'{NEW_VULKAN.name}, {NEW_VULKAN.driver}'),
        (Device('opengl', 'softpipe 1.0', '1.0'), True, None, 'softpipe 1.0'),
    ],
)
def test_device_words(
    device: Device, *, software: bool, mesa: tuple[int, int] | None, label: str
) -> None:
    assert (device.software, device.mesa, device.label) == (software, mesa, label)
