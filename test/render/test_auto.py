"""The choice of a renderer, on described machines."""

from __future__ import annotations

import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.errors import RenderError
from synth_ros.render.auto import decide, make_renderer
from synth_ros.render.devices import Device, NoDevice

GPU_VULKAN = Device('vulkan', 'NVIDIA GeForce RTX 4070', 'NVIDIA 550.54.14')
GPU_OPENGL = Device('opengl', 'NVIDIA GeForce RTX 4070/PCIe/SSE2', '4.6.0 NVIDIA 550.54.14')
INTEL_VULKAN = Device('vulkan', 'Intel(R) UHD Graphics (TGL GT1)', 'Mesa 22.3.6')
NEW_VULKAN = Device('vulkan', 'llvmpipe (LLVM 19.1.1, 256 bits)', 'llvmpipe Mesa 25.0.7')
OLD_VULKAN = Device('vulkan', 'llvmpipe (LLVM 15.0.6, 256 bits)', 'llvmpipe Mesa 22.3.6')
SWIFTSHADER = Device('vulkan', 'SwiftShader Device (LLVM 10.0.0)', 'SwiftShader 5.0.0')
SOFT_OPENGL = Device(
    'opengl', 'llvmpipe (LLVM 15.0.6, 256 bits)', '4.5 (Compatibility Profile) Mesa 22.3.6'
)
NO_VULKAN = NoDevice('vulkan', 'no loader.')
NO_OPENGL = NoDevice('opengl', 'no libEGL.')


@pytest.mark.parametrize(
    ('vulkan', 'opengl', 'backend', 'because'),
    [
        (GPU_VULKAN, GPU_OPENGL, 'filament', 'Vulkan reaches a GPU'),
        (INTEL_VULKAN, SOFT_OPENGL, 'filament', 'Vulkan reaches a GPU'),
        (GPU_VULKAN, NO_OPENGL, 'filament', 'Vulkan reaches a GPU'),
        (NEW_VULKAN, GPU_OPENGL, 'classic', 'only OpenGL reaches the GPU'),
        (NO_VULKAN, GPU_OPENGL, 'classic', 'only OpenGL reaches the GPU'),
        (NEW_VULKAN, SOFT_OPENGL, 'filament', 'Mesa 25 or later'),
        (OLD_VULKAN, SOFT_OPENGL, 'classic', 'not Mesa 25 or later'),
        (SWIFTSHADER, SOFT_OPENGL, 'classic', 'not Mesa 25 or later'),
        (NO_VULKAN, SOFT_OPENGL, 'classic', 'Vulkan has no driver'),
        (OLD_VULKAN, NO_OPENGL, 'filament', 'OpenGL does not work'),
    ],
)
def test_auto(
    vulkan: Device | NoDevice, opengl: Device | NoDevice, backend: str, because: str
) -> None:
    choice = decide(RenderConfig(), vulkan, opengl)
    assert choice.backend == backend
    assert because in choice.reason
    assert choice.device is (vulkan if backend == 'filament' else opengl)
    assert any('SOFTWARE' in c for c in choice.cautions) == choice.device.software


def test_explicit_choice_is_honoured() -> None:
    assert decide(RenderConfig(backend='classic'), GPU_VULKAN, SOFT_OPENGL).backend == 'classic'
    assert decide(RenderConfig(backend='filament'), NEW_VULKAN, GPU_OPENGL).backend == 'filament'


def test_explicit_filament_on_an_old_driver_warns() -> None:
    config = RenderConfig(backend='filament', ambient_occlusion=True)
    cautions = ' '.join(decide(config, OLD_VULKAN, SOFT_OPENGL).cautions)
    assert 'half the speed' in cautions
    assert 'Ambient occlusion stays off' in cautions
    assert 'stays off' not in ' '.join(decide(config, NEW_VULKAN, SOFT_OPENGL).cautions)
    assert decide(config, GPU_VULKAN, GPU_OPENGL).cautions == ()


@pytest.mark.parametrize(
    ('backend', 'message'),
    [
        ('filament', r'Filament cannot render here: no loader\.'),
        ('classic', r'Classic OpenGL cannot render here: no libEGL\.'),
        ('auto', r'(?s)Nothing renders.*Vulkan: no loader\.\nOpenGL: no libEGL\.'),
    ],
)
def test_nothing_renders(backend: str, message: str) -> None:
    with pytest.raises(RenderError, match=message):
        decide(RenderConfig(backend=backend), NO_VULKAN, NO_OPENGL)


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
