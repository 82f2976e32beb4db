"""Which renderer this machine should use, and why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, NamedTuple, TypeGuard

from synth_ros.config.render import RenderConfig
from synth_ros.errors import RenderError
from synth_ros.render.base import Renderer
from synth_ros.render.devices import GOOD_MESA, Device, EglDevice, NoDevice
from synth_ros.render.egl_devices import (
    CUDA_VISIBLE,
    VARIABLE,
    like_devices,
    list_egl_devices,
    onepass_device,
    pick_egl_device,
)
from synth_ros.render.gl import gl_platform
from synth_ros.render.probe import probe_opengl, probe_vulkan

BackendName = Literal['onepass', 'classic', 'filament']
BACKENDS: tuple[BackendName, ...] = ('onepass', 'classic', 'filament')
"""All renderers, in the order in which ``speed`` prefers them."""

_NAMES = {'onepass': 'the one-pass renderer', 'classic': 'classic OpenGL', 'filament': 'Filament'}
_Rule = tuple[BackendName, str]


class Choice(NamedTuple):
    """A renderer for this machine.

    Attributes:
        backend: Which.
        reason: Why, in one sentence.
        device: What will render.
        cautions: What the user should know about it, one sentence each.
    """

    backend: BackendName
    reason: str
    device: Device
    cautions: tuple[str, ...] = ()


class Found(NamedTuple):
    """What the drivers said about each renderer.

    Attributes:
        onepass: Device of the one-pass renderer.
        classic: Device of classic OpenGL.
        filament: Vulkan device.
    """

    onepass: Device | NoDevice = NoDevice('opengl', 'not asked')
    classic: Device | NoDevice = NoDevice('opengl', 'not asked')
    filament: Device | NoDevice = NoDevice('vulkan', 'not asked')


def choose_backend(config: RenderConfig) -> Choice:
    """Choose a renderer by asking the drivers, each in a child process (a second or less).

    Only drivers that can matter are asked.

    Raises:
        RenderError: If nothing renders as asked; says what to install.
        UsageError: If the device that was asked for is not there.
    """
    if config.backend == 'filament':
        return decide(config, Found(filament=probe_vulkan()))
    egl = pick_egl_device(config.device, os.environ)
    if config.backend == 'classic':
        return decide(config, Found(classic=probe_classic(egl)))
    found = Found(onepass=onepass_device(egl))
    if config.backend == 'onepass':
        return decide(config, found)
    lacking = isinstance(found.onepass, NoDevice)
    if lacking or config.prefer == 'looks':
        found = found._replace(filament=probe_vulkan())
    if lacking:
        found = found._replace(classic=probe_classic(egl))
    return decide(config, found)


def probe_classic(egl: EglDevice | NoDevice) -> Device | NoDevice:
    """The device that classic OpenGL would use.

    Args:
        egl: The device that is to draw; other platforms than EGL have no say in it.
    """
    try:
        platform = gl_platform()
    except RenderError as error:
        return NoDevice('opengl', str(error))
    if platform != 'egl':
        return probe_opengl()
    return egl if isinstance(egl, NoDevice) else probe_opengl(egl.index)


def decide(config: RenderConfig, found: Found) -> Choice:
    """The choice, given what the drivers said.

    Raises:
        RenderError: If nothing renders as asked.
    """
    if config.backend != 'auto':
        asked = f'The config asks for {_NAMES[config.backend]}.'
        return _chosen(config, found, (config.backend, asked))
    rules = _for_looks(found) if config.prefer == 'looks' else _for_speed(found)
    for rule in rules:
        return _chosen(config, found, rule)
    raise RenderError(
        'Nothing renders on this machine.\n'
        + '\n'.join(f'{_title(name)}: {_reason(getattr(found, name))}' for name in BACKENDS)
    )


def _for_speed(found: Found) -> Iterator[_Rule]:
    """What applies, the best for speed first."""
    if isinstance(found.onepass, Device):
        yield (
            'onepass',
            'The one-pass renderer, because it draws all layers at once and works here.',
        )
    but = 'because the one-pass renderer does not work here'
    if _hardware(found.classic):
        yield 'classic', f'Classic OpenGL, {but}.'
    if _hardware(found.filament):
        yield 'filament', f'Filament, {but} and only Vulkan reaches the GPU.'
    if isinstance(found.classic, Device):
        yield 'classic', f'Classic OpenGL, {but} and Filament is slower in software.'
    if isinstance(found.filament, Device):
        yield 'filament', 'Filament, because OpenGL does not work here.'


def _for_looks(found: Found) -> Iterator[_Rule]:
    """What applies, the most beautiful first; Filament on an old software driver comes last.

    It takes twice as long there and leaks.
    """
    if _hardware(found.filament):
        yield 'filament', 'Filament, because it looks best and Vulkan reaches a GPU.'
    if _hardware(found.onepass):
        yield 'onepass', 'The one-pass renderer, because only OpenGL reaches the GPU.'
    if isinstance(found.filament, Device) and not found.filament.outdated:
        why = f'it looks best and the software driver is Mesa {GOOD_MESA} or later'
        yield 'filament', f'Filament, because {why}.'
    why = (
        f'its software driver is not Mesa {GOOD_MESA} or later, and slow'
        if isinstance(found.filament, Device)
        else 'Vulkan has no driver here'
    )
    if isinstance(found.onepass, Device):
        yield 'onepass', f'The one-pass renderer, because Filament needs Vulkan and {why}.'
    if isinstance(found.classic, Device):
        but = 'the one-pass renderer does not work here'
        yield 'classic', f'Classic OpenGL, because Filament needs Vulkan and {why}, and {but}.'
    if isinstance(found.filament, Device):
        yield 'filament', 'Filament, because OpenGL does not work here.'


def devices_to_share(choice: Choice, config: RenderConfig) -> tuple[int, ...]:
    """EGL devices over which worker processes are to be spread.

    All GPUs of the chosen one's kind and driver, so that every worker makes the same pixels;
    with ``CUDA_VISIBLE_DEVICES`` only those that it shows.

    Args:
        choice: The renderer and the device that one process would use.
        config: If it or ``MUJOCO_EGL_DEVICE_ID`` names a device, the workers share that one.

    Returns:
        Indices for ``choice_on``; none where there is nothing to spread over.
    """
    named = config.device is not None or os.environ.get(VARIABLE, '').strip()
    if named or choice.device.index is None or choice.device.software:
        return ()
    visible = os.environ.get(CUDA_VISIBLE, '')
    return like_devices(choice.device, list_egl_devices(), visible)


def choice_on(choice: Choice, index: int | None) -> Choice:
    """The same renderer on another device of ``devices_to_share``.

    Args:
        choice: A choice.
        index: Of the device; ``None`` leaves it as it is.
    """
    if index is None:
        return choice
    return choice._replace(device=replace(choice.device, index=index))


def make_renderer(config: RenderConfig, *, max_size: tuple[int, int]) -> Renderer:
    """The renderer that ``choose_backend`` names.

    Args:
        config: Backend and quality.
        max_size: (width, height) of the largest expected image, pixels.

    Raises:
        RenderError: If nothing renders as asked; says what to install.
    """
    return renderer_for(choose_backend(config), config, max_size=max_size)


def renderer_for(choice: Choice, config: RenderConfig, *, max_size: tuple[int, int]) -> Renderer:
    """The renderer of a choice already made.

    Raises:
        RenderError: If it cannot be created after all.
    """
    if choice.backend == 'filament':
        from synth_ros.render.filament import FilamentRenderer

        return FilamentRenderer(config, device=choice.device)
    if choice.backend == 'onepass':
        from synth_ros.render.onepass.renderer import OnepassRenderer

        return OnepassRenderer(config, device=choice.device)
    from synth_ros.render.classic import ClassicRenderer

    return ClassicRenderer(config, max_size, device=choice.device)


def _chosen(config: RenderConfig, found: Found, rule: _Rule) -> Choice:
    """A rule's renderer with what is to be known about it.

    Raises:
        RenderError: If it cannot render.
    """
    backend, reason = rule
    device = {'onepass': found.onepass, 'classic': found.classic, 'filament': found.filament}[
        backend
    ]
    if isinstance(device, NoDevice):
        raise RenderError(f'{_title(backend)} cannot render here: {device.reason}')
    cautions = [*_software_cautions(device, found)]
    if backend == 'filament':
        cautions += _filament_cautions(config, device)
    return Choice(backend, reason, device, tuple(cautions))


def _software_cautions(device: Device, found: Found) -> Iterator[str]:
    if not device.software:
        return
    slow = 'the processor draws every pixel, many times slower than a GPU.'
    yield f'SOFTWARE RENDERING on {device.name}: {slow}'
    if device.api == 'opengl' and _hardware(found.filament):
        yield (
            f'Vulkan reaches {found.filament.name} and OpenGL does not: install its EGL driver '
            '(NVIDIA container: NVIDIA_DRIVER_CAPABILITIES=all), or set render.backend: filament.'
        )


def _filament_cautions(config: RenderConfig, device: Device) -> Iterator[str]:
    if device.outdated:
        # Where auto took it, nothing else works.
        faster = '' if config.backend == 'auto' else '; render.backend: onepass is faster here'
        slow = f'draws Filament at half the speed of Mesa {GOOD_MESA} or less'
        yield f'{device.driver} {slow}{faster}.'
        if config.ambient_occlusion:
            yield 'Ambient occlusion stays off: this driver may leak memory with every image.'
    if config.device is not None:
        yield (
            f'render.device: {config.device} has no effect: it chooses among EGL devices, and '
            'Filament takes the first GPU that Vulkan offers.'
        )


def _hardware(found: Device | NoDevice) -> TypeGuard[Device]:
    return isinstance(found, Device) and not found.software


def _title(backend: BackendName) -> str:
    name = _NAMES[backend]
    return name[0].upper() + name[1:]


def _reason(found: Device | NoDevice) -> str:
    return found.reason if isinstance(found, NoDevice) else found.label
